// SPDX-License-Identifier: Apache-2.0
// mailbox<T>: a bounded queue between coroutines of one strand. After close() what is inside is
// still delivered; then receivers get the reason of the close.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace costrand::core {

template <typename T>
class mailbox {
  public:
    // capacity: how many items may wait; at least 1.
    explicit mailbox(std::size_t capacity) : capacity_(capacity) {}

    // The oldest item, as soon as there is one. Error: the reason given to close(). Cancel-safe.
    [[nodiscard]] awaitable<T> receive() {
        while (items_.empty()) {
            if (closed_)
                throw system_error(*closed_);
            co_await arrival_.wait();
        }
        T item = std::move(items_.front());
        items_.pop_front();
        room_.notify_one();
        co_return item;
    }

    // Waits for room. Error: the reason given to close(). A cancelled send has put nothing in.
    [[nodiscard]] awaitable<void> send(T item) {
        while (!closed_ && items_.size() >= capacity_)
            co_await room_.wait();
        if (closed_)
            throw system_error(*closed_);
        put(std::move(item));
    }

    // False when the mailbox is full or closed.
    [[nodiscard]] bool try_send(T item) {
        if (closed_ || items_.size() >= capacity_)
            return false;
        put(std::move(item));
        return true;
    }

    [[nodiscard]] std::optional<T> try_receive() {
        if (items_.empty())
            return std::nullopt;
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        room_.notify_one();
        return item;
    }

    // Idempotent: the first reason stays.
    void close(error_code reason = errc::closed) {
        if (closed_)
            return;
        closed_ = reason;
        arrival_.notify_all();
        room_.notify_all();
    }

    [[nodiscard]] bool closed() const noexcept { return closed_.has_value(); }
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

  private:
    void put(T item) {
        items_.push_back(std::move(item));
        arrival_.notify_one();
    }

    std::size_t capacity_;
    std::deque<T> items_;
    std::optional<error_code> closed_;
    notifier arrival_, room_;
};

} // namespace costrand::core
