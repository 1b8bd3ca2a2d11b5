// SPDX-License-Identifier: Apache-2.0
// Small helpers of the core tests.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <utility>

namespace costrand::test {

// Lets every coroutine that is ready run until it waits: virtual time moves only then.
inline awaitable<void> settle() {
    return core::sleep_for(std::chrono::nanoseconds(1));
}

// The code op fails with, none if it succeeds. A cancellation of the test itself, which run_coro
// asks for in its last run, passes as the exception it is.
template <typename T>
awaitable<error_code> failure_of(awaitable<T> op) {
    auto outcome = co_await core::as_result(std::move(op));
    if (outcome)
        co_return error_code();
    if (outcome.error() == core::cond::cancelled)
        throw system_error(outcome.error());
    co_return outcome.error();
}

} // namespace costrand::test
