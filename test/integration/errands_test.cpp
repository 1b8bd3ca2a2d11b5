// SPDX-License-Identifier: Apache-2.0
// What else a provisioning server is asked for: a deactivation and its maintenance tasks, of a
// device that it activated. The whole chain, as the program makes it.
#include "world.hpp"

#include "support/recorded_calls.hpp"

#include <costrand/activate/exit_code.hpp>
#include <costrand/sim/faults.hpp>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using activate::exit_code;
using activate::maintenance;

namespace {

constexpr std::string_view old_password = "P@ssw0rdAmt1", new_password = "N3wP@ssw0rd1";

// A device that the server activated, and a client that knows its password.
awaitable<void> activate_first(world &w) {
    const auto end = co_await w.run();
    CHECK_MESSAGE(end.code() == exit_of::success, end.text());
    w.options.profile.clear();
    w.options.password = core::secret(old_password);
    w.log.clear();
}

void ask_for(world &w, maintenance what) {
    w.options.asked.kind = rps::task::maintenance;
    w.options.asked.what = what;
}

// What the server asked of AMT since the list had `before` calls.
std::vector<sim::rps_call> calls_since(const world &w, std::size_t before) {
    const auto &all = w.server.calls();
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
}

std::string property(const world &w, std::string_view of, std::string_view name) {
    return std::string(w.device.state().objects.find_name(of)->instances.front().value(name));
}

void on_active_device(way how, std::function<awaitable<void>(world &)> body) {
    in_world(how, [body](world &w, coro_environment) -> awaitable<void> {
        co_await activate_first(w);
        co_await body(w);
    });
}

// One run more, which makes the recorded calls and takes no time of its own.
awaitable<run_end> as_recorded(world &w, std::string name) {
    const auto before = w.server.calls().size();
    auto end = co_await w.run();
    const auto asked = calls_since(w, before);
    CHECK_MESSAGE(end.code() == exit_of::success, end.text());
    CHECK_MESSAGE(asked == recorded_calls(name), to_text(asked));
    CHECK(end.elapsed == 0s);
    for (const auto secret : {old_password, new_password})
        CHECK_FALSE(w.logged(secret));
    co_return end;
}

// One run more, which ends badly: the code and what is told.
awaitable<void> fails_with(world &w, exit_code code, std::string_view said) {
    const auto end = co_await w.run();
    CHECK_MESSAGE(end.code() == static_cast<int>(code), end.text());
    CHECK_MESSAGE(end.says(said), end.text());
}

sim::fault on_call(sim::fault_kind kind, std::string call) {
    return sim::fault(kind).on_call(std::move(call));
}

} // namespace

TEST_CASE("a device is deactivated by the server with the recorded calls, over every way") {
    for (const way how : {way::lme, way::lms, way::lmsd}) {
        on_active_device(how, [](world &w) -> awaitable<void> {
            w.options.asked.kind = rps::task::deactivate;
            const auto end = co_await as_recorded(w, "deactivate");
            CHECK(w.device.mode() == sim::control_mode::none);
            CHECK(w.server.stored_password(w.device.device_profile().uuid) == nullptr);
            const auto text = activate::result_text(*end.report);
            CHECK(text.starts_with("Deactivation succeeded: Deactivated\n"));
            CHECK(text.find("  Control mode  not activated\n") != text.npos);
            const auto json = activate::result_json(*end.report, w.options);
            CHECK(json.starts_with("{\"status\":\"success\",\"message\":\"Deactivated\","
                                   "\"rps_server\":\"ws://rps.example/activate\",\"device_info\""));
            CHECK(json.find("\"controlMode\":\"not activated\"") != json.npos);
        });
    }
}

TEST_CASE("the clock and what the server knows of the device are set as recorded") {
    for (const way how : {way::lme, way::lms}) {
        on_active_device(how, [](world &w) -> awaitable<void> {
            ask_for(w, maintenance::sync_clock);
            const auto clock = co_await as_recorded(w, "maintenance-synctime");
            const auto text = activate::result_text(*clock.report);
            CHECK(text.starts_with("syncclock succeeded: synctime completed succesfully\n"));
            CHECK(text.find("  Control mode  client control mode\n") != text.npos);
            ask_for(w, maintenance::sync_device_info);
            const auto info = co_await as_recorded(w, "maintenance-syncdeviceinfo");
            const auto json = activate::result_json(*info.report, w.options);
            CHECK(json.find("\"task\":\"syncdeviceinfo\"") != json.npos);
        });
    }
}

