// SPDX-License-Identifier: Apache-2.0
// amtinfo --sync: what was read of a device, sent to a management console.
#pragma once

#include <costrand/activate/management_console.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/commands/amtinfo.hpp>
#include <costrand/core/awaitable.hpp>

#include <string>

namespace costrand::commands {

// `host_name` is this system's, for a device without any address; `seen_at` the time, as RFC 3339
// in UTC. Throws activate::error 37 without a UUID of this one device.
[[nodiscard]] activate::console_inventory
inventory_of(const device_info &info, const std::string &host_name, std::string seen_at);

// Log-in, then management_console::synchronize, at options.management. Throws activate::error.
// Cancellation: as those; the record may be changed. The references outlive the call.
[[nodiscard]] awaitable<void> send_inventory(const activate::environment &env,
                                             const activate::settings &options,
                                             activate::console_inventory what);

} // namespace costrand::commands
