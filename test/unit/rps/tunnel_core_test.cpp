// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/session_core.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace costrand;
using namespace costrand::rps;
using namespace std::chrono_literals;

namespace {

// RFC 8446: records of a ClientHello, of application data, of an alert.
const std::string hello("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9);
const std::string data("\x17\x03\x03\x00\x02zz", 7);
const std::string alert("\x15\x03\x03\x00\x02\x01\x00", 7);

time_point at(std::chrono::nanoseconds t) {
    return time_point(t);
}
std::string message(std::string_view method, std::string payload) {
    frame f = make_server_frame(method, "2.40.0");
    f.payload = core::secret(std::move(payload));
    return std::string(format(f).reveal());
}
std::string tls(std::string_view bytes) {
    return message("tls_data", std::string(encode_payload(core::as_bytes(bytes)).reveal()));
}
session_core started() {
    session_request r;
    r.what = *make_activate("p");
    r.facts = core::secret("{}");
    r.app_version = "3.0.0";
    session_core c(std::move(r), {});
    (void)c.start(at(0s));
    return c;
}
template <typename T>
const T &only(const session_actions &actions) {
    REQUIRE(actions.size() == 1);
    REQUIRE(std::holds_alternative<T>(actions.front()));
    return std::get<T>(actions.front());
}
// The connection that the ClientHello at `when` opened.
std::uint64_t greeted(session_core &c, std::chrono::nanoseconds when = 1s) {
    const auto actions = c.on_message(tls(hello), at(when));
    const auto &order = only<action::tunnel>(actions);
    CHECK(order.opens_session);
    return order.id;
}
// Method and decoded payload of the only message.
std::pair<std::string, std::string> sent(const session_actions &actions) {
    const auto f = parse_frame(only<action::send>(actions).text.reveal()).value();
    const auto bytes = decode_payload(f.payload.value().reveal()).value();
    return {f.method, std::string(core::as_text(bytes))};
}
const std::string_view order = R"({"port":"16993","delay":15})";

// A ServerHello of TLS 1.3 that asks for another ClientHello (RFC 8446, 4.1.3).
std::string hello_retry_request() {
    std::string out("\x16\x03\x03\x00\x26\x02\0\0\x22\x03\x03", 11);
    for (const unsigned char c : hello_retry_random)
        out += static_cast<char>(c);
    return out;
}

} // namespace

TEST_CASE("tls_data goes to the tunnel, and AMT's bytes come back as tls_data at once") {
    auto c = started();
    const auto id = greeted(c);
    CHECK(sent(c.on_tunnel_data(id, core::as_bytes("flight"), at(1s))) ==
          std::pair<std::string, std::string>("tls_data", "flight"));
    const auto next = c.on_message(tls(data), at(2s));
    CHECK(only<action::tunnel>(next).id == id);
    CHECK_FALSE(only<action::tunnel>(next).opens_session);
}

TEST_CASE("a ClientHello on a live connection is another connection, a record never is") {
    auto c = started();
    const auto first = greeted(c);
    (void)c.on_tunnel_data(first, core::as_bytes("flight"), at(1s));
    const auto second = greeted(c, 2s);
    CHECK(second != first);
    CHECK(c.on_tunnel_data(first, core::as_bytes("old"), at(2s)).empty());
    CHECK(c.on_tunnel_closed(first, {}, at(2s)).empty()); // a late CLOSE of the former channel
    CHECK(c.is_tunnel(second));
}

TEST_CASE("two ClientHellos in one message: the second counts, on a connection of its own") {
    auto c = started();
    const auto actions = c.on_message(tls(hello + hello), at(1s));
    REQUIRE(actions.size() == 2);
    CHECK(std::get<action::tunnel>(actions[0]).id != std::get<action::tunnel>(actions[1]).id);
}

TEST_CASE("closed behind data: no reset, and the next tls_data gets a fresh connection") {
    auto c = started();
    const auto id = greeted(c);
    (void)c.on_tunnel_data(id, core::as_bytes("reply"), at(1s));
    CHECK(c.on_tunnel_closed(id, {}, at(1s)).empty());
    const auto next = c.on_message(tls(data), at(2s));
    CHECK(only<action::tunnel>(next).id != id);
}

TEST_CASE("closed without data: one connection_reset, and the rest of that session is dropped") {
    auto c = started();
    const auto id = greeted(c);
    CHECK(sent(c.on_tunnel_closed(id, {}, at(1s))) ==
          std::pair<std::string, std::string>("connection_reset", "connection_closed"));
    CHECK(c.on_tunnel_closed(id, {}, at(1s)).empty());
    CHECK(c.on_message(tls(data), at(1s)).empty());
    CHECK(greeted(c, 16s) != id);
}

TEST_CASE("a connection that breaks without data is reset as lms_error") {
    auto c = started();
    const auto id = greeted(c);
    CHECK(sent(c.on_tunnel_closed(id, core::errc::closed, at(1s))).second == "lms_error");
}

TEST_CASE(
    "behind the server's farewell AMT's close costs no reset, and nothing is dialled for it") {
    auto c = started();
    const auto id = greeted(c);
    (void)c.on_tunnel_data(id, core::as_bytes("reply"), at(1s));
    (void)only<action::tunnel>(c.on_message(tls(alert), at(1s)));
    CHECK(c.on_tunnel_closed(id, {}, at(1s)).empty());
    CHECK(c.on_message(tls(alert), at(1s)).empty());
}

TEST_CASE("an owed answer ends the run after 90 s, counted from the first request without one") {
    auto c = started();
    (void)greeted(c, 1s);
    (void)greeted(c, 28s); // the server asks again
    CHECK(c.wake_at() == at(91s));
    CHECK(c.on_wake(at(90s)).empty());
    const auto actions = c.on_wake(at(91s));
    REQUIRE(actions.size() == 2);
    CHECK(std::holds_alternative<action::drop_tunnel>(actions[0]));
    const auto &failed = std::get<action::fail>(actions[1]);
    CHECK(failed.error == errc::amt_no_reply);
    CHECK(failed.detail ==
          "while AMT worked on round 2 (TLS session 2); nothing came through the tunnel for 90 s");
}

TEST_CASE("with nothing owed it is the server's turn, for as long as in plain mode") {
    auto c = started();
    const auto id = greeted(c, 1s);
    (void)c.on_tunnel_data(id, core::as_bytes("reply"), at(5s));
    CHECK(c.wake_at() == at(125s));
}

TEST_CASE("a quiet round keeps the connection: the request behind it goes the same way") {
    auto c = started();
    const auto id = greeted(c);
    (void)c.on_tunnel_data(id, core::as_bytes("flight"), at(1s));
    CHECK(only<action::tunnel>(c.on_message(tls(data), at(1s))).id == id); // Finished: no answer
    CHECK(only<action::tunnel>(c.on_message(tls(data), at(4s))).id == id);
    CHECK(c.wake_at() == at(91s));
}

TEST_CASE("more than one message may hold goes as several tls_data, in order") {
    auto c = started();
    const auto id = greeted(c);
    std::string big(200'000, 'x');
    for (std::size_t i = 0; i < big.size(); ++i)
        big[i] = static_cast<char>(i * 7 % 251);
    const auto actions = c.on_tunnel_data(id, core::as_bytes(big), at(1s));
    std::string joined;
    for (const auto &a : actions) {
        const auto &text = std::get<action::send>(a).text;
        CHECK(text.reveal().size() <= max_client_message);
        const auto f = parse_frame(text.reveal()).value();
        joined += core::as_text(decode_payload(f.payload.value().reveal()).value());
    }
    CHECK(joined == big);
}

TEST_CASE("a port switch: close, wait, acknowledge; tls_data of before waits for the ack") {
    auto c = started();
    const auto actions = c.on_message(message("port_switch", std::string(order)), at(1s));
    const auto &ordered = only<action::switch_port>(actions);
    CHECK(ordered.order.port == 16993);
    CHECK(ordered.order.delay == 15s);
    CHECK_FALSE(c.wake_at().has_value());
    CHECK(c.on_message(tls(hello), at(2s)).empty());
    const auto done = c.on_switched(ordered.id, at(16s));
    REQUIRE(done.size() == 2);
    const auto ack = parse_frame(std::get<action::send>(done[0]).text.reveal()).value();
    CHECK(ack.method == "port_switch_ack");
    CHECK(ack.payload->reveal() == "b2s=");
    CHECK(std::get<action::tunnel>(done[1]).opens_session);
    CHECK(c.wake_at() == at(106s));
}

TEST_CASE("a port switch closes what is under way, a request as well as a tunnel") {
    auto c = started();
    (void)greeted(c);
    const auto tunnel = c.on_message(message("port_switch", std::string(order)), at(2s));
    REQUIRE(tunnel.size() == 2);
    CHECK(std::holds_alternative<action::drop_tunnel>(tunnel[0]));
    auto plain = started();
    const std::string request(encode_payload(core::as_bytes("POST /wsman")).reveal());
    (void)plain.on_message(message("wsman", request), at(1s));
    const auto relay = plain.on_message(message("port_switch", std::string(order)), at(2s));
    REQUIRE(relay.size() == 2);
    CHECK(std::holds_alternative<action::drop_relay>(relay[0]));
}

TEST_CASE("a port switch without a port, or with one that is none, ends the run") {
    for (const char *text : {R"({"port":"0","delay":1})", R"({"port":"70000","delay":1})",
                             R"({"port":"https","delay":1})", R"({"delay":1})", R"({"port":""})",
                             R"({"port":"16993","delay":"soon"})", "16993", "", "[]"}) {
        auto c = started();
        const auto actions = c.on_message(message("port_switch", text), at(1s));
        CHECK(only<action::fail>(actions).error == errc::bad_port_switch);
    }
    auto null = started();
    const auto actions = null.on_message(R"({"method":"port_switch","payload":null})", at(1s));
    CHECK(only<action::fail>(actions).error == errc::bad_port_switch);
}

TEST_CASE("a port switch takes its numbers as text or numbers, and no delay as none") {
    const auto given = parse_port_switch(R"({"port":16993,"delay":"7","rootCert":"x"})");
    CHECK(given->port == 16993);
    CHECK(given->delay == 7s);
    CHECK(parse_port_switch(R"({"port":"16993"})")->delay == 0s);
    CHECK(parse_port_switch(R"({"port":"16993","delay":-5})")->delay == -5s);
}

TEST_CASE("an error of the server while AMT owes an answer has AMT's silence as its cause") {
    auto c = started();
    (void)greeted(c);
    frame f = make_server_frame("error", "2.40.0");
    f.message = "no";
    const auto actions = c.on_message(format(f).reveal(), at(70s));
    REQUIRE(actions.size() == 2);
    CHECK(std::get<action::finish>(actions[1]).result.error == errc::amt_no_reply);
}

TEST_CASE("the ClientHello that AMT asked for stays on the connection") {
    auto c = started();
    const auto id = greeted(c);
    (void)c.on_tunnel_data(id, core::as_bytes(hello_retry_request()), at(2s));
    const auto again = c.on_message(tls(hello), at(3s));
    CHECK(only<action::tunnel>(again).id == id);
    CHECK_FALSE(only<action::tunnel>(again).opens_session);
    const auto third = c.on_message(tls(hello), at(4s));
    CHECK(only<action::tunnel>(third).id == id + 1);
}

TEST_CASE("AMT asked for a ClientHello and closed: the next one opens another connection") {
    auto c = started();
    const auto id = greeted(c);
    (void)c.on_tunnel_data(id, core::as_bytes(hello_retry_request()), at(2s));
    (void)c.on_tunnel_closed(id, {}, at(2s));
    const auto next = c.on_message(tls(hello), at(3s));
    CHECK(only<action::tunnel>(next).id == id + 1);
    CHECK(only<action::tunnel>(next).opens_session);
}
