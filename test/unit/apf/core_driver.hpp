// SPDX-License-Identifier: Apache-2.0
// Drives a session_core by hand: one event in, the list of actions out. Actions are printed in
// words when a check fails.
#pragma once

#include <costrand/apf/codec.hpp>
#include <costrand/apf/session_core.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

inline std::string describe(const apf::any_action &a) {
    using namespace apf;
    struct words {
        std::string operator()(const action::send &s) const {
            std::vector<std::byte> bytes;
            encode(s.what, bytes);
            return "send " + to_hex(bytes);
        }
        std::string operator()(const action::deliver &d) const {
            return "deliver " + std::to_string(d.channel) + ' ' + to_hex(d.data);
        }
        std::string operator()(const action::opened &o) const {
            return "opened " + std::to_string(o.channel);
        }
        std::string operator()(const action::accepted &o) const {
            return "accepted " + std::to_string(o.channel) + " port " + std::to_string(o.port);
        }
        std::string operator()(const action::window_opened &w) const {
            return "window " + std::to_string(w.channel);
        }
        std::string operator()(const action::ended &e) const {
            return "ended " + std::to_string(e.channel) + ' ' + e.why.message();
        }
        std::string operator()(const action::forwards_changed &) const { return "forwards"; }
        std::string operator()(const action::ready &) const { return "ready"; }
        std::string operator()(const action::session_ended &e) const {
            return "session ended " + e.why.message();
        }
    };
    return std::visit(words(), a);
}

template <typename... Actions>
apf::action_list list(const Actions &...actions) {
    return {apf::any_action(actions)...};
}

// The message as an action.
template <typename M>
apf::any_action sent(const M &m) {
    return apf::action::send{m};
}

// Bytes that live as long as the test.
inline apf::const_bytes text(std::string_view s) {
    return core::as_bytes(s);
}

template <typename Role>
class core_driver {
  public:
    explicit core_driver(apf::core_options<Role> options = {}) : core(std::move(options)) {}

    apf::action_list start() {
        apf::action_list out;
        core.start(now, out);
        return out;
    }
    template <typename M>
    apf::action_list receive(const M &m) {
        return receive_bytes(apf::encode(m));
    }
    apf::action_list receive_hex(std::string_view hex) { return receive_bytes(from_hex(hex)); }
    apf::action_list receive_bytes(std::vector<std::byte> bytes) {
        received_ = std::move(bytes); // the actions may hold views of it
        apf::action_list out;
        core.received(received_, now, out);
        return out;
    }
    // Time passes; the core is woken as it asked.
    apf::action_list after(std::chrono::nanoseconds d) {
        const auto end = now + d;
        apf::action_list out;
        for (auto wake = core.next_wake(); wake && *wake <= end; wake = core.next_wake()) {
            now = std::max(now, *wake);
            core.tick(now, out);
        }
        now = end;
        return out;
    }
    apf::action_list open(std::uint32_t port) {
        apf::action_list out;
        const auto number = core.open(port, now, out);
        latest = number ? *number : 0xffff;
        latest_error = number ? error_code() : number.error();
        return out;
    }
    apf::action_list close(std::uint32_t channel) {
        apf::action_list out;
        core.close(channel, out);
        return out;
    }
    apf::action_list write(std::uint32_t channel, apf::const_bytes data) {
        apf::action_list out;
        written = core.write(channel, data, out);
        return out;
    }
    apf::action_list consume(std::uint32_t channel, std::size_t n, bool queue_empty) {
        apf::action_list out;
        (void)core.consumed(channel, n, queue_empty);
        core.take_credits(out);
        return out;
    }

    apf::session_core<Role> core;
    apf::time_point now{std::chrono::hours(1)};
    std::uint32_t latest = 0; // number of the last open()
    boost::system::error_code latest_error;
    std::size_t written = 0; // by the last write()

  private:
    std::vector<std::byte> received_;
    using error_code = boost::system::error_code;
};

struct host_driver : core_driver<apf::host_role> {
    using core_driver::core_driver;

    // Up to the request for forwarding; no port yet.
    void agree() {
        start();
        receive(apf::protocol_version{});
        receive(apf::service_request{apf::service_forwarding});
    }
    void become_ready() {
        agree();
        receive(apf::tcpip_forward{true, "", 16992});
        receive(apf::tcpip_forward{true, "", 623});
    }
    // A confirmed channel: our number, the firmware's number, its window.
    std::uint32_t open_channel(std::uint32_t peer = 0, std::uint32_t window = 4096) {
        open(16992);
        receive(apf::channel_open_confirmation{latest, peer, window});
        return latest;
    }
};

// A ready host with its own window.
struct ready_host : host_driver {
    explicit ready_host(apf::core_options<apf::host_role> o = {}) : host_driver(std::move(o)) {
        become_ready();
    }
};

inline apf::core_options<apf::host_role> with_window(std::uint32_t window,
                                                     std::size_t max_message = 4105) {
    apf::core_options<apf::host_role> o;
    o.window = window;
    o.max_message = max_message;
    return o;
}

} // namespace costrand::test

template <>
struct doctest::StringMaker<costrand::apf::action_list> {
    static doctest::String convert(const costrand::apf::action_list &actions) {
        std::string out = "[";
        for (const auto &a : actions)
            out += (out.size() > 1 ? ", " : "") + costrand::test::describe(a);
        return (out + "]").c_str();
    }
};
