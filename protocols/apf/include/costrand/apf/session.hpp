// SPDX-License-Identifier: Apache-2.0
// session: the driver of one APF session as the host, over one link, for as long as the link
// lives. One coroutine reads, one writes. It knows no device: host.hpp dials links and replaces
// lost ones.
#pragma once

#include <costrand/apf/session_core.hpp>
#include <costrand/apf/timeouts.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace costrand::apf {

namespace detail {
class session_engine;
}

// Serves one channel that the firmware opened to deliver an event: an HTTP POST, to be answered or
// just closed. Runs as a child of the session; its errors are logged and end nothing else.
using event_sink = std::function<awaitable<void>(std::unique_ptr<core::byte_stream>)>;

struct session_options {
    session_options() {}
    timeouts times;
    // Payload bytes of each channel that may be on the way to us.
    std::uint32_t window = default_window;
    // Our number of the first channel; host.hpp goes on where the last session stood.
    std::uint32_t first_number = host_numbers.first;
    // Bytes that may wait for the link before writers of all channels wait. Measured: 32 KiB costs
    // throughput with many channels, more than this gains nothing.
    std::size_t max_queued = 128 * 1024;
    // Empty: event channels are refused.
    event_sink events;
};

// All members are called on the link's executor.
class session {
  public:
    // The link outlives the session.
    session(core::message_stream &link, session_options options, core::log log);
    session(const session &) = delete;
    session &operator=(const session &) = delete;
    // run() has returned, or was never called.
    ~session();

    // Handshake and traffic, until stop() (returns) or the end (throws): the link's own error
    // (errc::link_ended for its end_of_stream), or errc::handshake_timed_out, disconnected,
    // protocol_error, version_not_supported, service_not_available, authentication_failed. Open
    // channels are closed on the way out (up to timeouts::farewell), then the link. To be called
    // once. Cancellation is a stop that throws.
    [[nodiscard]] awaitable<void> run();

    // Completes when channels may be opened: the firmware advertised a complete pair of ports, or
    // went silent for timeouts::handshake_silence. Error: what ended the session. Cancel-safe.
    [[nodiscard]] awaitable<void> ready();

    // Waits for ready(), sends one CHANNEL_OPEN and waits for its answer, at most
    // timeouts::confirmation. Errors: errc::open_* (the firmware refused),
    // confirmation_timed_out, no_free_channel, and what ended the session. Any number of calls may
    // overlap. Cancelled, it leaves no channel behind, on either side.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> open_channel(std::uint16_t port);

    // Asks run() to return. Any number of times.
    void stop() noexcept;

    // Ports that the firmware offers now, ascending.
    [[nodiscard]] std::vector<std::uint16_t> forwarded_ports() const;

    // After the end: it was the link that failed, not the protocol, and nobody called stop().
    [[nodiscard]] bool link_lost() const noexcept;
    [[nodiscard]] bool has_ended() const noexcept;

    // For session_options::first_number of the next session.
    [[nodiscard]] std::uint32_t next_number() const noexcept;

    [[nodiscard]] const session_counters &counters() const noexcept;

  private:
    std::unique_ptr<detail::session_engine> engine_;
};

} // namespace costrand::apf
