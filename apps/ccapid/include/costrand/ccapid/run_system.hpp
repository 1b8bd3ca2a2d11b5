// SPDX-License-Identifier: Apache-2.0
// run_system: one server of KCM clients for all users of a machine, each with caches of his own.
#pragma once

#include <costrand/ccapi/server.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/ccapi_pipe.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace costrand::ccapid {

struct system_world {
    system_world() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    transports::pipe_place kcm;                     // its user is the one who is told the status
    std::vector<transports::passed_socket> sockets; // at most one, taken in place of an own one
    ccapi::server_options server;                   // clock and start time are set
    std::optional<core::duration> idle_exit;        // ends after so long without client and ccache
    core::random_source *random = nullptr;          // outlives the run
    std::function<void()> ready;                    // the socket listens. May be empty
};

// Serves until it is cancelled or idle. The socket is open to all; whose caches a client sees, its
// user id decides, as the kernel tells it. Throws as run().
[[nodiscard]] awaitable<void> run_system(system_world with, core::log log);

} // namespace costrand::ccapid
