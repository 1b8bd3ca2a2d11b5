// SPDX-License-Identifier: Apache-2.0
// A simulated device over real descriptors: accept loops for a HECI socket and for LMS ports. The
// acceptors, made by the program, run on the device's executor.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/console.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/transports/heci_socket.hpp>
#include <costrand/transports/tcp.hpp>

#include <cstdint>
#include <vector>

namespace costrand::sim {

// Lets programs in as the device's admit() says, with the errno of a mei driver for a refusal.
// Completes when the acceptor is closed; the links it accepted are then closed and waited for.
// Device and acceptor outlive the call. Cancellation: ends the links, too.
[[nodiscard]] awaitable<void> serve_heci_socket(firmware &device, heci::socket_acceptor &acceptor);

// The ports of AMT's web service on which an LMS listens for that device: those that it forwards.
[[nodiscard]] std::vector<std::uint16_t> lms_ports(const profile &p);

// The same for a port of the LMS. `port` is the device's port (of lms_ports), whatever the
// acceptor's is.
[[nodiscard]] awaitable<void> serve_lms_port(firmware &device, transports::tcp_acceptor &acceptor,
                                             std::uint16_t port);

// Takes websocket clients of the small server; visitors that are none are dropped. Completes, and
// is cancelled, as the others.
[[nodiscard]] awaitable<void> serve_rps_port(rps_server &server,
                                             transports::tcp_acceptor &acceptor);

// Takes HTTP clients of the console: over TLS where `shown` has a certificate, plain where its
// chain is empty. Completes, and is cancelled, as the others.
[[nodiscard]] awaitable<void>
serve_console_port(console_server &server, transports::tcp_acceptor &acceptor, identity shown);

// The errno of open or connect that a program sees for that refusal; EINVAL for other codes.
[[nodiscard]] int errno_of(const error_code &refusal) noexcept;

} // namespace costrand::sim
