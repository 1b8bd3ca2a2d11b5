// SPDX-License-Identifier: Apache-2.0
// TCP as byte_stream: a connector, and an acceptor for servers and simulators.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace costrand::transports {

// Connects to a name or a literal address, trying each of its addresses, all within `limit`.
// TCP_NODELAY is set. Errors: the system's (connection_refused, host_unreachable, ...), the
// resolver's (host_not_found), core::errc::timed_out. Cancelled: nothing is left open.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
tcp_connect(std::string host, std::uint16_t port, core::duration limit);

// Listens from its construction on.
class tcp_acceptor {
  public:
    // A literal address; port 0 takes a free one. Throws system_error (address_in_use, ...).
    tcp_acceptor(net::any_io_executor executor, const std::string &address, std::uint16_t port);
    // A socket that listens already, which it takes over. Throws system_error for any other
    // descriptor, and leaves it open then.
    tcp_acceptor(net::any_io_executor executor, int listening);
    ~tcp_acceptor();
    tcp_acceptor(const tcp_acceptor &) = delete;
    tcp_acceptor &operator=(const tcp_acceptor &) = delete;

    // The next connection. Error: core::errc::closed after close(). Cancel-safe.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> accept();
    [[nodiscard]] std::uint16_t port() const;
    void close() noexcept;

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

// Closes a connection of this file in such a way that the peer sees a reset, and no end of stream
// that might be taken for the end of what was to be sent. Any other stream is just closed.
void reset(core::byte_stream &connection) noexcept;

} // namespace costrand::transports
