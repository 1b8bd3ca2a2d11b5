// SPDX-License-Identifier: Apache-2.0
// host: APF channels over a link that may vanish. Keeps one session alive, dials its link when a
// channel is wanted, and opens a channel again when the device was lost or refused it.
#pragma once

#include <costrand/apf/session.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace costrand::apf {

// Opens the link anew; does its own waiting for a device that is busy or coming back. What it
// throws is final for those who wait for a channel.
using link_dialer = std::function<awaitable<std::unique_ptr<core::message_stream>>()>;

struct host_options {
    host_options() {}
    session_options session;
    // CHANNEL_OPENs for one open_channel, each with a number of its own, when the device is lost
    // before, during or after one. RPC's limit.
    int max_opens = 4;
    // CHANNEL_OPENs that the firmware may refuse. RPC's limit.
    int max_rejections = 3;
};

// All members are called on the executor.
class host {
  public:
    host(net::any_io_executor executor, link_dialer dial, host_options options, core::log log);
    host(const host &) = delete;
    host &operator=(const host &) = delete;
    // run() has returned, or was never called.
    ~host();

    // Does the work, until stop(). Nothing is dialled before somebody wants a channel or ready();
    // a session then lives until its link fails. To be called once. Cancellation: as stop(), and
    // reported.
    [[nodiscard]] awaitable<void> run();

    // A channel to a port of the firmware. Dials if there is no session. While attempts are left
    // (host_options) it tries again: after a refusal, timeouts::open_retry later; after the loss
    // of the device, timeouts::redial (then redial_again) later over a new link with a new
    // handshake. Errors: the last one of these; the dialer's; errc::handshake_timed_out,
    // confirmation_timed_out, version_not_supported; cond::closed after stop(). Any number of
    // calls may overlap. Needs run() to run. Cancelled, it leaves no channel behind.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> open_channel(std::uint16_t port);

    // Dials if there is no session, and completes after the handshake. The device may be lost
    // within it as often as in open_channel. Errors: the dialer's, or what ended the last session.
    // Cancel-safe.
    [[nodiscard]] awaitable<void> ready();

    // Ports that the firmware offers now, ascending; none without a session.
    [[nodiscard]] std::vector<std::uint16_t> forwarded_ports() const;

    // Asks run() to return; channels are closed. Any number of times.
    void stop() noexcept;

  private:
    struct connection;

    awaitable<void> serve_demand();
    awaitable<void> serve(std::unique_ptr<core::message_stream> link);
    awaitable<std::shared_ptr<connection>> connected();
    static bool was_lost(const connection &live, error_code why);
    awaitable<void> before_redial(int losses, error_code why);

    net::any_io_executor executor_;
    link_dialer dial_;
    host_options options_;
    core::log log_;
    core::task_group tasks_;
    core::notifier demand_, change_;
    std::shared_ptr<connection> current_;
    bool wanted_ = false; // somebody waits for a connection
    bool stopped_ = false;
    unsigned failures_ = 0; // of the dialer
    error_code last_failure_;
};

} // namespace costrand::apf
