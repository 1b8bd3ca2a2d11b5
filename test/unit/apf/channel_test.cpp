// SPDX-License-Identifier: Apache-2.0
// The life of a channel: numbers, states, closes, late and stray messages.
#include "core_driver.hpp"

#include <set>

using namespace costrand;
using namespace costrand::apf;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

std::uint32_t port_of(const action_list &actions) {
    return std::get<channel_open>(std::get<action::send>(actions.at(0)).what).connected_port;
}

} // namespace

TEST_CASE("a channel is asked for as the known clients ask") {
    ready_host host;
    const auto actions = host.open(16992);
    REQUIRE(actions.size() == 1);
    // The vector channel_open_forwarded_v6.
    CHECK(describe(actions[0]) ==
          "send 5a0000000f666f727761726465642d74637069700000000200001000ffffffff00000003"
          "3a3a3100004260000000033a3a310000007b");
    CHECK(port_of(host.open(16993)) == 16993);
}

TEST_CASE("our numbers walk 2 to 31, then 1, 2 and so on") {
    ready_host host;
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < 33; ++i) {
        const auto channel = host.open_channel();
        host.receive(channel_close{channel});
        numbers.push_back(channel);
    }
    std::vector<std::uint32_t> expected;
    for (std::uint32_t n = 2; n <= 31; ++n)
        expected.push_back(n);
    for (std::uint32_t n = 1; n <= 3; ++n)
        expected.push_back(n);
    CHECK(numbers == expected);
}

TEST_CASE("numbers of channels that live, or may still be answered, are passed over") {
    ready_host host;
    const auto open = host.open_channel(7);
    host.open(16992);
    const auto unanswered = host.latest;
    host.close(unanswered);
    CHECK(open == 2);
    CHECK(unanswered == 3);
    for (int i = 0; i < 29 + 29; ++i) {
        const auto channel = host.open_channel(0);
        CHECK(channel != open);
        CHECK(channel != unanswered);
        host.receive(channel_close{channel});
    }
}

TEST_CASE("the number of the latest channel is not the next one's, even if it alone is free") {
    ready_host host;
    for (std::uint32_t i = 0; i < 31 - 1; ++i)
        host.open_channel(i);
    host.open(16992);
    const auto latest = host.latest;
    host.receive(channel_open_failure{latest, 1});
    host.open(16992);
    CHECK(host.latest_error == errc::no_free_channel);
    host.receive(channel_close{5});
    host.open(16992);
    CHECK(host.latest == 5);
}

TEST_CASE("a peer that never answers closes cannot use up our numbers") {
    ready_host host;
    for (int i = 0; i < 100; ++i) {
        const auto channel = host.open_channel(static_cast<std::uint32_t>(i % 8));
        REQUIRE_FALSE(host.latest_error);
        host.close(channel);
    }
}

TEST_CASE("the walk of numbers goes on in the next session") {
    ready_host first;
    first.open_channel();
    core_options<host_role> o;
    o.numbers.first = first.core.next_number();
    ready_host second(o);
    CHECK(second.open_channel() == 3);
}

TEST_CASE("a confirmation opens the channel and its window is the first to send in") {
    ready_host host;
    host.open(16992);
    CHECK(host.receive(channel_open_confirmation{2, 5, 3}) == list(action::opened{2}));
    CHECK(host.write(2, text("hello")) == list(sent(channel_data{5, text("hel")})));
    CHECK(host.written == 3);
}

TEST_CASE("number 0 is a number of the firmware like any other") {
    ready_host host;
    const auto channel = host.open_channel(0);
    CHECK(host.write(channel, text("x")) == list(sent(channel_data{0, text("x")})));
    CHECK(host.close(channel) == list(sent(channel_close{0})));
    const auto answered = host.open_channel(0);
    CHECK(host.receive(channel_close{answered}) ==
          list(sent(channel_close{0}), action::ended{answered, {}}));
}

TEST_CASE("a refused open names its reason and frees its number") {
    const std::pair<std::uint32_t, errc> reasons[] = {{1, errc::open_prohibited},
                                                      {2, errc::open_connect_failed},
                                                      {3, errc::open_unknown_type},
                                                      {4, errc::open_resource_shortage},
                                                      {99, errc::open_rejected}};
    for (const auto &[reason, error] : reasons) {
        ready_host host;
        host.open(16992);
        CHECK(host.receive(channel_open_failure{2, reason}) == list(action::ended{2, error}));
        CHECK(host.receive(channel_open_failure{2, reason}) == list());
        CHECK_FALSE(host.core.next_wake().has_value());
    }
}

TEST_CASE("closing before the answer sends nothing until the confirmation, then a close") {
    ready_host host;
    host.open(16992);
    CHECK(host.close(2) == list());
    CHECK(host.close(2) == list());
    CHECK(host.receive(channel_open_confirmation{2, 6, 4096}) == list(sent(channel_close{6})));
    CHECK(host.receive(channel_close{2}) == list());
    CHECK(host.core.counters().ignored == 0);
}

