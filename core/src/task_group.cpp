// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/task_group.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace costrand::core {

// Shared with the children's completion handlers, which may run after the group is gone when a
// context is torn down.
struct task_group::state {
    std::list<net::cancellation_signal> children;
    std::exception_ptr first_failure;
    bool cancelled = false;
    notifier change;

    void cancel() {
        cancelled = true;
        for (auto child = children.begin(); child != children.end();) {
            auto &signal = *child++; // emit may end the child at once
            signal.emit(net::cancellation_type::terminal);
        }
    }

    void ended(std::list<net::cancellation_signal>::iterator child, std::exception_ptr failure) {
        children.erase(child);
        if (failure && !first_failure && !is_our_cancellation(failure)) {
            first_failure = std::move(failure);
            cancel();
        }
        change.notify_all();
    }

    bool is_our_cancellation(const std::exception_ptr &failure) const {
        if (!cancelled)
            return false;
        try {
            std::rethrow_exception(failure);
        } catch (const system_error &e) {
            return e.code() == cond::cancelled;
        } catch (...) {
            return false;
        }
    }
};

task_group::task_group(net::any_io_executor executor)
    : executor_(std::move(executor)),
      state_(std::make_shared<state>()) {}

task_group::~task_group() {
    state_->cancel();
}

void task_group::spawn(awaitable<void> child) {
    if (state_->cancelled)
        return;
    auto &children = state_->children;
    auto place = children.emplace(children.end());
    auto on_end = [shared = state_, place](std::exception_ptr failure) {
        shared->ended(place, std::move(failure));
    };
    try {
        core::spawn(executor_, std::move(child),
                    net::bind_cancellation_slot(place->slot(), std::move(on_end)));
    } catch (...) { // no memory: join() must not wait for it
        children.erase(place);
        throw;
    }
}

void task_group::cancel() {
    state_->cancel();
}

bool task_group::empty() const noexcept {
    return state_->children.empty();
}

awaitable<void> task_group::join() {
    auto shared = state_;
    error_code interrupted;
    const bool throws = co_await net::this_coro::throw_if_cancelled();
    while (!shared->children.empty()) {
        auto woken = co_await as_result(shared->change.wait());
        if (woken)
            continue;
        interrupted = woken.error();
        shared->cancel();
        // After terminal cancellation every await throws: the children are waited for without
        // that. The caller stays cancelled, or its loops would not end.
        co_await net::this_coro::throw_if_cancelled(false);
    }
    co_await net::this_coro::throw_if_cancelled(throws);
    if (shared->first_failure)
        std::rethrow_exception(shared->first_failure);
    if (interrupted)
        throw system_error(interrupted);
}

awaitable<void> task_group::run(awaitable<void> body) {
    std::exception_ptr failure;
    try {
        co_await std::move(body);
    } catch (...) {
        failure = std::current_exception();
    }
    cancel();
    // A cancelled coroutine cannot await, but for this; the caller stays cancelled.
    const bool throws = co_await net::this_coro::throw_if_cancelled();
    co_await net::this_coro::throw_if_cancelled(false);
    try {
        co_await join();
    } catch (...) {
        if (!failure)
            failure = std::current_exception();
    }
    co_await net::this_coro::throw_if_cancelled(throws);
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace costrand::core
