// SPDX-License-Identifier: Apache-2.0
// session_core: one APF session, from the first message to the last: handshake (its Role), channel
// table, malformed input, timers. Events in, actions out; it never waits, reads no clock and does
// no I/O. The driver is session.hpp; simulators and tests drive it by hand.
#pragma once

#include <costrand/apf/actions.hpp>
#include <costrand/apf/channel_table.hpp>
#include <costrand/apf/codec.hpp>
#include <costrand/apf/errc.hpp>
#include <costrand/apf/firmware_role.hpp>
#include <costrand/apf/host_role.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/apf/timeouts.hpp>
#include <costrand/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace costrand::apf {

// Payload bytes that each channel may have on the way to us. RPC announces the same; firmware is
// known to work with it.
inline constexpr std::uint32_t default_window = 4096;

// A peer that sends nothing but broken messages is not one of ours.
inline constexpr int max_malformed_in_a_row = 3;

template <typename Role>
struct core_options {
    core_options() {}
    typename Role::options role;
    timeouts times;
    std::uint32_t window = default_window;
    std::size_t max_message = 4096 + data_header_size; // of the link, either direction
    number_range numbers = Role::numbers;
};

// The errc of a CHANNEL_OPEN_FAILURE.
[[nodiscard]] inline errc open_failure(std::uint32_t reason) noexcept {
    switch (reason) {
    case open_failure_reason::prohibited:
        return errc::open_prohibited;
    case open_failure_reason::connect_failed:
        return errc::open_connect_failed;
    case open_failure_reason::unknown_type:
        return errc::open_unknown_type;
    case open_failure_reason::resource_shortage:
        return errc::open_resource_shortage;
    default:
        return errc::open_rejected;
    }
}

template <typename Role>
class [[nodiscard]] session_core {
  public:
    explicit session_core(core_options<Role> o)
        : options_(std::move(o)),
          role_(options_.role, options_.times),
          channels_(options_.numbers) {}

    // The link is up.
    void start(time_point now, action_list &actions) {
        auto t = begin(now, actions);
        role_.start(t);
    }

    // One message of the link.
    void received(const_bytes bytes, time_point now, action_list &actions) {
        if (ended_)
            return;
        auto t = begin(now, actions);
        role_.heard(t);
        const auto got = decode(bytes);
        if (got) {
            malformed_in_a_row_ = 0;
            if (got->consumed < bytes.size())
                ++counters_.trailing;
            std::visit([this, &t](const auto &m) { on(m, t); }, got->what);
        } else if (got.error() == errc::empty_message) {
            ++counters_.empty;
        } else if (got.error() == errc::unknown_message) {
            ++counters_.unknown;
        } else {
            malformed(static_cast<message_number>(bytes[0]), static_cast<errc>(got.error().value()),
                      t);
        }
        ended_ = t.ended;
    }

    // The time that next_wake() named has come (earlier is harmless).
    void tick(time_point now, action_list &actions) {
        if (ended_)
            return;
        auto t = begin(now, actions);
        role_.tick(t);
        while (!opens_.empty() && opens_.front().deadline <= now) {
            const auto due = opens_.front();
            opens_.pop_front();
            auto *entry = pending(due);
            if (!entry)
                continue;
            // The number stays taken: a late confirmation must still find it, to be closed.
            (void)entry->core.close();
            actions.push_back(action::ended{due.number, errc::confirmation_timed_out});
        }
        ended_ = t.ended;
    }
    [[nodiscard]] std::optional<time_point> next_wake() const noexcept {
        auto wake = ended_ ? std::nullopt : role_.next_wake();
        if (!ended_ && !opens_.empty())
            wake = wake ? std::min(*wake, opens_.front().deadline) : opens_.front().deadline;
        return wake;
    }

    // Asks for a channel to a port of the peer; gives our number. Errors: no_free_channel,
    // disconnected when the session has ended.
    [[nodiscard]] core::result<std::uint32_t> open(std::uint32_t port, time_point now,
                                                   action_list &actions) {
        if (ended_)
            return make_error_code(errc::disconnected);
        const auto number = channels_.add(channel_core::opening(options_.window));
        if (!number)
            return make_error_code(errc::no_free_channel);
        auto request = role_.describe_open(port);
        request.sender = *number;
        request.window = options_.window;
        opens_.push_back(
            {now + options_.times.confirmation, *number, channels_.find(*number)->serial});
        actions.push_back(action::send{request});
        return *number;
    }

