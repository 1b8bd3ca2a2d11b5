// SPDX-License-Identifier: Apache-2.0
// The command line of costrand-ccapid.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/core/log.hpp>

#include <functional>
#include <string>
#include <vector>

namespace costrand::ccapid {

enum class what_to_do { serve, help, version };

struct settings {
    what_to_do action = what_to_do::serve;
    bool per_session = false; // a collection for each login session
    std::string kcm_socket;   // absolute path; empty: none
    core::log_level log_level = core::log_level::info;
    bool json = false;
};

// For the help and the manual page.
[[nodiscard]] activate::option_table options() noexcept;

// Throws activate::error, which names the option or the environment variable.
[[nodiscard]] settings read_settings(std::vector<std::string> arguments,
                                     const std::function<const char *(const char *)> &environment);

[[nodiscard]] std::string help_text();

} // namespace costrand::ccapid
