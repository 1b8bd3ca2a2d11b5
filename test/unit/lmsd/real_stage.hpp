// SPDX-License-Identifier: Apache-2.0
// The stage in real time, for tests over real sockets.
#pragma once

#include "stage.hpp"

#include "../transports/run_real.hpp"

#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace costrand::test {

// A socket bound to a free port of 127.0.0.1.
struct raw_socket {
    explicit raw_socket(bool listens) {
        descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(descriptor >= 0);
        if (listens)
            REQUIRE(::listen(descriptor, 8) == 0);
    }
    raw_socket(const raw_socket &) = delete;
    raw_socket &operator=(const raw_socket &) = delete;
    ~raw_socket() {
        if (owned)
            ::close(descriptor);
    }
    int descriptor = -1;
    bool owned = true;
};

inline awaitable<void> tell_here(story what) {
    co_await tell(co_await net::this_coro::executor, what);
}

inline void play_real(story what) {
    run_real([what] { return tell_here(what); });
}

} // namespace costrand::test