    // Nobody wants the channel any more; also one that is not confirmed yet. Nothing is delivered
    // for it from now on. Idempotent.
    void close(std::uint32_t channel, action_list &actions) {
        auto *entry = ended_ ? nullptr : channels_.find(channel);
        if (entry && entry->core.close())
            actions.push_back(action::send{channel_close{entry->core.peer_number()}});
        forget_settled_opens();
    }

    // Sends as much of `data` as fits the peer's window and the link, in one message. Gives how
    // much; 0: wait for action::window_opened.
    [[nodiscard]] std::size_t write(std::uint32_t channel, const_bytes data, action_list &actions) {
        auto *entry = channels_.find(channel);
        if (!entry || ended_)
            return 0;
        const std::size_t limit =
            options_.max_message > data_header_size ? options_.max_message - data_header_size : 0;
        const std::size_t n = entry->core.consume_tx(data.size(), limit);
        if (n > 0)
            actions.push_back(action::send{channel_data{entry->core.peer_number(), data.first(n)}});
        return n;
    }

    // write() gave 0 because of a remnant of the window that is held back for a peer that may not
    // credit so early: wait for action::window_opened for a limited time, then end the trial.
    [[nodiscard]] bool on_trial(std::uint32_t channel) {
        auto *entry = channels_.find(channel);
        return entry && entry->core.tx_on_trial();
    }
    void end_trial(std::uint32_t channel) {
        if (auto *entry = channels_.find(channel))
            entry->core.end_tx_trial();
    }

    // The consumer took n delivered bytes. True: call take_credits() when the data of this turn
    // has been sent.
    [[nodiscard]] bool consumed(std::uint32_t channel, std::size_t n, bool queue_empty) {
        auto *entry = ended_ ? nullptr : channels_.find(channel);
        if (!entry || !entry->core.released(n, queue_empty))
            return false;
        if (!std::exchange(entry->credit_due, true))
            credits_.push_back(channel);
        return true;
    }
    [[nodiscard]] bool credits_due() const noexcept { return !ended_ && !credits_.empty(); }
    // The window adjusts that are due, one a channel.
    void take_credits(action_list &actions) {
        for (auto channel : credits_) {
            auto *entry = ended_ ? nullptr : channels_.find(channel);
            if (!entry || !std::exchange(entry->credit_due, false))
                continue;
            if (const auto n = entry->core.take_credit())
                actions.push_back(
                    action::send{channel_window_adjust{entry->core.peer_number(), n}});
        }
        credits_.clear();
    }

    [[nodiscard]] bool is_ready() const noexcept { return role_.is_ready(); }
    [[nodiscard]] bool has_ended() const noexcept { return ended_; }
    [[nodiscard]] const session_counters &counters() const noexcept { return counters_; }
    [[nodiscard]] std::vector<std::uint16_t> forwarded_ports() const {
        return role_.forwarded_ports();
    }
    // The number of the next channel, for the session that comes after this one.
    [[nodiscard]] std::uint32_t next_number() const noexcept { return channels_.next_number(); }

    // Firmware only.
    void advertise(std::uint16_t port, time_point now, action_list &actions) {
        auto t = begin(now, actions);
        role_.advertise(port, t);
    }
    void withdraw(std::uint16_t port, time_point now, action_list &actions) {
        auto t = begin(now, actions);
        role_.withdraw(port, t);
    }

  private:
    struct pending_open {
        time_point deadline;
        std::uint32_t number;
        std::uint64_t serial;
    };

    turn begin(time_point now, action_list &actions) noexcept { return {now, actions, counters_}; }

    channel_entry *pending(const pending_open &p) noexcept {
        auto *entry = channels_.find(p.number);
        const bool same = entry && entry->serial == p.serial;
        return same && entry->core.state() == channel_state::open_sent ? entry : nullptr;
    }
    void forget_settled_opens() noexcept {
        while (!opens_.empty() && !pending(opens_.front()))
            opens_.pop_front();
    }

    // All but the channels' own messages belong to the handshake.
    template <typename M>
    void on(const M &m, turn &t) {
        role_.on(m, t);
    }
    void on(const disconnect &, turn &t) { t.end(errc::disconnected); }

