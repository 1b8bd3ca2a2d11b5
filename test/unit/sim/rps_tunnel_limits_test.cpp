// SPDX-License-Identifier: Apache-2.0
// The small provisioning server's tunnels against devices and clients that answer late, not at all,
// with the wrong proof, or end the connection; and its runs in a tunnel that are unproven.
#include "rps_tls_device.hpp"

#include <costrand/core/deadline.hpp>

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

#include <algorithm>
#include <functional>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// These runs are long: a few places to stop at will do.
constexpr std::size_t teardown_points = 6;

struct arrangement {
    std::string method = "activate --profile ccm";
    int mode = 0;
    bool enforced = true;
    tls_device_manner manner = {};
    std::function<void(tls_device &)> device = [](tls_device &) {};
    std::function<void(rps_rig &)> server = [](rps_rig &) {};
    bool trusted = true; // the on-die root is known
};

struct result {
    rps::frame last;
    std::vector<sim::rps_call> calls;
    sim::rps_counters counters;
    std::size_t resets = 0;
    core::duration elapsed{};

    std::size_t times(std::string_view call) const {
        return static_cast<std::size_t>(std::count_if(
            calls.begin(), calls.end(), [call](const auto &c) { return c.name == call; }));
    }
    bool says(std::string_view part) const { return last.message.find(part) != std::string::npos; }
};

awaitable<void> play_once(coro_environment env, const arrangement &what, result &out) {
    const auto device = std::make_shared<tls_device>("acm", what.manner);
    what.device(*device);
    auto options = tunnel_options(*device);
    if (!what.trusted)
        options.on_die_roots.clear();
    rps_rig rig(env.executor, std::move(options));
    what.server(rig);
    rig.connect();
    auto first = first_message(what.method, tunnel_facts(what.mode, what.enforced));
    auto run = co_await play_tunnel(env.executor, rig, device, std::move(first));
    co_await rig.finish();
    out.last = std::move(run.last);
    out.resets = run.resets;
    out.calls = rig.server.calls();
    out.counters = rig.server.counters();
    out.elapsed = env.time.elapsed();
}

result play(const arrangement &what) {
    result whole;
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            result out; // of this run: interrupted ones must not change `whole`
            co_await play_once(env, what, out);
            if (whole.calls.empty())
                whole = out;
        },
        teardown_points);
    return whole;
}

// Own waits of an activation of a device that enforces TLS (see the recorded runs).
constexpr core::duration client_control = 47s, admin_control = 77s;

} // namespace

TEST_CASE("a device that ends the connection after every reply costs ClientHellos and no time") {
    arrangement a;
    a.manner.session_per_call = true;
    const auto r = play(a);
    CHECK(r.last.method == "success");
    CHECK(r.counters.tunnels == r.calls.size());
    CHECK(r.counters.repeats == 0);
    CHECK(r.elapsed == client_control);
}

TEST_CASE("a call without an answer ends the tunnel, and is repeated in a new one 15 s later") {
    arrangement a;
    a.device = [](tls_device &d) { d.swallow("AMT_RedirectionService Get", false); };
    const auto r = play(a);
    CHECK(r.last.method == "success");
    CHECK(r.counters.repeats == 1);
    CHECK(r.counters.tunnels == 6); // one more than recorded
    CHECK(r.times("AMT_RedirectionService Get") == 2);
    CHECK(r.elapsed == client_control + 12s + 15s);
}

TEST_CASE("a connection_reset costs 15 s and a new ClientHello, and the call is repeated") {
    arrangement a;
    a.device = [](tls_device &d) { d.swallow("AMT_RedirectionService Get", true); };
    const auto r = play(a);
    CHECK(r.last.method == "success");
    CHECK(r.resets == 1);
    CHECK(r.counters.tunnels == 6);
    CHECK(r.times("AMT_RedirectionService Get") == 2);
    CHECK(r.elapsed == client_control + 15s);
}

TEST_CASE("an upgrade without an answer is not repeated: the device is asked for its mode") {
    for (const bool worked : {true, false}) {
        arrangement a;
        a.method = "activate --profile acm";
        a.device = [worked](tls_device &d) {
            d.swallow("IPS_HostBasedSetupService UpgradeClientToAdmin", true);
            if (worked)
                d.answers.set_answer(
                    "IPS_HostBasedSetupService Get",
                    "<g:IPS_HostBasedSetupService><g:CurrentControlMode>2</"
                    "g:CurrentControlMode><g:ConfigurationNonce>AAECAwQFBgcICQoLDA0ODxAREhM=</"
                    "g:ConfigurationNonce></g:IPS_HostBasedSetupService>");
        };
        const auto r = play(a);
        CHECK(r.times("IPS_HostBasedSetupService UpgradeClientToAdmin") == 1);
        CHECK(r.times("IPS_HostBasedSetupService Get") == 2);
        CHECK(r.says(R"("Status":"Activated to admin control mode.")") == worked);
        CHECK(r.says("TLS activation Phase 1") != worked);
    }
}

