// SPDX-License-Identifier: Apache-2.0
// What session_core tells its driver to do, in order. Views in an action live as long as the bytes
// that were given to session_core::received, so the driver performs the list before it reads on.
#pragma once

#include <costrand/apf/errc.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/apf/timeouts.hpp>

#include <cstdint>
#include <variant>
#include <vector>

namespace costrand::apf {

// Channels are named by our own number in all of these.
namespace action {

// Put it on the link, behind what is there.
struct send {
    message what;
    friend bool operator==(const send &, const send &) = default;
};
// Payload for the consumer of a channel.
struct deliver {
    std::uint32_t channel;
    const_bytes data;
    friend bool operator==(const deliver &a, const deliver &b) {
        return a.channel == b.channel && std::ranges::equal(a.data, b.data);
    }
};
// The channel that we asked for is open.
struct opened {
    std::uint32_t channel;
    friend bool operator==(const opened &, const opened &) = default;
};
// The peer opened a channel to this port of ours; it is confirmed already.
struct accepted {
    std::uint32_t channel;
    std::uint32_t port;
    friend bool operator==(const accepted &, const accepted &) = default;
};
// Writers of the channel may go on.
struct window_opened {
    std::uint32_t channel;
    friend bool operator==(const window_opened &, const window_opened &) = default;
};
// No more of this channel, neither way. No error: the peer closed it, the consumer reads what was
// delivered and then the end of the stream. The number may come back for another channel.
struct ended {
    std::uint32_t channel;
    boost::system::error_code why;
    friend bool operator==(const ended &a, const ended &b) {
        return a.channel == b.channel && a.why == b.why;
    }
};
// The list of forwarded ports changed.
struct forwards_changed {
    friend bool operator==(const forwards_changed &, const forwards_changed &) = default;
};
// The handshake is done, channels may be opened. Comes once.
struct ready {
    friend bool operator==(const ready &, const ready &) = default;
};
// Send what is queued, close the link. The last action of a session.
struct session_ended {
    boost::system::error_code why;
    friend bool operator==(const session_ended &a, const session_ended &b) {
        return a.why == b.why;
    }
};

} // namespace action

using any_action = std::variant<action::send, action::deliver, action::opened, action::accepted,
                                action::window_opened, action::ended, action::forwards_changed,
                                action::ready, action::session_ended>;
using action_list = std::vector<any_action>;

// Things that are legal to do to us and have no effect, counted for whoever looks for trouble.
struct session_counters {
    std::uint64_t ignored = 0;  // well-formed, but of no meaning here and now
    std::uint64_t unknown = 0;  // message numbers that do not exist
    std::uint64_t empty = 0;    // messages of no bytes
    std::uint64_t trailing = 0; // messages with bytes behind their end
    std::uint64_t malformed = 0;
};

// One event's share: where the actions go, the time, and the ways to say the frequent ones.
struct turn {
    time_point now;
    action_list &actions;
    session_counters &counters;
    bool ended = false;

    template <typename M>
    void send(const M &m) {
        actions.push_back(action::send{m});
    }
    void ignore() noexcept { ++counters.ignored; }
    void end(errc why) {
        ended = true;
        actions.push_back(action::session_ended{why});
    }
    void disconnect_and_end(std::uint32_t reason, errc why) {
        send(disconnect{reason});
        end(why);
    }
    void protocol_error() {
        disconnect_and_end(disconnect_reason::protocol_error, errc::protocol_error);
    }
};

} // namespace costrand::apf
