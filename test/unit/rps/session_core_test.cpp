// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/bytes.hpp>
#include <costrand/rps/session_core.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace costrand;
using namespace costrand::rps;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view request_text =
    "POST /wsman HTTP/1.1\r\n\r\n<a:Action>http://x/2004/09/transfer/Get</a:Action>"
    "<w:ResourceURI>http://x/AMT_GeneralSettings</w:ResourceURI>";

time_point at(std::chrono::nanoseconds t) {
    return time_point(t);
}

session_request request() {
    session_request r;
    r.what = *make_activate("p");
    r.facts = core::secret("{}");
    r.app_version = "3.0.0";
    r.tenant_id = "t1";
    return r;
}

std::string server_frame(std::string_view method, std::optional<std::string> payload,
                         std::string_view message = "") {
    frame f = make_server_frame(method, "2.40.0");
    f.message = message;
    if (payload)
        f.payload = core::secret(*payload);
    return std::string(format(f).reveal());
}
std::string wsman(std::string_view bytes = request_text) {
    return server_frame("wsman", std::string(encode_payload(core::as_bytes(bytes)).reveal()));
}

template <typename T>
const T &only(const session_actions &actions) {
    REQUIRE(actions.size() == 1);
    REQUIRE(std::holds_alternative<T>(actions.front()));
    return std::get<T>(actions.front());
}
template <typename T>
const T &second_of_two(const session_actions &actions) {
    REQUIRE(actions.size() == 2);
    REQUIRE(std::holds_alternative<action::drop_relay>(actions.front()));
    REQUIRE(std::holds_alternative<T>(actions.back()));
    return std::get<T>(actions.back());
}
const action::fail &failed(const session_actions &actions) {
    return only<action::fail>(actions);
}

// A core that has sent its first message at t = 0.
session_core started(timeouts limits = {}) {
    session_core c(request(), limits);
    (void)c.start(at(0s));
    return c;
}
// ... and carries its first request since t = 1 s.
session_core relaying() {
    session_core c = started();
    (void)only<action::relay>(c.on_message(wsman(), at(1s)));
    return c;
}

} // namespace

TEST_CASE("the first message carries command, facts and tenant, later ones no tenant") {
    session_core c(request(), {});
    const auto actions = c.start(at(0s));
    const auto &first = only<action::send>(actions);
    CHECK(first.what == "activate");
    CHECK(first.text.reveal() ==
          R"({"method":"activate --profile p","apiKey":"key","appVersion":"3.0.0",)"
          R"("protocolVersion":"4.0.0","status":"ok","message":"ok","fqdn":"","payload":"e30=",)"
          R"("tenantId":"t1"})");
    const auto order = c.on_message(wsman(), at(0s));
    const auto reply = c.on_reply(only<action::relay>(order).id, core::as_bytes("ok"), at(0s));
    CHECK(only<action::send>(reply).text.reveal() ==
          R"({"method":"response","apiKey":"key","appVersion":"3.0.0","protocolVersion":"4.0.0",)"
          R"("status":"ok","message":"ok","fqdn":"","payload":"b2s=","tenantId":""})");
}

TEST_CASE("a wsman is carried to AMT untouched, with its name and number") {
    session_core c = started();
    const auto actions = c.on_message(wsman(), at(1s));
    const auto &order = only<action::relay>(actions);
    CHECK(core::as_text(order.request) == request_text);
    CHECK(order.call == "AMT_GeneralSettings Get");
    CHECK(order.round == 1);
    CHECK(c.rounds() == 1);
}

TEST_CASE("the server's silence is counted only while it is the server's turn") {
    session_core c = started();
    CHECK(c.wake_at() == at(120s));
    const auto order = c.on_message(wsman(), at(10s));
    CHECK_FALSE(c.wake_at());
    CHECK(c.on_wake(at(1000s)).empty());
    (void)c.on_reply(only<action::relay>(order).id, core::as_bytes("r"), at(15s));
    CHECK(c.wake_at() == at(135s));
    CHECK(c.on_wake(at(135s) - 1ns).empty());
    const auto end = c.on_wake(at(135s));
    CHECK(failed(end).error == errc::server_silent);
    CHECK(failed(end).detail == "after round 1 (AMT_GeneralSettings Get); no message for 120 s");
}

