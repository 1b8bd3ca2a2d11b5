// SPDX-License-Identifier: Apache-2.0
// slot_queue: a number of equal places, given out in the order in which they are asked for. For the
// channels of the firmware and for connections; it knows neither.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace costrand::lmsd {

// All members are called on one strand.
class slot_queue {
    struct state {
        std::size_t free;
        std::list<int> waiting; // what matters is who is first
        core::notifier moved;   // a place is free, or the queue is shorter
    };

  public:
    // Holds a place until it is destroyed. May outlive the queue; a default-made one holds none.
    class slot {
      public:
        slot() = default;
        explicit slot(std::shared_ptr<state> held) noexcept : state_(std::move(held)) {}
        slot(slot &&) noexcept = default;
        slot &operator=(slot &&other) noexcept {
            slot taken(std::move(other));
            std::swap(state_, taken.state_);
            return *this;
        }
        ~slot() {
            if (!state_)
                return;
            ++state_->free;
            state_->moved.notify_all();
        }

      private:
        std::shared_ptr<state> state_;
    };

    explicit slot_queue(std::size_t places) : state_(std::make_shared<state>()) {
        state_->free = places;
    }

    // Completes when a place is free and nobody came earlier. Cancel-safe: those behind move up.
    [[nodiscard]] awaitable<slot> acquire() { return acquire(state_); }

    // Whoever asks now waits.
    [[nodiscard]] bool full() const noexcept {
        return state_->free == 0 || !state_->waiting.empty();
    }
    [[nodiscard]] std::size_t waiting() const noexcept { return state_->waiting.size(); }

  private:
    class ticket {
      public:
        explicit ticket(state &s) : state_(s), place_(s.waiting.insert(s.waiting.end(), 0)) {}
        ticket(const ticket &) = delete;
        ticket &operator=(const ticket &) = delete;
        ~ticket() {
            state_.waiting.erase(place_);
            state_.moved.notify_all();
        }
        [[nodiscard]] bool is_first() const noexcept { return place_ == state_.waiting.begin(); }

      private:
        state &state_;
        std::list<int>::iterator place_;
    };

    static awaitable<slot> acquire(std::shared_ptr<state> s) {
        ticket mine(*s);
        while (s->free == 0 || !mine.is_first())
            co_await s->moved.wait();
        --s->free;
        co_return slot(s);
    }

    std::shared_ptr<state> state_;
};

} // namespace costrand::lmsd
