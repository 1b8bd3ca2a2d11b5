// SPDX-License-Identifier: Apache-2.0
// Which programs are let in to which firmware client, how many at a time, and when none is.
#include <costrand/sim/firmware.hpp>

#include "firmware_bench.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::lme_host;

namespace {

using bench = test::firmware_bench;

} // namespace

TEST_CASE("as many programs hold LME as the profile says, the next is told busy") {
    for (const std::size_t connections : {1u, 2u, 3u}) {
        CAPTURE(connections);
        test::run_coro([connections](test::coro_environment env) -> awaitable<void> {
            auto p = without_delays(amt16());
            p.lms = false;
            p.lme.connections = connections;
            bench b(env.executor, p);
            auto device = b.device.heci();
            std::vector<std::unique_ptr<core::message_stream>> held;
            for (std::size_t i = 0; i < connections; ++i)
                held.push_back(co_await device->connect(heci::client::lme));
            const auto next = co_await core::as_result(device->connect(heci::client::lme));
            CHECK(next.error() == heci::errc::busy);
            held.front()->close();
            held.push_back(co_await device->connect(heci::client::lme));
            CHECK(b.device.open_links() == connections);
            co_await b.end();
        });
    }
}

TEST_CASE("an LMS holds one of the connections, and the only one when there is one") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto p = without_delays(amt16());
        p.lms = true;
        p.lme.connections = 1;
        bench b(env.executor, p);
        auto device = b.device.heci();
        const auto refused = co_await core::as_result(device->connect(heci::client::lme));
        CHECK(refused.error() == heci::errc::busy);
        co_await b.end();
    });
}

TEST_CASE("two programs on LME have a handshake and channels of their own") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto p = without_delays(amt16());
        p.lms = false;
        bench b(env.executor, p);
        auto one = co_await b.host();
        auto two = co_await b.host();
        co_await one.handshake();
        co_await two.handshake();
        (void)co_await one.open(2);
        (void)co_await two.open(2);
        CHECK(b.device.counters().lme_sessions == 2);
        CHECK(b.device.open_channels() == 2);
        one.link().close();
        co_await core::sleep_for(1ns);
        CHECK(b.device.open_channels() == 1);
        two.link().close();
        co_await b.end();
    });
}

TEST_CASE("while AMT is disabled its LME client is away, and comes back with it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor, without_delays(amt16()));
        auto device = b.device.heci();
        auto host = co_await b.host();
        co_await host.handshake();
        auto watchdog = co_await device->connect(heci::client::watchdog);
        const auto order = [&watchdog](std::uint8_t on) -> awaitable<void> {
            const std::uint8_t request[] = {0x05, 0x03, 0x53, 0x10, on};
            co_await watchdog->send(net::buffer(request));
            std::uint8_t reply[100];
            (void)co_await watchdog->receive(net::buffer(reply));
        };
        co_await order(0);
        const auto dead = co_await core::as_result(host.hear());
        CHECK(dead.error() == heci::errc::device_reset);
        const auto away = co_await core::as_result(device->connect(heci::client::lme));
        CHECK(away.error() == heci::errc::no_client);
        const auto lms = co_await core::as_result(b.device.dial_lms(16992));
        CHECK(lms.error() == transports::lms_errc::not_running);
        co_await order(1);
        auto again = co_await device->connect(heci::client::lme);
        CHECK(again->max_message_size() == b.device.device_profile().heci.lme);
        co_await b.end();
    });
}

TEST_CASE("watchdog, UPID and HOTHAM take one connection, and are there as the profile says") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto p = without_delays(amt16());
        bench b(env.executor, p);
        auto device = b.device.heci();
        for (const auto &[client, size] : {std::pair{heci::client::watchdog, p.heci.watchdog},
                                           std::pair{heci::client::upid, p.heci.upid},
                                           std::pair{heci::client::hotham, p.heci.hotham}}) {
            auto first = co_await device->connect(client);
            CHECK(first->max_message_size() == size);
            const auto second = co_await core::as_result(device->connect(client));
            CHECK(second.error() == heci::errc::busy);
        }
        co_await b.end();
        auto older = p;
        older.heci.upid = 0;
        bench c(env.executor, older);
        const auto missing = co_await core::as_result(c.device.heci()->connect(heci::client::upid));
        CHECK(missing.error() == heci::errc::no_client);
        co_await c.end();
    });
}

TEST_CASE("a watchdog that its program forgot expires in the device's time") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto p = without_delays(amt16());
        p.watchdog.required = true;
        bench b(env.executor, p);
        {
            auto watchdog = co_await b.device.heci()->connect(heci::client::watchdog);
            const std::uint8_t start[23] = {0x02, 0x15, 0x13, 0x10, 120};
            co_await watchdog->send(net::buffer(start));
            std::uint8_t reply[6];
            const auto n = co_await watchdog->receive(net::buffer(reply));
            CHECK(n == 6);
        }
        co_await core::sleep_for(119s);
        CHECK(b.device.state().powered.watchdog_expiries == 0);
        co_await core::sleep_for(1s);
        CHECK(b.device.state().powered.watchdog_expiries == 1);
        co_await b.end();
    });
}
