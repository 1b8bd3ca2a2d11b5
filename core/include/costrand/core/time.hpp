// SPDX-License-Identifier: Apache-2.0
// Time's one door. Waiting is written sleep_for or with_deadline; both ask the time source of the
// executor's context: the steady clock, or in tests and simulations a virtual clock that jumps.
// No other file of costrand makes a timer or reads a clock.
#pragma once

#include <costrand/core/awaitable.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace costrand::core {

using duration = std::chrono::nanoseconds;
// Monotonic; the epoch is the source's own.
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

class notifier;

namespace detail {

// Whom an alarm calls.
class alarm_target {
  public:
    virtual void ring() = 0;

  protected:
    ~alarm_target() = default;
};

// What is left to be called. Shared by the alarm and by what the context has in its queue; the
// target goes first.
class alarm_call {
  public:
    explicit alarm_call(alarm_target &target) : target_(&target) {}
    alarm_call(const alarm_call &) = delete;
    alarm_call &operator=(const alarm_call &) = delete;
    virtual ~alarm_call() = default;

    void make() {
        if (auto *const target = std::exchange(target_, nullptr))
            target->ring();
    }
    void cancel() noexcept {
        if (std::exchange(target_, nullptr))
            forget();
    }

  private:
    virtual void forget() noexcept = 0;

    alarm_target *target_;
};

} // namespace detail

// A call that is made once at some time unless the alarm goes before. For with_deadline: whoever
// can wait uses sleep_for.
class alarm {
  public:
    alarm() = default;
    explicit alarm(std::shared_ptr<detail::alarm_call> call) : call_(std::move(call)) {}
    alarm(const alarm &) = delete;
    alarm &operator=(const alarm &) = delete;
    alarm(alarm &&) = default;
    alarm &operator=(alarm &&) = delete;
    ~alarm() {
        if (call_)
            call_->cancel();
    }

  private:
    std::shared_ptr<detail::alarm_call> call_;
};

class time_source {
  public:
    virtual ~time_source() = default;

    virtual time_point now() const noexcept = 0;

    // Completes at `when`, at once if that has passed. Cancel-safe.
    [[nodiscard]] virtual awaitable<void> sleep_until(time_point when) = 0;

    // Has target.ring() called on the executor at `when`, never inside this call. The target
    // outlives the alarm.
    [[nodiscard]] virtual alarm set_alarm(const net::any_io_executor &executor, time_point when,
                                          detail::alarm_target &target) = 0;

    // Runs `work` where it may block, and completes on the caller's executor when it is done. What
    // it throws comes out of the await. Cancellation and the end of the context end the wait at
    // once; the work then goes on unseen, so it owns or shares all that it touches.
    [[nodiscard]] virtual awaitable<void> run_blocking(std::function<void()> work) = 0;

    // The source of an executor's context. Steady unless a virtual_time was made for the context.
    static time_source &of(const net::any_io_executor &executor);
};

// Completes after d, at once for zero or less, never for duration::max(). Error: operation_aborted.
// Cancel-safe.
[[nodiscard]] awaitable<void> sleep_for(duration d);

// When d from now is. Never, for duration::max(): it does not wrap into the past.
[[nodiscard]] time_point after(time_point start, duration d) noexcept;

// The time of the executor's source.
[[nodiscard]] time_point now(const net::any_io_executor &executor);

// Virtual time for one io_context, as long as this object lives; make it before anything of the
// context sleeps. Whenever every coroutine waits, run() jumps to the next wake-up, so hours pass in
// milliseconds and, over in-memory streams, the same seed gives the same run.
class virtual_time : public time_source {
  public:
    explicit virtual_time(net::io_context &context);
    virtual_time(const virtual_time &) = delete;
    virtual_time &operator=(const virtual_time &) = delete;
    ~virtual_time() override;

    time_point now() const noexcept override { return now_; }
    [[nodiscard]] awaitable<void> sleep_until(time_point when) override;
    [[nodiscard]] alarm set_alarm(const net::any_io_executor &executor, time_point when,
                                  detail::alarm_target &target) override;
    // Inline: there is one thread.
    [[nodiscard]] awaitable<void> run_blocking(std::function<void()> work) override;

    // Runs until nothing is left to do. Gives the number of handlers that ran. With a limit it
    // stops after that many.
    std::size_t run(std::size_t handler_limit = static_cast<std::size_t>(-1));

    // Time since the start.
    [[nodiscard]] duration elapsed() const noexcept { return now_.time_since_epoch(); }

  private:
    class ringing;
    // One of the two.
    struct sleeper {
        notifier *coroutine = nullptr;
        ringing *call = nullptr;
    };
    // By time, then by order of arrival; but alarms last, so that what is done in time counts.
    using sleepers = std::map<std::tuple<time_point, bool, std::uint64_t>, sleeper>;

    bool wake_next();

    net::io_context &context_;
    time_point now_{};
    std::uint64_t sequence_ = 0;
    // Shared with the sleeping frames, which the context destroys after this object.
    std::shared_ptr<sleepers> sleepers_ = std::make_shared<sleepers>();
};

} // namespace costrand::core
