// SPDX-License-Identifier: Apache-2.0
// Activations through TLS sessions between server and AMT, whole: the program's own wiring, a
// simulated device of the generations that ask for them, the small server. In virtual time.
#include "world.hpp"

#include "support/hex.hpp"

#include <map>
#include <string>
#include <utility>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::control_mode;
using sim::fault;
using sim::fault_kind;

namespace {

// One way to TLS on the device: a device that is asked for it, or one that insists on it.
struct variant {
    const char *device;
    bool asked_for;
};
constexpr variant asked{"amt18", true}, enforced{"amt19-tls-enforced", false};

sim::profile machine(const variant &v, way how) {
    auto p = sim::without_delays(sim::built_in_profile(v.device));
    p.lms = how == way::lms;
    return p;
}

// The ends in the middle are those of every activation: activation_test.cpp stops at more places.
constexpr std::size_t one_teardown = 1;

using body = std::function<awaitable<void>(world &)>;

void in_tunnel(const sim::profile &p, const variant &v, const char *profile, const body &test) {
    CAPTURE(v.device);
    CAPTURE(profile);
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            world w(env.executor, p, world::in_domain());
            w.options.profile = profile;
            w.options.tls_tunnel = v.asked_for;
            co_await test(w);
        },
        one_teardown);
}
void in_tunnel(way how, const variant &v, const char *profile, const body &test) {
    in_tunnel(machine(v, how), v, profile, test);
}

void check_activated(const world &w, const run_end &end, control_mode mode) {
    CHECK_MESSAGE(end.code() == exit_of::success, end.text());
    CHECK(w.device.mode() == mode);
    REQUIRE(w.device.state().tls);
    CHECK(w.device.state().tls->enabled);
    CHECK(w.device.counters().protocol_errors == 0);
}

// The time of a "ccm-tls" without a fault, which is all of the server's own making.
core::duration undisturbed(way how, const variant &v) {
    static std::map<std::pair<way, std::string>, core::duration> known;
    auto &taken = known[{how, v.device}];
    if (taken == 0s) {
        in_tunnel(how, v, "ccm-tls", [&](world &w) -> awaitable<void> {
            const auto end = co_await w.run();
            taken = end.elapsed;
        });
    }
    return taken;
}

// The activation works all the same; `own` is what it takes longer.
void works_with(way how, const variant &v, const fault &f, core::duration own,
                std::size_t repeats = 0) {
    const auto without = undisturbed(how, v);
    in_tunnel(how, v, "ccm-tls", [&](world &w) -> awaitable<void> {
        const auto end = co_await w.run_with(f);
        check_activated(w, end, control_mode::client);
        CHECK(w.server.counters().repeats <= repeats);
        CHECK(end.elapsed <= without + own);
    });
}

constexpr auto asked_again = 27s; // by the server, after a call or a handshake without an answer

} // namespace

TEST_CASE("activations end with TLS configured, over LME and LMS, and take no time of their own") {
    for (const way how : {way::lme, way::lms}) {
        for (const auto &v : {asked, enforced}) {
            in_tunnel(how, v, "ccm-tls", [](world &w) -> awaitable<void> {
                const auto end = co_await w.run();
                check_activated(w, end, control_mode::client);
                CHECK(w.server.counters().repeats == 0);
            });
            in_tunnel(how, v, "acm-tls", [](world &w) -> awaitable<void> {
                const auto end = co_await w.run();
                check_activated(w, end, control_mode::admin);
                CHECK(w.server.counters().repeats == 0);
            });
        }
    }
}

TEST_CASE("heci device not initialized: one link carries every request behind the first") {
    for (const auto &v : {asked, enforced}) {
        in_tunnel(way::lme, v, "acm-tls", [](world &w) -> awaitable<void> {
            const auto end = co_await w.run();
            check_activated(w, end, control_mode::admin);
            CHECK(w.device.counters().lme_sessions == 1);
            CHECK(w.device.counters().channels_opened > 2);
        });
    }
}

TEST_CASE("channel slots leaking over 30 tunnel rounds: eight slots are enough for all of them") {
    in_tunnel(way::lme, enforced, "acm-tls", [](world &w) -> awaitable<void> {
        const auto end = co_await w.run(); // looks that no channel is left
        check_activated(w, end, control_mode::admin);
        CHECK(w.server.counters().tunnels >= 30);
        CHECK(w.device.counters().channels_opened >= w.server.counters().tunnels);
        CHECK(w.device.counters().open_failures == 0);
    });
}

