// SPDX-License-Identifier: Apache-2.0
// as_result: makes failure an ordinary branch of a coroutine (retry, close, end of stream).
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/result.hpp>

#include <type_traits>
#include <utility>

namespace costrand::core {

// Awaits op and gives its value, or the code of the system_error it threw. Any other exception is
// a bug and passes. Cancellation: as op; a cancelled op gives its code as a result, so a loop must
// leave on cond::cancelled, or its next co_await throws.
template <typename T>
[[nodiscard]] awaitable<result<T>> as_result(awaitable<T> op) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(op);
            co_return result<T>();
        } else {
            co_return result<T>(co_await std::move(op));
        }
    } catch (const system_error &e) {
        co_return result<T>(e.code());
    }
}

} // namespace costrand::core
