// SPDX-License-Identifier: Apache-2.0
#include "session_engine.hpp"

#include <costrand/apf/channel.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/strand.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

namespace costrand::apf::detail {
namespace {

constexpr std::string_view component = "apf";

// Bytes of answers that may wait for the link. Our choice: thousands of them.
constexpr std::size_t most_answers = 256 * 1024;

core_options<host_role> options_for(const session_options &o, const core::message_stream &link) {
    core_options<host_role> c;
    c.role.accept_events = static_cast<bool>(o.events);
    c.times = o.times;
    c.window = o.window;
    c.max_message = link.max_message_size();
    c.numbers.first = o.first_number;
    return c;
}

} // namespace

session_engine::session_engine(core::message_stream &link, session_options options, core::log log)
    : link_(link),
      options_(std::move(options)),
      log_(std::move(log)),
      time_(core::time_source::of(link.get_executor())),
      core_(options_for(options_, link)) {}

session_engine::~session_engine() {
    // Only channels of a session that was torn down with its context are still here.
    for (const auto &channel : channels_)
        if (channel) {
            channel->engine = nullptr;
            channel->end = core::errc::closed;
        }
}

template <typename Event>
auto session_engine::feed(Event event) {
    struct in_use {
        session_engine &engine;
        action_list actions;
        ~in_use() {
            actions.clear();
            engine.spare_ = std::move(actions);
        }
    };
    in_use list{*this, std::move(spare_)};
    list.actions.clear();
    if constexpr (std::is_void_v<decltype(event(list.actions))>) {
        event(list.actions);
        perform(list.actions);
    } else {
        auto result = event(list.actions);
        perform(list.actions);
        return result;
    }
}

awaitable<void> session_engine::run() {
    core::assert_on(link_.get_executor());
    core::task_group tasks(link_.get_executor());
    tasks_ = &tasks;
    if (stopped_)
        tasks.cancel();
    tasks.spawn(read_loop());
    tasks.spawn(write_loop());
    tasks.spawn(timer_loop());
    auto joined = co_await core::as_result(tasks.join());
    tasks_ = nullptr;
    error_code why = joined ? error_code() : joined.error();
    // Cancellation may also have come in the turn in which the last child ended.
    const auto state = co_await net::this_coro::cancellation_state;
    if (!why && state.cancelled() != net::cancellation_type::none)
        why = net::error::operation_aborted;
    link_lost_ = why && why != core::cond::cancelled && !core_end_;
    // Readers of channels must not take it for the end of their own stream.
    if (why == core::end_of_stream)
        why = errc::link_ended;
    // A cancelled coroutine cannot await, but for this; the caller stays cancelled.
    const bool throws = co_await net::this_coro::throw_if_cancelled();
    co_await net::this_coro::throw_if_cancelled(false);
    co_await leave(why);
    co_await net::this_coro::throw_if_cancelled(throws);
    if (why)
        throw system_error(why);
}

// Last messages, the link, everybody who waits.
awaitable<void> session_engine::leave(error_code why) {
    if (!link_lost_ && !in_send_) {
        for (std::uint32_t number = 0; number < channels_.size(); ++number)
            if (channels_[number])
                feed([&](action_list &actions) { core_.close(number, actions); });
        // The link is given up whether or not they went out.
        (void)co_await core::as_result(core::with_deadline(options_.times.farewell, flush()));
    }
    link_.close();
    if (!why || why == core::cond::cancelled) {
        log_.debug(component, "session stopped");
        finish(core::errc::closed);
    } else {
        log_.debug(component, "session ended: ", why);
        finish(why);
    }
}

void session_engine::finish(error_code why) {
    end_ = why;
    for (auto &slot : std::exchange(channels_, {}))
        if (slot)
            slot->finish(why);
    change_.notify_all();
    room_.notify_all();
}

void session_engine::stop() noexcept {
    stopped_ = true;
    if (tasks_)
        tasks_->cancel();
}

awaitable<void> session_engine::read_loop() {
    std::vector<std::byte> buffer(link_.max_message_size());
    feed([this](action_list &actions) { core_.start(time_.now(), actions); });
    while (!core_end_) {
        const std::size_t n = co_await link_.receive(net::buffer(buffer));
        sent_at_once_ = 0;
        received(buffer, n);
    }
    throw system_error(*core_end_);
}

// The message of n bytes, and what came right behind it. Then whoever waited for any of it goes on,
// inside this call: once for all of the messages, and before the link is waited for again.
void session_engine::received(std::vector<std::byte> &buffer, std::size_t n) {
    try {
        for (std::optional<std::size_t> size = n; size && !core_end_;
             size = link_.try_receive(net::buffer(buffer)))
            received(const_bytes(buffer).first(*size));
    } catch (...) {
        woken_.post();
        throw;
    }
    woken_.run();
}

void session_engine::received(const_bytes message) {
    if (log_.enabled(core::log_level::trace) && !message.empty())
        log_.trace(component, "received message ", std::to_integer<unsigned>(message[0]), ", ",
                   message.size(), " bytes");
    feed([&](action_list &actions) { core_.received(message, time_.now(), actions); });
    // Writers stop at max_queued; what is above that are answers that the firmware asks for and
    // does not take.
    if (outbox_.size() > options_.max_queued + most_answers)
        throw system_error(errc::protocol_error);
}

awaitable<void> session_engine::write_loop() {
    for (;;) {
        co_await flush();
        co_await work_.wait();
    }
}

// Sends until nothing waits any more. The window adjusts of a turn go behind its data: alone they
// would cost the peer a wake-up of their own.
awaitable<void> session_engine::flush() {
    for (;;) {
        while (!sending_.empty()) {
            if (!link_.try_send(sending_.front())) {
                in_send_ = true;
                co_await link_.send(sending_.front());
                in_send_ = false;
            }
            sending_.pop();
        }
        sent_at_once_ = 0;
        if (core_.credits_due())
            feed([this](action_list &actions) { core_.take_credits(actions); });
        if (outbox_.empty())
            co_return;
        std::swap(outbox_, sending_);
        room_.notify_all();
    }
}

awaitable<void> session_engine::timer_loop() {
    for (;;) {
        armed_ = core_.next_wake();
        if (!armed_) {
            co_await timer_.wait();
            continue;
        }
        const auto left = *armed_ - time_.now();
        if (left > core::duration::zero()) {
            auto earlier = co_await core::as_result(core::with_deadline(left, timer_.wait()));
            if (!earlier && earlier.error() != core::errc::timed_out)
                throw system_error(earlier.error());
        }
        feed([this](action_list &actions) { core_.tick(time_.now(), actions); });
        if (core_end_)
            throw system_error(*core_end_);
    }
}

awaitable<void> session_engine::ready() {
    core::assert_on(link_.get_executor());
    while (!end_ && !core_.is_ready())
        co_await change_.wait();
    if (end_)
        throw system_error(*end_);
}

awaitable<std::unique_ptr<core::byte_stream>> session_engine::open_channel(std::uint16_t port) {
    co_await ready();
    const auto number =
        feed([&](action_list &actions) { return core_.open(port, time_.now(), actions); });
    if (!number)
        throw system_error(number.error());
    log_.debug(component, "Sending APF_CHANNEL_OPEN (port ", port, ", channel ", *number, ")");
    auto state = add_channel(*number);
    // From here on the channel's destructor gives the number back, whatever happens.
    std::unique_ptr<core::byte_stream> opened = std::make_unique<channel>(state);
    while (!state->open && !state->end)
        co_await state->settled.wait();
    if (!state->open)
        throw system_error(*state->end);
    co_return opened;
}

awaitable<void> session_engine::serve_event(std::unique_ptr<core::byte_stream> channel) {
    auto served = co_await core::as_result(options_.events(std::move(channel)));
    if (!served)
        log_.debug(component, "event channel ended: ", served.error());
}

void session_engine::perform(const action_list &actions) {
    for (const auto &one : actions)
        std::visit([this](const auto &a) { perform(a); }, one);
    const auto wake = core_.next_wake();
    if (wake && (!armed_ || *wake < *armed_))
        timer_.notify_one();
}

// At once when nothing is before it and the link has room, else by the writer. Not without end: a
// link that always has room must not keep one channel's writer from ever waiting.
void session_engine::perform(const action::send &a) {
    outbox_.add(a.what);
    const bool alone = outbox_.count() == 1 && sending_.empty() && !in_send_ && !only_queue_;
    const std::size_t size = outbox_.size();
    if (alone && sent_at_once_ < options_.max_queued && link_.try_send(outbox_.front())) {
        outbox_.pop();
        sent_at_once_ += size;
        return;
    }
    work_.notify_one();
}

void session_engine::perform(const action::deliver &a) {
    if (auto *channel = find(a.channel))
        channel->deliver(a.data, woken_);
}

void session_engine::perform(const action::opened &a) {
    log_.debug(component, "Channel open confirmation received");
    if (auto *channel = find(a.channel)) {
        channel->open = true;
        channel->settled.notify_all();
    }
}

void session_engine::perform(const action::accepted &a) {
    log_.debug(component, "the firmware opened an event channel");
    auto state = add_channel(a.channel);
    state->open = true;
    tasks_->spawn(serve_event(std::make_unique<channel>(std::move(state))));
}

void session_engine::perform(const action::window_opened &a) {
    if (auto *channel = find(a.channel))
        channel->writable.notify_one(woken_);
}

void session_engine::perform(const action::ended &a) {
    if (a.why)
        log_.debug(component, "channel ended: ", a.why);
    else
        log_.debug(component, "channel closed by the firmware");
    if (auto channel = take_channel(a.channel))
        channel->finish(a.why ? a.why : core::end_of_stream);
}

void session_engine::perform(const action::forwards_changed &) {
    if (core_.is_ready())
        log_forwards();
}

void session_engine::perform(const action::ready &) {
    log_forwards();
    change_.notify_all();
}

void session_engine::perform(const action::session_ended &a) {
    core_end_ = a.why;
}

// Operators look for this line. Of the four management ports it names those that are advertised
// at this moment, and comes again when there are more of them.
void session_engine::log_forwards() {
    const auto ports = core_.forwarded_ports();
    std::string text;
    constexpr std::uint16_t management[] = {16992, 16993, 623, 664};
    for (const auto port : management)
        if (std::ranges::find(ports, port) != ports.end())
            text += (text.empty() ? "" : " / ") + std::to_string(port);
    if (text.size() > logged_forwards_.size())
        log_.info(component, "Initialize: tcpip-forward ready for ", text);
    else if (text.empty())
        log_.info(component, "Initialize: the firmware advertises no port");
    logged_forwards_ = std::move(text);
}

std::size_t session_engine::write(std::uint32_t channel, const_bytes data) {
    return feed([&](action_list &actions) { return core_.write(channel, data, actions); });
}

void session_engine::consumed(std::uint32_t channel, std::size_t n, bool queue_empty) {
    if (core_.consumed(channel, n, queue_empty))
        work_.notify_one();
}

void session_engine::close(const channel_state &channel) {
    (void)take_channel(channel.number);
    // Left to the writer: a destructor may call this when the link is gone already.
    only_queue_ = true;
    feed([&](action_list &actions) { core_.close(channel.number, actions); });
    only_queue_ = false;
}

std::shared_ptr<channel_state> session_engine::add_channel(std::uint32_t number) {
    if (channels_.size() <= number)
        channels_.resize(std::size_t{number} + 1);
    channels_[number] = std::make_shared<channel_state>(this, link_.get_executor(), number);
    return channels_[number];
}

std::shared_ptr<channel_state> session_engine::take_channel(std::uint32_t number) {
    return number < channels_.size() ? std::exchange(channels_[number], nullptr) : nullptr;
}

channel_state *session_engine::find(std::uint32_t number) const noexcept {
    return number < channels_.size() ? channels_[number].get() : nullptr;
}

} // namespace costrand::apf::detail
