// SPDX-License-Identifier: Apache-2.0
// service: who listens, and for which port of the firmware; takes clients in and hands them to the
// relay.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/lmsd/relay.hpp>
#include <costrand/lmsd/slot_queue.hpp>
#include <costrand/transports/passed_sockets.hpp>
#include <costrand/transports/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace costrand::lmsd {

// Clients at a time, those that wait or say nothing included; further ones stay in the system's
// queue. Our choice: far more than there are channels, far less than a process has descriptors.
inline constexpr std::size_t most_clients = 256;

// All members are called on the relay's strand.
class service {
  public:
    // The relay outlives the service.
    service(net::any_io_executor executor, relay &to, core::log log,
            std::size_t clients = most_clients);
    // run() has returned.
    ~service();

    // Listens for a port of the firmware. Throws std::runtime_error with the address, the cause
    // and, where /proc tells, the name of the program that listens there already.
    void listen(const std::string &address, std::uint16_t port, std::uint16_t of_firmware);
    // On 127.0.0.1 and ::1, for 16992 and 16993. A machine without IPv6 is served on IPv4.
    void listen_here();
    // Takes over sockets that listen. One on port 16992 or 16993 is for that port of the firmware;
    // any other one is named "16992" or "16993". Throws std::runtime_error for anything else.
    void take_over(std::span<const transports::passed_socket> sockets);

    // Ports of the listeners, in the order in which they were made.
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

    // Serves until it is cancelled; clients are then reset. Throws only that.
    [[nodiscard]] awaitable<void> run();

  private:
    struct listener {
        template <typename... Where>
        explicit listener(std::uint16_t port, const Where &...where)
            : acceptor(where...),
              of_firmware(port) {}

        transports::tcp_acceptor acceptor;
        std::uint16_t of_firmware;
    };

    awaitable<void> accept(listener &at);
    awaitable<void> serve(std::unique_ptr<core::byte_stream> client, std::uint16_t of_firmware,
                          slot_queue::slot place);

    net::any_io_executor executor_;
    relay &relay_;
    core::log log_;
    std::list<listener> listeners_;
    slot_queue places_;
    core::task_group tasks_;
};

} // namespace costrand::lmsd
