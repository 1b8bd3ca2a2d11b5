// SPDX-License-Identifier: Apache-2.0
// deactivate and maintenance through a provisioning server: their options. The run is that of an
// activation: activate::run_with_server.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>

#include <string>
#include <vector>

namespace costrand::commands {

// Whether the options of deactivate name a provisioning server. Throws activate::error 33 where
// they are for a deactivation without one, too.
[[nodiscard]] bool is_remote_deactivation(const activate::option_values &values);

// Throws activate::error: 20 for the URL, 23 for a password that cannot be sent, 28, 33, 37.
[[nodiscard]] activate::settings make_remote_deactivation(const activate::option_values &values,
                                                          std::vector<activate::notice> &notices);

[[nodiscard]] activate::option_table maintenance_options() noexcept;

// One line for each task: its name and what it does.
[[nodiscard]] std::string maintenance_tasks();

// The word behind "maintenance" is the task. Throws as the above, and 27 and 29 to 32 for addresses
// that are none; activate::settings::action is help where there is no such word.
[[nodiscard]] activate::settings make_maintenance_settings(const activate::option_values &values,
                                                           std::vector<activate::notice> &notices);

} // namespace costrand::commands
