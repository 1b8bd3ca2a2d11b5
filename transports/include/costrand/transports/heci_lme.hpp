// SPDX-License-Identifier: Apache-2.0
// The link to LME, the firmware's end of the APF tunnel: one APF message per HECI message. When it
// fails with errc::device_reset, open it anew and repeat the APF handshake: the firmware has
// forgotten everything.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_connect.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <memory>
#include <utility>

namespace costrand::heci {

// As connect_with_retry. LME takes one connection at a time: errc::busy means that a local
// management service is running, which should be used instead. The link has no time limit of its
// own, the layer above has.
[[nodiscard]] inline awaitable<std::unique_ptr<core::message_stream>>
open_lme(device &dev, const timeouts &limits, core::log log) {
    return connect_with_retry(dev, client::lme, limits, std::move(log));
}

// Limits that end with the call's expression: a dialer gives the coroutine away, and it outlives
// them.
awaitable<std::unique_ptr<core::message_stream>> open_lme(device &dev, const timeouts &&limits,
                                                          core::log log) = delete;

} // namespace costrand::heci