TEST_CASE("any word of the server starts its silence anew") {
    session_core c = started();
    (void)c.on_message(server_frame("progress", std::nullopt, "Activating"), at(100s));
    CHECK(c.wake_at() == at(220s));
    (void)c.on_message(server_frame("heartbeat_request", ""), at(200s));
    CHECK(c.wake_at() == at(320s));
}

TEST_CASE("the limit on the server's silence is an option") {
    timeouts limits;
    limits.server_silence = 5s;
    CHECK(started(limits).wake_at() == at(5s));
}

TEST_CASE("a heartbeat is answered at once, also while AMT works") {
    session_core c = started();
    CHECK(only<action::send>(c.on_message(server_frame("heartbeat_request", ""), at(1s))).what ==
          "heartbeat_response");
    (void)c.on_message(wsman(), at(2s));
    const auto answer = c.on_message(server_frame("heartbeat_request", ""), at(3s));
    CHECK(parse_frame(only<action::send>(answer).text.reveal())->status == "success");
    CHECK_FALSE(c.wake_at()); // still AMT's turn
}

TEST_CASE("success ends the run at once, also while AMT works") {
    session_core c = started();
    const std::string success =
        server_frame("success", std::nullopt, R"({"Status":"Deactivated"})");
    CHECK(only<action::finish>(c.on_message(success, at(1s))).result.success);
    session_core busy = relaying();
    CHECK(second_of_two<action::finish>(busy.on_message(success, at(2s))).result.status ==
          "Deactivated");
    CHECK_FALSE(busy.wake_at());
    CHECK(busy.on_reply(1, core::as_bytes("late"), at(3s)).empty());
    CHECK(busy.on_message(wsman(), at(3s)).empty());
    CHECK(busy.on_closed(core::errc::closed).empty());
}

TEST_CASE("error ends the run at once, also while AMT works") {
    const std::string error = server_frame("error", std::nullopt, "no");
    session_core c = started();
    CHECK_FALSE(only<action::finish>(c.on_message(error, at(1s))).result.success);
    session_core busy = relaying();
    const auto end = busy.on_message(error, at(2s));
    CHECK(second_of_two<action::finish>(end).result.error == errc::server_error);
}

TEST_CASE("a closed websocket names the step it happened in") {
    session_core c = started();
    const auto early = c.on_closed(core::errc::closed);
    CHECK(failed(early).error == errc::connection_closed);
    CHECK(failed(early).detail == "before the server's first request to AMT; closed on this side");
    session_core busy = relaying();
    const auto end = busy.on_closed(core::errc::closed);
    CHECK(second_of_two<action::fail>(end).detail ==
          "while AMT worked on round 1 (AMT_GeneralSettings Get); closed on this side");
}

TEST_CASE("a call that AMT does not answer is not answered, and the server's repeat is carried") {
    session_core c = relaying();
    CHECK(c.on_no_reply(1, errc::amt_no_reply, "", at(12s)).empty());
    CHECK(c.wake_at() == at(132s));
    const auto again = c.on_message(wsman(), at(13s));
    CHECK(only<action::relay>(again).id == 2);
    CHECK(only<action::relay>(again).round == 2);
    CHECK(c.on_reply(1, core::as_bytes("late"), at(13s)).empty());
    CHECK(only<action::send>(c.on_reply(2, core::as_bytes("r"), at(14s))).what == "response");
    CHECK(c.on_reply(2, core::as_bytes("r"), at(14s)).empty()); // once
}

TEST_CASE("an empty reply is no reply") {
    session_core c = relaying();
    CHECK(c.on_reply(1, {}, at(2s)).empty());
    CHECK(c.wake_at() == at(122s));
}