    void on(const channel_data &m, turn &t) {
        auto *entry = find(m.recipient, t);
        if (!entry)
            return;
        switch (entry->core.received(m.data.size())) {
        case data_verdict::deliver:
            t.actions.push_back(action::deliver{m.recipient, m.data});
            return;
        case data_verdict::discard:
            return;
        case data_verdict::ignore:
            return t.ignore();
        case data_verdict::overrun:
            t.send(channel_close{entry->core.peer_number()});
            t.actions.push_back(action::ended{m.recipient, errc::window_overrun});
            return;
        }
    }

    void on(const channel_window_adjust &m, turn &t) {
        if (auto *entry = find(m.recipient, t); entry && entry->core.adjusted(m.bytes_to_add))
            t.actions.push_back(action::window_opened{m.recipient});
    }

    // Ignored when it is for nobody, whatever the phase: firmware repeats the closes of older
    // channels after a reset, and an answer could hit a new channel of the peer.
    void on(const channel_close &m, turn &t) {
        auto *entry = channels_.find(m.recipient);
        if (!entry || entry->core.awaits_answer())
            return t.ignore();
        const auto peer = entry->core.peer_number();
        if (entry->core.closed_by_peer()) {
            t.send(channel_close{peer});
            t.actions.push_back(action::ended{m.recipient, {}});
        }
    }

    void on(const channel_open_confirmation &m, turn &t) {
        if (!role_.channels_allowed())
            return t.protocol_error();
        auto *entry = channels_.find(m.recipient);
        if (!entry || !entry->core.awaits_answer()) {
            t.ignore();
            // The peer believes in a channel that we do not know: give its slot back. Not when
            // that slot is one of our channels (the confirmation came twice).
            if (!channels_.peer_uses(m.sender))
                t.send(channel_close{m.sender});
            return;
        }
        if (entry->core.confirmed(m.sender, m.window))
            t.actions.push_back(action::opened{m.recipient});
        else
            t.send(channel_close{m.sender});
        forget_settled_opens();
    }

    void on(const channel_open_failure &m, turn &t) {
        auto *entry = find(m.recipient, t);
        if (!entry)
            return;
        if (!entry->core.awaits_answer())
            return t.ignore();
        if (entry->core.refused())
            t.actions.push_back(action::ended{m.recipient, open_failure(m.reason)});
        forget_settled_opens();
    }

    void on(const channel_open &m, turn &t) {
        if (!role_.channels_allowed())
            return t.protocol_error();
        const auto refuse = [&](std::uint32_t reason) {
            t.send(channel_open_failure{m.sender, reason});
        };
        if (const auto reason = role_.refuse(m))
            return refuse(*reason);
        if (channels_.peer_uses(m.sender))
            return refuse(open_failure_reason::prohibited);
        const auto number =
            channels_.add(channel_core::accepted(options_.window, m.sender, m.window));
        if (!number)
            return refuse(open_failure_reason::resource_shortage);
        t.send(channel_open_confirmation{m.sender, *number, options_.window});
        t.actions.push_back(action::accepted{*number, m.connected_port});
    }

    // The channel of a message that only makes sense for one in use.
    channel_entry *find(std::uint32_t number, turn &t) {
        if (!role_.channels_allowed()) {
            t.protocol_error();
            return nullptr;
        }
        auto *entry = channels_.find(number);
        if (!entry)
            t.ignore();
        return entry;
    }

    void malformed(message_number number, errc why, turn &t) {
        ++counters_.malformed;
        switch (number) {
        case message_number::disconnect:
            return t.end(errc::disconnected); // it cannot mean anything else
        case message_number::userauth_request:
            return role_.on_malformed_userauth(why, t);
        case message_number::keepalive_request:
        case message_number::keepalive_reply:
        case message_number::keepalive_options_request:
        case message_number::keepalive_options_reply:
            return;
        default:
            break;
        }
        if (!role_.is_ready() || ++malformed_in_a_row_ == max_malformed_in_a_row)
            t.protocol_error();
    }

    core_options<Role> options_;
    Role role_;
    channel_table channels_;
    std::deque<pending_open> opens_; // by deadline: the limit is the same for all
    std::vector<std::uint32_t> credits_;
    session_counters counters_;
    int malformed_in_a_row_ = 0;
    bool ended_ = false;
};

using host_core = session_core<host_role>;
using firmware_core = session_core<firmware_role>;

} // namespace costrand::apf
