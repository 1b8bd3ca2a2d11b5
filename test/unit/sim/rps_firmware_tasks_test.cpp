// SPDX-License-Identifier: Apache-2.0
// The small provisioning server and the simulated firmware with each other: what is not an
// activation (deactivate, maintenance), and activations in which the device says no. As recorded.
#include "rps_desk.hpp"

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

#include <costrand/core/deadline.hpp>

#include <functional>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

void at_desk(std::function<awaitable<void>(desk &)> body) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            co_await body(d);
            co_await d.finish();
        },
        few_teardowns);
}

std::string maintenance(const std::string &task, const rps::device_facts &about) {
    return "maintenance -password " + std::string(about.password.reveal()) + " --" + task;
}

// A maintenance task of an active device that is to succeed.
awaitable<void> maintain(desk &d, std::string task, rps::device_facts about) {
    const auto command = maintenance(task, about);
    const auto run = co_await d.play(command, std::move(about));
    const auto name = task.substr(0, task.find(' '));
    CAPTURE(name);
    CHECK_MESSAGE(run.calls == recorded_calls("maintenance-" + name), to_text(run.calls));
    CHECK(run.last.method == "success");
    CHECK(run.last.message == "{\"Status\":\"" + name + " completed succesfully\"}"); // so spelt
}

// Every request for that class, or only that call of it, is answered with 400.
void refuse(desk &d, std::string call) {
    d.device->inject().order(
        sim::fault(sim::fault_kind::http_status).on_call(std::move(call)).with(400).for_ever());
}

} // namespace

TEST_CASE("a simulated device is deactivated as recorded, and can be activated again") {
    at_desk([](desk &d) -> awaitable<void> {
        (void)co_await d.activate("acm");
        REQUIRE(d.device->mode() == sim::control_mode::admin);
        auto about = d.facts();
        const auto run = co_await d.play("deactivate --password P@ssw0rdAmt1", about);
        CHECK_MESSAGE(run.calls == recorded_calls("deactivate"), to_text(run.calls));
        CHECK(run.last.message == "{\"Status\":\"Deactivated\"}");
        CHECK(d.device->mode() == sim::control_mode::none);
        CHECK(d.rig.server.stored_password(d.device->device_profile().uuid) == nullptr);

        about = d.facts();
        const auto refused = co_await d.play("deactivate --password P@ssw0rdAmt1", about);
        CHECK(refused.calls.empty());
        CHECK(refused.last.method == "error");

        const auto again = co_await d.activate("acm");
        CHECK_MESSAGE(again.calls == recorded_calls("acm"), to_text(again.calls));
        CHECK(again.succeeded());
        CHECK(d.device->mode() == sim::control_mode::admin);
    });
}

TEST_CASE("another password than the stored one deactivates nothing") {
    at_desk([](desk &d) -> awaitable<void> {
        (void)co_await d.activate("ccm");
        const auto about = d.facts();
        const auto run = co_await d.play("deactivate --password another", about);
        CHECK(run.calls.empty());
        CHECK(run.last.method == "error");
        CHECK(d.device->mode() == sim::control_mode::client);
    });
}

TEST_CASE("the maintenance tasks of a simulated device are the recorded ones") {
    at_desk([](desk &d) -> awaitable<void> {
        (void)co_await d.activate("acm");
        auto about = d.facts();
        co_await maintain(d, "synctime", about);
        co_await maintain(d, "syncdeviceinfo", about);
        co_await maintain(d, "changepassword N3wP@ssw0rd1", about);

        about = d.facts();
        CHECK(about.password.reveal() == "N3wP@ssw0rd1");
        about.host.hostname = "lab-host2";
        co_await maintain(d, "synchostname", about);
        about.ip.dhcp = about.ip.ip_sync = true;
        about.ip.ip_address = "192.0.2.20";
        co_await maintain(d, "syncip", about);
    });
}

TEST_CASE("a task that has nothing to do on the device says so and changes nothing") {
    at_desk([](desk &d) -> awaitable<void> {
        (void)co_await d.activate("ccm");
        auto about = d.facts();
        about.host.hostname = "lab-host2";
        const auto command = maintenance("synchostname", about);
        (void)co_await d.play(command, about);
        const auto run = co_await d.play(command, about);
        CHECK(run.last.method == "error");
        CHECK(run.last.message == "{\"Status\":\"synchostname failed at PUT_GENERAL_SETTINGS at "
                                  "put AMT_GeneralSettings host name already synchronized\"}");
        CHECK(run.calls.size() == 2); // the Get and its 401
    });
}

TEST_CASE("another password for the local account ends in three 401, as recorded") {
    at_desk([](desk &d) -> awaitable<void> {
        auto about = d.facts();
        about.password = core::secret("other");
        const auto run = co_await d.play("activate --profile ccm", about);
        CHECK_MESSAGE(run.calls == recorded_calls("ccm-bad-local-password"), to_text(run.calls));
        CHECK(run.last.method == "error");
        CHECK(d.device->mode() == sim::control_mode::none);
    });
}

TEST_CASE("a device that refuses Setup stays what it is, as recorded") {
    at_desk([](desk &d) -> awaitable<void> {
        refuse(d, "IPS_HostBasedSetupService.Setup");
        const auto run = co_await d.activate("ccm");
        CHECK_MESSAGE(run.calls == recorded_calls("ccm-setup-fails"), to_text(run.calls));
        CHECK(run.last.method == "error");
        CHECK(d.device->mode() == sim::control_mode::none);
    });
}

TEST_CASE("a device that refuses to tell its 802.1x is activated all the same, as recorded") {
    at_desk([](desk &d) -> awaitable<void> {
        refuse(d, "IPS_IEEE8021xSettings.Get");
        const auto run = co_await d.activate("ccm");
        CHECK_MESSAGE(run.calls == recorded_calls("ccm-unconfiguration-fails"), to_text(run.calls));
        CHECK(run.last.method == "success");
        CHECK(d.device->mode() == sim::control_mode::client);
    });
}

TEST_CASE("a device without a list of presence servers is activated without one, as recorded") {
    at_desk([](desk &d) -> awaitable<void> {
        refuse(d, "AMT_ManagementPresenceRemoteSAP.Enumerate");
        const auto run = co_await d.activate("ccm-cira");
        CHECK_MESSAGE(run.calls == recorded_calls("ccm-cira-fails"), to_text(run.calls));
        CHECK(run.last.method == "success");
        CHECK(d.device->mode() == sim::control_mode::client);
    });
}

TEST_CASE("a device that refuses the first Enumerate makes the server silent, as recorded") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            refuse(d, "AMT_EthernetPortSettings.Enumerate");
            const auto run = co_await core::as_result(core::with_deadline(600s, d.activate("ccm")));
            REQUIRE(!run);
            if (run.error() == core::cond::cancelled) // the test is, not the run
                throw system_error(run.error());
            CHECK(run.error() == core::errc::timed_out);
            const auto &calls = d.rig.server.calls();
            CHECK_MESSAGE(calls == recorded_calls("ccm-network-fails"), to_text(calls));
            CHECK(d.device->mode() == sim::control_mode::client);
            co_await d.finish();
        },
        few_teardowns);
}
