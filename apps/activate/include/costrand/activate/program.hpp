// SPDX-License-Identifier: Apache-2.0
// The program costrand-activate, as a function of its argument list: costrand has it as a command.
#pragma once

#include <string_view>

namespace costrand::activate {

// `name` is how a user calls it, for help and version. Gives the exit status; does not return when
// a signal ended the run. Overwrites secrets in the arguments.
int run_program(int argc, char **argv, std::string_view name);

} // namespace costrand::activate
