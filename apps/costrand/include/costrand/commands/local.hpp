// SPDX-License-Identifier: Apache-2.0
// activate and deactivate without a server: their options, and the run on this machine.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/local.hpp>
#include <costrand/activate/options.hpp>

#include <vector>

namespace costrand::commands {

struct local_settings {
    activate::settings base; // device, password, output
    activate::local_request request;
};

[[nodiscard]] activate::option_table activate_options() noexcept;
[[nodiscard]] activate::option_table deactivate_options() noexcept;

// Whether what an activation is given is about this machine alone, and not about a server. Throws
// activate::error 28 for a profile: there are no profile files yet. A URL that is no provisioning
// server's is dropped with a warning.
[[nodiscard]] bool is_local_activation(const activate::option_values &values,
                                       std::vector<activate::notice> &notices);

// Throw activate::error 28, and 33 for options that exclude each other. The time for the dates of
// certificates is left to the caller.
[[nodiscard]] local_settings make_activate_settings(const activate::option_values &values,
                                                    std::vector<activate::notice> &notices);
[[nodiscard]] local_settings make_deactivate_settings(const activate::option_values &values,
                                                      std::vector<activate::notice> &notices);

// On this machine: the result on stdout, the exit status of the process. Only root may, but for a
// simulated device.
[[nodiscard]] int run_local(local_settings what, const std::vector<activate::notice> &notices);

} // namespace costrand::commands
