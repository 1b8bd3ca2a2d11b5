// SPDX-License-Identifier: Apache-2.0
// The real wiring against the simulated device and the small server, in virtual time.
#include "world.hpp"

#include <doctest/doctest.h>

#include <support/run_coro.hpp>

using namespace costrand;
using namespace std::chrono_literals;
using test::check_activated;
using test::device_profile;
using test::run;
using test::world;

TEST_CASE("a plain activation over LME takes the device to client control mode") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lme);
            CHECK(w.logged("falling back to LME (in-band HECI/APF)"));
            CHECK(w.logged("Initialize: tcpip-forward ready for 16992 / 16993 / 623 / 664"));
            CHECK(w.device.counters().lme_sessions == 1); // one session for the whole run
        },
        40);
}

TEST_CASE("a plain activation over LMS takes the device to client control mode") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, true);
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lms);
            CHECK(w.logged("Using existing LMS"));
            CHECK(w.device.counters().lme_sessions == 0);
        },
        40);
}

TEST_CASE("the client waits for nothing of its own, over LME no more than over LMS") {
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        test::run_coro(
            [lms](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, lms);
                const auto start = env.time.now();
                const auto end = co_await run(w);
                REQUIRE(end.report);
                // run() itself waits one second.
                const auto own = env.time.now() - start - 1s - w.server.counters().own_waits;
                CHECK(own == 0ns);
            },
            1);
    }
}

TEST_CASE("the four-port text is told only when the four ports were advertised") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            auto two = device_profile(false);
            two.lme.forwards = {16992, 623};
            sim::firmware other(env.executor, two, *w.random, {});
            const auto handle = other.heci();
            w.env.device = handle.get();
            const auto end = co_await run(w);
            CHECK(end.code() == 0);
            CHECK_FALSE(w.logged("16992 / 16993 / 623 / 664"));
            other.stop();
            co_await other.run();
        },
        5);
}

TEST_CASE("--transport lme does not look for an LMS, --transport lms takes nothing else") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, true);
            w.options.transport = activate::transport_choice::lme;
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lme);
            CHECK(w.device.counters().lms_connections == 0);
        },
        5);
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.transport = activate::transport_choice::lms;
        const auto end = co_await run(w);
        CHECK(end.code() == 139);
        CHECK(end.text().find("--transport lme") != std::string::npos);
        CHECK(w.device.counters().lme_sessions == 0);
    });
}

TEST_CASE("an LMS that is mute or hangs up is passed over") {
    for (const auto kind : {sim::fault_kind::lms_mute, sim::fault_kind::lms_closes}) {
        test::run_coro(
            [kind](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, true);
                w.device.inject().order(sim::fault(kind).for_ever());
                const auto end = co_await run(w);
                check_activated(end, w, rps::amt_path::lme);
            },
            5);
    }
}

TEST_CASE("a mute LMS that was asked for is 139, within its limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, true);
        w.options.transport = activate::transport_choice::lms;
        w.device.inject().order(sim::fault(sim::fault_kind::lms_mute).for_ever());
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 139);
        CHECK(env.time.now() - start <= 7s);
    });
}

TEST_CASE("an activated device needs its password: given, asked for, or 23") {
    for (const int way : {0, 1, 2}) {
        CAPTURE(way);
        test::run_coro(
            [way](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, false);
                // Activated by a first run, of which the server remembers the password.
                const auto first = co_await activate::activate_device(w.env, w.options);
                CHECK(activate::succeeded(first));
                if (way == 0)
                    w.options.password = *w.server.stored_password(w.device.device_profile().uuid);
                bool asked = false;
                if (way == 1)
                    w.env.ask_password = [&w, &asked] {
                        asked = true;
                        return w.password();
                    };
                const auto end = co_await run(w);
                CHECK(asked == (way == 1));
                if (way == 0)
                    CHECK_MESSAGE(end.code() == 0, end.text());
                if (way == 1 && end.code() != 0)
                    CHECK(end.code() == 70); // the server compares it with the one it stored
                if (way == 2) {
                    CHECK(end.code() == 23);
                    CHECK(end.text().find("AMT_PASSWORD") != std::string::npos);
                }
            },
            3);
    }
}

TEST_CASE("what the options say stands in the first message instead of the device's own") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.options.uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";
            w.options.friendly_name = "Bench 7";
            w.options.dns_suffix = "corp.example";
            w.options.hostname = "other";
            const auto end = co_await run(w);
            REQUIRE(end.report);
            CHECK(end.report->device.uuid == w.options.uuid);
            CHECK(end.report->device.friendly_name == "Bench 7");
            CHECK(end.report->device.fqdn == "corp.example");
            CHECK(end.report->device.hostname == "other");
            CHECK(w.server.stored_password(w.options.uuid) != nullptr);
        },
        3);
}

TEST_CASE("the device's own facts are the recorded ones") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            const auto end = co_await run(w);
            REQUIRE(end.report);
            const auto &p = w.device.device_profile();
            CHECK(end.report->device.uuid == p.uuid);
            CHECK(end.report->device.version == p.amt_version);
            CHECK(end.report->device.build == p.build_number);
            CHECK(end.report->device.sku == p.sku);
            CHECK(end.report->device.hostname == "lab-pc-07");
            CHECK(end.report->device.certificate_hashes.size() == p.roots.size());
            CHECK(end.report->device.fqdn == (p.dns_suffix.empty() ? "lab.example" : p.dns_suffix));
        },
        3);
}
