// SPDX-License-Identifier: Apache-2.0
// retry: repeats an operation that fails for a passing reason, with growing waits between.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace costrand::core {

// When to try again. The k-th wait is first_wait * growth^(k-1), at most longest_wait.
struct retry_policy {
    int attempts = 1; // the first one included
    duration first_wait{};
    int growth = 1; // at least 1
    duration longest_wait = duration::max();
    // Which errors pass with time; empty: every one. Never called for cond::cancelled, which is
    // always final.
    std::function<bool(error_code)> passing;

    [[nodiscard]] bool again_after(error_code why) const {
        return why != cond::cancelled && (!passing || passing(why));
    }
    [[nodiscard]] duration wait_after(duration wait) const noexcept {
        return wait > longest_wait / growth ? longest_wait : wait * growth;
    }
};

// Awaits operation() until it succeeds, fails for good, or the attempts are used up; then its last
// error comes out. `operation` is a callable that gives an awaitable<T>; the caller keeps alive
// what it refers to. Cancellation ends the operation or the wait at once.
template <typename Operation>
[[nodiscard]] auto retry(retry_policy policy, Operation operation) -> decltype(operation()) {
    duration wait = policy.first_wait;
    for (int attempt = 1;; ++attempt) {
        auto outcome = co_await as_result(operation());
        if (outcome) {
            if constexpr (std::is_void_v<typename decltype(operation())::value_type>)
                co_return;
            else
                co_return std::move(*outcome);
        }
        const error_code why = outcome.error();
        if (attempt >= policy.attempts || !policy.again_after(why))
            throw system_error(why);
        co_await sleep_for(wait);
        wait = policy.wait_after(wait);
    }
}

} // namespace costrand::core
