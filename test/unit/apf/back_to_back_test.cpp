// SPDX-License-Identifier: Apache-2.0
// The firmware's role, and a host core against a firmware core without any I/O.
#include "core_driver.hpp"

#include <deque>
#include <map>
#include <random>

using namespace costrand;
using namespace costrand::apf;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

struct firmware_driver : core_driver<firmware_role> {
    using core_driver::core_driver;

    void become_ready() {
        start();
        receive(protocol_version{});
        receive(service_accept{service_forwarding});
        receive(request_success{16992});
        receive(request_success{623});
    }
};

channel_open open_from_host(std::uint32_t sender, std::uint32_t port = 16992) {
    return {type_forwarded, sender, 4096, "::1", port, "::1", 123};
}

// Two cores and the messages on their way.
template <typename Mine, typename Other>
struct side {
    explicit side(core_options<Mine> o = {}) : core(std::move(o)) {}

    session_core<Mine> core;
    std::deque<std::vector<std::byte>> inbox;
    std::vector<std::uint32_t> opened, accepted;
    std::map<std::uint32_t, std::string> got;
    std::map<std::uint32_t, boost::system::error_code> ended;
    bool ready = false;

    void perform(const action_list &actions, std::deque<std::vector<std::byte>> &peer) {
        for (const auto &a : actions)
            std::visit([&](const auto &one) { perform(one, peer); }, a);
    }
    void perform(const action::send &s, std::deque<std::vector<std::byte>> &peer) {
        encode(s.what, peer.emplace_back());
    }
    void perform(const action::deliver &d, auto &) { got[d.channel] += core::as_text(d.data); }
    void perform(const action::opened &o, auto &) { opened.push_back(o.channel); }
    void perform(const action::accepted &o, auto &) { accepted.push_back(o.channel); }
    void perform(const action::ended &e, auto &) { ended[e.channel] = e.why; }
    void perform(const action::ready &, auto &) { ready = true; }
    void perform(const auto &, auto &) {}
};

struct pair_of_cores {
    explicit pair_of_cores(core_options<host_role> h = {}, core_options<firmware_role> f = {})
        : host(std::move(h)),
          firmware(std::move(f)) {
        action_list actions;
        host.core.start({}, actions);
        host.perform(actions, firmware.inbox);
        actions.clear();
        firmware.core.start({}, actions);
        firmware.perform(actions, host.inbox);
        settle();
    }

    template <typename A, typename B>
    bool step(A &to, B &from) {
        if (to.inbox.empty())
            return false;
        const auto message = std::move(to.inbox.front());
        to.inbox.pop_front();
        action_list actions;
        to.core.received(message, {}, actions);
        to.perform(actions, from.inbox);
        return true;
    }
    void settle() {
        while (step(host, firmware) || step(firmware, host)) {
        }
    }
    std::uint32_t open(std::uint32_t port) {
        action_list actions;
        const auto number = host.core.open(port, {}, actions);
        host.perform(actions, firmware.inbox);
        return number.value();
    }
    template <typename A, typename B>
    std::size_t write(A &from, B &to, std::uint32_t channel, std::string_view data) {
        action_list actions;
        const auto n = from.core.write(channel, core::as_bytes(data), actions);
        from.perform(actions, to.inbox);
        return n;
    }
    template <typename A, typename B>
    void close(A &from, B &to, std::uint32_t channel) {
        action_list actions;
        from.core.close(channel, actions);
        from.perform(actions, to.inbox);
    }

    side<host_role, firmware_role> host;
    side<firmware_role, host_role> firmware;
};

} // namespace

TEST_CASE("firmware says its version with its UUID, then asks for forwarding, then for each port") {
    core_options<firmware_role> o;
    o.role.system.wire[0] = std::byte{7};
    o.role.address = "amt";
    o.role.ports = {16993, 664};
    firmware_driver firmware(o);
    CHECK(firmware.start() == list(sent(protocol_version{1, 0, 254, o.role.system})));
    CHECK(firmware.receive(protocol_version{1, 0, 9, {}}) ==
          list(sent(service_request{service_forwarding})));
    CHECK(firmware.receive(service_accept{service_forwarding}) ==
          list(sent(tcpip_forward{true, "amt", 16993})));
    CHECK(firmware.receive(request_success{16993}) ==
          list(action::forwards_changed{}, sent(tcpip_forward{true, "amt", 664})));
    CHECK(firmware.receive(request_success{664}) ==
          list(action::forwards_changed{}, action::ready{}));
}

