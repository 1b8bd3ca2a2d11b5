// SPDX-License-Identifier: Apache-2.0
// The command line of costrand-ccapid.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/daemon.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace costrand::ccapid {

struct settings : activate::daemon_settings {
    bool status = false;       // ask the server that runs, and serve nobody
    bool system = false;       // one server of KCM clients for all users
    bool per_session = false;  // a collection for each login session
    bool auto_started = false; // by a client, which holds the lock file and waits at descriptor 3
    std::optional<std::chrono::seconds> idle_exit; // without client and ccache for that long
    std::string kcm_socket; // absolute path; empty: none, but the usual one for all users
};

// For the help and the manual page.
[[nodiscard]] activate::option_table options() noexcept;

// Throws activate::error, which names the option or the environment variable.
[[nodiscard]] settings read_settings(std::vector<std::string> arguments,
                                     const activate::environment_reader &environment);

[[nodiscard]] std::string help_text();

} // namespace costrand::ccapid
