// SPDX-License-Identifier: Apache-2.0
// run_coro: runs a coroutine test in virtual time, then again and again with the context destroyed
// after 0, 1, 2 ... handlers, then once with cancellation already asked for.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>

namespace costrand::test {

// What a test coroutine is given: its strand, and the clock for questions about elapsed time.
struct coro_environment {
    net::any_io_executor executor;
    core::virtual_time &time;
};

using coro_body = std::function<awaitable<void>(coro_environment)>;

namespace detail {

struct coro_run {
    bool ended = false;
    std::exception_ptr failure;
    std::size_t handlers = 0;
};

// A context whose frames are destroyed while the objects they hold references to, and the services
// their strand needs, are all still there: a strand must not outlive its context.
class test_context : public net::io_context {
  public:
    test_context() : net::io_context(1) {}
    struct end {
        test_context &context;
        ~end() { context.shutdown(); }
    };
};

// A fresh context, at most `limit` handlers of it, and its destruction.
inline coro_run run_once(const coro_body &body, std::size_t limit, bool cancelled) {
    coro_run outcome;
    test_context context;
    core::virtual_time time(context);
    net::cancellation_signal signal;
    const test_context::end destroy_frames{context};
    const net::any_io_executor executor = net::make_strand(context);
    coro_environment environment{executor, time};
    net::co_spawn(executor, body(environment),
                  net::bind_cancellation_slot(signal.slot(), [&outcome](std::exception_ptr e) {
                      outcome.ended = true;
                      outcome.failure = e;
                  }));
    if (cancelled)
        net::post(executor, [&signal] { signal.emit(net::cancellation_type::terminal); });
    outcome.handlers = time.run(limit);
    return outcome;
}

} // namespace detail

// The body makes all it needs inside itself. It is called many times: it must not keep state
// outside. Teardown points are thinned out when the test is long.
inline void run_coro(const coro_body &body, std::size_t teardown_points = 150) {
    constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
    const auto whole = detail::run_once(body, no_limit, false);
    if (whole.failure)
        std::rethrow_exception(whole.failure);
    REQUIRE_MESSAGE(whole.ended, "the coroutine waits for something that never comes");

    const std::size_t step = std::max<std::size_t>(1, whole.handlers / teardown_points);
    for (std::size_t n = 0; n < whole.handlers; n += step)
        detail::run_once(body, n, false);

    const auto cancelled = detail::run_once(body, no_limit, true);
    REQUIRE_MESSAGE(cancelled.ended, "the coroutine ignores a cancellation asked for at its start");
}

} // namespace costrand::test
