// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/time.hpp>

#include <costrand/core/notifier.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace costrand::core {
namespace {

// One piece of blocking work. The thread that does it and the coroutine that waits for it share it;
// either may leave first.
class job {
  public:
    using handler = net::async_result<net::use_awaitable_t<>, void(error_code)>::handler_type;

    explicit job(std::function<void()> work) : work_(std::move(work)) {}

    // Before the work begins.
    void wait_with(handler resume) { waiting_.emplace(std::move(resume)); }

    void perform() noexcept {
        std::exception_ptr failure;
        try {
            work_();
        } catch (...) {
            failure = std::current_exception();
        }
        work_ = nullptr; // what it owns goes now, not with the last who waits
        finish({}, failure);
    }
    // Wakes the coroutine, if it still waits. From any thread.
    void finish(error_code ec, std::exception_ptr failure) noexcept {
        // Within the lock: the context of the handler lives as long as it finds it here.
        std::lock_guard lock(mutex_);
        if (!waiting_)
            return;
        failure_ = std::move(failure);
        const auto home = net::get_associated_executor(*waiting_);
        net::post(home, [resume = std::move(*waiting_), ec]() mutable { std::move(resume)(ec); });
        waiting_.reset();
    }
    // The context ends: the frames go with the handler that owns them.
    [[nodiscard]] std::optional<handler> abandon() noexcept {
        std::lock_guard lock(mutex_);
        return std::exchange(waiting_, std::nullopt);
    }
    // After the coroutine was woken without an error.
    void rethrow() const {
        if (failure_)
            std::rethrow_exception(failure_);
    }

  private:
    std::function<void()> work_;
    std::mutex mutex_;
    std::optional<handler> waiting_;
    std::exception_ptr failure_;
};

class steady_call : public detail::alarm_call {
  public:
    steady_call(const net::any_io_executor &executor, time_point when, detail::alarm_target &target)
        : alarm_call(target),
          timer_(executor, when) {}

    static void start(const std::shared_ptr<steady_call> &one) {
        one->timer_.async_wait([one](error_code ec) {
            if (!ec)
                one->make();
        });
    }

  private:
    void forget() noexcept override {
        try {
            timer_.cancel();
        } catch (const system_error &) {
            return; // the call is not made: it wakes for nothing when its time comes
        }
    }

    net::steady_timer timer_;
};

class steady_time : public time_source {
  public:
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }

    awaitable<void> sleep_until(time_point when) override {
        auto executor = co_await net::this_coro::executor;
        net::steady_timer timer(executor, when);
        co_await timer.async_wait(use_awaitable);
    }

    alarm set_alarm(const net::any_io_executor &executor, time_point when,
                    detail::alarm_target &target) override {
        auto call = std::make_shared<steady_call>(executor, when, target);
        steady_call::start(call);
        return alarm(std::move(call));
    }

    // A thread of its own for each: work that nobody waits for any more must not be in the way of
    // the next.
    awaitable<void> run_blocking(std::function<void()> work) override {
        const auto shared = std::make_shared<job>(std::move(work));
        auto start = [this, shared](auto handler) {
            auto slot = net::get_associated_cancellation_slot(handler);
            shared->wait_with(std::move(handler));
            remember(shared);
            if (slot.is_connected())
                slot.assign([shared](net::cancellation_type) {
                    shared->finish(net::error::operation_aborted, nullptr);
                });
            try {
                std::thread([shared] { shared->perform(); }).detach();
            } catch (...) {
                shared->finish({}, std::current_exception());
            }
        };
        co_await net::async_initiate<const net::use_awaitable_t<>, void(error_code)>(
            std::move(start), use_awaitable);
        shared->rethrow();
    }

    void stop() {
        std::unique_lock lock(mutex_);
        while (!jobs_.empty()) {
            const auto next = jobs_.front().lock();
            jobs_.pop_front();
            lock.unlock(); // what is destroyed here may have more of them
            if (next)
                (void)next->abandon();
            lock.lock();
        }
    }

  private:
    // Strands of one context may run on several threads, hence the lock.
    void remember(const std::shared_ptr<job> &one) {
        std::lock_guard lock(mutex_);
        jobs_.remove_if([](const std::weak_ptr<job> &old) { return old.expired(); });
        jobs_.push_back(one);
    }

    std::mutex mutex_;
    std::list<std::weak_ptr<job>> jobs_;
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
    co_await source.sleep_until(after(source.now(), d));
}

time_point after(time_point start, duration d) noexcept {
    return d < time_point::max() - start ? start + d : time_point::max();
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

class virtual_time::ringing : public detail::alarm_call,
                              public std::enable_shared_from_this<ringing> {
  public:
    ringing(net::any_io_executor executor, detail::alarm_target &target,
            std::shared_ptr<sleepers> all, const sleepers::key_type &place)
        : alarm_call(target),
          executor_(std::move(executor)),
          all_(std::move(all)),
          place_(place) {
        sleeper entry;
        entry.call = this;
        all_->emplace(place_, entry);
    }

    void ring_later() {
        forget();
        net::post(executor_, [self = shared_from_this()] { self->make(); });
    }

  private:
    void forget() noexcept override { all_->erase(place_); }

    net::any_io_executor executor_;
    std::shared_ptr<sleepers> all_;
    sleepers::key_type place_;
};

awaitable<void> virtual_time::sleep_until(time_point when) {
    notifier bell;
    const sleepers::key_type place(when, false, sequence_++);
    sleeper entry;
    entry.coroutine = &bell;
    sleepers_->emplace(place, entry);
    struct leave {
        std::shared_ptr<sleepers> all;
        sleepers::key_type place;
        ~leave() { all->erase(place); }
    };
    leave leave_on_exit{sleepers_, place};
    co_await bell.wait();
}

alarm virtual_time::set_alarm(const net::any_io_executor &executor, time_point when,
                              detail::alarm_target &target) {
    const sleepers::key_type place(when, true, sequence_++);
    return alarm(std::make_shared<ringing>(executor, target, sleepers_, place));
}

awaitable<void> virtual_time::run_blocking(std::function<void()> work) {
    work();
    co_return;
}

bool virtual_time::wake_next() {
    // A sleeper that was cancelled, or woken and has not run yet, is not asleep any more.
    auto next = sleepers_->begin();
    while (next != sleepers_->end() && next->second.coroutine &&
           !next->second.coroutine->has_sleepers())
        ++next;
    if (next == sleepers_->end())
        return false;
    now_ = std::max(now_, std::get<time_point>(next->first));
    const sleeper who = next->second;
    if (who.coroutine)
        who.coroutine->notify_one();
    else
        who.call->ring_later();
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
