// SPDX-License-Identifier: Apache-2.0
// task_group: children of a driver. They are spawned here, and joined before the driver returns.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <list>
#include <memory>

namespace costrand::core {

// All members are called on the strand of the executor.
class task_group {
  public:
    explicit task_group(net::any_io_executor executor);
    task_group(const task_group &) = delete;
    task_group &operator=(const task_group &) = delete;
    // Children still alive are told to stop; join() first, or they outlive what they refer to.
    ~task_group();

    // Starts a child: it runs inside this call up to its first wait. The first child that throws
    // (cond::cancelled after cancel() excepted) cancels the others, and its exception comes out of
    // join(). After cancel() a child is not started.
    void spawn(awaitable<void> child);

    // Asks every child to stop (terminal cancellation). Returns at once; may be called again.
    void cancel();

    // Completes when no child is left, with the first child's error if there was one. If join is
    // cancelled the children are cancelled, waited for, and the cancellation is reported: the
    // caller's next co_await throws, as after any cancelled one.
    [[nodiscard]] awaitable<void> join();

    // Awaits body, which may spawn; then cancels the children and waits for their end, also when
    // the caller is cancelled. Throws what body threw, or else the first child's error.
    [[nodiscard]] awaitable<void> run(awaitable<void> body);

    [[nodiscard]] bool empty() const noexcept;

  private:
    struct state;
    net::any_io_executor executor_;
    std::shared_ptr<state> state_;
};

} // namespace costrand::core
