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

namespace detail {

class wait_service;
struct wait_node;

struct node_list {
    wait_node *first = nullptr, *last = nullptr;

    void append(wait_node &node) noexcept;
};

// One sleeping coroutine. It lives in the frame of notifier::wait(), on two lists: the notifier's
// (who is woken next) or a wake_list, and the context's (who must be destroyed when the context
// ends: the handler owns the frame that the handler is stored in, so nobody else could).
struct wait_node {
    using handler = net::async_result<net::use_awaitable_t<>, void(error_code)>::handler_type;

    std::optional<handler> resume;
    node_list *owner = nullptr;
    bool asleep = true; // else it is on a wake_list, or runs
    bool stays = false; // a sleeper's: on the context's list between its waits, too
    wait_node *next = nullptr, *previous = nullptr;
    wait_service *service = nullptr;
    wait_node *next_in_service = nullptr, *previous_in_service = nullptr;

    wait_node() = default;
    wait_node(const wait_node &) = delete;
    wait_node &operator=(const wait_node &) = delete;
    ~wait_node() { unlink(); }

    void leave_list() noexcept;
    void depart() noexcept;
    void unlink() noexcept;
    void forget_cancellation() noexcept;
    void wake(error_code ec);
    void run();
};

} // namespace detail

// Coroutines that were woken and do not run yet. Whoever wakes them at the end of a turn of its own
// lets them run inside its call, and saves each the way through the context's queue.
class wake_list {
  public:
    wake_list() = default;
    wake_list(const wake_list &) = delete;
    wake_list &operator=(const wake_list &) = delete;
    // Those left run later.
    ~wake_list() { post(); }

    // All run, each up to its next wait, before this returns: nothing of the caller may rely on
    // what they can change. What they throw comes out of the context's run(), as ever.
    void run();
    // All run later, as after notify_all.
    void post();

  private:
    friend class notifier;
    friend class sleeper;

    detail::node_list nodes_;
};

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
    // The same, but they run when `woken` lets them.
    void notify_one(wake_list &woken);
    void notify_all(wake_list &woken);

    [[nodiscard]] bool has_sleepers() const noexcept { return sleepers_.first != nullptr; }

  private:
    detail::node_list sleepers_;
};

// A notifier for one coroutine, which waits again and again: the way there and back is shorter.
class sleeper {
  public:
    // Of the coroutine that waits, and of whoever lets it run.
    explicit sleeper(const net::any_io_executor &executor);
    sleeper(const sleeper &) = delete;
    sleeper &operator=(const sleeper &) = delete;
    // Who waits wakes with errc::closed.
    ~sleeper();

    // As notifier::wait.
    [[nodiscard]] awaitable<void> wait();
    // If it waits, it runs when `woken` lets it.
    void wake(wake_list &woken);

  private:
    detail::wait_node node_;
};

} // namespace costrand::core
