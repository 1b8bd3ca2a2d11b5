// SPDX-License-Identifier: Apache-2.0
// with_deadline: the one way to bound an operation in time. One deadline per exchange, at the seam.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace costrand::core {

// Awaits op, but not longer than `limit`.
// - The value or the error of op passes at once; a success that came together with the timer
// counts.
// - errc::timed_out only if the timer was first.
// - Cancellation from outside passes inward and is reported as op reports it.
// - op is cancelled (terminal) when the time is up and then *waited for*: an op that ignores
//   cancellation is not bounded.
// T must be default-constructible; wrap it in std::optional otherwise.
template <typename T>
[[nodiscard]] awaitable<T> with_deadline(duration limit, awaitable<T> op) {
    auto executor = co_await net::this_coro::executor;
    auto group =
        net::experimental::make_parallel_group(spawn(executor, std::move(op), net::deferred),
                                               spawn(executor, sleep_for(limit), net::deferred));
    if constexpr (std::is_void_v<T>) {
        auto [order, failure, timer_failure] =
            co_await group.async_wait(net::experimental::wait_for_one(), use_awaitable);
        if (!failure)
            co_return;
        if (!timer_failure && order[0] == 1)
            throw system_error(errc::timed_out);
        std::rethrow_exception(failure);
    } else {
        auto [order, failure, value, timer_failure] =
            co_await group.async_wait(net::experimental::wait_for_one(), use_awaitable);
        if (!failure)
            co_return std::move(value);
        if (!timer_failure && order[0] == 1)
            throw system_error(errc::timed_out);
        std::rethrow_exception(failure);
    }
}

} // namespace costrand::core
