// SPDX-License-Identifier: Apache-2.0
// A tool that knows only the local management service, over our own one: the whole activation by
// the way of an LMS, each of its connections relayed to a channel of the device.
#include "world.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

TEST_CASE("an activation through our own LMS is one through any LMS") {
    in_world(way::lmsd, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.report->path == rps::amt_path::lms);
        CHECK(end.report->rounds == 28);
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(w.device.counters().lms_connections == 0);
        CHECK(w.device.counters().lme_sessions == 1);
        CHECK(w.device.counters().channels_opened == 29); // the probe, and one for each request
        CHECK(w.device.counters().protocol_errors == 0);
        CHECK(end.elapsed == 12s); // that the server keeps after Setup: the relay adds none
    });
}

TEST_CASE("our own LMS carries an activation at a window of 1") {
    in_world(way::lmsd, [](world &w, coro_environment) -> awaitable<void> {
        const auto end =
            co_await w.run_with(sim::fault(sim::fault_kind::window).for_ever().with(1));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.counters().protocol_errors == 0);
    });
}

TEST_CASE("no password and no digest of one is in the log of our own LMS") {
    in_world(way::lmsd, [](world &w, coro_environment) -> awaitable<void> {
        (void)co_await w.run();
        const auto &device = w.device.state();
        CHECK(w.logged("client 29"));
        CHECK(!w.logged("P@ssw0rdAmt1"));
        CHECK(!w.logged(device.local_password.reveal()));
        CHECK(!w.logged(device.admin_ha1.reveal()));
    });
}
