// SPDX-License-Identifier: Apache-2.0
// What the children of a run tell its main loop: the server's messages, AMT's replies, the tunnel.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/mailbox.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace costrand::rps {

struct session_event {
    enum class kind {
        wake,          // a time limit passed
        message,       // of the server
        closed,        // the server's stream ended; `error` may be nothing
        reply,         // AMT's, of relay `id`
        no_reply,      // relay or port switch `id` failed
        switched,      // port switch `id` is done
        tunnel_data,   // `bytes` of the tunnel's connection `id`
        tunnel_closed, // its end; `error` is nothing when AMT closed in good order
        tunnel_failed, // it could not be made
    };
    kind what = kind::wake;
    core::secret message;
    std::uint64_t id = 0;
    std::vector<std::byte> bytes;
    error_code error, cause;
    std::string detail;
};
using session_events = core::mailbox<session_event>;

} // namespace costrand::rps