TEST_CASE("AMT gets this machine's host name, without its domain; a second time is told, 151") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        ask_for(w, maintenance::sync_host_name);
        (void)co_await as_recorded(w, "maintenance-synchostname");
        CHECK(property(w, "AMT_GeneralSettings", "HostName") == "lab-pc-07");
        co_await fails_with(w, exit_code::sync_hostname_failed, "already synchronized");
    });
}

TEST_CASE("AMT's address is the system's on its wired adapter; a second time is told, 152") {
    on_active_device(way::lms, [](world &w) -> awaitable<void> {
        ask_for(w, maintenance::sync_ip);
        w.wired = {"192.0.2.20", "255.255.255.0"};
        (void)co_await as_recorded(w, "maintenance-syncip");
        w.wired.address = property(w, "AMT_EthernetPortSettings", "IPAddress");
        co_await fails_with(w, exit_code::sync_ip_failed, "already synchronized");
    });
}

TEST_CASE("without an address of the system, and without one that is given, there is nothing to "
          "synchronise, 72") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        ask_for(w, maintenance::sync_ip);
        const auto sessions = w.server.counters().sessions;
        co_await fails_with(w, exit_code::os_network_interfaces_lookup_failed, "--staticip");
        CHECK(w.server.counters().sessions == sessions);
        w.options.asked.ip.ip_address = "192.0.2.20";
        w.options.asked.ip.netmask = "255.255.255.0";
        (void)co_await as_recorded(w, "maintenance-syncip");
    });
}

TEST_CASE("a new password is in AMT and on the server, and the next run needs it") {
    for (const way how : {way::lme, way::lms}) {
        on_active_device(how, [](world &w) -> awaitable<void> {
            ask_for(w, maintenance::change_password);
            w.options.asked.new_password = core::secret(new_password);
            const auto end = co_await as_recorded(w, "maintenance-changepassword");
            CHECK(end.report->asked.new_password.empty());
            const auto *stored = w.server.stored_password(w.device.device_profile().uuid);
            REQUIRE(stored);
            CHECK(stored->reveal() == new_password);

            ask_for(w, maintenance::sync_clock);
            co_await fails_with(w, exit_code::rps_authentication_failed, "DOES NOT match");
            w.options.password = core::secret(new_password);
            (void)co_await as_recorded(w, "maintenance-synctime");
        });
    }
}

TEST_CASE("without a new password the server makes one") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        ask_for(w, maintenance::change_password);
        (void)co_await as_recorded(w, "maintenance-changepassword");
        const auto made = *w.server.stored_password(w.device.device_profile().uuid);
        CHECK(made.reveal() != old_password);
        w.options.asked.kind = rps::task::deactivate;
        w.options.password = made;
        (void)co_await as_recorded(w, "deactivate");
    });
}

TEST_CASE("a device that is not activated ends the run before anybody is asked: 109 and 115") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        w.options.asked.kind = rps::task::deactivate;
        co_await fails_with(w, exit_code::unable_to_deactivate, "not activated");
        ask_for(w, maintenance::sync_clock);
        co_await fails_with(w, exit_code::device_not_activated, "not activated");
        CHECK(w.server.counters().sessions == 0);
    });
}

