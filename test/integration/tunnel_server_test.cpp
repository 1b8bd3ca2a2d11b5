// SPDX-License-Identifier: Apache-2.0
// What a tunnel must withstand of the provisioning server: its TLS in odd pieces, and orders to
// change the port that are nonsense or come at the wrong moment.
#include "world.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::control_mode;
using sim::rps_fault;
using sim::rps_fault_kind;

namespace {

constexpr std::size_t one_teardown = 1; // activation_test.cpp stops at more places

using body = std::function<awaitable<void>(world &)>;

void in_tunnel(const char *device, way how, const body &test) {
    auto p = sim::without_delays(sim::built_in_profile(device));
    p.lms = how == way::lms;
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            world w(env.executor, p, world::in_domain());
            w.options.profile = "ccm-tls";
            w.options.tls_tunnel = std::string_view(device) == "amt18";
            co_await test(w);
        },
        one_teardown);
}

void works_with(const char *device, const rps_fault &f) {
    for (const way how : {way::lme, way::lms}) {
        in_tunnel(device, how, [&](world &w) -> awaitable<void> {
            w.server.order(f);
            const auto end = co_await w.run();
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(w.server.all_acted());
            CHECK(w.device.mode() == control_mode::client);
            REQUIRE(w.device.state().tls);
            CHECK(w.device.state().tls->enabled);
        });
    }
}

constexpr const char *enforced = "amt19-tls-enforced", *switched = "amt18";

rps_fault of_tls(rps_fault_kind what, std::size_t n) {
    return rps_fault(what).of("tls_data").nth(n);
}
rps_fault switch_says(std::string payload) {
    return rps_fault(rps_fault_kind::raw_payload).of("port_switch").saying(std::move(payload));
}

} // namespace

TEST_CASE("a ClientHello split over two messages is one, wherever it is cut") {
    for (const std::size_t bytes : {1u, 4u, 5u, 6u, 150u, 300u}) {
        CAPTURE(bytes);
        works_with(enforced, of_tls(rps_fault_kind::in_two, 1).bytes(bytes));
    }
}

TEST_CASE("handshake data that is no ClientHello opens nothing, and AMT decides what it is worth") {
    in_tunnel(enforced, way::lme, [](world &w) -> awaitable<void> {
        w.server.order(of_tls(rps_fault_kind::no_hello_first, 2));
        (void)co_await w.run();
        CHECK(w.server.all_acted());
        // One channel for each ClientHello, none for the other record.
        CHECK(w.device.counters().channels_opened <= w.server.counters().tunnels + 1);
    });
}

TEST_CASE("two ClientHellos in a row: the second has a connection of its own, and works") {
    works_with(enforced, of_tls(rps_fault_kind::hello_first, 1));
}

TEST_CASE("tls_data behind a port switch and before its acknowledgement waits for the new port") {
    works_with(switched, rps_fault(rps_fault_kind::hello_behind).of("port_switch"));
}

TEST_CASE("a port switch with a delay below 0 or beyond 60 s is obeyed as 0 and 60 s") {
    struct row {
        const char *delay;
        core::duration waits;
    };
    for (const row &r : {row{"-5", 0s}, row{"600", 60s}, row{"1000000000", 60s}}) {
        CAPTURE(r.delay);
        core::duration usual{};
        in_tunnel(switched, way::lme, [&](world &w) -> awaitable<void> {
            const auto end = co_await w.run();
            usual = end.elapsed;
        });
        in_tunnel(switched, way::lme, [&](world &w) -> awaitable<void> {
            w.server.order(switch_says(R"({"port":"16993","delay":)" + std::string(r.delay) + "}"));
            const auto end = co_await w.run();
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(end.elapsed == usual - 15s + r.waits); // 15 s: of the usual order
        });
    }
}

TEST_CASE("a port switch to no port ends the run at once, by name, and tells of the device") {
    for (const char *payload : {R"({"port":"0","delay":15})", R"({"port":"70000","delay":15})",
                                R"({"port":"somewhere","delay":15})", R"({"delay":15})", "{", ""}) {
        CAPTURE(payload);
        in_tunnel(switched, way::lme, [&](world &w) -> awaitable<void> {
            w.server.order(switch_says(payload));
            const auto end = co_await w.run();
            CHECK(end.code() == exit_of::bad_message);
            CHECK_MESSAGE(end.says("port"), end.text());
            CHECK_MESSAGE(end.says("client control mode"), end.text());
        });
    }
}

// The first request is the Get that AMT answers with 401; the second one is under way for 3 s.
TEST_CASE(
    "a port switch while a request is in flight drops the request, which the server repeats") {
    in_tunnel(switched, way::lme, [](world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::http_delay).nth(2).after(3s));
        w.server.order(rps_fault(rps_fault_kind::switch_behind)
                           .of("wsman")
                           .nth(2)
                           .saying(R"({"port":"16992","delay":1})"));
        const auto end = co_await w.run();
        CHECK(w.server.all_acted());
        CHECK(w.device.inject().all_acted());
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.server.counters().repeats == 1);
    });
}

// The server is gone with the Setup in the tunnel, before AMT has worked on it.
TEST_CASE("a connection lost amid a TLS session is told as what the device may become") {
    in_tunnel(enforced, way::lms, [](world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::http_delay)
                                    .on_call("IPS_HostBasedSetupService.Setup")
                                    .after(5s));
        w.server.order(of_tls(rps_fault_kind::drop_after, 9));
        const auto end = co_await w.run();
        CHECK(w.server.all_acted());
        CHECK(end.code() == exit_of::generic);
        CHECK_MESSAGE(end.says("may be activated"), end.text());
    });
}
