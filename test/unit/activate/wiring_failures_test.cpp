// SPDX-License-Identifier: Apache-2.0
// How a run ends that cannot succeed: its code, its text, its time.
#include "world.hpp"

#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>

#include <doctest/doctest.h>

#include <support/run_coro.hpp>

using namespace costrand;
using namespace std::chrono_literals;
using test::device_profile;
using test::run;
using test::world;

TEST_CASE("every refusal of the device has its code, and a text that names device and remedy") {
    struct row {
        sim::fault_kind kind;
        int code;
        const char *word;
    };
    for (const row &r :
         {row{sim::fault_kind::no_driver, 2, "modprobe"},
          row{sim::fault_kind::no_permission, 1, "root"},
          row{sim::fault_kind::not_ready, 4, "wait"}, row{sim::fault_kind::no_client, 3, "BIOS"},
          row{sim::fault_kind::busy, 2, "LMS"}}) {
        CAPTURE(r.word);
        test::run_coro([r](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.device.inject().order(sim::fault(r.kind).for_ever());
            const auto end = co_await run(w);
            CHECK(end.code() == r.code);
            CHECK_MESSAGE(end.text().find(r.word) != std::string::npos, end.text());
            CHECK(end.text().find("simulated device") != std::string::npos);
        });
    }
}

TEST_CASE("a device held by another program for three seconds is waited for, for ever is told") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.device.inject().order(
                sim::fault(sim::fault_kind::busy).on(heci::client::lme).for_time(3s));
            const auto end = co_await run(w);
            CHECK(end.code() == 0);
        },
        5);
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.device.inject().order(sim::fault(sim::fault_kind::busy).on(heci::client::lme).for_ever());
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 2);
        CHECK(end.text().find("LMS") != std::string::npos);
        CHECK(env.time.now() - start < 30s);
    });
}

TEST_CASE("a command that the firmware does not answer is told with what it was for") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.device.inject().order(
            sim::fault(sim::fault_kind::silence).on(heci::client::amthi).for_ever());
        const auto end = co_await run(w);
        CHECK(end.code() == 4);
        CHECK(end.text().find("reading the") != std::string::npos);
    });
}

TEST_CASE("an unknown profile is the server's refusal, in its words") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.profile = "nope";
        const auto end = co_await run(w);
        CHECK(end.code() == 21);
        CHECK(end.text().find("nope does not match list of available AMT profiles") !=
              std::string::npos);
        CHECK(w.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("a server that cannot be reached is told by its cause") {
    struct row {
        std::exception_ptr thrown;
        int code;
        const char *word;
    };
    const row rows[] = {
        {std::make_exception_ptr(system_error(net::error::connection_refused)), 10, "refused"},
        {std::make_exception_ptr(system_error(net::error::host_not_found)), 20, "host name"},
        {std::make_exception_ptr(transports::upgrade_error(401)), 70, "401"},
        {std::make_exception_ptr(transports::upgrade_error(404)), 20, "404"},
        {std::make_exception_ptr(transports::tls_error(
             transports::tls_errc::certificate_not_trusted, "self-signed certificate")),
         22, "self-signed certificate"},
        {std::make_exception_ptr(system_error(core::errc::timed_out)), 10, "within 60 s"},
        {std::make_exception_ptr(transports::upgrade_error(503)), 10, "does not work"}};
    for (const row &r : rows) {
        CAPTURE(r.word);
        test::run_coro([&r](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.server_failure = r.thrown;
            const auto end = co_await run(w);
            CHECK(end.code() == r.code);
            CHECK_MESSAGE(end.text().find(r.word) != std::string::npos, end.text());
            CHECK(end.text().find("ws://rps.example/activate") != std::string::npos);
        });
    }
}

TEST_CASE("a failure of the proxy names server, proxy, who chose it, and what to do") {
    struct row {
        std::exception_ptr why;
        int code;
        const char *word;
    };
    using transports::proxy_errc;
    const row rows[] = {
        {std::make_exception_ptr(
             transports::proxy_error(proxy_errc::unreachable, "Connection refused")),
         10, "Connection refused"},
        {std::make_exception_ptr(
             transports::proxy_error(proxy_errc::authentication_required, "HTTP status 407")),
         70, "USER:PASSWORD@HOST:PORT"},
        {std::make_exception_ptr(transports::proxy_error(proxy_errc::refused, "HTTP status 502")),
         10, "502"},
        {std::make_exception_ptr(transports::proxy_error(proxy_errc::host_unreachable, "reply 4")),
         10, "host name"},
        {std::make_exception_ptr(system_error(core::errc::timed_out)), 10, "of this kind"}};
    for (const row &r : rows) {
        CAPTURE(r.word);
        test::run_coro(
            [&r](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, false);
                auto url = transports::parse_proxy_url("http://joe:hunter2@proxy:3128").value();
                w.options.proxy = activate::proxy_choice{std::move(url), "--proxy"};
                w.server_failure = r.why;
                const auto end = co_await run(w);
                CHECK(end.code() == r.code);
                CHECK_MESSAGE(end.text().find(r.word) != std::string::npos, end.text());
                const char *way =
                    "ws://rps.example/activate through the proxy http://proxy:3128 (--proxy)";
                CHECK(end.text().find(way) != std::string::npos);
                CHECK(w.logged(way));
                CHECK(end.text().find("hunter2") == std::string::npos);
                CHECK_FALSE(w.logged("hunter2"));
                CHECK_FALSE(w.logged("joe"));
            },
            10);
    }
}

TEST_CASE("a server that falls silent ends the run after --server-timeout, with that cause") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.server_timeout = 45s;
        w.server.order(sim::rps_fault(sim::rps_fault_kind::silence));
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 10);
        CHECK(end.text().find("silent") != std::string::npos);
        CHECK(env.time.now() - start == 46s);
    });
}

TEST_CASE("a channel that cannot be opened is 71, with the firmware's reason and what to do") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        constexpr std::uint32_t resource_shortage = 4;
        w.device.inject().order(
            sim::fault(sim::fault_kind::open_failure).with(resource_shortage).for_ever());
        const auto end = co_await run(w);
        CHECK(end.code() == 71);
        CHECK_MESSAGE(end.text().find("all channels") != std::string::npos, end.text());
        CHECK(end.text().find("over LME") != std::string::npos);
    });
}

TEST_CASE("a connection lost while AMT works on the Setup is told as what it may become") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.device.inject().order(sim::fault(sim::fault_kind::http_delay)
                                    .on_call("IPS_HostBasedSetupService.Setup")
                                    .after(5s));
        w.server.order(sim::rps_fault(sim::rps_fault_kind::drop_after).nth(4)); // the Setup
        const auto end = co_await run(w);
        CHECK(end.code() == 10);
        CHECK_MESSAGE(end.text().find("has not answered it") != std::string::npos, end.text());
    });
}

TEST_CASE("a connection lost behind the Setup, and a device that tells its mode to nobody") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, true);
        w.server.order(
            sim::rps_fault(sim::rps_fault_kind::drop_before).of("progress").nth(2)); // behind it
        w.device.inject().order(
            sim::fault(sim::fault_kind::no_permission).on(heci::client::amthi).nth(2).for_ever());
        const auto end = co_await run(w);
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(end.code() == 10);
        CHECK_MESSAGE(end.text().find("may be in a control mode now") != std::string::npos,
                      end.text());
        CHECK(end.text().find(make_error_code(heci::errc::no_permission).message()) !=
              std::string::npos);
    });
}