TEST_CASE(
    "no password, one that cannot be sent, and another than the stored one are three causes") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        w.options.asked.kind = rps::task::deactivate;
        const auto sessions = w.server.counters().sessions;
        w.options.password = core::secret();
        co_await fails_with(w, exit_code::missing_or_incorrect_password, "AMT_PASSWORD");
        w.options.password = core::secret("two words");
        co_await fails_with(w, exit_code::missing_or_incorrect_password, "blank");
        CHECK(w.server.counters().sessions == sessions);
        w.options.password = core::secret("Wr0ng-one");
        co_await fails_with(w, exit_code::rps_authentication_failed, "DOES NOT match");
        // Forced, the server takes it, and AMT does not.
        w.options.asked.force = true;
        co_await fails_with(w, exit_code::amt_authentication_failed,
                            "Unable to authenticate with AMT");
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("a server that never saw the device deactivates it only by force") {
    on_active_device(way::lms, [](world &w) -> awaitable<void> {
        w.server.store_password(w.device.device_profile().uuid, core::secret("forgotten"));
        w.options.asked.kind = rps::task::deactivate;
        co_await fails_with(w, exit_code::rps_authentication_failed, "DOES NOT match");
        w.options.asked.force = true;
        (void)co_await as_recorded(w, "deactivate");
        CHECK(w.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("what AMT refuses has the code of the errand, and nothing is said of the device") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        const auto refusal = [](std::string call) {
            return on_call(sim::fault_kind::http_status, std::move(call)).with(400);
        };
        w.options.asked.kind = rps::task::deactivate;
        w.device.inject().order(refusal("AMT_SetupAndConfigurationService.Unprovision"));
        auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == static_cast<int>(exit_code::deactivation_failed), end.text());
        CHECK_FALSE(end.says("note:"));

        ask_for(w, maintenance::sync_clock);
        w.device.inject().order(refusal("AMT_TimeSynchronizationService.SetHighAccuracyTimeSynch"));
        co_await fails_with(w, exit_code::sync_clock_failed, "SET_HIGH_ACCURACY_TIME_SYNCH 400");

        ask_for(w, maintenance::change_password);
        w.device.inject().order(refusal("AMT_AuthorizationService.SetAdminAclEntryEx"));
        end = co_await w.run();
        CHECK_MESSAGE(end.code() == static_cast<int>(exit_code::change_password_failed),
                      end.text());
        CHECK_FALSE(end.says("note:"));
        CHECK(w.device.inject().all_acted());
    });
}

TEST_CASE("a server that is lost behind the unprovisioning leaves the device's word for it") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        w.options.asked.kind = rps::task::deactivate;
        sim::rps_fault lost(sim::rps_fault_kind::drop_before);
        w.server.order(lost.of("success"));
        co_await fails_with(w, exit_code::generic_failure,
                            "note: the device itself is no longer activated");
        CHECK(w.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("a server that is lost before it asks for anything leaves nothing to be said") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        w.options.asked.kind = rps::task::deactivate;
        w.server.order(sim::rps_fault(sim::rps_fault_kind::drop_before));
        const auto end = co_await w.run();
        CHECK(end.code() == exit_of::generic);
        CHECK_FALSE(end.says("note:"));
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("an unprovisioning without an answer is told as one that may come yet") {
    on_active_device(way::lms, [](world &w) -> awaitable<void> {
        w.options.asked.kind = rps::task::deactivate;
        w.device.inject().order(
            on_call(sim::fault_kind::http_silence, "AMT_SetupAndConfigurationService.Unprovision")
                .for_ever());
        co_await fails_with(w, exit_code::amt_connection_failed, "look at its control mode");
    });
}

TEST_CASE("a server that is lost behind a change of the password leaves two that may be right") {
    on_active_device(way::lme, [](world &w) -> awaitable<void> {
        ask_for(w, maintenance::change_password);
        w.options.asked.new_password = core::secret(new_password);
        sim::rps_fault lost(sim::rps_fault_kind::drop_before);
        w.server.order(lost.of("success"));
        co_await fails_with(w, exit_code::generic_failure, "try both");
    });
}

TEST_CASE("a device that takes TLS only is maintained and deactivated through a tunnel") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto machine = sim::built_in_profile("amt19-tls-enforced");
            machine = sim::without_delays(std::move(machine));
            world w(env.executor, std::move(machine), world::in_domain());
            w.options.server.text = "ws://rps.example/activate";
            w.options.profile = "ccm-tls";
            co_await activate_first(w);
            ask_for(w, maintenance::sync_clock);
            const auto clock = co_await w.run();
            CHECK_MESSAGE(clock.code() == exit_of::success, clock.text());
            w.options.asked.kind = rps::task::deactivate;
            const auto end = co_await w.run();
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(w.device.mode() == sim::control_mode::none);
        },
        few_teardowns);
}