TEST_CASE("closing before the answer, then a refusal: the channel is gone without a word") {
    ready_host host;
    host.open(16992);
    host.close(2);
    CHECK(host.receive(channel_open_failure{2, 1}) == list());
    CHECK(host.receive(channel_close{2}) == list());
    CHECK(host.core.counters().ignored == 1);
}

TEST_CASE("an open without an answer fails after 18 seconds") {
    ready_host host;
    host.open(16992);
    CHECK(host.after(17999ms) == list());
    CHECK(host.after(1ms) == list(action::ended{2, errc::confirmation_timed_out}));
}

TEST_CASE("the number of an open that timed out stays taken until its answer has come") {
    ready_host host;
    host.open(16992);
    host.after(18s);
    for (int i = 0; i < 40; ++i) {
        const auto channel = host.open_channel(0);
        CHECK(channel != 2);
        host.receive(channel_close{channel});
    }
    host.receive(channel_open_failure{2, 1});
    bool seen = false;
    for (int i = 0; i < 31; ++i) {
        const auto channel = host.open_channel(0);
        seen = seen || channel == 2;
        host.receive(channel_close{channel});
    }
    CHECK(seen);
}

TEST_CASE("each open has 18 seconds of its own") {
    ready_host host;
    host.open(16992);
    host.after(10s);
    host.open(16992);
    CHECK(host.after(8s) == list(action::ended{2, errc::confirmation_timed_out}));
    CHECK(host.after(9999ms) == list());
    CHECK(host.after(1ms) == list(action::ended{3, errc::confirmation_timed_out}));
}

TEST_CASE("a confirmation after the time limit is answered with a close to its sender") {
    ready_host host;
    host.open(16992);
    host.after(18s);
    CHECK(host.receive(channel_open_confirmation{2, 6, 4096}) == list(sent(channel_close{6})));
}

TEST_CASE("the time limit of an answered open wakes nobody") {
    ready_host host;
    const auto channel = host.open_channel();
    CHECK_FALSE(host.core.next_wake().has_value());
    host.receive(channel_close{channel});
    CHECK(host.after(1h) == list());
}

TEST_CASE("the time limit of an older channel does not hit the next one of the same number") {
    core_options<host_role> o;
    o.numbers = {2, 2, 3, false, true};
    ready_host host(o);
    host.open(16992); // 2, stays in front of the list of limits
    host.open(16992); // 3
    host.receive(channel_open_failure{3, 1});
    host.after(10s);
    host.open(16992); // 3 again
    REQUIRE(host.latest == 3);
    CHECK(host.after(8s) == list(action::ended{2, errc::confirmation_timed_out}));
    CHECK(host.after(9999ms) == list());
    CHECK(host.after(1ms) == list(action::ended{3, errc::confirmation_timed_out}));
}

TEST_CASE("a confirmation for an unknown number is answered with a close to its sender") {
    ready_host host;
    CHECK(host.receive(channel_open_confirmation{2, 6, 4096}) == list(sent(channel_close{6})));
    CHECK(host.receive(channel_open_confirmation{900, 0, 4096}) == list(sent(channel_close{0})));
    CHECK(host.core.counters().ignored == 2);
}

TEST_CASE("a confirmation that comes twice does not close the channel it opened") {
    ready_host host;
    const auto channel = host.open_channel(6);
    CHECK(host.receive(channel_open_confirmation{channel, 6, 4096}) == list());
    CHECK(host.receive(channel_data{channel, text("x")}) ==
          list(action::deliver{channel, text("x")}));
    // The same with one whose close is out already: one close a side.
    host.close(channel);
    CHECK(host.receive(channel_open_confirmation{channel, 6, 4096}) == list());
}

TEST_CASE("a second confirmation does not change the window") {
    ready_host host;
    const auto channel = host.open_channel(6, 1);
    host.receive(channel_open_confirmation{channel, 6, 4096});
    host.write(channel, text("hello"));
    CHECK(host.written == 1);
}

TEST_CASE("a close before the confirmation is stale and ignored") {
    ready_host host;
    host.open(16992);
    CHECK(host.receive(channel_close{2}) == list());
    CHECK(host.receive(channel_close{0}) == list());
    CHECK(host.core.counters().ignored == 2);
    CHECK(host.receive(channel_open_confirmation{2, 1, 10}) == list(action::opened{2}));
}

TEST_CASE("a close for an unknown channel is ignored and never answered") {
    ready_host host;
    const auto channel = host.open_channel(0);
    for (std::uint32_t number : {0u, 1u, 3u, 32u, 0xffffffffu})
        CHECK(host.receive(channel_close{number}) == list());
    CHECK(host.receive(channel_data{channel, text("x")}) ==
          list(action::deliver{channel, text("x")}));
    CHECK(host.core.counters().ignored == 5);
}

