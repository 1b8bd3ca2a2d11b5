// SPDX-License-Identifier: Apache-2.0
// with_console: runs on this machine that a management console is told of. The device is only
// touched when the console is there and takes this user.
#pragma once

#include <costrand/activate/local.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>

namespace costrand::activate {

// run_locally() for a deactivation, then the record at options.management is deleted. Throws
// activate::error, as run_locally; also when the device is deactivated and its record remains,
// which the text says. Cancellation: as run_locally; the record may remain.
[[nodiscard]] awaitable<local_report>
deactivate_with_console(const environment &env, const settings &options, local_request what);

} // namespace costrand::activate
