// SPDX-License-Identifier: Apache-2.0
// with_deadline: the one way to bound an operation in time. One deadline per exchange, at the seam.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace costrand::core {

namespace detail {

// What may end an operation early: its limit, and a cancellation of the coroutine that awaits it.
class deadline final : alarm_target {
  public:
    deadline(const net::any_io_executor &executor, net::cancellation_slot outside, duration limit)
        : outside_(std::move(outside)) {
        if (outside_.is_connected())
            outside_.assign([this](net::cancellation_type how) {
                alarm_.reset(); // whoever was first is the cause
                early_end_.emit(how);
            });
        if (limit == duration::max())
            return;
        auto &source = time_source::of(executor);
        alarm_.emplace(source.set_alarm(executor, after(source.now(), limit), *this));
    }
    deadline(const deadline &) = delete;
    deadline &operator=(const deadline &) = delete;
    ~deadline() {
        if (outside_.is_connected())
            outside_.clear();
    }

    [[nodiscard]] net::cancellation_slot slot() noexcept { return early_end_.slot(); }
    [[nodiscard]] bool is_over() const noexcept { return over_; }

  private:
    void ring() override {
        over_ = true;
        early_end_.emit(net::cancellation_type::terminal);
    }

    net::cancellation_signal early_end_;
    net::cancellation_slot outside_;
    bool over_ = false;
    std::optional<alarm> alarm_;
};

} // namespace detail

// Awaits op, but not longer than `limit`.
// - The value or the error of op passes at once; a success that came together with the timer
// counts.
// - errc::timed_out if op failed and the time was up.
// - Cancellation from outside passes inward and is reported as op reports it.
// - op is cancelled (terminal) when the time is up and then *waited for*: an op that ignores
//   cancellation is not bounded.
// T must be default-constructible; wrap it in std::optional otherwise.
template <typename T>
[[nodiscard]] awaitable<T> with_deadline(duration limit, awaitable<T> op) {
    const auto executor = co_await net::this_coro::executor;
    const auto outside = co_await net::this_coro::cancellation_state;
    detail::deadline deadline(executor, outside.slot(), limit);
    auto running =
        spawn(executor, std::move(op),
              net::bind_cancellation_slot(deadline.slot(), net::as_tuple(use_awaitable)));
    auto ended = co_await std::move(running);
    const auto failure = std::get<std::exception_ptr>(ended);
    if (failure && deadline.is_over())
        throw system_error(errc::timed_out);
    if (failure)
        std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>)
        co_return std::get<1>(std::move(ended));
}

} // namespace costrand::core
