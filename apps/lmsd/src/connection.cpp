// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "bounded_writes.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/transports/tcp.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace costrand::lmsd {
namespace {

constexpr std::string_view component = "lmsd";

// In hand of each direction. Our choice: several windows of any firmware.
constexpr std::size_t buffer_size = 16 * 1024;

} // namespace

connection::connection(relay &owner, std::unique_ptr<core::byte_stream> client, std::uint16_t port)
    : owner_(owner),
      times_(owner.times_),
      client_(std::move(client)),
      port_(port),
      number_(++owner.served_),
      up_buffer_(buffer_size),
      down_buffer_(buffer_size) {}

connection::~connection() {
    transports::reset(*client_); // unless it is closed already
}

void connection::meter::gave(std::size_t n) {
    carried += n;
    if (this == &of.up_) {
        of.answered_ = false;
        return;
    }
    of.answered_ = true;
    if (of.half_closed_) {
        of.heard_ = core::now(of.client_->get_executor());
        of.owner_.stir_.notify_all();
    }
}

awaitable<void> connection::run() {
    owner_.log_.debug(component, "client ", number_, " connected, for port ", port_);
    const bool spoke = co_await hear_first_word();
    if (!spoke)
        co_return;
    const bool ready = co_await get_channel();
    if (!ready)
        co_return;
    co_await carry();
    owner_.log_.debug(component, "client ", number_, ": ", up_.carried, " bytes to the firmware, ",
                      down_.carried, " bytes from it");
    to_ = opened(); // CHANNEL_CLOSE, and the next one's turn
    if (in_order_)
        co_await farewell();
}

// Nobody speaks first but the client, in HTTP and in TLS: one that only looks whether somebody
// listens costs no channel.
awaitable<bool> connection::hear_first_word() {
    const auto n = co_await core::as_result(
        core::with_deadline(times_.first_word, client_->read_some(net::buffer(up_buffer_))));
    if (n) {
        first_word_ = *n;
        co_return true;
    }
    if (n.error() == core::cond::cancelled)
        throw system_error(n.error());
    owner_.log_.debug(component, "client ", number_, " ended without a word: ", n.error());
    client_->close();
    co_return false;
}

awaitable<bool> connection::get_channel() {
    const auto executor = co_await net::this_coro::executor;
    const auto begun = core::now(executor);
    const auto got = co_await core::as_result(core::with_deadline(times_.channel, open_or_leave()));
    const core::duration waited = core::now(executor) - begun;
    if (got) {
        if (waited >= std::chrono::seconds(1))
            owner_.log_.info(component, "client ", number_, " has its channel after ", waited);
        co_return true;
    }
    if (left_)
        owner_.log_.info(component, "client ", number_, " left after ", waited, ", waiting for ",
                         waits_for_, "; nothing of it was passed on");
    else if (got.error() == core::cond::cancelled)
        throw system_error(got.error());
    else if (got.error() == core::errc::timed_out)
        owner_.log_.warn(component, "client ", number_, " for port ", port_, " waited ", waited,
                         " for ", waits_for_, " in vain; it is reset");
    else
        owner_.log_.warn(component, "client ", number_, " for port ", port_,
                         " gets no channel: ", got.error(), "; it is reset");
    co_return false;
}

awaitable<void> connection::open_or_leave() {
    core::task_group both(co_await net::this_coro::executor);
    both_ = &both;
    both.spawn(open());
    both.spawn(until_left());
    co_await both.join();
}

awaitable<void> connection::open() {
    waits_for_ = "its turn";
    if (owner_.slots_.full()) {
        owner_.log_.info(component, "client ", number_, " waits: all channels are in use, ",
                         owner_.slots_.waiting(), " waited before it");
        owner_.stir_.notify_all();
    }
    opened out;
    out.slot = co_await owner_.slots_.acquire();
    waits_for_ = "the firmware";
    for (bool told = false;; told = true) {
        auto channel = co_await core::as_result(owner_.host_.open_channel(port_));
        if (channel) {
            out.channel = std::move(*channel);
            to_ = std::move(out);
            both_->cancel();
            co_return;
        }
        if (channel.error() != apf::errc::open_resource_shortage)
            throw system_error(channel.error());
        if (!told)
            owner_.log_.warn(component, "client ", number_,
                             " waits: the firmware has no channel left; another program may hold "
                             "some");
        waits_for_ = "a channel that others hold";
        co_await core::sleep_for(times_.shortage_again);
    }
}

