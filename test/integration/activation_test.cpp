// SPDX-License-Identifier: Apache-2.0
// The milestone: core, APF, simulated device, small provisioning server and the real client, one
// activation to client control mode in one process; and what it costs in time.
#include "world.hpp"

#include "support/recorded_calls.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

TEST_CASE("a plain activation over LME ends in client control mode") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.report->outcome.mode == rps::control_mode::client);
        CHECK(end.report->path == rps::amt_path::lme);
        CHECK(end.report->rounds == 28);
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(w.device.counters().lme_sessions == 1);
        CHECK(w.device.counters().channels_opened == 28); // one for each request
        CHECK(w.device.counters().protocol_errors == 0);
        CHECK(w.server.stored_password(w.device.device_profile().uuid) != nullptr);
    });
}

TEST_CASE("a plain activation over LMS ends in client control mode") {
    in_world(way::lms, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(end.report->path == rps::amt_path::lms);
        CHECK(end.report->rounds == 28);
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(w.device.counters().lme_sessions == 0);
        CHECK(w.device.counters().lms_connections == 29); // the probe, and one for each request
    });
}

TEST_CASE("the calls and their order are the recorded ones, first and second time") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            const auto first = co_await w.run();
            CHECK_MESSAGE(first.code() == exit_of::success, first.text());
            const auto asked = w.server.calls();
            CHECK_MESSAGE(asked == recorded_calls("ccm"), to_text(asked));

            w.options.password = core::secret("P@ssw0rdAmt1");
            const auto second = co_await w.run();
            CHECK_MESSAGE(second.code() == exit_of::success, second.text());
            const std::vector<sim::rps_call> again(w.server.calls().begin() +
                                                       static_cast<std::ptrdiff_t>(asked.size()),
                                                   w.server.calls().end());
            CHECK_MESSAGE(again == recorded_calls("ccm-again"), to_text(again));
        });
    }
}

// Named waits of the client's own in a run without a fault: none. All that passes is the 12 s that
// the server keeps after Setup.
TEST_CASE("the client's own share of the time is zero, over LME no more than over LMS") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            const auto end = co_await w.run();
            CHECK(w.server.counters().own_waits == 12s);
            CHECK(end.elapsed - w.server.counters().own_waits == 0s);
        });
    }
}

TEST_CASE("no password and no digest of one is in the log of an activation") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        (void)co_await w.run();
        const auto &device = w.device.state();
        CHECK(!w.logged("P@ssw0rdAmt1"));
        CHECK(!w.logged(device.local_password.reveal()));
        CHECK(!w.logged(device.admin_ha1.reveal()));
    });
}
