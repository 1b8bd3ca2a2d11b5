// SPDX-License-Identifier: Apache-2.0
// The small provisioning server and the simulated firmware with each other, without a tunnel: both
// play the recorded runs, and the device is then what the server says it is.
#include "rps_desk.hpp"

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// The recorded runs of these names, one after the other on one device.
void play(std::string profile, std::vector<std::string> names, sim::control_mode mode,
          sim::profile machine = recorded_machine()) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            desk d(env.executor, machine);
            for (const auto &name : names) {
                const auto run = co_await d.activate(profile);
                CAPTURE(name);
                CHECK_MESSAGE(run.calls == recorded_calls(name), to_text(run.calls));
                CHECK_MESSAGE(run.succeeded(), run.last.message);
            }
            CHECK(d.device->mode() == mode);
            co_await d.finish();
        },
        few_teardowns);
}

} // namespace

TEST_CASE("a simulated device is activated to client control, and again, as recorded") {
    play("ccm", {"ccm", "ccm-again"}, sim::control_mode::client);
}

TEST_CASE("a simulated device gets remote access, and again, as recorded") {
    play("ccm-cira", {"ccm-cira", "ccm-cira-again"}, sim::control_mode::client);
}

TEST_CASE("a simulated device is activated to admin control, and again, as recorded") {
    play("acm", {"acm", "acm-again"}, sim::control_mode::admin);
}

TEST_CASE("a simulated device gets its wireless network, and again, as recorded") {
    play("acm-wifi", {"acm-wifi", "acm-wifi-again"}, sim::control_mode::admin, wireless_machine());
}

TEST_CASE("a profile with TLS changes nothing of a run without a tunnel, as recorded") {
    play("ccm-tls", {"ccm-tls"}, sim::control_mode::client);
    play("acm-tls", {"acm-tls"}, sim::control_mode::admin);
}

TEST_CASE("a simulated device goes from client to admin control as recorded") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            (void)co_await d.activate("ccm");
            REQUIRE(d.device->mode() == sim::control_mode::client);
            const auto run = co_await d.activate("acm");
            CHECK_MESSAGE(run.calls == recorded_calls("ccm-to-acm"), to_text(run.calls));
            CHECK(run.succeeded());
            CHECK(d.device->mode() == sim::control_mode::admin);
            co_await d.finish();
        },
        few_teardowns);
}

TEST_CASE("a simulated device takes the server's random passwords as recorded") {
    play("acm-random", {"acm-random"}, sim::control_mode::admin);
}

TEST_CASE("a simulated device gets remote access in admin control as recorded") {
    play("acm-cira", {"acm-cira"}, sim::control_mode::admin);
}

TEST_CASE("a device that does not trust the server's root is not brought to admin control") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            desk d(env.executor, sim::der_bytes(1));
            const auto run = co_await d.activate("acm");
            CHECK(run.last.method == "error");
            CHECK(d.device->mode() == sim::control_mode::none);
            co_await d.finish();
        },
        few_teardowns);
}
