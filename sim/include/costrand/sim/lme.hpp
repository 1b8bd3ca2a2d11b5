// SPDX-License-Identifier: Apache-2.0
// The LME face of a simulated device: one LME connection. Decides nothing of APF itself (that is
// lme_core) but moves messages, gives each channel to a service as a byte_stream, and carries out
// the faults ordered for it.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/profile.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace costrand::sim {

struct lme_state;

class lme_link {
  public:
    // Serves one channel to its end. Called for ports that have a service.
    using service = std::function<awaitable<void>(std::unique_ptr<core::byte_stream>)>;
    // The service behind a forwarded port; empty: there is none (open failure 2).
    using service_table = std::function<service(std::uint16_t port)>;

    // The link, profile and faults outlive run().
    lme_link(core::message_stream &link, const profile &device, faults &orders,
             service_table services, core::log log);
    ~lme_link();

    // From the handshake until the host closes the link or a fault resets it. Joins the channels'
    // services. Throws only cancellation.
    [[nodiscard]] awaitable<void> run();

    [[nodiscard]] std::size_t slots_used() const noexcept;
    [[nodiscard]] bool ready() const noexcept;
    [[nodiscard]] std::size_t channels_opened() const noexcept;
    [[nodiscard]] std::size_t open_failures() const noexcept;
    // How often the forwards were taken back.
    [[nodiscard]] std::size_t withdrawals() const noexcept;
    [[nodiscard]] std::size_t protocol_errors() const noexcept;

  private:
    std::shared_ptr<lme_state> state_;
};

} // namespace costrand::sim
