// SPDX-License-Identifier: Apache-2.0
// The program costrand-activate, as a function of its argument list.
#pragma once

namespace costrand::activate {

// Gives the exit status; does not return when a signal ended the run. Overwrites secrets in the
// arguments.
int run_program(int argc, char **argv);

} // namespace costrand::activate