// A debit of what a message takes on the wire, 9 bytes more than its data, would use up such a
// window and stall; a debit behind the sending would overrun it.
TEST_CASE("TX window drift by framed length: windows of a few bytes carry every round") {
    const auto wide = undisturbed(way::lme, enforced);
    for (const std::uint32_t window : {1u, 9u, 10u, 64u}) {
        CAPTURE(window);
        auto p = machine(enforced, way::lme);
        p.lme.window = window;
        in_tunnel(p, enforced, "ccm-tls", [&](world &w) -> awaitable<void> {
            const auto end = co_await w.run();
            check_activated(w, end, control_mode::client);
            CHECK(end.elapsed == wide);
        });
    }
}

TEST_CASE("a stale CLOSE ending a fresh channel: not of a former channel, and not with number 0") {
    works_with(way::lme, enforced, fault(fault_kind::replay_close).for_ever(), 0s);
    const auto close_of_0 = from_hex("6100000000"); // CHANNEL_CLOSE, recipient 0 (apf.md 3)
    works_with(way::lme, enforced,
               fault(fault_kind::inject_after_confirmation).for_ever().sending(close_of_0), 0s);
}

// The link is read all the time, and the server is silent for 12 s and more at a time.
TEST_CASE("HECI read timeouts logged as errors: a quiet link is no news") {
    for (const auto &v : {asked, enforced}) {
        in_tunnel(way::lme, v, "acm-tls", [](world &w) -> awaitable<void> {
            const auto end = co_await w.run();
            CHECK(end.elapsed > 24s);
            CHECK_MESSAGE(w.complaints.empty(), w.complaints.front());
        });
    }
}

TEST_CASE("two refused CHANNEL_OPENs cost a tunnel 250 ms each") {
    works_with(way::lme, enforced, fault(fault_kind::open_failure).nth(3).repeat(2).with(4), 500ms);
}

TEST_CASE("a late confirmation, a window of 0 and a slow answer of the TLS port are waited for") {
    works_with(way::lme, enforced, fault(fault_kind::confirmation_late).nth(3).after(5s), 5s);
    works_with(way::lme, enforced, fault(fault_kind::window_zero).nth(3).after(3s), 3s);
    for (const way how : {way::lme, way::lms})
        works_with(how, enforced, fault(fault_kind::tls_late).nth(2).after(8s), 8s);
}

TEST_CASE("records that come from AMT byte by byte, or cut over APF messages, are whole") {
    for (const way how : {way::lme, way::lms}) {
        works_with(how, enforced, fault(fault_kind::chop).for_ever().with(1), 0s);
        works_with(how, asked, fault(fault_kind::chop).for_ever().with(700), 0s);
    }
}

TEST_CASE("a device that ends a connection with its answer loses nothing") {
    for (const way how : {way::lme, way::lms})
        works_with(how, asked, fault(fault_kind::close_after).for_ever(), 0s);
}

TEST_CASE("a handshake that is cut off anywhere, or never answered, costs one repetition") {
    for (const std::uint32_t bytes : {0u, 1u, 5u, 127u, 600u})
        works_with(way::lme, enforced, fault(fault_kind::tls_cut).nth(4).with(bytes), asked_again,
                   1);
    works_with(way::lme, enforced, fault(fault_kind::tls_mute).nth(4), asked_again, 1);
}

TEST_CASE("ENODEV at a CHANNEL_OPEN costs a new session, amid a tunnel one repetition") {
    constexpr std::uint8_t channel_open = 90, channel_data = 94; // apf.md 3
    works_with(way::lme, enforced, fault(fault_kind::reset_on_send).on_apf(channel_open).nth(3),
               50ms);
    works_with(way::lme, enforced, fault(fault_kind::reset_on_send).on_apf(channel_data).nth(12),
               asked_again + 50ms, 1);
}

TEST_CASE("a device that enforces TLS is found by its ports when its watchdog cannot be asked") {
    for (const way how : {way::lme, way::lms})
        in_tunnel(how, enforced, "ccm-tls", [](world &w) -> awaitable<void> {
            w.device.inject().order(fault(fault_kind::busy).on(heci::client::watchdog).for_ever());
            const auto end = co_await w.run();
            check_activated(w, end, control_mode::client);
            CHECK(w.device.inject().acted(0) == 1);
        });
}

TEST_CASE("the LME client that goes with a new key is waited for") {
    auto p = machine(asked, way::lme);
    p.lme.vanishes = 5s;
    in_tunnel(p, asked, "acm-tls", [](world &w) -> awaitable<void> {
        const auto end = co_await w.run();
        check_activated(w, end, control_mode::admin);
        CHECK(w.device.counters().lme_sessions >= 2);
    });
}
