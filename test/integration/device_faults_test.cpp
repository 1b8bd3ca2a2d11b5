// SPDX-License-Identifier: Apache-2.0
// What an activation must withstand of LMS, HECI device and firmware: an end within its limits, the
// real cause by name, the documented exit code, and nothing left open (world::run looks).
#include "world.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::fault;
using kind = sim::fault_kind;

namespace {

constexpr auto ordered = 12s; // by the server, in a run that comes so far
// APF message numbers (apf.md 3).
constexpr std::uint8_t service_accept = 6, channel_open = 90, channel_data = 94;

} // namespace

TEST_CASE("an LMS port that is open but mute is passed over after 5 s") {
    in_world(way::lms, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::lms_mute).for_ever());
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.report->path == rps::amt_path::lme);
        CHECK(end.elapsed == ordered + 5s);
    });
}

TEST_CASE("an LMS that closes at once is passed over at once") {
    in_world(way::lms, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::lms_closes).for_ever());
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.report->path == rps::amt_path::lme);
        CHECK(end.elapsed == ordered);
    });
}

TEST_CASE("an LMS that dies behind the probe is told by its name") {
    in_world(way::lms, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::lms_refused).nth(2).for_ever());
        CHECK(end.code() == exit_of::amt_connection);
        CHECK_MESSAGE(end.says("LMS"), end.text());
        CHECK(end.elapsed == 0s);
    });
}

TEST_CASE("without a device the run ends at once by the driver's name") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::no_driver).for_ever());
        CHECK(end.code() == exit_of::no_driver);
        CHECK_MESSAGE(end.says("mei"), end.text());
        CHECK(end.elapsed == 0s);
    });
}

TEST_CASE("without permission the run ends at once and says who may") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::no_permission).for_ever());
        CHECK(end.code() == exit_of::no_permission);
        CHECK_MESSAGE(end.says("root"), end.text());
        CHECK(end.elapsed == 0s);
    });
}

TEST_CASE("firmware that does not answer its first command yet is asked again after 15 s") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::silence).on(heci::client::amthi));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.elapsed == ordered + 10s + 15s); // heci::timeouts::amthi_reply, versions_again
    });
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(fault(kind::silence).on(heci::client::amthi).for_ever());
        CHECK(end.code() == exit_of::amt_not_ready);
        CHECK_MESSAGE(end.says("wait a minute"), end.text());
        CHECK(end.elapsed == 10s + 15s + 10s);
    });
}

TEST_CASE("a device held by another program for 3 s is waited for") {
    for (const auto client : {heci::client::amthi, heci::client::lme}) {
        in_world(way::lme, [client](world &w, coro_environment) -> awaitable<void> {
            const auto end = co_await w.run_with(fault(kind::busy).on(client).for_time(3s));
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(end.elapsed == ordered + 3750ms); // 250 ms, doubled three times
        });
    }
}

TEST_CASE("a device held by another program for ever is told after 20 s") {
    for (const auto client : {heci::client::amthi, heci::client::lme}) {
        in_world(way::lme, [client](world &w, coro_environment) -> awaitable<void> {
            const auto end = co_await w.run_with(fault(kind::busy).on(client).for_ever());
            CHECK(end.code() == exit_of::no_driver);
            CHECK_MESSAGE(end.says("another"), end.text());
            CHECK(end.elapsed >= 15s);
            CHECK(end.elapsed <= 20s);
        });
    }
}

TEST_CASE("ENODEV within the APF handshake costs a new session") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::reset_after).on_apf(service_accept));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.counters().lme_sessions == 2);
        CHECK(end.elapsed == ordered + 50ms); // apf::timeouts::redial
        CHECK(w.logged("mei device unavailable, reinitializing"));
    });
}

TEST_CASE("ENODEV before CHANNEL_OPEN costs a new session and no answer") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(fault(kind::reset_on_send).on_apf(channel_open).nth(2));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.counters().lme_sessions == 2);
        CHECK(end.elapsed == ordered + 50ms); // apf::timeouts::redial
    });
}

TEST_CASE("ENODEV during CHANNEL_OPEN costs a new session and no answer") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::reset_after).on_apf(channel_open).nth(2));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.counters().lme_sessions == 2);
        CHECK(end.elapsed == ordered + 50ms);
    });
}

TEST_CASE("ENODEV after CHANNEL_OPEN loses one answer, and the server asks again") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(fault(kind::reset_on_send).on_apf(channel_data).nth(2));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.server.counters().repeats == 1);
        CHECK(end.elapsed <= ordered + 27s + 350ms); // the server's 12 and 15 s
    });
}

TEST_CASE("ENODEV amid DATA loses one answer, and the server asks again") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        fault pieces(kind::chop);
        w.device.inject().order(pieces.for_ever().with(100));
        const auto end =
            co_await w.run_with(fault(kind::reset_before_reply).on_apf(channel_data).nth(3));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.server.counters().repeats == 1);
        CHECK(end.elapsed <= ordered + 27s + 350ms);
    });
}

TEST_CASE("a Setup whose answer a reset took is a failure that tells of the activated device") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        // The answers to the two AMT_GeneralSettings are one message each.
        const auto end =
            co_await w.run_with(fault(kind::reset_before_reply).on_apf(channel_data).nth(3));
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(end.code() == exit_of::activation);
        CHECK_MESSAGE(end.says("device itself is in client control mode"), end.text());
    });
}

TEST_CASE("ENODEV at every CHANNEL_OPEN ends the run after four of them") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(fault(kind::reset_after).on_apf(channel_open).for_ever());
        CHECK(end.code() == exit_of::amt_connection);
        CHECK_MESSAGE(end.says("reset"), end.text());
        CHECK(w.device.counters().lme_sessions <= 4 + 1);
        CHECK(end.elapsed <= 11s);
    });
}

TEST_CASE("a firmware that falls silent over LME is an unanswered call, and the server's error") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(fault(kind::silence).on_apf(channel_data).nth(2).for_ever());
        CHECK(end.code() == exit_of::amt_connection);
        CHECK(end.elapsed == 66s); // three times 12 s and twice 15 s of the server
    });
}

TEST_CASE("an HTTP server that never answers is an unanswered call, and the server's error") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [how](world &w, coro_environment) -> awaitable<void> {
            // Over LMS the probe is a request too: it is answered.
            const std::size_t at = how == way::lms ? 2 : 1;
            const auto end = co_await w.run_with(fault(kind::http_silence).nth(at).for_ever());
            CHECK(end.code() == exit_of::amt_connection);
            CHECK_MESSAGE(end.says("not answer"), end.text());
            CHECK(w.server.counters().repeats == 2);
            CHECK(end.elapsed == 66s);
        });
    }
}

TEST_CASE("an AMT that answers with what is no HTTP is told as that") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            fault nonsense(kind::raw_response);
            const std::string_view text = "220 smtp.example ready\r\n";
            const auto bytes = core::as_bytes(text);
            nonsense.for_ever().sending({bytes.begin(), bytes.end()});
            const auto end = co_await w.run_with(nonsense);
            CHECK(end.code() == exit_of::bad_reply);
            CHECK_MESSAGE(end.says("not HTTP"), end.text());
            CHECK(end.elapsed == 66s);
        });
    }
}

TEST_CASE("a Setup that AMT refuses is a failed activation") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        fault refused(kind::return_value);
        refused.on_call("IPS_HostBasedSetupService.Setup").with(1);
        const auto end = co_await w.run_with(refused);
        CHECK(end.code() == exit_of::activation);
        CHECK(w.device.mode() == sim::control_mode::none);
        CHECK(end.elapsed == 0s);
    });
}
