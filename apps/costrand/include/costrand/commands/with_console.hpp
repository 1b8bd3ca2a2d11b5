// SPDX-License-Identifier: Apache-2.0
// activate with a management console: its options, and the run on this machine.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/with_console.hpp>

#include <vector>

namespace costrand::commands {

struct console_settings {
    activate::settings base; // device, console, password, output
    activate::console_order order;
};

// Whether --url of an activation that is not local names a profile of a management console; or
// --profile a file, and --auth-endpoint the console that is to know the device.
[[nodiscard]] bool is_console_activation(const activate::option_values &values);

// Throws activate::error: 20 for the URL, 28, 33 for options that exclude each other, 37. The time
// for the dates of certificates is left to the caller.
[[nodiscard]] console_settings make_console_settings(const activate::option_values &values,
                                                     std::vector<activate::notice> &notices);

// On this machine: the result on stdout, the exit status of the process. Only root may, but for a
// simulated device.
[[nodiscard]] int run_with_console(console_settings what,
                                   const std::vector<activate::notice> &notices);

} // namespace costrand::commands