// Reads on while the client waits, as far as there is room: to see whether it is still there.
awaitable<void> connection::until_left() {
    const auto executor = co_await net::this_coro::executor;
    const auto begun = core::now(executor);
    while (first_word_ < up_buffer_.size()) {
        const auto n =
            co_await core::as_result(client_->read_some(net::buffer(up_buffer_) + first_word_));
        if (n) {
            first_word_ += *n;
            continue;
        }
        // After a half-close the next read says the same again.
        if (n.error() == core::end_of_stream && core::now(executor) - begun < times_.half_close)
            co_return;
        left_ = n.error() != core::cond::cancelled;
        throw system_error(n.error());
    }
}

awaitable<void> connection::carry() {
    core::task_group both(co_await net::this_coro::executor);
    both_ = &both;
    both.spawn(upward());
    both.spawn(downward());
    co_await both.join();
}

void connection::over(bool in_order, std::string_view why, error_code code) {
    if (over_)
        return;
    over_ = true;
    in_order_ = in_order;
    if (code && code != core::end_of_stream)
        owner_.log_.info(component, "client ", number_, " for port ", port_, ": ", why, ": ", code);
    else
        owner_.log_.debug(component, "client ", number_, ": ", why);
    both_->cancel();
}

awaitable<core::pump_end> connection::pump_up() {
    bounded_writes sink(*to_.channel, times_.stalled);
    auto sent =
        co_await core::as_result(core::write_all(sink, net::buffer(up_buffer_, first_word_)));
    if (!sent && sent.error() == core::cond::cancelled)
        throw system_error(sent.error());
    if (!sent)
        co_return core::pump_end{core::pump_end::side::sink, sent.error()};
    up_.gave(first_word_);
    co_return co_await core::pump(*client_, sink, net::buffer(up_buffer_), up_);
}

awaitable<void> connection::upward() {
    const auto end = co_await pump_up();
    if (end.where == core::pump_end::side::sink) {
        if (end.why == core::errc::timed_out)
            over(false, "the firmware takes nothing", end.why);
        co_return; // else the channel has ended: the other direction says how, behind its last byte
    }
    if (end.why == core::end_of_stream)
        co_await until_done();
    else
        over(false, "the client is gone", end.why);
}

// The client is done, or has only said that it asks nothing more. It is answered all the same: what
// is written to one that is gone fails, and tells.
awaitable<void> connection::until_done() {
    half_closed_ = true;
    heard_ = core::now(client_->get_executor());
    for (;;) {
        const auto left = heard_ + patience() - core::now(client_->get_executor());
        if (left <= core::duration::zero())
            break;
        auto stirred = co_await core::as_result(core::with_deadline(left, owner_.stir_.wait()));
        if (!stirred && stirred.error() != core::errc::timed_out)
            throw system_error(stirred.error());
    }
    over(true, answered_ ? "the client has ended" : "the client has ended and no answer came", {});
}

core::duration connection::patience() const noexcept {
    if (!answered_)
        return times_.reply;
    return owner_.slots_.waiting() > 0 ? times_.answered_contended : times_.answered;
}

awaitable<void> connection::downward() {
    bounded_writes sink(*client_, times_.stalled);
    const auto end = co_await core::pump(*to_.channel, sink, net::buffer(down_buffer_), down_);
    if (end.where == core::pump_end::side::source)
        over(end.why == core::end_of_stream, "the firmware has ended the channel", end.why);
    else if (end.why == core::errc::timed_out)
        over(false, "the client takes nothing", end.why);
    else
        over(false, "the client is gone", end.why);
}

// A socket that is closed with unread bytes in it resets the peer, which might lose the last ones
// on their way. What comes back is of no use: the client's end, an error or the time ends it.
awaitable<void> connection::farewell() {
    co_await client_->shutdown();
    if (!half_closed_) {
        auto ended = co_await core::as_result(core::with_deadline(times_.farewell, drain()));
        if (!ended && ended.error() == core::cond::cancelled)
            throw system_error(ended.error());
    }
    client_->close();
}

awaitable<void> connection::drain() {
    for (;;)
        (void)co_await client_->read_some(net::buffer(up_buffer_));
}

} // namespace costrand::lmsd
