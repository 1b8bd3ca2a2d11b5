// SPDX-License-Identifier: Apache-2.0
// What the observers make of bytes that pass, and that the bytes pass unchanged.
#include "seen.hpp"

#include "support/run_coro.hpp"

#include <costrand/apf/codec.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/trace/observer.hpp>
#include <costrand/trace/observers.hpp>
#include <costrand/transports/amthi_frame.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::test;
using trace::kind;

namespace {

core::const_bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte *>(text.data()), text.size()};
}

std::string frame(std::string_view method, std::string_view payload) {
    auto f = rps::make_server_frame(method, "1");
    f.payload = rps::encode_payload(bytes(payload));
    return std::string(rps::format(f).reveal());
}

template <typename M>
std::vector<std::byte> apf_message(const M &m) {
    std::vector<std::byte> out;
    apf::encode(m, out);
    return out;
}

constexpr std::string_view get_request =
    "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>"
    "<w:ResourceURI>http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings"
    "</w:ResourceURI>";

} // namespace

TEST_CASE("a relayed request is told by its call, an answer by its status, both by size") {
    seen s;
    const auto server = trace::observe_server(s.to);
    const auto request = frame("wsman", get_request);
    const auto answer = frame("response", "HTTP/1.1 401 Unauthorized\r\n\r\n");
    server->received(bytes(request));
    server->sent(bytes(answer));
    CHECK(s.lines() ==
          "{\"t\":0,\"kind\":\"message\",\"from\":\"rps\",\"to\":\"client\",\"layer\":\"rps\","
          "\"what\":\"wsman\",\"detail\":\"AMT_GeneralSettings Get\",\"size\":" +
              std::to_string(request.size()) +
              ",\"payload\":" + std::to_string(get_request.size()) +
              "}\n"
              "{\"t\":0,\"kind\":\"message\",\"from\":\"client\",\"to\":\"rps\",\"layer\":\"rps\","
              "\"what\":\"response\",\"detail\":\"HTTP 401\",\"size\":" +
              std::to_string(answer.size()) + ",\"payload\":29}\n");
    CHECK(s.to.call == "AMT_GeneralSettings Get");
}

TEST_CASE("of a command only its name is told, and its password is masked from then on") {
    seen s;
    const auto server = trace::observe_server(s.to);
    rps::device_facts facts;
    facts.password = core::secret("of-the-device");
    server->sent(
        bytes(frame("deactivate --password hunter2hunter2 -f", rps::format_facts(facts).reveal())));
    s.to.fault(trace::layer::rps, "the server repeats of-the-device", "");
    CHECK(s.events.at(0).what == "deactivate");
    CHECK(s.lines().find("hunter2") == std::string::npos);
    CHECK(s.lines().find("of-the-device") == std::string::npos);
}

TEST_CASE("tunnel data is told by its TLS records, a port switch by its order, a reset as such") {
    seen s;
    const auto server = trace::observe_server(s.to);
    std::string hello = "\x16\x03\x01\x02";
    hello += std::string(1, '\0') + "\x01" + std::string(511, 'x');
    server->received(bytes(frame("tls_data", hello)));
    auto order = rps::make_server_frame("port_switch", "1");
    order.payload = core::secret(R"({"port":"16993","delay":15})");
    server->received(bytes(rps::format(order).reveal()));
    server->sent(bytes(frame("connection_reset", "")));
    CHECK(s.events.at(0).detail == "handshake 517 bytes (ClientHello)");
    CHECK(s.events.at(1).detail == "to port 16993, delay 15 s");
    CHECK(s.events.at(2).is == kind::reset);
}

TEST_CASE("what a server says that is no message of RPS is only counted") {
    seen s;
    const auto server = trace::observe_server(s.to);
    server->received(bytes("</script><script>alert(1)</script>"));
    CHECK(s.events.at(0).what == "no message of RPS");
    CHECK(s.events.at(0).size == 34u);
}

TEST_CASE("the windows behind each APF message are those of the wire") {
    seen s;
    const auto link = trace::observe_apf(s.to);
    apf::channel_open open;
    open.sender = 5;
    open.window = 4096;
    open.connected_port = 16992;
    link->sent(apf_message(open));
    link->received(apf_message(apf::channel_open_confirmation{5, 0, 1000}));
    const std::vector<std::byte> data(600);
    link->sent(apf_message(apf::channel_data{0, data}));
    link->received(apf_message(apf::channel_data{5, data}));
    link->received(apf_message(apf::channel_window_adjust{5, 500}));
    link->sent(apf_message(apf::channel_window_adjust{0, 600}));
    link->received(apf_message(apf::channel_close{5}));
    struct row {
        std::string what;
        std::optional<std::uint64_t> tx, rx;
    };
    std::vector<row> rows;
    for (const auto &e : s.events)
        if (e.on == trace::layer::apf) {
            CHECK(e.channel == 5u);
            rows.push_back({e.what, e.tx, e.rx});
        }
    REQUIRE(rows.size() == 7);
    CHECK(!rows[0].tx);
    CHECK(rows[0].rx == 4096u);
    CHECK(rows[1].tx == 1000u);
    CHECK(rows[2].tx == 400u);
    CHECK(rows[3].rx == 3496u);
    CHECK(rows[4].tx == 900u);
    CHECK(rows[5].rx == 4096u);
    CHECK(rows[6].what == "CHANNEL_CLOSE");
}