TEST_CASE("firmware does not answer a second version, or the two would go on for ever") {
    firmware_driver firmware;
    firmware.start();
    firmware.receive(protocol_version{});
    CHECK(firmware.receive(protocol_version{}) == list());
}

TEST_CASE("firmware refuses a host older than 1.0 with DISCONNECT 8") {
    firmware_driver firmware;
    firmware.start();
    CHECK(firmware.receive(protocol_version{0, 1, 0, {}}) ==
          list(sent(disconnect{8}), action::session_ended{errc::version_not_supported}));
}

TEST_CASE("a port whose forward the host refused is not offered") {
    firmware_driver firmware;
    firmware.start();
    firmware.receive(protocol_version{});
    firmware.receive(service_accept{service_forwarding});
    firmware.receive(request_failure{});
    firmware.receive(request_success{623});
    CHECK(firmware.core.is_ready());
    CHECK(firmware.receive(open_from_host(2, 16992)) == list(sent(channel_open_failure{2, 1})));
    CHECK(firmware.receive(open_from_host(2, 623)).size() == 2);
}

TEST_CASE("a success with another port than the one asked is accepted") {
    firmware_driver firmware;
    firmware.start();
    firmware.receive(protocol_version{});
    firmware.receive(service_accept{service_forwarding});
    firmware.receive(request_success{1});
    CHECK(firmware.core.forwarded_ports() == std::vector<std::uint16_t>{16992});
}

TEST_CASE("replies to no request are ignored and counted") {
    firmware_driver firmware;
    firmware.become_ready();
    CHECK(firmware.receive(request_success{16992}) == list());
    CHECK(firmware.receive(request_failure{}) == list());
    CHECK(firmware.core.counters().ignored == 2);
}

TEST_CASE("firmware has eight slots, 0 to 7; the ninth channel is refused with reason 4") {
    firmware_driver firmware;
    firmware.become_ready();
    for (std::uint32_t i = 0; i < 8; ++i)
        CHECK(firmware.receive(open_from_host(10 + i)) ==
              list(sent(channel_open_confirmation{10 + i, i, 4096}), action::accepted{i, 16992}));
    CHECK(firmware.receive(open_from_host(20)) == list(sent(channel_open_failure{20, 4})));
    // A close of ours that the host has not answered frees nothing.
    firmware.close(3);
    CHECK(firmware.receive(open_from_host(20)) == list(sent(channel_open_failure{20, 4})));
    firmware.receive(channel_close{3});
    CHECK(firmware.receive(open_from_host(20)) ==
          list(sent(channel_open_confirmation{20, 3, 4096}), action::accepted{3, 16992}));
}

TEST_CASE("firmware refuses unknown ports and types, and sender numbers that are open") {
    firmware_driver firmware;
    firmware.become_ready();
    CHECK(firmware.receive(open_from_host(2, 5900)) == list(sent(channel_open_failure{2, 1})));
    CHECK(firmware.receive(open_from_host(2, 65536 + 16992)) ==
          list(sent(channel_open_failure{2, 1})));
    CHECK(firmware.receive(channel_open{"session", 2, 1, "", 16992, "", 0}) ==
          list(sent(channel_open_failure{2, 3})));
    CHECK(firmware.receive(open_from_host(2)).size() == 2);
    CHECK(firmware.receive(open_from_host(2)) == list(sent(channel_open_failure{2, 1})));
}

TEST_CASE("an open before the handshake is done is refused with reason 1") {
    firmware_driver firmware;
    firmware.start();
    CHECK(firmware.receive(open_from_host(2)) == list(sent(channel_open_failure{2, 1})));
}

TEST_CASE("firmware withdraws and advertises a port in the middle of a session") {
    firmware_driver firmware;
    firmware.become_ready();
    action_list out;
    firmware.core.withdraw(16992, firmware.now, out);
    CHECK(out == list(sent(cancel_tcpip_forward{true, "", 16992})));
    CHECK(firmware.receive(open_from_host(2)) == list(sent(channel_open_failure{2, 1})));
    firmware.receive(request_success{});
    out.clear();
    firmware.core.advertise(16992, firmware.now, out);
    CHECK(out == list(sent(tcpip_forward{true, "", 16992})));
    firmware.receive(request_success{16992});
    CHECK(firmware.receive(open_from_host(2)).size() == 2);
}

TEST_CASE("keep-alive goes out at the interval the peer asked for, 0 switches it off") {
    firmware_driver firmware;
    firmware.become_ready();
    CHECK(firmware.receive(keepalive_options_request{30, 0}) ==
          list(sent(keepalive_options_reply{30, 0})));
    CHECK(firmware.after(29s) == list());
    CHECK(firmware.after(31s) == list(sent(keepalive_request{1}), sent(keepalive_request{2})));
    CHECK(firmware.receive(keepalive_options_request{0, 0}) ==
          list(sent(keepalive_options_reply{0, 0})));
    CHECK(firmware.after(1h) == list());
}

