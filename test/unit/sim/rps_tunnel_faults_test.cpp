// SPDX-License-Identifier: Apache-2.0
// The faults of the small provisioning server that concern tunnels and port switches: each message
// is as it was ordered.
#include "rps_tls_device.hpp"

#include <costrand/core/deadline.hpp>

#include "support/run_coro.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using kind = sim::rps_fault_kind;

namespace {

bool is_hello(const std::string &tls) {
    return tls.size() >= 6 && tls[0] == 0x16 && tls[5] == 1;
}

// The payloads of the first messages of a run on a device that enforces TLS and does not answer.
awaitable<std::vector<std::string>> first_payloads(coro_environment env, sim::rps_fault fault,
                                                   std::size_t count) {
    const auto device = std::make_shared<tls_device>("acm", tls_device_manner());
    rps_rig rig(env.executor, tunnel_options(*device));
    rig.server.order(std::move(fault));
    rig.connect();
    co_await rig.send(first_message("activate --profile ccm", tunnel_facts(0, true)));
    std::vector<std::string> out;
    while (out.size() < count) {
        const auto text = co_await rig.receive();
        CHECK(rps::parse_frame(text)->method == "tls_data");
        out.push_back(decoded(text));
    }
    CHECK(rig.server.all_acted());
    co_await rig.finish();
    co_return out;
}

// The first port_switch of a run, and the message behind it.
struct switched {
    std::string payload;
    rps::frame next;
};
awaitable<switched> port_switch_with(coro_environment env, sim::rps_fault fault) {
    const auto device = std::make_shared<tls_device>("acm", tls_device_manner());
    rps_rig rig(env.executor, tunnel_options(*device));
    rig.server.order(std::move(fault));
    rig.connect();
    co_await rig.send(first_message("activate --profile ccm", tunnel_facts(0, false)));
    switched out;
    for (;;) {
        const auto text = co_await rig.receive();
        auto frame = rps::parse_frame(text).value();
        if (!out.payload.empty()) {
            out.next = std::move(frame);
            break;
        }
        if (frame.method == "port_switch")
            out.payload = std::string(frame.payload->reveal());
        else
            co_await rig.send(response_message(device->answer(decoded(text))));
    }
    co_await rig.finish();
    co_return out;
}

} // namespace

TEST_CASE("a ClientHello comes in two messages") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto fault = sim::rps_fault(kind::in_two).of("tls_data").bytes(3);
            const auto got = co_await first_payloads(env, std::move(fault), 2);
            CHECK(got[0].size() == 3);
            CHECK(is_hello(got[0] + got[1]));
        },
        20);
}

TEST_CASE("a ClientHello comes twice in a row, or behind one that is empty") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto twice = sim::rps_fault(kind::hello_behind);
            auto got = co_await first_payloads(env, std::move(twice), 2);
            CHECK(is_hello(got[0]));
            CHECK(got[0] == got[1]);
            auto first = sim::rps_fault(kind::hello_first);
            got = co_await first_payloads(env, std::move(first), 2);
            CHECK(is_hello(got[0]));
            CHECK(got[0].size() == 9);
            CHECK(is_hello(got[1]));
        },
        20);
}

TEST_CASE("a handshake record that is no ClientHello comes first") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto fault = sim::rps_fault(kind::no_hello_first);
            const auto got = co_await first_payloads(env, std::move(fault), 2);
            CHECK(got[0].at(0) == 0x16);
            CHECK(!is_hello(got[0]));
            CHECK(is_hello(got[1]));
        },
        20);
}

TEST_CASE("a port_switch asks for what was ordered") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto good = sim::rps_fault(kind::heartbeat).nth(1000);
            const auto as_ever = co_await port_switch_with(env, std::move(good));
            CHECK(as_ever.payload == R"({"port":"16993","delay":15})");
            for (const std::string text :
                 {R"({"port":"0","delay":15})", R"({"port":"70000","delay":15})",
                  R"({"port":"https","delay":15})", R"({"delay":15})",
                  R"({"port":"16993","delay":-5})", R"({"port":"16993","delay":600})",
                  R"({"port":"16993","delay":1000000000})"}) {
                auto fault = sim::rps_fault(kind::raw_payload).of("port_switch").saying(text);
                const auto got = co_await port_switch_with(env, std::move(fault));
                CHECK(got.payload == text);
            }
        },
        5);
}

TEST_CASE("tls_data comes before the port switch was acknowledged") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto fault = sim::rps_fault(kind::hello_behind).of("port_switch");
            const auto got = co_await port_switch_with(env, std::move(fault));
            CHECK(got.next.method == "tls_data");
        },
        5);
}

TEST_CASE("a port_switch comes while a request is in flight") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            rps_rig rig(env.executor);
            rig.server.order(sim::rps_fault(kind::switch_behind)
                                 .of("wsman")
                                 .saying(R"({"port":"16993","delay":0})"));
            rig.connect();
            co_await rig.send(first_message("activate --profile ccm", recorded_facts(0)));
            const auto request = co_await rig.receive_frame();
            CHECK(request.method == "wsman");
            const auto early = co_await rig.receive_frame();
            CHECK(early.method == "port_switch");
            CHECK(early.payload->reveal() == R"({"port":"16993","delay":0})");
            co_await rig.finish();
        },
        20);
}

TEST_CASE("a fault for one method counts the messages of that method") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto device = std::make_shared<tls_device>("acm", tls_device_manner());
            rps_rig rig(env.executor, tunnel_options(*device));
            // The third tls_data is the first request in the tunnel.
            rig.server.order(sim::rps_fault(kind::drop_before).of("tls_data").nth(3));
            rig.connect();
            auto first = first_message("activate --profile ccm", tunnel_facts(0, true));
            const auto ended =
                co_await core::as_result(play_tunnel(env.executor, rig, device, std::move(first)));
            co_await rig.finish();
            CHECK(!ended);
            CHECK(rig.server.counters().messages_sent == 2);
        },
        20);
}
