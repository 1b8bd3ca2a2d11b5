// SPDX-License-Identifier: Apache-2.0
// The run of a command that changes the device, on this machine.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/console.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/core/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace costrand::commands {

using command_body = std::function<awaitable<void>(net::any_io_executor, activate::console &)>;

// Notices first, then the body; the exit status of the process. Only root may, but for a simulated
// device. `left_behind` is what a person is told when a signal ends it: how things may be now.
// `steps`: those that it has behind it when it fails.
[[nodiscard]] int
run_as_root(const activate::settings &options, const std::vector<activate::notice> &notices,
            const command_body &body, const std::function<std::string()> &left_behind,
            const std::function<std::vector<activate::finished_step>()> &steps = nullptr);

} // namespace costrand::commands