TEST_CASE("a port that is deaf for two ClientHellos is tried a third time") {
    arrangement a;
    a.manner.deaf_hellos = 2;
    const auto r = play(a);
    CHECK(r.last.method == "success");
    CHECK(r.elapsed == client_control + 2 * (12s + 15s));
}

TEST_CASE("a port that stays deaf ends the run after three ClientHellos") {
    arrangement a;
    a.manner.deaf_hellos = 3;
    const auto r = play(a);
    CHECK(r.last.method == "error");
    CHECK(r.calls.empty());
    CHECK(r.counters.tunnels == 3);
    CHECK(r.elapsed == 66s);
}

TEST_CASE("a device below another on-die root is not believed") {
    arrangement a;
    a.trusted = false;
    const auto r = play(a);
    CHECK(r.last.method == "error");
    CHECK(r.calls.empty());
    CHECK(r.elapsed == 30s);
}

TEST_CASE("a port switch that nobody acknowledges ends the run after its delay and 60 s") {
    arrangement a;
    a.enforced = false;
    a.manner.acknowledges = false;
    const auto r = play(a);
    CHECK(r.last.method == "error");
    CHECK(r.counters.tunnels == 0);
    CHECK(r.elapsed == 12s + 5s + 75s);
}

TEST_CASE("tls_data and the end of a tunnel are nothing to wait for while a reset is pending") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto device = std::make_shared<tls_device>("acm", tls_device_manner());
            rps_rig rig(env.executor, tunnel_options(*device));
            rig.connect();
            co_await rig.send(first_message("activate --profile ccm", tunnel_facts(0, true)));
            const auto hello = co_await rig.receive_frame();
            CHECK(hello.method == "tls_data");
            const auto reset = [](std::string_view why) {
                auto f = rps::make_client_frame("connection_reset", "3.0.0");
                f.payload = rps::encode_payload(core::as_bytes(why));
                return std::string(rps::format(f).reveal());
            };
            co_await rig.send(reset("connection_closed"));
            auto stray = rps::make_client_frame("tls_data", "3.0.0");
            stray.payload = core::secret("FQMDAAICMA==");
            co_await rig.send(std::string(rps::format(stray).reveal()));
            co_await core::sleep_for(4s);
            co_await rig.send(reset("lms_error")); // says nothing new
            const auto again = co_await rig.receive_frame();
            CHECK(again.method == "tls_data");
            CHECK(env.time.elapsed() == 15s);
            co_await rig.finish();
        },
        40);
}

TEST_CASE("a device that enforces TLS is deactivated and maintained through a tunnel") {
    const auto stored = [](rps_rig &rig) {
        rig.server.store_password(recorded_facts(1).uuid, core::secret("P@ssw0rdAmt1"));
    };
    arrangement a;
    a.manner.starts_with_own = true;
    a.mode = 1;
    a.server = stored;
    a.method = "deactivate --password P@ssw0rdAmt1";
    auto r = play(a);
    CHECK(r.last.message == R"({"Status":"Deactivated"})");
    CHECK(r.times("AMT_SetupAndConfigurationService Unprovision") == 2); // a 401 first
    CHECK(r.counters.tunnels == 1);

    a.method = "maintenance -password P@ssw0rdAmt1 --synctime";
    r = play(a);
    CHECK(r.last.message == R"({"Status":"synctime completed succesfully"})");
    CHECK(r.elapsed == 0s);
}

TEST_CASE("a device that enforces TLS and is active is activated again, or further, in a tunnel") {
    arrangement a;
    a.manner.starts_with_own = true;
    a.mode = 1;
    auto r = play(a);
    CHECK(r.says(R"("Status":"already enabled in client mode.")"));
    CHECK(r.counters.tunnels == 4);                         // three refused Deletes end tunnels
    CHECK(r.calls.at(0).name == "AMT_GeneralSettings Get"); // no probe for plain access

    a.method = "activate --profile acm";
    r = play(a);
    CHECK(r.says(R"("Status":"Upgraded to admin control mode.")"));
    CHECK(r.times("AMT_AuthorizationService SetAdminAclEntryEx") == 1);
    CHECK(r.times("AMT_SetupAndConfigurationService SetMEBxPassword") == 1);
}

TEST_CASE("a run through tunnels waits only where it says so") {
    arrangement a;
    a.method = "activate --profile acm";
    const auto r = play(a);
    CHECK(r.elapsed == admin_control);
    CHECK(r.counters.own_waits == admin_control);
}
