// SPDX-License-Identifier: Apache-2.0
// The small provisioning server and the simulated firmware with each other through TLS: the
// device's own certificates, its restarts, and the recorded order of calls, ClientHellos and port
// switches.
#include "rps_desk.hpp"

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// Without the steps that depend on how long a device keeps a connection.
std::vector<std::string> only_calls(std::vector<std::string> steps) {
    std::erase(steps, "ClientHello");
    return steps;
}

// The recorded device end kept its connections and never restarted (README there). Firmware closes
// one behind a 401, and all when CommitChanges restarts its TLS (wsman section 2.2): the next call
// has a session of its own, if the server does not begin one by itself.
std::vector<std::string> on_firmware(std::vector<std::string> steps) {
    std::vector<std::string> out;
    bool closed = false;
    for (auto &step : steps) {
        if (closed && step != "ClientHello")
            out.emplace_back("ClientHello");
        closed = step.ends_with(" 401") || step.find(" CommitChanges ") != std::string::npos;
        out.push_back(std::move(step));
    }
    return out;
}

// A device that was set up through TLS, as its state says.
void check_set_up(const desk &d, sim::control_mode mode) {
    CHECK(d.device->mode() == mode);
    const auto &tls = d.device->state().tls;
    REQUIRE(tls.has_value());
    CHECK(tls->enabled);
    const auto *credentials = d.device->state().objects.find_name("AMT_TLSCredentialContext");
    REQUIRE(credentials);
    CHECK(credentials->instances.size() == 1);
}

enum class way { enforced, switched };

// The recorded runs of these names, one after the other, each on a device from the factory.
void play(way how, std::string profile, std::vector<std::string> names, sim::control_mode mode,
          sim::crypto (*make)() = sim::pooled_crypto) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            desk d(env.executor, how == way::enforced ? enforcing_machine() : recorded_machine(),
                   make());
            for (const auto &name : names) {
                CAPTURE(name);
                if (d.device->mode() != sim::control_mode::none)
                    co_await d.replace_device();
                desk_run run;
                if (how == way::switched)
                    run = co_await d.activate_into_tunnel(profile);
                else
                    run = co_await d.activate(profile);
                auto recorded = recorded_steps(name);
                if (how == way::enforced) // a port switch comes after both
                    recorded = on_firmware(std::move(recorded));
                CHECK_MESSAGE(run.steps == recorded, to_text(run.steps));
                CHECK_MESSAGE(run.succeeded(), run.last.message);
                CHECK(run.resets == 0);
                check_set_up(d, mode);
            }
            co_await d.finish();
        },
        few_teardowns);
}

// On a device with its own ways: a session for each call, a TLS port that restarts and is deaf.
void play_on(std::string model, std::string profile, std::string name, sim::control_mode mode) {
    CAPTURE(model);
    for (auto *make : {sim::pooled_crypto, sim::bare_crypto})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                auto machine = sim::built_in_profile(model);
                machine.lms = true;
                desk d(env.executor, machine, make());
                desk_run run;
                if (machine.tls_enforced)
                    run = co_await d.activate(profile);
                else
                    run = co_await d.activate_into_tunnel(profile);
                const auto calls = only_calls(run.steps),
                           recorded = only_calls(recorded_steps(name));
                CHECK_MESSAGE(calls == recorded, to_text(calls));
                CHECK_MESSAGE(run.succeeded(), run.last.message);
                CHECK(run.resets == 0);
                check_set_up(d, mode);
                co_await d.finish();
            },
            few_teardowns);
}

} // namespace

TEST_CASE("a simulated device that enforces TLS is set up to client control as recorded") {
    play(way::enforced, "ccm", {"tls-enforced-16-ccm", "tls-enforced-19-ccm"},
         sim::control_mode::client);
    play(way::enforced, "ccm-cira", {"tls-enforced-16-ccm-cira"}, sim::control_mode::client);
}

TEST_CASE("a simulated device that enforces TLS is set up to admin control as recorded") {
    play(way::enforced, "acm",
         {"tls-enforced-16-acm", "tls-enforced-19-acm", "tls-enforced-19-acm-reset"},
         sim::control_mode::admin);
    play(way::enforced, "acm", {"tls-enforced-16-acm"}, sim::control_mode::admin, sim::bare_crypto);
}

TEST_CASE("a simulated device is taken into the tunnel by a change of the port as recorded") {
    play(way::switched, "ccm", {"tls-tunnel-16-ccm-lme"}, sim::control_mode::client);
    play(way::switched, "acm", {"tls-tunnel-16-acm-lme", "tls-tunnel-16-acm-lme-known"},
         sim::control_mode::admin);
    play(way::switched, "acm", {"tls-tunnel-16-acm-lms"}, sim::control_mode::admin,
         sim::bare_crypto);
    play(way::switched, "acm-cira", {"tls-tunnel-16-acm-cira-lme"}, sim::control_mode::admin);
}

