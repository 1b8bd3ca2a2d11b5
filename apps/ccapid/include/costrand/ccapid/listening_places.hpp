// SPDX-License-Identifier: Apache-2.0
// Where a server listens, with sockets of its own or with those that a service manager passed, and
// what is spoken there.
#pragma once

#include <costrand/transports/ccapi_pipe.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <optional>
#include <span>

namespace costrand::ccapid {

struct listening_place {
    transports::pipe_place place;
    std::optional<int> passed; // the socket; nothing: one is to be made there
};

struct listening_places {
    listening_place ccapi;
    std::optional<listening_place> kcm;
};

// One place of each kind, in place of the own one where a socket was passed. A socket called
// "ccapi" or "kcm" is for that; one with another name for what the own place with its path is for.
// Throws std::runtime_error, which names the socket, for any other one.
[[nodiscard]] listening_places sort_sockets(const transports::pipe_place &own,
                                            const std::optional<transports::pipe_place> &kcm,
                                            std::span<const transports::passed_socket> sockets);

} // namespace costrand::ccapid
