// SPDX-License-Identifier: Apache-2.0
// The command line of costrand-lmsd.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/daemon.hpp>

#include <string>
#include <vector>

namespace costrand::lmsd {

struct settings : activate::daemon_settings {
    std::string device; // a node, or unix:PATH; empty: this machine's
};

// For the help and for other forms of text.
[[nodiscard]] activate::option_table options() noexcept;

// Throws activate::error, which names the option or the environment variable.
[[nodiscard]] settings read_settings(std::vector<std::string> arguments,
                                     const activate::environment_reader &environment);

[[nodiscard]] std::string help_text();

} // namespace costrand::lmsd
