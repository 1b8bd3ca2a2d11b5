// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/time.hpp>

#include <costrand/core/notifier.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace costrand::core {
namespace {

// Name lookups and the HECI connect ioctl: one of each at a time is what a run needs.
constexpr std::size_t blocking_threads = 2;

class steady_time : public time_source {
  public:
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }

    awaitable<void> sleep_until(time_point when) override {
        auto executor = co_await net::this_coro::executor;
        net::steady_timer timer(executor, when);
        co_await timer.async_wait(use_awaitable);
    }

    awaitable<void> run_blocking(std::function<void()> work) override {
        std::call_once(once_, [this] { pool_.emplace(blocking_threads); });
        std::exception_ptr failure;
        // No coroutine over there: a cancellation would reach it on another thread.
        auto start = [this, &work, &failure](auto handler) {
            net::post(*pool_, [&work, &failure, handler = std::move(handler)]() mutable {
                try {
                    work();
                } catch (...) {
                    failure = std::current_exception();
                }
                const auto home = net::get_associated_executor(handler);
                net::post(home, std::move(handler));
            });
        };
        co_await net::async_initiate<const net::use_awaitable_t<>, void()>(std::move(start),
                                                                           use_awaitable);
        if (failure)
            std::rethrow_exception(failure);
    }

    void stop() {
        if (pool_)
            pool_->join();
    }

  private:
    std::once_flag once_;
    std::optional<net::thread_pool> pool_;
};

// Ties a context to its time source.
class time_service : public net::execution_context::service {
  public:
    using key_type = time_service;
    static inline net::execution_context::id id;

    explicit time_service(net::execution_context &context)
        : net::execution_context::service(context) {}

    time_source &source() noexcept { return virtual_ ? *virtual_ : steady_; }
    void use(time_source *source) noexcept { virtual_ = source; }

  private:
    void shutdown() override { steady_.stop(); }

    steady_time steady_;
    time_source *virtual_ = nullptr;
};

} // namespace

time_source &time_source::of(const net::any_io_executor &executor) {
    return net::use_service<time_service>(net::query(executor, net::execution::context)).source();
}

awaitable<void> sleep_for(duration d) {
    auto &source = time_source::of(co_await net::this_coro::executor);
    if (d <= duration::zero())
        co_return;
    // "No limit" is written duration::max(): it must not wrap into the past.
    const time_point start = source.now();
    time_point when = time_point::max();
    if (d < time_point::max() - start)
        when = start + d;
    co_await source.sleep_until(when);
}

time_point now(const net::any_io_executor &executor) {
    return time_source::of(executor).now();
}

virtual_time::virtual_time(net::io_context &context) : context_(context) {
    net::use_service<time_service>(context_).use(this);
}

virtual_time::~virtual_time() {
    net::use_service<time_service>(context_).use(nullptr);
}

awaitable<void> virtual_time::sleep_until(time_point when) {
    notifier alarm;
    const std::pair place(when, sequence_++);
    sleepers_->emplace(place, &alarm);
    struct leave {
        std::shared_ptr<sleepers> all;
        sleepers::key_type place;
        ~leave() { all->erase(place); }
    };
    leave leave_on_exit{sleepers_, place};
    co_await alarm.wait();
}

awaitable<void> virtual_time::run_blocking(std::function<void()> work) {
    work();
    co_return;
}

bool virtual_time::wake_next() {
    // A sleeper that was cancelled, or woken and has not run yet, is not asleep any more.
    auto next = sleepers_->begin();
    while (next != sleepers_->end() && !next->second->has_sleepers())
        ++next;
    if (next == sleepers_->end())
        return false;
    if (next->first.first > now_)
        now_ = next->first.first;
    next->second->notify_one();
    return true;
}

std::size_t virtual_time::run(std::size_t handler_limit) {
    std::size_t handlers = 0;
    do {
        context_.restart();
        while (handlers < handler_limit && context_.poll_one() > 0)
            ++handlers;
    } while (handlers < handler_limit && wake_next());
    return handlers;
}

} // namespace costrand::core
