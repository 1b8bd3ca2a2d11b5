// SPDX-License-Identifier: Apache-2.0
// activate by a profile, of a file or of a management console: options, and the run on this
// machine.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/with_console.hpp>

#include <vector>

namespace costrand::commands {

struct profile_settings {
    activate::settings base; // device, console if one is to know the device, password, output
    activate::console_order order;
};

// Whether --profile names a file and there is no --url, or the --url of an activation that is not
// local is a profile of a management console. Throws activate::error 33 for a file together with
// --ccm, --acm or --stopConfig.
[[nodiscard]] bool is_profile_activation(const activate::option_values &values);

// Reads the file, too. Throws activate::error: 20 for the URL, 28, 33 for options that exclude each
// other, 37, and those of a profile (read_profile).
[[nodiscard]] profile_settings make_profile_settings(const activate::option_values &values,
                                                     std::vector<activate::notice> &notices);

// On this machine: the result on stdout, the exit status of the process. Only root may, but for a
// simulated device.
[[nodiscard]] int run_profile_activation(profile_settings what,
                                         const std::vector<activate::notice> &notices);

} // namespace costrand::commands
