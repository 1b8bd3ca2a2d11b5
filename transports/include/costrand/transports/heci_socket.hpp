// SPDX-License-Identifier: Apache-2.0
// A HECI device behind a unix SEQPACKET socket: how a simulated firmware in another process, or a
// relay to a machine, is reached; and the accepting side. One packet is one HECI message.
//
// The first packet is the client's 16-byte GUID. The answer is either 16 bytes, as the driver's
// connect ioctl gives them (u32 maximum message length, u8 protocol version, the rest 0), or 4
// bytes: the errno of the refusal. Integers are little-endian. The peer's end is a device reset.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_device.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace costrand::heci {

// A device at a socket's path. Errors of connect: as for the driver, heci::errc; no_driver when
// nobody listens there, bad_reply for an answer that is neither of the two.
[[nodiscard]] std::unique_ptr<device> open_socket_device(std::string path);

// What the accepting side says to a client.
struct connect_answer {
    std::uint32_t max_message_size = 4096;
    std::uint8_t protocol_version = 1;
    int refusal = 0; // an errno (EBUSY, ENOTTY, ...); 0 accepts
};
// May wait: a firmware that is told of the last program's end only now is asked a moment later.
using connect_policy = std::function<awaitable<connect_answer>(client_id)>;

struct accepted_client {
    client_id client{};
    std::unique_ptr<core::message_stream> stream;
};

class socket_acceptor {
  public:
    // Listens at the path from now on; a socket file that nobody listens at any more is replaced.
    // Throws system_error (address_in_use, permission_denied, ...).
    socket_acceptor(net::any_io_executor executor, std::string path);
    // Removes the file.
    ~socket_acceptor();
    socket_acceptor(const socket_acceptor &) = delete;
    socket_acceptor &operator=(const socket_acceptor &) = delete;

    // The next client that `decide` accepts; refused ones are told so. A peer that does not say
    // within 2 s whom it wants is dropped; others wait meanwhile. Error: core::errc::closed after
    // close(). Cancel-safe.
    [[nodiscard]] awaitable<accepted_client> accept(connect_policy decide);

    void close() noexcept;

  private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

// A message stream over one end of a connected SEQPACKET socket, which it takes over.
[[nodiscard]] std::unique_ptr<core::message_stream>
adopt_socket(net::any_io_executor executor, int fd, std::size_t max_message_size);

// Two connected ends in one process, over real descriptors: for benchmarks and integration tests.
[[nodiscard]] std::pair<std::unique_ptr<core::message_stream>,
                        std::unique_ptr<core::message_stream>>
socket_message_pair(net::any_io_executor first, net::any_io_executor second,
                    std::size_t max_message_size);

} // namespace costrand::heci
