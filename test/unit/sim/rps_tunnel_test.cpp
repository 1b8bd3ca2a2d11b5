// SPDX-License-Identifier: Apache-2.0
// The small provisioning server against the recorded tunnel runs: calls, ClientHellos and port
// switches in their order, the waits, the last words.
#include "rps_tls_device.hpp"

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// The runs are long: a few places to stop at will do.
constexpr std::size_t teardown_points = 8;

enum class way { enforced, switched };

struct recorded_run {
    std::string name;    // in the recorded sequences
    std::string profile; // of the server
    way how = way::enforced;
    tls_device_manner manner = {};
    core::duration own_waits{};
    sim::crypto (*with)() = sim::pooled_crypto;
};

// The last word of a recorded run: the line below its table.
std::string recorded_last_word(std::string_view name) {
    for (const auto &line : recorded_section(name))
        if (line.starts_with("`{"))
            return line.substr(1, line.size() - 2);
    return {};
}

std::shared_ptr<tls_device> make_device(const recorded_run &what) {
    const bool remote = what.profile.ends_with("-cira");
    return std::make_shared<tls_device>(remote ? "acm-cira" : "acm", what.manner, what.with());
}

awaitable<void> play_once(coro_environment env, const recorded_run &what) {
    const auto device = make_device(what);
    rps_rig rig(env.executor, tunnel_options(*device), 256 * 1024, what.with());
    rig.connect();
    auto first = first_message("activate --profile " + what.profile,
                               tunnel_facts(0, what.how == way::enforced));
    const auto run = co_await play_tunnel(env.executor, rig, device, std::move(first));
    co_await rig.finish();
    const auto steps = steps_of(rig.server.calls(), run.beside);
    CHECK_MESSAGE(steps == recorded_steps(what.name), to_text(steps));
    CHECK(run.last.method == "success");
    CHECK(run.last.message == recorded_last_word(what.name));
    CHECK(rig.server.counters().own_waits == what.own_waits);
    CHECK(run.resets == 0);
    // Nothing else takes time but the client's own wait for the port.
    const auto delay = what.how == way::switched ? 15s : 0s;
    CHECK(env.time.elapsed() == what.own_waits + delay);
}

void play(const recorded_run &what) {
    CAPTURE(what.name);
    run_coro([&what](coro_environment env) -> awaitable<void> { co_await play_once(env, what); },
             teardown_points);
}

recorded_run run_of(std::string name, std::string profile, way how, core::duration own_waits) {
    recorded_run r;
    r.name = std::move(name);
    r.profile = std::move(profile);
    r.how = how;
    r.own_waits = own_waits;
    return r;
}

// 15 + 12 + 15 s before the second tunnel, 5 s between the two TLS settings.
constexpr core::duration enforced_client = 47s;
// 12 + 15 s, 5 s, and 15 s before each of three more tunnels.
constexpr core::duration enforced_admin = 77s;
// 12 s after Setup, and 5 s.
constexpr core::duration switched_port = 17s;

} // namespace

TEST_CASE("a device that enforces TLS is activated to client control as recorded") {
    play(run_of("tls-enforced-16-ccm", "ccm", way::enforced, enforced_client));
    play(run_of("tls-enforced-19-ccm", "ccm", way::enforced, enforced_client));
}

TEST_CASE("a device that enforces TLS is activated to admin control as recorded") {
    play(run_of("tls-enforced-16-acm", "acm", way::enforced, enforced_admin));
    play(run_of("tls-enforced-19-acm", "acm", way::enforced, enforced_admin));
}

TEST_CASE("remote access is configured through the tunnel as recorded") {
    play(run_of("tls-enforced-16-ccm-cira", "ccm-cira", way::enforced, enforced_client));
    play(run_of("tls-tunnel-16-acm-cira-lme", "acm-cira", way::switched, switched_port));
}

TEST_CASE("a device that ends the connection after each CommitChanges costs no pause") {
    auto run = run_of("tls-enforced-19-acm-reset", "acm", way::enforced, enforced_admin);
    run.manner.drops_after_commit = true;
    play(run);
}

TEST_CASE("a certificate that is not the device's own ends in the first phase") {
    // The recorded pauses: before the second tunnel, and between three ClientHellos.
    auto run = run_of("tls-enforced-19-acm-wrong-certificate", "acm", way::enforced, 57s);
    run.manner.keeps_first_certificate = true;
    play(run);
}

TEST_CASE("a run with a change of the port is the recorded one") {
    play(run_of("tls-tunnel-16-ccm-lme", "ccm", way::switched, switched_port));
    play(run_of("tls-tunnel-16-acm-lme", "acm", way::switched, switched_port));
    play(run_of("tls-tunnel-16-acm-lms", "acm", way::switched, switched_port));
}

TEST_CASE("a profile with TLS makes no TLS step without a tunnel, as recorded") {
    for (const std::string profile : {"ccm-tls", "acm-tls"}) {
        CAPTURE(profile);
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                const auto device = std::make_shared<tls_device>("acm", tls_device_manner());
                rps_rig rig(env.executor, tunnel_options(*device));
                rig.connect();
                auto facts = tunnel_facts(0, false);
                facts.tls_tunnel = false;
                auto first = first_message("activate --profile " + profile, facts);
                const auto run = co_await play_tunnel(env.executor, rig, device, std::move(first));
                co_await rig.finish();
                const auto expected = recorded_calls(profile);
                const auto &calls = rig.server.calls();
                CHECK_MESSAGE(calls == expected, to_text(calls));
                CHECK(run.beside.empty());
                CHECK(run.last.message == recorded_last_word(profile));
            },
            teardown_points);
    }
}

TEST_CASE("runs without ciphers are the same in calls, order and pauses") {
    for (auto run : {run_of("tls-enforced-19-acm", "acm", way::enforced, enforced_admin),
                     run_of("tls-tunnel-16-acm-lme", "acm", way::switched, switched_port)}) {
        run.with = sim::bare_crypto;
        play(run);
    }
    auto refused = run_of("tls-enforced-19-acm-wrong-certificate", "acm", way::enforced, 57s);
    refused.manner.keeps_first_certificate = true;
    refused.with = sim::bare_crypto;
    play(refused);
}

TEST_CASE("TLS 1.2 makes no difference to calls and order") {
    auto run = run_of("tls-tunnel-16-acm-lme", "acm", way::switched, switched_port);
    run.manner.tls13 = false;
    play(run);
}

TEST_CASE("a device whose certificate the server knows is asked for it first, as recorded") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto before = std::make_shared<tls_device>("acm", tls_device_manner());
            rps_rig rig(env.executor, tunnel_options(*before));
            const auto first = first_message("activate --profile acm", tunnel_facts(0, false));
            rig.connect();
            (void)co_await play_tunnel(env.executor, rig, before, first);
            const auto made = rig.server.calls().size();

            const auto again = std::make_shared<tls_device>("acm", tls_device_manner());
            rig.connect();
            auto run = co_await play_tunnel(env.executor, rig, again, first);
            co_await rig.finish();
            auto calls = rig.server.calls();
            calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(made));
            for (auto &[at, what] : run.beside)
                at -= made;
            const auto steps = steps_of(calls, run.beside);
            CHECK_MESSAGE(steps == recorded_steps("tls-tunnel-16-acm-lme-known"), to_text(steps));
        },
        teardown_points);
}
