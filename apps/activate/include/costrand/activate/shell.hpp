// SPDX-License-Identifier: Apache-2.0
// What a program does around its run: the console of its process, where its options come from, and
// the end. Used by the programs' composition roots.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/console.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/options.hpp>

#include <span>

namespace costrand::activate {

// On stdout and stderr, by the output settings of `options`.
[[nodiscard]] console_options console_for(const settings &options);

// std::getenv, as a function with an address.
[[nodiscard]] const char *environment_variable(const char *name);

// The command line, this process's environment, config.yaml in the working directory.
[[nodiscard]] option_sources sources_of(std::span<char *> arguments);

// Wipes and removes the secrets of the table from the environment: children would inherit them, and
// other processes of root can read them.
void hide_environment_secrets(option_table table);

// How to tell of options that cannot be read: by as much of them as can.
[[nodiscard]] settings settings_for_complaints(std::span<char *> arguments);

// Tells a failure, and gives the exit status. Dies by the signal that ended the run.
int finish(const end_of_run &end, const settings &options, console &says);

} // namespace costrand::activate
