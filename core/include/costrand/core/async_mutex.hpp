// SPDX-License-Identifier: Apache-2.0
// async_mutex: lets one coroutine of a strand at a time through a stretch with awaits in it, in the
// order of arrival. What keeps two sends of one stream from interleaving.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>

#include <memory>
#include <utility>

namespace costrand::core {

class async_mutex {
    struct state {
        bool held = false;
        notifier released;
    };

  public:
    // Holds the mutex until it is destroyed. May outlive the mutex.
    class guard {
      public:
        explicit guard(std::shared_ptr<state> held) noexcept : state_(std::move(held)) {}
        guard(guard &&) noexcept = default;
        guard &operator=(guard &&) = delete;
        ~guard() {
            if (!state_)
                return;
            // Handed over, not released: a newcomer cannot overtake the one that is woken.
            if (state_->released.has_sleepers())
                state_->released.notify_one();
            else
                state_->held = false;
        }

      private:
        std::shared_ptr<state> state_;
    };

    // Completes when the caller's turn has come. Cancel-safe.
    [[nodiscard]] awaitable<guard> lock() { return lock(state_); }

    // Somebody is inside, or about to be.
    [[nodiscard]] bool held() const noexcept { return state_->held; }

  private:
    static awaitable<guard> lock(std::shared_ptr<state> s) {
        if (s->held)
            co_await s->released.wait();
        s->held = true;
        co_return guard(std::move(s));
    }

    std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace costrand::core
