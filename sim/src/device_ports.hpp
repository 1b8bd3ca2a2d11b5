// SPDX-License-Identifier: Apache-2.0
// The device's local ports, whichever way a connection comes (an LME channel, the LMS): HTTP, or
// HTTP over TLS; and what the hard generations do around them: a TLS stack that restarts, an LME
// client that goes away. Private to sim.
#pragma once

#include "open_connections.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/profile.hpp>
#include <costrand/sim/wsman.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace costrand::sim {

class device_ports {
  public:
    // The references outlive the ports and their connections. `vanish` is called when the LME
    // client is to go away, with how long it stays so.
    device_ports(net::any_io_executor executor, device_state &state, const profile &p,
                 faults &orders, wsman_server &server, std::shared_ptr<tls_layer> tls,
                 std::function<void(core::duration)> vanish, core::log log);

    // Whether a connection to that port is taken now. Counts as one for the faults.
    [[nodiscard]] bool takes(std::uint16_t port);
    // Serves a connection that was taken, to its end. Throws only cancellation.
    [[nodiscard]] awaitable<void> serve(std::unique_ptr<core::byte_stream> connection,
                                        std::uint16_t port);
    // After a command that may have changed what the TLS port shows.
    void look_for_changes() { (void)restart_if_changed(0); }

    // How often the TLS stack restarted.
    [[nodiscard]] std::size_t restarts() const noexcept { return restarts_; }

  private:
    awaitable<std::unique_ptr<core::byte_stream>>
    begin_tls(std::unique_ptr<core::byte_stream> connection);
    // True: the connection ends with that answer.
    bool answered(const call_record &call, std::uint64_t connection);
    bool restart_if_changed(std::uint64_t but);
    void restart(core::duration deaf, std::uint64_t but);

    net::any_io_executor executor_;
    device_state &state_;
    const profile &device_;
    faults &orders_;
    wsman_server &server_;
    std::shared_ptr<tls_layer> tls_;
    std::function<void(core::duration)> vanish_;
    core::log log_;
    open_connections open_;
    std::size_t changes_seen_;
    std::size_t restarts_ = 0;
    core::time_point deaf_until_{};
};

} // namespace costrand::sim
