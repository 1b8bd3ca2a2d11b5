// SPDX-License-Identifier: Apache-2.0
// The small provisioning server and the simulated firmware with each other: both play the recorded
// runs, and the device is then what the server says it is.
#include "rps_relay.hpp"

#include <costrand/sim/firmware.hpp>

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// The runs are long: a few places to stop at will do.
constexpr std::size_t teardown_points = 6;

// One machine with an LMS, and one server. A test that is cancelled leaves the device running: it
// lives in the frame, and ends with it.
struct desk {
    net::any_io_executor executor;
    std::unique_ptr<core::random_source> random = core::seeded_random(3);
    rps_rig rig;
    sim::firmware device;
    std::vector<std::pair<std::size_t, std::string>> beside;

    explicit desk(net::any_io_executor ex)
        : executor(ex),
          rig(ex),
          device(ex, machine(rig.server.provisioning_root()), *random, core::log(),
                 sim::pooled_crypto()) {}
    // It trusts that root instead.
    desk(net::any_io_executor ex, const sim::der_bytes &root)
        : executor(ex),
          rig(ex),
          device(ex, machine(root), *random, core::log(), sim::pooled_crypto()) {}

    // It trusts the server's provisioning chain.
    static sim::profile machine(const sim::der_bytes &root) {
        auto p = sim::without_delays(sim::amt16());
        p.lms = true;
        sim::trusted_root trusted;
        trusted.hash = sim::sha256_hex(root);
        p.roots.push_back(std::move(trusted));
        return p;
    }

    rps::device_facts facts() const {
        auto f = recorded_facts(static_cast<int>(device.mode()));
        if (f.control_mode == 0)
            f.password = device.state().local_password;
        for (const auto &root : device.device_profile().roots)
            f.certificate_hashes.push_back(root.hash);
        return f;
    }

    // One run, its calls and its last word.
    awaitable<std::vector<sim::rps_call>> run(std::string profile, rps::frame &last) {
        const auto before = static_cast<std::ptrdiff_t>(rig.server.calls().size());
        rig.connect();
        auto *firmware = &device;
        port_dialer dial = [firmware](std::uint16_t port) { return firmware->dial_lms(port); };
        auto first = first_message("activate --profile " + profile, facts());
        auto done = co_await relay(executor, rig, std::move(dial), std::move(first), true);
        last = std::move(done.last);
        const auto &all = rig.server.calls();
        co_return std::vector<sim::rps_call>(all.begin() + before, all.end());
    }

    awaitable<void> finish() {
        co_await rig.finish();
        device.stop();
        co_await device.run();
    }
};

// The recorded runs of these names, one after the other on one device.
void play(std::string profile, std::vector<std::string> names, sim::control_mode mode) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            for (const auto &name : names) {
                rps::frame last;
                const auto calls = co_await d.run(profile, last);
                CAPTURE(name);
                CHECK_MESSAGE(calls == recorded_calls(name), to_text(calls));
                CHECK(last.method == "success");
                CHECK(last.message.find("Failure") == std::string::npos);
            }
            CHECK(d.device.mode() == mode);
            co_await d.finish();
        },
        teardown_points);
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

TEST_CASE("a simulated device goes from client to admin control as recorded") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            desk d(env.executor);
            rps::frame last;
            (void)co_await d.run("ccm", last);
            REQUIRE(d.device.mode() == sim::control_mode::client);
            const auto calls = co_await d.run("acm", last);
            CHECK_MESSAGE(calls == recorded_calls("ccm-to-acm"), to_text(calls));
            CHECK(last.method == "success");
            CHECK(d.device.mode() == sim::control_mode::admin);
            co_await d.finish();
        },
        teardown_points);
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
            rps::frame last;
            (void)co_await d.run("acm", last);
            CHECK(last.method == "error");
            CHECK(d.device.mode() == sim::control_mode::none);
            co_await d.finish();
        },
        teardown_points);
}

namespace {

// Without the steps that depend on how long a device keeps a connection.
std::vector<std::string> only_calls(std::vector<std::string> steps) {
    std::erase(steps, "ClientHello");
    return steps;
}

// A device that enforces TLS: from the on-die chain over its own certificate, a session for each
// call, to the installed one; deaf for 8 s after each of the two commits.
awaitable<void> set_up_through_tls(coro_environment env, sim::crypto with) {
    const auto random = core::seeded_random(3);
    auto model = sim::built_in_profile("amt19-tls-enforced");
    model.lms = true;
    sim::firmware device(env.executor, model, *random, core::log(), with);
    auto options = sim::recorded_rps_options();
    options.domains.push_back({model.dns_suffix, {}});
    rps_rig rig(env.executor, std::move(options), 256 * 1024, with);
    rig.connect();
    port_dialer dial = [&device](std::uint16_t port) { return device.dial_lms(port); };
    auto facts = recorded_facts(0);
    facts.password = device.state().local_password;
    facts.tls_enforced = true;
    auto first = first_message("activate --profile ccm", facts);
    auto run = co_await relay(env.executor, rig, std::move(dial), std::move(first), true);
    CHECK(run.resets == 0);
    CHECK(run.last.method == "success");
    CHECK(device.counters().tls_restarts == 2);
    const auto steps = only_calls(steps_of(rig.server.calls(), run.beside));
    CHECK_MESSAGE(steps == only_calls(recorded_steps("tls-enforced-19-ccm")), to_text(steps));
    CHECK(device.mode() == sim::control_mode::client);
    co_await rig.finish();
    device.stop();
    co_await device.run();
}

} // namespace

TEST_CASE("a simulated device that enforces TLS is set up through it as recorded") {
    for (auto *make : {sim::pooled_crypto, sim::bare_crypto})
        run_coro(
            [make](coro_environment env) -> awaitable<void> {
                co_await set_up_through_tls(env, make());
            },
            teardown_points);
}