TEST_CASE("a wsman while another is under way replaces it") {
    session_core c = relaying();
    const auto actions = c.on_message(wsman(), at(13s));
    CHECK(second_of_two<action::relay>(actions).id == 2);
    CHECK(c.on_no_reply(1, errc::amt_no_reply, "", at(13s)).empty());
    CHECK_FALSE(c.wake_at());
}

TEST_CASE("without a connection to AMT the run ends") {
    session_core c = relaying();
    const auto end = c.on_no_reply(1, errc::amt_connect_failed, "refused", at(2s));
    CHECK(second_of_two<action::fail>(end).error == errc::amt_connect_failed);
    CHECK(second_of_two<action::fail>(end).detail ==
          "while AMT worked on round 1 (AMT_GeneralSettings Get); refused");
}

TEST_CASE("an error without a cause after unanswered calls is told as AMT's silence") {
    const std::string vague = server_frame("error", std::nullopt,
                                           R"({"Status":"Unknown error has occured","Components":)"
                                           R"({"Activation":{"Result":"Failure"}}})");
    session_core c = relaying();
    (void)c.on_no_reply(1, errc::amt_no_reply, "", at(12s));
    CHECK(only<action::finish>(c.on_message(vague, at(13s))).result.error == errc::amt_no_reply);

    session_core answered = relaying();
    (void)answered.on_no_reply(1, errc::amt_reply_incomplete, "", at(12s));
    (void)answered.on_message(wsman(), at(13s));
    (void)answered.on_reply(2, core::as_bytes("r"), at(14s));
    CHECK(only<action::finish>(answered.on_message(vague, at(15s))).result.error ==
          errc::activation_failed);

    session_core told = relaying();
    (void)told.on_no_reply(1, errc::amt_no_reply, "", at(12s));
    const auto end = told.on_message(
        server_frame("error", std::nullopt, R"({"Status":"Unable to authenticate with AMT"})"),
        at(13s));
    CHECK(only<action::finish>(end).result.error == errc::amt_authentication_failed);
}

TEST_CASE("an error without a cause after broken replies is told as those") {
    session_core c = started();
    for (int i = 0; i < 3; ++i) {
        const auto order = c.on_message(wsman(), at(1s));
        CHECK(c.is_relaying(only<action::relay>(order).id));
        (void)c.on_no_reply(only<action::relay>(order).id, errc::amt_reply_incomplete, "", at(2s));
        CHECK_FALSE(c.is_relaying(only<action::relay>(order).id));
    }
    const auto end = c.on_message(server_frame("error", std::nullopt, "it failed"), at(3s));
    CHECK(only<action::finish>(end).result.error == errc::amt_reply_incomplete);
}

TEST_CASE("what is not a message ends the run with its own cause") {
    CHECK(failed(started().on_message("<html>", at(1s))).error == errc::not_json);
    CHECK(failed(started().on_message("<html>", at(1s))).detail ==
          "before the server's first request to AMT; it begins: <html>");
    CHECK(failed(started().on_message("[]", at(1s))).error == errc::malformed_message);
    CHECK(failed(started().on_message(server_frame("wsman", "%%%="), at(1s))).error ==
          errc::bad_base64);
    CHECK(failed(started().on_message(server_frame("wsman", std::nullopt), at(1s))).error ==
          errc::empty_payload);
    CHECK(failed(started().on_message(server_frame("wsman", ""), at(1s))).error ==
          errc::empty_payload);
    session_core busy = relaying();
    CHECK(second_of_two<action::fail>(busy.on_message("{", at(2s))).error == errc::not_json);
}

