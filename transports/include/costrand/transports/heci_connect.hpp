// SPDX-License-Identifier: Apache-2.0
// Connecting to a firmware client with patience: another program may hold it, the device may be
// resetting.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <memory>

namespace costrand::heci {

// Repeats dev.connect(client) while it fails with errc::busy or errc::not_ready, each as long as
// `limits` says; any other error, and the last of these, comes out. An attempt that hangs is
// errc::connect_timed_out. `dev` and `limits` outlive the call; dev.name() says which device an
// error is about. Cancelled: nothing is left open.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
connect_with_retry(device &dev, client_id client, const timeouts &limits, core::log log);

} // namespace costrand::heci