TEST_CASE("host and firmware become ready, open a channel, talk and close it") {
    pair_of_cores both;
    CHECK(both.host.ready);
    CHECK(both.firmware.ready);
    CHECK(both.host.core.forwarded_ports() == std::vector<std::uint16_t>{623, 16992});
    const auto channel = both.open(16992);
    both.settle();
    REQUIRE(both.host.opened == std::vector<std::uint32_t>{channel});
    REQUIRE(both.firmware.accepted == std::vector<std::uint32_t>{0});
    CHECK(both.write(both.host, both.firmware, channel, "question") == 8);
    CHECK(both.write(both.firmware, both.host, 0, "answer") == 6);
    both.settle();
    CHECK(both.firmware.got[0] == "question");
    CHECK(both.host.got[channel] == "answer");
    both.close(both.firmware, both.host, 0);
    both.settle();
    CHECK(both.host.ended.contains(channel));
    CHECK_FALSE(both.host.ended[channel]);
    CHECK(both.host.core.counters().ignored == 0);
    CHECK(both.firmware.core.counters().ignored == 0);
}

TEST_CASE("simultaneous closes need no third message") {
    pair_of_cores both;
    const auto channel = both.open(16992);
    both.settle();
    both.close(both.host, both.firmware, channel);
    both.close(both.firmware, both.host, 0);
    CHECK(both.host.inbox.size() == 1);
    CHECK(both.firmware.inbox.size() == 1);
    both.settle();
    CHECK(both.host.core.counters().ignored == 0);
    CHECK(both.firmware.core.counters().ignored == 0);
    // Both numbers are free again.
    both.open(16992);
    both.settle();
    CHECK(both.firmware.accepted == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("channels opened and abandoned in any way leave no slot of the firmware taken") {
    std::minstd_rand random(3);
    for (int round = 0; round < 50; ++round) {
        pair_of_cores both;
        for (int i = 0; i < 60; ++i) {
            const auto channel = both.open(16992);
            const auto steps = random() % 4;
            for (unsigned k = 0; k < steps; ++k) {
                both.step(both.firmware, both.host);
                both.step(both.host, both.firmware);
            }
            switch (random() % 3) {
            case 0:
                both.close(both.host, both.firmware, channel);
                break;
            case 1:
                both.settle();
                both.close(both.firmware, both.host, both.firmware.accepted.back());
                break;
            default:
                both.settle();
                both.write(both.host, both.firmware, channel, "x");
                both.close(both.host, both.firmware, channel);
                both.close(both.firmware, both.host, both.firmware.accepted.back());
            }
            both.settle();
        }
        REQUIRE(both.firmware.accepted.size() == 60);
    }
}

TEST_CASE("a transfer both ways through small windows is complete and in order") {
    core_options<host_role> h;
    h.window = 100;
    h.max_message = 9 + 64;
    core_options<firmware_role> f;
    f.window = 77;
    f.max_message = 9 + 50;
    pair_of_cores both(h, f);
    const auto channel = both.open(16992);
    both.settle();
    std::string up, down;
    for (int i = 0; i < 5000; ++i) {
        up += static_cast<char>('a' + i % 23);
        down += static_cast<char>('A' + i % 19);
    }
    std::size_t sent_up = 0, sent_down = 0;
    const auto consume = [](auto &at, std::uint32_t number, std::size_t &taken, auto &inbox) {
        action_list actions;
        const auto n = at.got[number].size() - taken;
        taken += n;
        (void)at.core.consumed(number, n, true);
        at.core.take_credits(actions);
        at.perform(actions, inbox);
    };
    std::size_t taken_up = 0, taken_down = 0;
    for (int turns = 0; turns < 5000 && (taken_up < up.size() || taken_down < down.size());
         ++turns) {
        sent_up +=
            both.write(both.host, both.firmware, channel, std::string_view(up).substr(sent_up));
        sent_down +=
            both.write(both.firmware, both.host, 0, std::string_view(down).substr(sent_down));
        both.settle();
        consume(both.firmware, 0, taken_up, both.host.inbox);
        consume(both.host, channel, taken_down, both.firmware.inbox);
        both.settle();
    }
    CHECK(both.firmware.got[0] == up);
    CHECK(both.host.got[channel] == down);
    CHECK(both.host.ended.empty());
    CHECK(both.firmware.ended.empty());
}
