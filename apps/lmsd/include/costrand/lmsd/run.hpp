// SPDX-License-Identifier: Apache-2.0
// The daemon as a coroutine: device, relay and listeners put together.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/lmsd/relay.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <functional>
#include <vector>

namespace costrand::lmsd {

// What the daemon is given. All of it outlives run().
struct world {
    heci::device &device;
    std::vector<transports::passed_socket> sockets; // none: it listens itself
    relay_options options;
    std::function<void()> ready; // called once, when the listeners are there
};

// Serves until it is cancelled; then channels and clients are closed, and the cancellation is
// reported. The device is tried at once: what does not pass with time (no driver, no permission,
// no AMT) ends the run, as does a port that cannot be had: std::runtime_error in words. A device
// that is busy or away is only told: it is asked for again when a client comes.
[[nodiscard]] awaitable<void> run(world with, core::log log);

} // namespace costrand::lmsd