TEST_CASE("an unknown method ends the run and is named") {
    const auto end = started().on_message(server_frame("reboot", "cmVib290"), at(1s));
    CHECK(failed(end).error == errc::unknown_method);
    CHECK(failed(end).detail ==
          "before the server's first request to AMT; its method is \"reboot\"");
    CHECK(failed(started().on_message(server_frame("reboot", std::nullopt), at(1s))).error ==
          errc::unknown_method);
    CHECK(failed(started().on_message("{}", at(1s))).error == errc::unknown_method);
    CHECK(failed(started().on_message(server_frame("reboot", "?"), at(1s))).error ==
          errc::unknown_method);
}

TEST_CASE("an HTTP request under another method is carried, as the reference does") {
    const std::string payload(encode_payload(core::as_bytes(request_text)).reveal());
    CHECK(only<action::relay>(started().on_message(server_frame("", payload), at(1s))).round == 1);
    CHECK(
        only<action::relay>(started().on_message(server_frame("wsman2", payload), at(1s))).round ==
        1);
}

TEST_CASE("another major protocol version ends the run, another minor one does not") {
    const auto with_version = [](std::string_view version) {
        frame f = make_server_frame("progress", "9.0.0");
        f.protocol_version = version;
        return started().on_message(format(f).reveal(), at(1s));
    };
    CHECK(failed(with_version("5.0.0")).error == errc::protocol_version);
    CHECK(failed(with_version("40.0")).error == errc::protocol_version);
    CHECK(std::holds_alternative<action::show>(with_version("4.1.7").front()));
    CHECK(std::holds_alternative<action::show>(with_version("4").front()));
    CHECK(std::holds_alternative<action::show>(with_version("").front()));
}

TEST_CASE("a progress label is shown, made harmless, and changes nothing else") {
    session_core c = relaying();
    const auto actions = c.on_message(server_frame("progress", std::nullopt,
                                                   "A\x1b"
                                                   "B"),
                                      at(2s));
    CHECK(only<action::show>(actions).label == "A B");
    CHECK(only<action::send>(c.on_reply(1, core::as_bytes("r"), at(3s))).what == "response");
}

TEST_CASE("a response is at most as long as the server accepts") {
    // 149 characters of envelope, and 3 bytes in 4 characters: 76,686 bytes make 102,397.
    const auto reply_of = [](std::size_t size) {
        session_core c = relaying();
        return c.on_reply(1, std::vector<std::byte>(size), at(2s));
    };
    const auto largest = reply_of(76'686);
    CHECK(only<action::send>(largest).text.reveal().size() == 102'397);
    const auto too_large = reply_of(76'687);
    CHECK(second_of_two<action::fail>(too_large).error == errc::response_too_large);
    CHECK(second_of_two<action::fail>(too_large).detail.ends_with(
        "76687 bytes to AMT_GeneralSettings Get"));
}

TEST_CASE("after a failed send the server's last words are read for a moment") {
    session_core c = started();
    (void)c.on_message(wsman(), at(1s));
    (void)c.on_reply(1, core::as_bytes("r"), at(2s));
    CHECK(c.on_send_failed(core::errc::closed, at(2s)).empty());
    CHECK(c.wake_at() == at(4s));
    CHECK(c.on_message(wsman(), at(3s)).empty()); // nothing can be answered
    CHECK(c.wake_at() == at(4s));
    session_core told = c;
    CHECK(only<action::finish>(told.on_message(server_frame("error", std::nullopt, "no"), at(3s)))
              .result.status == "no");
    session_core closed = c;
    CHECK(failed(closed.on_closed(core::errc::closed)).error == errc::connection_closed);
    const auto end = c.on_wake(at(4s));
    CHECK(failed(end).error == errc::connection_closed);
}

TEST_CASE("a server that does not take our message for the whole limit is silent") {
    session_core c = started();
    (void)c.on_send_failed(core::errc::timed_out, at(120s));
    CHECK(failed(c.on_wake(at(122s))).error == errc::server_silent);
}

TEST_CASE("a message above the limit is told as that") {
    session_core c = started();
    CHECK(failed(c.on_closed(errc::message_too_large)).error == errc::message_too_large);
}
