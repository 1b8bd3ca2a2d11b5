// SPDX-License-Identifier: Apache-2.0
// run_real: a coroutine test over real sockets, in real time. Each ends when its peers have spoken.
#pragma once

#include <costrand/core/awaitable.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <functional>

namespace costrand::test {

inline void run_real(const std::function<awaitable<void>()> &body) {
    net::io_context context(1);
    std::exception_ptr failure;
    bool ended = false;
    net::co_spawn(net::make_strand(context), body(), [&](std::exception_ptr e) {
        failure = e;
        ended = true;
    });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    REQUIRE(ended);
}

} // namespace costrand::test
