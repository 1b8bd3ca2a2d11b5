// SPDX-License-Identifier: Apache-2.0
// relay: the local management service itself. Carries each client's connection over an APF channel
// of its own. Who listens, and on what, it does not know: it is given streams.
#pragma once

#include <costrand/apf/host.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/lmsd/slot_queue.hpp>
#include <costrand/lmsd/timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace costrand::lmsd {

struct relay_options {
    relay_options() {}
    apf::host_options host;
    timeouts times;
    // Channels that the firmware has for us (apf.md 5: "8 slots").
    std::size_t slots = 8;
};

// All members are called on the executor.
class relay {
  public:
    relay(net::any_io_executor executor, apf::link_dialer dial, relay_options options,
          core::log log);
    relay(const relay &) = delete;
    relay &operator=(const relay &) = delete;
    // run() and every serve() have returned.
    ~relay();

    // Keeps the session with the firmware, until stop(): dialled when the first client has
    // something to say, and again after a loss. Cancellation: as stop(), and reported.
    [[nodiscard]] awaitable<void> run();
    // Channels are closed, clients with them. Any number of times.
    void stop() noexcept;

    // Completes when the firmware is connected. Errors: as apf::host::ready. Cancel-safe.
    [[nodiscard]] awaitable<void> ready();

    // One client, to its end. A channel to that port of the firmware is asked for when the client
    // has said something; it waits for its turn, first come, first served, and for the device, up
    // to timeouts::channel. Then:
    // - no more is read from either side than the other one takes;
    // - the client's end of stream: the firmware is not told (APF has no half-close), its answer is
    //   still carried; see timeouts::reply and answered;
    // - the firmware's CHANNEL_CLOSE: end of stream for the client, behind all that came before;
    // - the client is gone or reset: CHANNEL_CLOSE; while it waits, it is as if it had not come
    //   (timeouts::half_close);
    // - no channel, a lost link, stop(), a side that stalls: a reset for the client (transports::
    //   reset), never an orderly end that could pass for a whole answer.
    // Any number of calls may overlap. Needs run() to run. Throws only cancellation.
    [[nodiscard]] awaitable<void> serve(std::unique_ptr<core::byte_stream> client,
                                        std::uint16_t port);

  private:
    friend class connection;

    apf::host host_;
    timeouts times_;
    slot_queue slots_;
    core::notifier stir_; // a client waits for a slot, or one that has half-closed was answered
    core::log log_;
    std::size_t served_ = 0;
};

} // namespace costrand::lmsd
