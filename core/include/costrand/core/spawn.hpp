// SPDX-License-Identifier: Apache-2.0
// spawn: co_spawn without its trap. Everybody who starts a coroutine uses it: task_group,
// with_deadline and the adapter in core, and the programs for their first one.
#pragma once

#include <costrand/core/awaitable.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace costrand::core {

namespace detail {

// A coroutine that ends without ever having waited is put back into the queue by co_spawn, with a
// co_await of its own. If the coroutine is cancelled by then (it cancelled itself, or was cancelled
// before its first turn), Asio 1.26 lets that co_await throw, out of everything up to run().
template <typename T>
awaitable<T> contained(awaitable<T> op) {
    std::exception_ptr failure;
    if constexpr (std::is_void_v<T>) {
        try {
            co_await std::move(op);
        } catch (...) {
            failure = std::current_exception();
        }
        co_await net::this_coro::throw_if_cancelled(false);
        if (failure)
            std::rethrow_exception(failure);
    } else {
        std::optional<T> value;
        try {
            value.emplace(co_await std::move(op));
        } catch (...) {
            failure = std::current_exception();
        }
        co_await net::this_coro::throw_if_cancelled(false);
        if (failure)
            std::rethrow_exception(failure);
        co_return std::move(*value);
    }
}

} // namespace detail

// As net::co_spawn: starts op on the executor, at once if the caller runs on it. The token's
// handler gets what op threw, and its value.
template <typename T, typename Token>
auto spawn(net::any_io_executor executor, awaitable<T> op, Token &&token) {
    return net::co_spawn(std::move(executor), detail::contained(std::move(op)),
                         std::forward<Token>(token));
}

} // namespace costrand::core
