// SPDX-License-Identifier: Apache-2.0
// activate with a management console: its options, and as much of the run as there is: the profile
// is downloaded, decrypted and checked. Carrying it out is not in this version yet, and refused.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/core/secret.hpp>

#include <vector>

namespace costrand::commands {

struct console_settings {
    activate::settings base; // console, output
    core::secret key;        // of the download, instead of the console's own; may be empty
};

// Whether --url of an activation that is not local names a profile of a management console.
[[nodiscard]] bool is_console_activation(const activate::option_values &values);

// Throws activate::error: 20 for the URL, 28, 33 for options that exclude each other, 37.
[[nodiscard]] console_settings make_console_settings(const activate::option_values &values,
                                                     std::vector<activate::notice> &notices);

// The exit status of the process: 28 when all is in order. No device is looked for.
[[nodiscard]] int run_with_console(console_settings what,
                                   const std::vector<activate::notice> &notices);

} // namespace costrand::commands
