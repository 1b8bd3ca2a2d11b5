// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/lme_core.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <variant>

namespace costrand::sim {
namespace {

constexpr std::uint64_t largest_window = std::numeric_limits<std::uint32_t>::max();
constexpr int malformed_limit = 3; // in a row, then DISCONNECT 2 (apf.md 12)

} // namespace

lme_core::lme_core(const lme_profile &options, const apf::uuid &id, std::size_t max_message)
    : options_(options),
      id_(id),
      max_payload_(max_message - apf::data_header_size),
      slots_(options.slots) {}

void lme_core::start() {
    phase_ = phase::version;
    apf::protocol_version mine;
    mine.system = id_;
    say(mine);
}

void lme_core::receive(core::const_bytes message) {
    if (phase_ == phase::down || phase_ == phase::over)
        return;
    if (message.empty()) {
        ++errors_; // no APF message is empty; it is ignored
        return;
    }
    const auto decoded = apf::decode(message);
    const auto number = static_cast<apf::message_number>(message[0]);
    if (!decoded && number == apf::message_number::disconnect)
        return on(apf::disconnect{}); // cut, but it cannot mean anything else
    if (!decoded && (number == apf::message_number::keepalive_request ||
                     number == apf::message_number::keepalive_options_request)) {
        ++errors_; // no reply
        return;
    }
    if (!decoded && decoded.error() != apf::errc::unknown_message)
        return malformed();
    malformed_in_a_row_ = 0;
    if (!decoded || decoded->consumed != message.size())
        ++errors_; // an unknown number is ignored, and so are bytes behind a message
    if (decoded)
        std::visit([this](const auto &m) { on(m); }, decoded->what);
}

void lme_core::malformed() {
    ++errors_;
    if (phase_ != phase::forwarding || ++malformed_in_a_row_ >= malformed_limit)
        end(apf::disconnect_reason::protocol_error);
}

void lme_core::end(std::uint32_t reason) {
    say(apf::disconnect{reason});
    phase_ = phase::over;
    tell(lme_event::kind::ended);
}

std::optional<lme_event> lme_core::next_event() noexcept {
    if (events_taken_ < events_.size())
        return events_[events_taken_++];
    events_.clear();
    events_taken_ = 0;
    return std::nullopt;
}

void lme_core::tell(lme_event::kind what, std::size_t slot) {
    events_.push_back({what, slot, 0, 0});
}

// The handshake of apf.md 8.4. The host's version may come before ours was read, and twice.
void lme_core::on(const apf::protocol_version &m) {
    if (phase_ != phase::version)
        return;
    if (m.major < 1)
        return end(apf::disconnect_reason::version_not_supported);
    phase_ = phase::service;
    say(apf::service_request{apf::service_forwarding});
}

void lme_core::on(const apf::service_accept &m) {
    if (phase_ != phase::service || m.service != apf::service_forwarding) {
        ++errors_;
        if (options_.strict)
            end(apf::disconnect_reason::protocol_error);
        return;
    }
    phase_ = phase::forwarding;
    ask_forwards();
}

void lme_core::ask_forwards() {
    for (const auto port : options_.forwards) {
        say(apf::tcpip_forward{true, options_.forward_address, port});
        awaiting_.push_back({port, false});
    }
    if (awaiting_.empty())
        tell(lme_event::kind::ready);
}

void lme_core::withdraw() {
    if (!idle())
        return;
    withdrawn_ = true;
    for (const auto port : std::exchange(forwarded_, {})) {
        if (!options_.withdraw_tells)
            continue;
        say(apf::cancel_tcpip_forward{true, options_.forward_address, port});
        awaiting_.push_back({port, true});
    }
}

void lme_core::advertise() {
    if (phase_ == phase::forwarding && std::exchange(withdrawn_, false))
        ask_forwards();
}

bool lme_core::idle() const noexcept {
    return ready() && !withdrawn_ && slots_used() == 0;
}

// Replies carry no name: they answer the requests in order.
void lme_core::on(const apf::request_success &) {
    if (awaiting_.empty()) {
        ++errors_;
        return;
    }
    if (!awaiting_.front().withdrawal)
        forwarded_.push_back(awaiting_.front().port);
    answered();
}

void lme_core::on(const apf::request_failure &) {
    if (awaiting_.empty()) {
        ++errors_;
        return;
    }
    answered(); // that port is not offered
}

void lme_core::answered() {
    const bool withdrawal = awaiting_.front().withdrawal;
    awaiting_.pop_front();
    if (awaiting_.empty() && !withdrawal)
        tell(lme_event::kind::ready);
}

void lme_core::on(const apf::disconnect &) {
    phase_ = phase::over;
    tell(lme_event::kind::ended);
}

void lme_core::on(const apf::channel_open &m) {
    if (phase_ != phase::forwarding) {
        ++errors_;
        return end(apf::disconnect_reason::protocol_error);
    }
    const auto fail = [&](std::uint32_t reason) {
        say(apf::channel_open_failure{m.sender, reason});
    };
    if (m.type != apf::type_forwarded) {
        ++errors_;
        return fail(apf::open_failure_reason::unknown_type);
    }
    advertise(); // before the refusal: the requests are seen just ahead of it
    const auto offered = std::ranges::find(forwarded_, m.connected_port);
    if (offered == forwarded_.end())
        return fail(apf::open_failure_reason::prohibited);
    const auto same_number = [&](const channel &c) {
        return c.state != use::none && c.host_number == m.sender;
    };
    if (std::ranges::any_of(slots_, same_number)) {
        ++errors_;
        return fail(apf::open_failure_reason::prohibited);
    }
    const auto slot = std::ranges::find(slots_, use::none, &channel::state);
    if (slot == slots_.end())
        return fail(apf::open_failure_reason::resource_shortage);
    channel fresh;
    fresh.state = use::wanted;
    fresh.host_number = m.sender;
    fresh.generation = slot->generation + 1;
    fresh.tx = m.window;
    *slot = std::move(fresh);
    events_.push_back({lme_event::kind::wanted, number_of(*slot), *offered, slot->generation});
}

void lme_core::confirm(std::size_t slot, std::uint32_t window, std::uint32_t cap) {
    auto &c = slots_[slot];
    if (c.state != use::wanted || phase_ != phase::forwarding)
        return;
    c.state = use::open;
    c.rx = window;
    c.rx_cap = cap;
    say(apf::channel_open_confirmation{c.host_number, static_cast<std::uint32_t>(slot), window});
}

void lme_core::refuse(std::size_t slot, std::uint32_t reason) {
    auto &c = slots_[slot];
    if (c.state != use::wanted || phase_ != phase::forwarding)
        return;
    c.state = use::none;
    say(apf::channel_open_failure{c.host_number, reason});
}

lme_core::channel *lme_core::addressed(std::uint32_t recipient) noexcept {
    if (phase_ != phase::forwarding) {
        ++errors_;
        end(apf::disconnect_reason::protocol_error);
        return nullptr;
    }
    const bool known = recipient < slots_.size() && (slots_[recipient].state == use::open ||
                                                     slots_[recipient].state == use::closing);
    if (!known) {
        ++errors_; // ignored, never answered
        return nullptr;
    }
    return &slots_[recipient];
}

std::size_t lme_core::number_of(const channel &c) const noexcept {
    return static_cast<std::size_t>(&c - slots_.data());
}

void lme_core::on(const apf::channel_data &m) {
    auto *c = addressed(m.recipient);
    if (!c || c->state == use::closing)
        return;
    if (m.data.size() > c->rx) {
        ++errors_;
        if (options_.strict)
            return close(number_of(*c));
    }
    c->rx -= std::min<std::uint64_t>(c->rx, m.data.size());
    // What was consumed is cut off when it is more than the rest: each byte moves at most once.
    if (c->consumed > c->inbound.size() - c->consumed) {
        c->inbound.erase(c->inbound.begin(),
                         c->inbound.begin() + static_cast<std::ptrdiff_t>(c->consumed));
        c->consumed = 0;
    }
    c->inbound.insert(c->inbound.end(), m.data.begin(), m.data.end());
    if (!m.data.empty())
        tell(lme_event::kind::data, number_of(*c));
}

void lme_core::on(const apf::channel_window_adjust &m) {
    auto *c = addressed(m.recipient);
    if (!c || c->state == use::closing)
        return;
    c->tx = std::min(c->tx + m.bytes_to_add, largest_window);
    tell(lme_event::kind::room, number_of(*c));
}

void lme_core::on(const apf::channel_close &m) {
    auto *c = addressed(m.recipient);
    if (!c)
        return;
    if (c->state == use::open) {
        say(apf::channel_close{c->host_number});
        last_closed_ = c->host_number;
    }
    c->state = use::none; // what came before stays readable until the slot is used again
    tell(lme_event::kind::closed, number_of(*c));
}

std::size_t lme_core::readable(std::size_t slot) const noexcept {
    return slots_[slot].inbound.size() - slots_[slot].consumed;
}

std::size_t lme_core::read(std::size_t slot, core::mutable_bytes to) {
    auto &c = slots_[slot];
    const auto rest = core::const_bytes(c.inbound).subspan(c.consumed);
    const auto n = std::min(to.size(), rest.size());
    if (n > 0)
        std::memcpy(to.data(), rest.data(), n);
    c.consumed += n;
    if (n == rest.size()) {
        c.inbound.clear();
        c.consumed = 0;
    }
    c.owed += n;
    if (c.state == use::open)
        give_back(c);
    return n;
}

// Never more than was consumed; when half of the window is owed, or nothing is left to consume.
void lme_core::give_back(channel &c) {
    if (c.owed == 0 || (c.owed < c.rx_cap / 2 && !c.inbound.empty()))
        return;
    const auto most = c.rx_cap > c.rx ? c.rx_cap - c.rx : 0;
    const auto back = std::min(c.owed, most);
    c.owed = 0;
    if (back > 0)
        grant(number_of(c), static_cast<std::uint32_t>(back));
}

void lme_core::grant(std::size_t slot, std::uint32_t bytes) {
    auto &c = slots_[slot];
    if (c.state != use::open)
        return;
    c.rx += bytes;
    say(apf::channel_window_adjust{c.host_number, bytes});
}

std::size_t lme_core::writable(std::size_t slot) const noexcept {
    const auto &c = slots_[slot];
    if (c.state != use::open)
        return 0;
    return static_cast<std::size_t>(std::min<std::uint64_t>(c.tx, max_payload_));
}

std::size_t lme_core::write(std::size_t slot, core::const_bytes from) {
    const auto n = std::min(from.size(), writable(slot));
    if (n == 0)
        return 0;
    auto &c = slots_[slot];
    c.tx -= n;
    say(apf::channel_data{c.host_number, from.first(n)});
    return n;
}

void lme_core::close(std::size_t slot) {
    auto &c = slots_[slot];
    if (c.state != use::open || phase_ != phase::forwarding)
        return;
    c.state = use::closing;
    say(apf::channel_close{c.host_number});
    last_closed_ = c.host_number;
}

bool lme_core::is_open(std::size_t slot) const noexcept {
    return slots_[slot].state == use::open && phase_ == phase::forwarding;
}

bool lme_core::is_current(std::size_t slot, std::uint32_t generation) const noexcept {
    return slots_[slot].generation == generation;
}

void lme_core::overrun(std::size_t slot) {
    auto &c = slots_[slot];
    if (c.state != use::open)
        return;
    const std::vector<std::byte> junk(max_payload_, std::byte{'x'});
    for (auto left = c.tx + 1; left > 0;) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, max_payload_));
        say(apf::channel_data{c.host_number, core::const_bytes(junk).first(n)});
        left -= n;
    }
    c.tx = 0;
}

void lme_core::replay_close() {
    say(apf::channel_close{last_closed_.value_or(0)});
}

void lme_core::inject(core::const_bytes message) {
    messages_.add_bytes(message);
}

std::size_t lme_core::slots_used() const noexcept {
    return slots_.size() -
           static_cast<std::size_t>(std::ranges::count(slots_, use::none, &channel::state));
}

} // namespace costrand::sim