TEST_CASE("generations with restarts and a session for each call are asked for the same") {
    play_on("amt19-tls-enforced", "ccm", "tls-enforced-19-ccm", sim::control_mode::client);
    play_on("amt19-tls-enforced", "acm", "tls-enforced-19-acm", sim::control_mode::admin);
    play_on("amt18", "acm", "tls-tunnel-16-acm-lme", sim::control_mode::admin);
    play_on("amt15", "acm", "tls-tunnel-16-acm-lme", sim::control_mode::admin); // TLS 1.2
}

namespace {

// As "acm-again" is recorded, and what sections 15.3 and 15.7 of rps-session have in addition when
// TLS is on: no such run is recorded.
constexpr std::string_view again_in_plain =
    "AMT_TLSSettingData Enumerate 401 · AMT_GeneralSettings Get 401, Get · "
    "AMT_TLSSettingData Enumerate, Pull · AMT_TLSCredentialContext Enumerate, Pull, Enumerate, "
    "Pull · AMT_PublicKeyCertificate Enumerate, Pull · AMT_AuthorizationService "
    "SetAdminAclEntryEx · AMT_SetupAndConfigurationService SetMEBxPassword · "
    "AMT_EthernetPortSettings Enumerate, Pull · IPS_IEEE8021xSettings Get · "
    "IPS_HTTPProxyAccessPoint Enumerate, Pull · AMT_RemoteAccessPolicyRule Delete \"User "
    "Initiated\" 400, Delete \"Alert\" 400, Delete \"Periodic\" 400 · "
    "AMT_ManagementPresenceRemoteSAP Enumerate, Pull · AMT_TLSSettingData Enumerate, Pull, "
    "Put \"Intel(r) AMT 802.3 TLS Settings\", Put \"Intel(r) AMT LMS TLS Settings\" · "
    "AMT_SetupAndConfigurationService CommitChanges · AMT_TLSCredentialContext Enumerate, Pull, "
    "Delete · AMT_PublicPrivateKeyPair Enumerate, Pull, Delete \"Intel(r) AMT Key: Handle: 0\" · "
    "AMT_PublicKeyCertificate Enumerate, Pull, Delete \"Intel(r) AMT Certificate: Handle: 0\", "
    "Delete \"Intel(r) AMT Certificate: Handle: 1\" · AMT_EnvironmentDetectionSettingData Get · "
    "AMT_EthernetPortSettings Enumerate, Pull, Put \"Intel(r) AMT Ethernet Port Settings 0\" · "
    "AMT_RedirectionService Get · IPS_OptInService Get · CIM_KVMRedirectionSAP Get";

} // namespace

TEST_CASE("a device whose TLS was configured loses it in a later run without a tunnel") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            (void)co_await d.activate_into_tunnel("acm");
            check_set_up(d, sim::control_mode::admin);
            const auto run = co_await d.activate("acm");
            CHECK_MESSAGE(run.succeeded(), run.last.message);
            CHECK(d.device->mode() == sim::control_mode::admin);

            const auto expected = calls_in(again_in_plain);
            CHECK_MESSAGE(run.calls == expected, to_text(run.calls));
            CHECK(!d.device->state().tls->enabled);
            const auto refused = co_await core::as_result(d.device->dial_lms(16993));
            CHECK(!refused.has_value());
            co_await d.finish();
        },
        few_teardowns);
}

TEST_CASE("a device that enforces TLS is activated again and deactivated through the tunnel") {

    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto machine = sim::built_in_profile("amt19-tls-enforced");
            machine.lms = true;
            desk d(env.executor, machine);
            (void)co_await d.activate("acm");
            check_set_up(d, sim::control_mode::admin);
            const auto again = co_await d.activate("acm");
            CHECK_MESSAGE(again.succeeded(), again.last.message);
            check_set_up(d, sim::control_mode::admin);

            const auto about = d.facts();
            const auto gone = co_await d.play("deactivate --password P@ssw0rdAmt1", about);
            CHECK(gone.last.message == "{\"Status\":\"Deactivated\"}");
            CHECK(d.device->mode() == sim::control_mode::none);
            CHECK(!d.device->state().tls.has_value());

            const auto anew = co_await d.activate("ccm");
            CHECK_MESSAGE(anew.succeeded(), anew.last.message);
            check_set_up(d, sim::control_mode::client);
            co_await d.finish();
        },
        few_teardowns);
}
