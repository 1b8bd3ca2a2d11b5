// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/notifier.hpp>

#include <costrand/core/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
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
            const auto resume = std::exchange(first_->resume, std::nullopt);
            first_->unlink();
        }
    }

    std::mutex mutex_;
    wait_node *first_ = nullptr;
};

void node_list::append(wait_node &node) noexcept {
    node.owner = this;
    node.previous = last;
    (last ? last->next : first) = &node;
    last = &node;
}

void wait_node::leave_list() noexcept {
    if (!owner)
        return;
    (previous ? previous->next : owner->first) = next;
    (next ? next->previous : owner->last) = previous;
    next = previous = nullptr;
    owner = nullptr;
}

void wait_node::depart() noexcept {
    leave_list();
    if (service && !stays)
        service->remove(*this);
}

void wait_node::unlink() noexcept {
    stays = false;
    depart();
}

// A sleeper may be gone before its coroutine waits for something else.
void wait_node::forget_cancellation() noexcept {
    if (!stays)
        return;
    auto slot = net::get_associated_cancellation_slot(*resume);
    if (slot.is_connected())
        slot.clear();
}

void wait_node::wake(error_code ec) {
    forget_cancellation();
    depart();
    asleep = false;
    auto wake_up = std::move(*resume);
    resume.reset();
    auto executor = net::get_associated_executor(wake_up);
    net::post(executor, [wake_up = std::move(wake_up), ec]() mutable { std::move(wake_up)(ec); });
}

void wait_node::run() {
    const bool is_there = stays; // on its executor
    forget_cancellation();
    depart();
    auto wake_up = std::move(*resume);
    resume.reset();
    auto executor = net::get_associated_executor(wake_up);
    try {
        if (is_there)
            std::move(wake_up)(error_code());
        else
            net::dispatch(executor, [wake_up = std::move(wake_up)]() mutable {
                std::move(wake_up)(error_code());
            });
    } catch (...) { // a completion handler's: no business of the coroutine that runs this one
        net::post(executor,
                  [failure = std::current_exception()] { std::rethrow_exception(failure); });
    }
}

} // namespace detail

void wake_list::run() {
    while (nodes_.first)
        nodes_.first->run();
}

void wake_list::post() {
    while (nodes_.first)
        nodes_.first->wake({});
}

notifier::~notifier() {
    while (sleepers_.first)
        sleepers_.first->wake(errc::closed);
}

awaitable<void> notifier::wait() {
    auto executor = co_await net::this_coro::executor;
    auto &service =
        net::use_service<detail::wait_service>(net::query(executor, net::execution::context));
    detail::wait_node node;
    auto start = [this, &node, &service](auto handler) {
        auto slot = net::get_associated_cancellation_slot(handler);
        node.resume.emplace(std::move(handler));
        sleepers_.append(node);
        service.add(node);
        if (slot.is_connected())
            slot.assign([&node](net::cancellation_type) {
                // A node that was woken in this turn stays so.
                if (node.asleep)
                    node.wake(net::error::operation_aborted);
            });
    };
    co_await net::async_initiate<const net::use_awaitable_t<>, void(error_code)>(std::move(start),
                                                                                 use_awaitable);
}

void notifier::notify_one() {
    if (sleepers_.first)
        sleepers_.first->wake({});
}

void notifier::notify_all() {
    // Only those who sleep now: a woken coroutine runs later and may sleep again.
    while (sleepers_.first)
        sleepers_.first->wake({});
}

void notifier::notify_one(wake_list &woken) {
    auto *node = sleepers_.first;
    if (!node)
        return;
    node->leave_list();
    node->asleep = false;
    woken.nodes_.append(*node);
}

void notifier::notify_all(wake_list &woken) {
    while (sleepers_.first)
        notify_one(woken);
}

sleeper::sleeper(const net::any_io_executor &executor) {
    node_.stays = true;
    net::use_service<detail::wait_service>(net::query(executor, net::execution::context))
        .add(node_);
}

sleeper::~sleeper() {
    if (node_.resume)
        node_.wake(errc::closed);
}

awaitable<void> sleeper::wait() {
    auto start = [this](auto handler) {
        auto slot = net::get_associated_cancellation_slot(handler);
        node_.resume.emplace(std::move(handler));
        node_.asleep = true;
        if (slot.is_connected())
            slot.assign([this](net::cancellation_type) {
                if (node_.asleep)
                    node_.wake(net::error::operation_aborted); // and this function is gone
            });
    };
    return net::async_initiate<const net::use_awaitable_t<>, void(error_code)>(std::move(start),
                                                                               use_awaitable);
}

void sleeper::wake(wake_list &woken) {
    if (!node_.resume || !node_.asleep)
        return;
    node_.asleep = false;
    woken.nodes_.append(node_);
}

} // namespace costrand::core
