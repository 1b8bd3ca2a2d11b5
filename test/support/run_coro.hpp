// SPDX-License-Identifier: Apache-2.0
// run_coro: runs a coroutine test in virtual time, then again and again with the context destroyed
// after 0, 1, 2 ... handlers, then once with cancellation already asked for.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>

namespace costrand::test {

// What a test coroutine is given: its strand, and the clock for questions about elapsed time.
struct coro_environment {
    net::any_io_executor executor;
    core::virtual_time &time;
};

using coro_body = std::function<awaitable<void>(coro_environment)>;

namespace detail {

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

} // namespace detail

// The body makes all it needs inside itself. It is called many times: it must not keep state
// outside. Teardown points are thinned out when the test is long.
void run_coro(const coro_body &body, std::size_t teardown_points = 150);

} // namespace costrand::test
