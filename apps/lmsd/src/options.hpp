// SPDX-License-Identifier: Apache-2.0
// The command line of costrand-lmsd.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/core/log.hpp>

#include <functional>
#include <string>
#include <vector>

namespace costrand::lmsd {

enum class what_to_do { serve, help, version };

struct settings {
    what_to_do action = what_to_do::serve;
    std::string device; // a node, or unix:PATH; empty: this machine's
    core::log_level log_level = core::log_level::info;
    bool json = false;
};

// For the help and for other forms of text.
[[nodiscard]] activate::option_table options() noexcept;

// Throws activate::error, which names the option or the environment variable.
[[nodiscard]] settings read_settings(std::vector<std::string> arguments,
                                     const std::function<const char *(const char *)> &environment);

[[nodiscard]] std::string help_text();

} // namespace costrand::lmsd
