// SPDX-License-Identifier: Apache-2.0
// firmware: one simulated AMT device, whole. Programs, tests and benches reach it in process (over
// in-memory streams, virtual time included) or over real descriptors that they accepted for it.
// It composes the faces (AMTHI, watchdog, LME, HTTP) round one device_state.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/profile.hpp>
#include <costrand/sim/wsman.hpp>
#include <costrand/transports/heci_device.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace costrand::sim {

// What the device has seen and done so far.
struct firmware_counters {
    std::size_t lme_sessions = 0;    // LME connections, each with a handshake of its own
    std::size_t channels_opened = 0; // on LME
    std::size_t open_failures = 0;
    std::size_t withdrawals = 0;     // of the forwards, while idle
    std::size_t protocol_errors = 0; // what a strict firmware refuses
    std::size_t http_requests = 0;
    std::size_t lms_connections = 0;
    std::size_t tls_restarts = 0;
};

// All members are called on the executor (a strand).
class firmware {
  public:
    // The random source outlives the device's coroutines: await run() after stop().
    firmware(net::any_io_executor executor, profile p, core::random_source &random, core::log log,
             crypto with = real_crypto());
    // The same, of a device that was off: it goes on with that state.
    firmware(net::any_io_executor executor, profile p, core::random_source &random, core::log log,
             device_state saved, crypto with = real_crypto());
    firmware(const firmware &) = delete;
    firmware &operator=(const firmware &) = delete;
    // As stop(), without waiting. Handles and streams given out stay usable and fail.
    ~firmware();

    // The root, DER, above the chain that every simulated device shows on its TLS port before it is
    // set up. The chain does not hold it: whoever is to believe such a device is given it.
    [[nodiscard]] static const der_bytes &on_die_root();

    // The device serves from its construction on. run() completes when stop() was called and every
    // coroutine of the device has ended. Cancellation: as stop(), then reported.
    [[nodiscard]] awaitable<void> run();
    // Power off: all links and connections end, further ones fail. Returns at once.
    void stop() noexcept;

    // The device as a host program sees it: a HECI device over in-memory links. Any number.
    [[nodiscard]] std::unique_ptr<heci::device> heci();

    // A connection to the LMS on that port of the host, in memory. Error: as of
    // transports::dial_lms, lms_errc::not_running, when there is no LMS or it has no such port.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port);

    // For links over real descriptors: asks whether a connection to a firmware client is let in
    // now, and gives the largest message. Errors: heci::errc as of heci::device::connect.
    [[nodiscard]] awaitable<std::size_t> admit(heci::client_id client);
    // The two steps of that apart, for a program that opens a node first: what open() says (faults
    // that are ordered for a client do not act, it is not known yet), and then connect.
    [[nodiscard]] error_code open_refusal();
    [[nodiscard]] awaitable<std::size_t> admit_opened(heci::client_id client);
    // The same, over an in-memory link that fails as a driver's: heci::errc::device_reset.
    [[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
    connect_opened(heci::client_id client);
    // Serves one admitted link or one accepted LMS connection until either end closes it. Throws
    // nothing but cancellation.
    [[nodiscard]] awaitable<void> serve_heci(std::unique_ptr<core::message_stream> link,
                                             heci::client_id client);
    [[nodiscard]] awaitable<void> serve_lms(std::unique_ptr<core::byte_stream> connection,
                                            std::uint16_t port);

    // Calls `keep` with the state before each answer of a firmware client or of WS-Management goes
    // out: what an answer promises can be made to last before it is heard.
    void before_answers(std::function<void(const device_state &)> keep);

    // All live links are reset (ENODEV); the device's state stays.
    void reset_links() noexcept;

    [[nodiscard]] faults &inject() noexcept;
    [[nodiscard]] const profile &device_profile() const noexcept;
    // As it is now.
    [[nodiscard]] const device_state &state() const;
    [[nodiscard]] control_mode mode() const noexcept;

    // LME channel slots in use now, over all links.
    [[nodiscard]] std::size_t open_channels() const noexcept;
    // Links to firmware clients that are up now.
    [[nodiscard]] std::size_t open_links() const noexcept;
    [[nodiscard]] const std::vector<call_record> &calls() const noexcept;
    [[nodiscard]] firmware_counters counters() const noexcept;

  private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

} // namespace costrand::sim
