// SPDX-License-Identifier: Apache-2.0
// daemon: what the main() of every service has in common: options of the log, help and version, a
// run that a signal ends, the exit status. Unlike execute() it shows no progress.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

enum class daemon_action { serve, help, version };

struct daemon_settings {
    daemon_action action = daemon_action::serve;
    core::log_level log_level = core::log_level::info;
    bool json = false;
};

using environment_reader = std::function<const char *(const char *name)>;

// The values of a daemon's options, and in `out` those that all of them have: its table has
// log-level, verbose, json, help and version. Throws error, which names the option or the variable;
// a word that is no option is refused.
[[nodiscard]] option_values read_daemon_options(option_table table,
                                                std::vector<std::string> arguments,
                                                const environment_reader &environment,
                                                daemon_settings &out);

struct daemon {
    std::string_view name, version; // of the program
    std::string help;
    // Called once, on the strand that it then runs on, unless help or version was asked for.
    std::function<awaitable<void>(core::log)> service;
};

// The exit status: 0 for help, version, and a service that ended by itself or by SIGINT or SIGTERM,
// upon which it is cancelled and waited for (a second signal has its default effect); 1 for one
// that threw, which the log tells.
[[nodiscard]] int run_daemon(const daemon_settings &how, const daemon &what);

// The same for options that are not in order, which `why` tells: 2.
[[nodiscard]] int refuse_use(std::string_view program, const error &why);

} // namespace costrand::activate
