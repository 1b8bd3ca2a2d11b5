// SPDX-License-Identifier: Apache-2.0
// Compiled once: what it takes of Asio costs each test file more than the test itself.
#include "run_coro.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <exception>

namespace costrand::test {
using detail::test_context;

namespace {

struct coro_run {
    bool ended = false;
    std::exception_ptr failure;
    std::size_t handlers = 0;
};

// A fresh context, at most `limit` handlers of it, and its destruction.
coro_run run_once(const coro_body &body, std::size_t limit, bool cancelled) {
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

} // namespace

void run_coro(const coro_body &body, std::size_t teardown_points) {
    constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
    const auto whole = run_once(body, no_limit, false);
    if (whole.failure)
        std::rethrow_exception(whole.failure);
    REQUIRE_MESSAGE(whole.ended, "the coroutine waits for something that never comes");

    const std::size_t step = std::max<std::size_t>(1, whole.handlers / teardown_points);
    for (std::size_t n = 0; n < whole.handlers; n += step)
        run_once(body, n, false);

    const auto cancelled = run_once(body, no_limit, true);
    REQUIRE_MESSAGE(cancelled.ended, "the coroutine ignores a cancellation asked for at its start");
}

} // namespace costrand::test
