// SPDX-License-Identifier: Apache-2.0
// notifier: the one place where a coroutine of costrand goes to sleep until another one wakes it.
// A condition variable for coroutines of one strand; mailbox, task_group, virtual time and the
// in-memory streams are built on it. It knows nothing of what is waited for.
#pragma once

#include <costrand/core/awaitable.hpp>

#include <boost/asio/async_result.hpp>

#include <cstddef>
#include <optional>

namespace costrand::core {

class notifier;

namespace detail {

class wait_service;

// One sleeping coroutine. It lives in the frame of notifier::wait(), on two lists: the notifier's
// (who is woken next) and the context's (who must be destroyed when the context ends: the handler
// owns the frame that the handler is stored in, so nobody else could).
struct wait_node {
    using handler = net::async_result<net::use_awaitable_t<>, void(error_code)>::handler_type;

    std::optional<handler> resume;
    notifier *owner = nullptr;
    wait_node *next = nullptr, *previous = nullptr;
    wait_service *service = nullptr;
    wait_node *next_in_service = nullptr, *previous_in_service = nullptr;

    wait_node() = default;
    wait_node(const wait_node &) = delete;
    wait_node &operator=(const wait_node &) = delete;
    ~wait_node() { unlink(); }

    void unlink() noexcept;
    void wake(error_code ec);
};

} // namespace detail

// Use: `while (!condition) co_await n.wait();`. Between the test and the wait nothing else of the
// strand can run, so no wake-up is lost; a notify without a sleeper is forgotten.
class notifier {
  public:
    notifier() = default;
    notifier(const notifier &) = delete;
    notifier &operator=(const notifier &) = delete;
    // Sleepers left wake with errc::closed.
    ~notifier();

    // Sleeps until notified. Error: operation_aborted (cond::cancelled) on terminal cancellation,
    // errc::closed when the notifier is destroyed. Any number of coroutines may sleep; they are
    // woken in the order in which they came. Cancel-safe.
    [[nodiscard]] awaitable<void> wait();

    // Wakes the coroutine that sleeps longest. It runs later, never inside this call.
    void notify_one();
    void notify_all();

    [[nodiscard]] bool has_sleepers() const noexcept { return first_ != nullptr; }

  private:
    friend struct detail::wait_node;

    detail::wait_node *first_ = nullptr, *last_ = nullptr;
};

} // namespace costrand::core
