// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/notifier.hpp>

#include <costrand/core/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <mutex>
#include <utility>

namespace costrand::core {
namespace detail {

// All sleepers of one execution context. At the context's end their handlers are destroyed, and
// with them the coroutine frames.
class wait_service : public net::execution_context::service {
  public:
    using key_type = wait_service;
    static inline net::execution_context::id id;

    explicit wait_service(net::execution_context &context)
        : net::execution_context::service(context) {}

    // Strands of one context may run on several threads, hence the lock.
    void add(wait_node &node) {
        std::lock_guard lock(mutex_);
        node.service = this;
        node.next_in_service = first_;
        if (first_)
            first_->previous_in_service = &node;
        first_ = &node;
    }
    void remove(wait_node &node) noexcept {
        std::lock_guard lock(mutex_);
        if (!node.service)
            return;
        (node.previous_in_service ? node.previous_in_service->next_in_service : first_) =
            node.next_in_service;
        if (node.next_in_service)
            node.next_in_service->previous_in_service = node.previous_in_service;
        node.next_in_service = node.previous_in_service = nullptr;
        node.service = nullptr;
    }

  private:
    void shutdown() override {
        while (first_) {
            // The node dies with the frames that this handler owns: take the handler out first.
            auto resume = std::move(first_->resume);
            first_->unlink();
        }
    }

    std::mutex mutex_;
    wait_node *first_ = nullptr;
};

void wait_node::unlink() noexcept {
    if (owner) {
        (previous ? previous->next : owner->first_) = next;
        (next ? next->previous : owner->last_) = previous;
        next = previous = nullptr;
        owner = nullptr;
    }
    if (service)
        service->remove(*this);
}

void wait_node::wake(error_code ec) {
    unlink();
    auto run = std::move(*resume);
    resume.reset();
    auto executor = net::get_associated_executor(run);
    net::post(executor, [run = std::move(run), ec]() mutable { std::move(run)(ec); });
}

} // namespace detail

notifier::~notifier() {
    while (first_)
        first_->wake(errc::closed);
}

awaitable<void> notifier::wait() {
    auto executor = co_await net::this_coro::executor;
    auto &service =
        net::use_service<detail::wait_service>(net::query(executor, net::execution::context));
    detail::wait_node node;
    auto start = [this, &node, &service](auto handler) {
        auto slot = net::get_associated_cancellation_slot(handler);
        node.resume.emplace(std::move(handler));
        node.owner = this;
        node.previous = last_;
        (last_ ? last_->next : first_) = &node;
        last_ = &node;
        service.add(node);
        if (slot.is_connected())
            slot.assign([&node](net::cancellation_type) {
                // A node that is off the list was woken in this turn: that wins.
                if (node.owner)
                    node.wake(net::error::operation_aborted);
            });
    };
    co_await net::async_initiate<const net::use_awaitable_t<>, void(error_code)>(std::move(start),
                                                                                 use_awaitable);
}

void notifier::notify_one() {
    if (first_)
        first_->wake({});
}

void notifier::notify_all() {
    // Only those who sleep now: a woken coroutine runs later and may sleep again.
    while (first_)
        first_->wake({});
}

} // namespace costrand::core
