// SPDX-License-Identifier: Apache-2.0
// run: one credential cache server of one user, at its sockets. For the program and for tests.
#pragma once

#include <costrand/ccapi/server.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/transports/ccapi_pipe.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace costrand::ccapid {

struct world {
    world() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    transports::pipe_place place;              // of CCAPI clients
    bool lock_is_held = false;                 // by whoever started this one, until `ready`
    std::optional<transports::pipe_place> kcm; // of KCM clients
    // Taken in place of own ones, as sort_sockets has it.
    std::vector<transports::passed_socket> sockets;
    ccapi::server_options server;            // clock and start time are set
    std::optional<core::duration> idle_exit; // ends after so long without client and ccache
    core::random_source *random = nullptr;   // outlives the run
    std::function<void()> ready;             // all sockets listen. May be empty
};

// Serves until it is cancelled, a client says QUIT and none is left, or it is idle. A client of
// another user is refused. Throws system_error when a socket is not to be had:
// transports::pipe_errc or the system's code, its text names the path; std::runtime_error for a
// passed socket that cannot be used.
[[nodiscard]] awaitable<void> run(world with, core::log log);

} // namespace costrand::ccapid