TEST_CASE("a CHANNEL_OPEN behind a refused one is a retry") {
    seen s;
    const auto link = trace::observe_apf(s.to);
    apf::channel_open open;
    open.sender = 1;
    link->sent(apf_message(open));
    link->received(apf_message(apf::channel_open_failure{1, 4}));
    open.sender = 2;
    link->sent(apf_message(open));
    CHECK(s.count(kind::fault) == 1);
    CHECK(s.find(kind::retry, "after: reason 4"));
}

TEST_CASE("an HTTP exchange is told by method, status and size, however it is cut") {
    const std::string request = "POST /wsman HTTP/1.1\r\nAuthorization: Digest "
                                "response=\"0123456789abcdef\"\r\nContent-Length: 5\r\n\r\nhello";
    const std::string answers[] = {
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"};
    for (const std::string &answer : answers) {
        for (const std::size_t piece : {1u, 7u, 1000u}) {
            seen s;
            const auto lms = trace::observe_lms(s.to, 1);
            for (std::size_t i = 0; i < request.size(); i += piece)
                lms->sent(bytes(request).subspan(i, std::min(piece, request.size() - i)));
            for (std::size_t i = 0; i < answer.size(); i += piece)
                lms->received(bytes(answer).subspan(i, std::min(piece, answer.size() - i)));
            lms->ended({});
            REQUIRE(s.events.size() == 2);
            CHECK(s.events[0].what == "POST");
            CHECK(s.events[0].size == request.size());
            CHECK(s.events[1].what == answer.substr(9, 3).insert(0, "HTTP "));
            CHECK(s.events[1].size == answer.size());
            CHECK(s.events[1].took == 0u);
            CHECK(s.lines().find("0123") == std::string::npos);
        }
    }
}

TEST_CASE("an answer that breaks off is told so, and what is neither HTTP nor TLS by size alone") {
    seen s;
    const auto lms = trace::observe_lms(s.to, 1);
    lms->received(bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    lms->ended({});
    CHECK(s.events.at(0).detail == "broken off");
    const auto other = trace::observe_lms(s.to, 2);
    other->received(bytes(std::string(20'000, 'x')));
    CHECK(s.events.at(1).detail == "neither HTTP nor TLS");
    CHECK(s.events.at(1).size == 20'000u);
}

TEST_CASE("AMTHI commands have names and a status, none of their data") {
    seen s;
    const auto amthi = trace::observe_amthi(s.to);
    amthi->sent(heci::encode_request(heci::command::local_account));
    CHECK(s.events.at(0).detail == "local system account");
    CHECK(s.events.at(0).size == 12u);
    amthi->received(bytes("short"));
    CHECK(s.events.at(1).detail == "too short");
}

TEST_CASE("an observed stream passes every message, and tells of the peer's end once it shows") {
    run_coro([](coro_environment env) -> awaitable<void> {
        seen s;
        auto pair = sim::memory_message_pair(env.executor);
        const auto mine = trace::observe(std::move(pair.first), trace::observe_heci(s.to, "X"));
        co_await mine->send(net::buffer("ping", 4));
        char buffer[16];
        const auto there = co_await pair.second->receive(net::buffer(buffer));
        CHECK(there == 4);
        co_await pair.second->send(net::buffer("pong!", 5));
        const auto here = co_await mine->receive(net::buffer(buffer));
        CHECK(here == 5);
        CHECK(mine->max_message_size() == pair.second->max_message_size());
        pair.second.reset();
        const auto end = co_await core::as_result(mine->receive(net::buffer(buffer)));
        CHECK(!end);
        CHECK(s.count(kind::message) == 2);
        CHECK(s.find(kind::fault, "X failed"));
    });
}

TEST_CASE("an observed byte stream passes every byte; closing it is no fault") {
    run_coro([](coro_environment env) -> awaitable<void> {
        seen s;
        auto pair = sim::memory_byte_pair(env.executor);
        const auto mine = trace::observe(std::move(pair.first), trace::observe_lms(s.to, 1));
        const std::string request = "GET / HTTP/1.1\r\n\r\n";
        const auto sent = co_await mine->write_some(net::buffer(request));
        CHECK(sent == request.size());
        char buffer[64];
        const auto there = co_await pair.second->read_some(net::buffer(buffer));
        CHECK(std::string_view(buffer, there) == request);
        mine->close();
        const auto end = co_await core::as_result(mine->read_some(net::buffer(buffer)));
        CHECK(!end);
        CHECK(s.count(kind::fault) == 0);
        CHECK(s.count(kind::message) == 1);
    });
}
