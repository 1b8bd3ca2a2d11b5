// SPDX-License-Identifier: Apache-2.0
// The program costrand-activate, as a function of its argument list: costrand has it as a command.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>

#include <string_view>
#include <vector>

namespace costrand::activate {

// `name` is how a user calls it, for help and version. Gives the exit status; does not return when
// a signal ended the run. Overwrites secrets in the arguments.
int run_program(int argc, char **argv, std::string_view name);

// An errand with a server, on this machine: what the environment adds to the options, then the run,
// its result on stdout. Gives the exit status; does not return when a signal ended the run.
int run_with_server(settings options, std::vector<notice> notices);

} // namespace costrand::activate