TEST_CASE("the peer's close is answered once, and the consumer sees the end") {
    ready_host host;
    const auto channel = host.open_channel(4);
    CHECK(host.receive(channel_close{channel}) ==
          list(sent(channel_close{4}), action::ended{channel, {}}));
    CHECK(host.receive(channel_close{channel}) == list());
    CHECK(host.close(channel) == list());
}

TEST_CASE("our close is sent once, and the peer's answer needs no third message") {
    ready_host host;
    const auto channel = host.open_channel(4);
    CHECK(host.close(channel) == list(sent(channel_close{4})));
    CHECK(host.close(channel) == list());
    CHECK(host.receive(channel_close{channel}) == list());
    CHECK(host.core.counters().ignored == 0);
    CHECK(host.receive(channel_close{channel}) == list());
    CHECK(host.core.counters().ignored == 1);
}

TEST_CASE("nothing follows our own close: no data, no window adjust") {
    ready_host host(with_window(10));
    const auto channel = host.open_channel(4);
    host.receive(channel_data{channel, text("0123456789")});
    action_list none;
    REQUIRE(host.core.consumed(channel, 10, true)); // a credit is due ...
    host.close(channel);
    host.core.take_credits(none); // ... and is dropped
    CHECK(none == list());
    CHECK(host.write(channel, text("x")) == list());
    CHECK(host.consume(channel, 0, true) == list());
}

TEST_CASE("data and window adjusts that cross our close are dropped without a word") {
    ready_host host(with_window(10));
    const auto channel = host.open_channel(4);
    host.close(channel);
    CHECK(host.receive(channel_data{channel, text("x")}) == list());
    CHECK(host.receive(channel_data{channel, text("01234567890123456789")}) == list());
    CHECK(host.receive(channel_window_adjust{channel, 5}) == list());
    CHECK(host.receive(channel_close{channel}) == list());
}

TEST_CASE("data before the confirmation is ignored and counted") {
    ready_host host;
    host.open(16992);
    CHECK(host.receive(channel_data{2, text("x")}) == list());
    CHECK(host.core.counters().ignored == 1);
}

TEST_CASE("a window adjust before the confirmation is ignored") {
    ready_host host;
    host.open(16992);
    CHECK(host.receive(channel_window_adjust{2, 100}) == list());
    host.receive(channel_open_confirmation{2, 1, 0});
    host.write(2, text("x"));
    CHECK(host.written == 0);
}

TEST_CASE("data and window adjusts for an unknown channel are ignored, counted, never answered") {
    ready_host host;
    CHECK(host.receive(channel_data{9, text("x")}) == list());
    CHECK(host.receive(channel_window_adjust{9, 1}) == list());
    CHECK(host.receive(channel_open_failure{9, 1}) == list());
    CHECK(host.core.counters().ignored == 3);
}

TEST_CASE("a failure for an open channel is ignored") {
    ready_host host;
    const auto channel = host.open_channel();
    CHECK(host.receive(channel_open_failure{channel, 1}) == list());
    CHECK(host.write(channel, text("x")).size() == 1);
}

TEST_CASE("a channel of any other type than direct-tcpip is refused with reason 3") {
    core_options<host_role> o;
    o.role.accept_events = true;
    ready_host host(o);
    CHECK(host.receive(channel_open{"session", 9, 4096, "", 0, "", 0}) ==
          list(sent(channel_open_failure{9, 3})));
    CHECK(host.receive(channel_open{type_forwarded, 9, 4096, "", 0, "", 0}) ==
          list(sent(channel_open_failure{9, 3})));
}

TEST_CASE("an event channel without an event sink is refused with reason 1") {
    ready_host host;
    CHECK(host.receive(channel_open{type_direct, 7, 4096, "127.0.0.1", 0, "127.0.0.1", 0}) ==
          list(sent(channel_open_failure{7, 1})));
}

TEST_CASE("an event channel goes to the sink, other ports are refused with reason 1") {
    core_options<host_role> o;
    o.role.accept_events = true;
    ready_host host(o);
    CHECK(host.receive(channel_open{type_direct, 7, 100, "127.0.0.1", 0, "127.0.0.1", 0}) ==
          list(sent(channel_open_confirmation{7, 2, 4096}), action::accepted{2, 0}));
    CHECK(host.receive(channel_data{2, text("POST")}) == list(action::deliver{2, text("POST")}));
    CHECK(host.write(2, text("HTTP")) == list(sent(channel_data{7, text("HTTP")})));
    CHECK(host.receive(channel_open{type_direct, 8, 100, "192.168.1.20", 8080, "", 0}) ==
          list(sent(channel_open_failure{8, 1})));
    CHECK(host.receive(channel_open{type_direct, 8, 100, "", 65536, "", 0}) ==
          list(sent(channel_open_failure{8, 1})));
}

