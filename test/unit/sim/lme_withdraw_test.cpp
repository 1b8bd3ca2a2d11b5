// SPDX-License-Identifier: Apache-2.0
// Firmware that is idle takes its forwards back and asks for them again (apf.md 11, AMT 16); and
// how many programs may hold LME.
#include <costrand/sim/firmware.hpp>

#include "device_client.hpp"
#include "firmware_bench.hpp"

#include <costrand/apf/host.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/task_group.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <functional>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::lme_host;

namespace {

profile idle_after_10s(bool tells) {
    auto p = without_delays(amt16());
    p.lme.withdraw_after = 10s;
    p.lme.withdraw_tells = tells;
    return p;
}

using bench = test::firmware_bench;

// The four requests, in order, and a host's answers to them.
awaitable<void> forwards_asked(lme_host &host) {
    for (const auto port : host.ports) {
        const auto forward = co_await host.expect<apf::tcpip_forward>();
        CHECK(forward.port == port);
    }
}
awaitable<void> forwards_granted(lme_host &host) {
    for (const auto port : host.ports) {
        const apf::request_success bound{port};
        co_await host.say(bound);
    }
}
awaitable<void> forwards_cancelled(lme_host &host) {
    for (const auto port : host.ports) {
        const auto cancelled = co_await host.expect<apf::cancel_tcpip_forward>();
        CHECK(cancelled.port == port);
        CHECK(cancelled.want_reply);
        const apf::request_success gone;
        co_await host.say(gone);
    }
}

} // namespace

TEST_CASE("AMT 16 withdraws its forwards while idle, the other generations do not") {
    for (const auto &name : built_in_profiles()) {
        CAPTURE(name);
        const auto p = built_in_profile(name);
        CHECK((p.lme.withdraw_after > core::duration::zero()) == (name == "amt16"));
    }
}

TEST_CASE("forwards are cancelled after the idle time, and asked for again at the next open") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor, idle_after_10s(true));
        auto host = co_await b.host();
        co_await host.handshake();
        co_await forwards_cancelled(host);
        CHECK(env.time.elapsed() == 10s);
        const auto request = lme_host::open_request(2, 4096);
        co_await host.say(request);
        co_await forwards_asked(host);
        const auto failure = co_await host.expect<apf::channel_open_failure>();
        CHECK(failure.reason == 1);
        CHECK(b.device.open_channels() == 0);
        co_await forwards_granted(host);
        (void)co_await host.open(3);
        CHECK(b.device.counters().withdrawals == 1);
        CHECK(b.device.counters().protocol_errors == 0);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("forwards that vanish without a word are asked for again at the next open") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor, idle_after_10s(false));
        auto host = co_await b.host();
        co_await host.handshake();
        const auto heard = co_await core::as_result(core::with_deadline(15s, host.hear()));
        CHECK(heard.error() == core::cond::timed_out);
        CHECK(b.device.counters().withdrawals == 1);
        const auto request = lme_host::open_request(2, 4096);
        co_await host.say(request);
        co_await forwards_asked(host);
        (void)co_await host.expect<apf::channel_open_failure>();
        co_await forwards_granted(host);
        (void)co_await host.open(3);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("a channel in use keeps the forwards, and idle time begins with its end") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor, idle_after_10s(true));
        auto host = co_await b.host();
        co_await host.handshake();
        co_await core::sleep_for(9s);
        const auto channel = co_await host.open(2);
        const auto heard = co_await core::as_result(core::with_deadline(30s, host.hear()));
        CHECK(heard.error() == core::cond::timed_out);
        const apf::channel_close close{channel.sender};
        co_await host.say(close);
        (void)co_await host.expect<apf::channel_close>();
        co_await forwards_cancelled(host);
        CHECK(env.time.elapsed() == 49s);
        co_await b.end();
    });
}

TEST_CASE("forwards come back by themselves when the device does that, and go again") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto p = idle_after_10s(true);
        p.lme.advertise_after = 5s;
        bench b(env.executor, p);
        auto host = co_await b.host();
        co_await host.handshake();
        for (int i = 1; i <= 3; ++i) {
            co_await forwards_cancelled(host);
            co_await forwards_asked(host);
            CHECK(env.time.elapsed() == i * 15s);
            co_await forwards_granted(host);
        }
        (void)co_await host.open(2);
        CHECK(b.device.counters().withdrawals == 3);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("an open that crosses the cancellation is refused, and the replies stay in order") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor, idle_after_10s(true));
        auto host = co_await b.host();
        co_await host.handshake();
        co_await core::sleep_for(10s);
        co_await core::sleep_for(1ns);
        const auto request = lme_host::open_request(2, 4096); // before the cancellations are read
        co_await host.say(request);
        co_await forwards_cancelled(host);
        co_await forwards_asked(host);
        (void)co_await host.expect<apf::channel_open_failure>();
        co_await forwards_granted(host);
        (void)co_await host.open(3);
        CHECK(b.device.counters().protocol_errors == 0);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("our host opens a channel after a withdrawal, 250 ms later") {
    for (const bool tells : {true, false}) {
        test::run_coro(
            [tells](test::coro_environment env) -> awaitable<void> {
                bench b(env.executor, idle_after_10s(tells));
                auto heci = b.device.heci();
                apf::host host(
                    env.executor, [&heci] { return heci->connect(heci::client::lme); },
                    apf::host_options(), core::log());
                core::task_group tasks(env.executor);
                tasks.spawn(host.run());
                std::exception_ptr failure;
                try {
                    co_await host.ready();
                    co_await core::sleep_for(20s);
                    CHECK(host.forwarded_ports().size() == (tells ? 0 : 4));
                    auto channel = co_await host.open_channel(16992);
                    CHECK(env.time.elapsed() == 20s + 250ms);
                    CHECK(host.forwarded_ports().size() == 4);
                } catch (...) {
                    failure = std::current_exception();
                }
                co_await net::this_coro::throw_if_cancelled(false);
                host.stop();
                co_await tasks.join();
                co_await b.end();
                if (failure)
                    std::rethrow_exception(failure);
                CHECK(b.device.counters().withdrawals == 1);
                CHECK(b.device.counters().lme_sessions == 1);
                CHECK(b.device.counters().protocol_errors == 0);
            },
            10);
    }
}
