// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/lme.hpp>

#include "lme_state.hpp"

#include <costrand/apf/messages.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

constexpr std::string_view component = "sim.lme";

using state_ptr = std::shared_ptr<lme_state>;

// Messages to the host, one APF message in each HECI message.
awaitable<void> write_messages(state_ptr s) {
    std::vector<std::byte> message;
    for (;;) {
        while (s->core.messages().empty())
            co_await s->outgoing.wait();
        const auto front = s->core.messages().front();
        message.assign(front.begin(), front.end());
        s->core.messages().pop();
        s->changed.notify_all(); // services wait while much is queued
        s->in_send = true;
        co_await s->link.send(net::buffer(message));
        s->in_send = false;
        s->sent_at_once = 0;
    }
}

awaitable<void> read_messages(state_ptr s) {
    std::vector<std::byte> buffer(s->link.max_message_size());
    for (;;) {
        const auto n = co_await s->link.receive(net::buffer(buffer));
        s->sent_at_once = 0;
        s->receive(buffer, n);
    }
}

// Then nothing of the link goes on.
awaitable<void> read_to_the_end(state_ptr s) {
    const auto ended = co_await core::as_result(read_messages(s));
    s->log.info(component, "link ended: ", ended.error());
    s->over = true;
    s->link.close();
    s->changed.notify_all();
    if (ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

awaitable<void> until_used(state_ptr s) {
    while (s->core.idle())
        co_await s->changed.wait();
}

// Idle firmware takes its forwards back (apf.md 11).
awaitable<void> withdraw_when_idle(state_ptr s) {
    const auto &how = s->device.lme;
    for (;;) {
        while (!s->core.idle())
            co_await s->changed.wait();
        const auto used =
            co_await core::as_result(core::with_deadline(how.withdraw_after, until_used(s)));
        if (used)
            continue;
        if (used.error() != core::cond::timed_out)
            throw system_error(used.error());
        if (!s->core.idle())
            continue; // used in that very moment
        s->log.info(component, "idle: the forwards are withdrawn");
        ++s->withdrawals;
        s->core.withdraw();
        s->carry_out();
        if (how.advertise_after == core::duration::zero())
            continue;
        co_await core::sleep_for(how.advertise_after);
        s->core.advertise();
        s->carry_out();
    }
}

// The service may not outlive its channel's stream, nor throw into the link.
awaitable<void> serve_channel(state_ptr s, lme_link::service service, lme_slot where) {
    auto ended = co_await core::as_result(service(std::make_unique<lme_channel>(s, where)));
    if (!ended)
        s->log.debug(component, "channel ", where.number, " ended: ", ended.error());
}

awaitable<void> confirm_later(state_ptr s, lme_link::service service, lme_slot where,
                              core::duration delay) {
    co_await core::sleep_for(delay);
    if (s->core.is_current(where.number, where.generation))
        s->confirm(std::move(service), where);
}

awaitable<void> grant_later(state_ptr s, lme_slot where, core::duration delay,
                            std::uint32_t window) {
    co_await core::sleep_for(delay);
    if (!s->core.is_current(where.number, where.generation))
        co_return;
    s->core.grant(where.number, window);
    s->carry_out();
}

} // namespace

lme_state::lme_state(core::message_stream &l, const profile &d, faults &o,
                     lme_link::service_table t, core::log to)
    : link(l),
      device(d),
      orders(o),
      services(std::move(t)),
      log(std::move(to)),
      core(d.lme, apf::uuid{wire_uuid(d.uuid)}, l.max_message_size()),
      children(l.get_executor()) {}

const fault *lme_state::happens(fault_kind kind) {
    return orders.happens({kind, heci::client::lme});
}

void lme_state::receive(std::vector<std::byte> &buffer, std::size_t first) {
    for (std::optional<std::size_t> size = first; size;
         size = link.try_receive(net::buffer(buffer))) {
        core.receive(core::const_bytes(buffer).first(*size));
        act();
    }
    core::wake_list woken;
    changed.notify_all(woken);
    woken.run();
}

void lme_state::carry_out() {
    act();
    changed.notify_all();
}

void lme_state::act() {
    for (auto event = core.next_event(); event; event = core.next_event())
        act_on(*event);
    send_at_once();
    if (!core.messages().empty())
        outgoing.notify_one();
}

// While the link has room, and not without end: a service that writes must wait now and then.
void lme_state::send_at_once() {
    auto &messages = core.messages();
    while (!in_send && !over && !messages.empty() && sent_at_once < most_queued &&
           link.try_send(net::buffer(messages.front().data(), messages.front().size()))) {
        messages.pop();
        ++sent_at_once;
    }
}

void lme_state::act_on(const lme_event &event) {
    switch (event.what) {
    case lme_event::kind::ready:
        log.info(component, "ready: ", device.lme.forwards.size(), " ports forwarded");
        if (const auto *order = happens(fault_kind::inject_when_ready))
            core.inject(order->bytes);
        break;
    case lme_event::kind::wanted:
        open({event.slot, event.generation}, event.port);
        break;
    case lme_event::kind::ended:
        log.info(component, "session over (DISCONNECT)");
        break;
    default: // data, room, closed: the sleepers on `changed` look for themselves
        break;
    }
}

void lme_state::open(lme_slot where, std::uint16_t port) {
    if (const auto *order = happens(fault_kind::open_failure))
        return refuse(where,
                      order->value != 0 ? order->value : apf::open_failure_reason::prohibited);
    if (happens(fault_kind::slots_taken))
        return refuse(where, apf::open_failure_reason::resource_shortage);
    auto service = services(port);
    if (!service)
        return refuse(where, apf::open_failure_reason::connect_failed);
    if (happens(fault_kind::replay_close))
        core.replay_close();
    if (const auto *order = happens(fault_kind::inject_before_confirmation))
        core.inject(order->bytes);
    if (happens(fault_kind::confirmation_never))
        return;
    if (const auto *order = happens(fault_kind::confirmation_late))
        return children.spawn(
            confirm_later(shared_from_this(), std::move(service), where, order->delay));
    confirm(std::move(service), where);
}

void lme_state::refuse(lme_slot where, std::uint32_t reason) {
    ++open_failures;
    log.info(component, "channel refused, reason ", reason);
    core.refuse(where.number, reason);
}

void lme_state::confirm(lme_link::service service, lme_slot where) {
    const auto window = device.lme.window;
    if (const auto *order = happens(fault_kind::window)) {
        core.confirm(where.number, order->value, order->value);
    } else if (const auto *shut = happens(fault_kind::window_zero)) {
        core.confirm(where.number, 0, window);
        children.spawn(grant_later(shared_from_this(), where, shut->delay, window));
    } else {
        core.confirm(where.number, window, window);
    }
    ++channels_opened;
    if (happens(fault_kind::overrun))
        core.overrun(where.number);
    if (const auto *order = happens(fault_kind::inject_after_confirmation))
        core.inject(order->bytes);
    children.spawn(serve_channel(shared_from_this(), std::move(service), where));
    carry_out();
}

lme_channel::lme_channel(std::shared_ptr<lme_state> state, lme_slot where)
    : state_(std::move(state)),
      where_(where) {}

lme_channel::~lme_channel() {
    close();
}

bool lme_channel::ours() const noexcept {
    return state_->core.is_current(where_.number, where_.generation);
}

awaitable<std::size_t> lme_channel::read_some(net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    for (;;) {
        if (closed_ || state_->over)
            throw system_error(core::errc::closed);
        if (!ours())
            throw system_error(core::end_of_stream);
        if (state_->core.readable(where_.number) > 0) {
            const auto n = state_->core.read(
                where_.number, {static_cast<std::byte *>(buffer.data()), buffer.size()});
            state_->carry_out();
            co_return n;
        }
        if (!state_->core.is_open(where_.number))
            throw system_error(core::end_of_stream);
        co_await state_->changed.wait();
    }
}

awaitable<std::size_t> lme_channel::write_some(net::const_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    for (;;) {
        if (closed_ || state_->over)
            throw system_error(core::errc::closed);
        if (!ours() || !state_->core.is_open(where_.number))
            throw system_error(net::error::make_error_code(net::error::broken_pipe));
        if (state_->core.writable(where_.number) > 0 &&
            state_->core.messages().size() < most_queued) {
            const auto n = state_->core.write(
                where_.number, {static_cast<const std::byte *>(buffer.data()), buffer.size()});
            state_->carry_out();
            co_return n;
        }
        co_await state_->changed.wait();
    }
}

// APF has no half-close: the channel is closed.
awaitable<void> lme_channel::shutdown() {
    close();
    co_return;
}

void lme_channel::close() noexcept {
    if (std::exchange(closed_, true))
        return;
    if (ours())
        state_->core.close(where_.number);
    // Left to the writer: a destructor may call this when the link is gone already.
    if (!state_->core.messages().empty())
        state_->outgoing.notify_one();
    state_->changed.notify_all();
}

lme_link::lme_link(core::message_stream &link, const profile &device, faults &orders,
                   service_table services, core::log log)
    : state_(
          std::make_shared<lme_state>(link, device, orders, std::move(services), std::move(log))) {}

lme_link::~lme_link() = default;

awaitable<void> lme_link::run() {
    auto s = state_;
    s->core.start();
    s->carry_out();
    s->children.spawn(write_messages(s));
    if (s->device.lme.withdraw_after > core::duration::zero())
        s->children.spawn(withdraw_when_idle(s));
    // What the children end with shows on the link.
    const auto ended = co_await core::as_result(s->children.run(read_to_the_end(s)));
    if (!ended && ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

std::size_t lme_link::slots_used() const noexcept {
    return state_->core.slots_used();
}
bool lme_link::ready() const noexcept {
    return state_->core.ready();
}
std::size_t lme_link::channels_opened() const noexcept {
    return state_->channels_opened;
}
std::size_t lme_link::open_failures() const noexcept {
    return state_->open_failures;
}
std::size_t lme_link::withdrawals() const noexcept {
    return state_->withdrawals;
}
std::size_t lme_link::protocol_errors() const noexcept {
    return state_->core.protocol_errors();
}

} // namespace costrand::sim