TEST_CASE("an open from a number that is open already is refused with reason 1, the first stays") {
    core_options<host_role> o;
    o.role.accept_events = true;
    ready_host host(o);
    const channel_open event{type_direct, 7, 100, "", 0, "", 0};
    REQUIRE(host.receive(event).size() == 2);
    CHECK(host.receive(event) == list(sent(channel_open_failure{7, 1})));
    CHECK(host.receive(channel_data{2, text("x")}) == list(action::deliver{2, text("x")}));
}

TEST_CASE("an open without a number left for it is refused with reason 4") {
    core_options<host_role> o;
    o.role.accept_events = true;
    o.numbers = {2, 2, 3, false, true};
    ready_host host(o);
    host.receive(channel_open{type_direct, 1, 100, "", 0, "", 0});
    host.receive(channel_open{type_direct, 2, 100, "", 0, "", 0});
    CHECK(host.receive(channel_open{type_direct, 3, 100, "", 0, "", 0}) ==
          list(sent(channel_open_failure{3, 4})));
}

TEST_CASE("channels do not disturb each other") {
    ready_host host(with_window(10));
    const auto a = host.open_channel(0, 1), b = host.open_channel(1, 5);
    host.write(a, text("hello"));
    CHECK(host.written == 1);
    CHECK(host.write(b, text("hello")) == list(sent(channel_data{1, text("hello")})));
    host.receive(channel_data{a, text("0123456789x")}); // a overruns
    CHECK(host.receive(channel_data{b, text("x")}) == list(action::deliver{b, text("x")}));
    CHECK(host.receive(channel_close{b}) == list(sent(channel_close{1}), action::ended{b, {}}));
}

TEST_CASE("the window of an event channel is the one that its CHANNEL_OPEN announced") {
    core_options<host_role> o;
    o.role.accept_events = true;
    ready_host host(o);
    host.receive(channel_open{type_direct, 7, 3, "", 0, "", 0});
    CHECK(host.write(2, text("HTTP")) == list(sent(channel_data{7, text("HTT")})));
    CHECK(host.written == 3);
    CHECK(host.write(2, text("P")) == list());
}

TEST_CASE("a confirmation of an open channel by another sender gives that sender's slot back") {
    ready_host host;
    const auto channel = host.open_channel(5);
    CHECK(host.receive(channel_open_confirmation{channel, 6, 4096}) ==
          list(sent(channel_close{6})));
    CHECK(host.receive(channel_data{channel, text("x")}) ==
          list(action::deliver{channel, text("x")}));
}

TEST_CASE("an open failure for an unknown number is ignored and counted") {
    ready_host host;
    const auto before = host.core.counters().ignored;
    CHECK(host.receive(channel_open_failure{17, 1}) == list());
    CHECK(host.core.counters().ignored == before + 1);
}

TEST_CASE("a CHANNEL_OPEN whose lengths lie gets no answer: its sender is unknown") {
    ready_host host;
    auto bytes = encode(channel_open{type_direct, 9, 4096, "127.0.0.1", 0, "127.0.0.1", 0});
    bytes[4] = std::byte{0xff}; // the length of the type
    CHECK(host.receive_bytes(bytes) == list());
    CHECK(host.core.counters().malformed == 1);
}

TEST_CASE("a version below 93 bytes is dropped once the session is ready") {
    ready_host host;
    CHECK(host.receive_hex("c00000000100000000000000fe") == list());
    CHECK(host.core.counters().malformed == 1);
}

TEST_CASE("empty and unknown messages between malformed ones do not end the row") {
    ready_host host;
    const std::string_view lie = "5e000000020000000668656c6c6f";
    CHECK(host.receive_hex(lie) == list());
    CHECK(host.receive_hex("") == list());
    CHECK(host.receive_hex(lie) == list());
    CHECK(host.receive_hex("ff") == list());
    CHECK(host.receive_hex(lie) ==
          list(sent(disconnect{2}), action::session_ended{errc::protocol_error}));
}

TEST_CASE("a port that is withdrawn before the answer to its request is not offered") {
    core_driver<firmware_role> firmware;
    firmware.start();
    firmware.receive(protocol_version{});
    firmware.receive(service_accept{service_forwarding});
    firmware.receive(request_success{16992});
    firmware.receive(request_success{623});
    action_list out;
    firmware.core.advertise(16993, firmware.now, out);
    firmware.core.withdraw(16993, firmware.now, out);
    firmware.receive(request_success{16993});
    firmware.receive_hex("51"); // of the cancel
    CHECK(firmware.core.forwarded_ports() == std::vector<std::uint16_t>{16992, 623});
}
