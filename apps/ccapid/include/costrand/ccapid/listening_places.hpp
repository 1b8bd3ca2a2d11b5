// SPDX-License-Identifier: Apache-2.0
// Where a server listens, with sockets of its own or with those that a service manager passed, and
// what is spoken there.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/transports/ccapi_pipe.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace costrand::ccapid {

struct listening_place {
    transports::pipe_place place;
    std::optional<int> passed; // the socket; nothing: one is to be made there
};

struct listening_places {
    std::optional<listening_place> ccapi, kcm;
};

// One place of each kind, in place of the own one where a socket was passed. A socket called
// "ccapi" (if that is spoken at all) or "kcm" is for that; one with another name for what the own
// place with its path is for. Throws std::runtime_error, which names the socket, for any other one.
[[nodiscard]] listening_places sort_sockets(const std::optional<transports::pipe_place> &ccapi,
                                            const std::optional<transports::pipe_place> &kcm,
                                            std::span<const transports::passed_socket> sockets);

// Listens from its return on, which the log says in these words. Throws as pipe_acceptor.
[[nodiscard]] std::unique_ptr<transports::pipe_acceptor>
listen_at(net::any_io_executor executor, const listening_place &at,
          transports::pipe_listen_options how, std::string_view told);

} // namespace costrand::ccapid
