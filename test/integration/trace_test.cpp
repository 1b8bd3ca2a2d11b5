// SPDX-License-Identifier: Apache-2.0
// The trace of whole activations, in memory and in virtual time: exact, complete, and without
// secrets.
#include "world.hpp"

#include "support/hex.hpp"
#include "support/recorded_calls.hpp"
#include "unit/trace/seen.hpp"

#include <costrand/rps/messages.hpp>
#include <costrand/trace/page.hpp>

#include <algorithm>
#include <cctype>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::fault;
using sim::fault_kind;
using trace::kind;
using trace::layer;
using trace::party;

namespace {

std::string hex_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char c : text) {
        out += digits[c >> 4];
        out += digits[c & 15];
    }
    return out;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// In clear, in hexadecimal, and in base64 at any of its three offsets.
void check_absent(const std::string &text, const core::secret &secret) {
    const std::string clear(secret.reveal());
    REQUIRE(clear.size() >= 8);
    CHECK(text.find(clear) == text.npos);
    CHECK(lower(text).find(hex_of(clear)) == text.npos);
    for (std::size_t offset = 0; offset < 3; ++offset) {
        const std::string shifted = std::string(offset, ' ') + clear;
        const auto *data = reinterpret_cast<const std::byte *>(shifted.data());
        std::string encoded(rps::encode_payload({data, shifted.size()}).reveal());
        // Without the characters that its neighbours decide.
        encoded = encoded.substr(offset == 0 ? 0 : offset + 1);
        encoded.resize(encoded.size() - 4);
        CHECK(text.find(encoded) == text.npos);
    }
}

std::string text_of(const seen &s) {
    return s.lines() + trace::make_page(s.events, 0);
}

} // namespace

TEST_CASE("the calls in a trace are the recorded ones, each with its answer, at the exact time") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            seen s;
            w.seen_by = &s.to;
            const auto end = co_await w.run();
            CHECK(end.code() == exit_of::success);
            std::vector<std::string> asked, carried;
            std::size_t answers = 0;
            for (const auto &e : s.events) {
                if (e.on == layer::rps && e.from == party::rps && e.what == "wsman")
                    asked.push_back(e.detail);
                if (e.on == layer::http && e.from == party::client && e.what == "POST")
                    carried.push_back(e.detail);
                answers += e.on == layer::http && e.from == party::amt ? 1 : 0;
            }
            std::vector<std::string> recorded;
            for (const auto &call : recorded_calls("ccm"))
                recorded.push_back(call.name);
            CHECK(asked == recorded);
            CHECK(carried == recorded);
            CHECK(answers >= recorded.size());
            // All of the run's time is the server's 12 s behind the Setup.
            CHECK(s.events.back().t == 12'000'000);
            CHECK(s.count(kind::fault) == 0);
            CHECK(s.count(kind::retry) == 0);
        });
    }
}

TEST_CASE("the same run leaves the same trace, byte for byte") {
    std::string first;
    for (int i = 0; i < 2; ++i)
        in_world(way::lme, [&](world &w, coro_environment) -> awaitable<void> {
            seen s;
            w.seen_by = &s.to;
            const auto end = co_await w.run();
            CHECK(end.code() == exit_of::success);
            if (first.empty())
                first = s.lines();
            CHECK(first == s.lines());
        });
}

TEST_CASE("every message of a trace is seen once: APF data and HTTP agree in bytes") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        seen s;
        w.seen_by = &s.to;
        (void)co_await w.run();
        std::uint64_t apf = 0, http = 0;
        for (const auto &e : s.events) {
            apf += e.on == layer::apf && e.what == "CHANNEL_DATA" ? e.payload.value() : 0;
            http += e.on == layer::http ? e.size.value() : 0;
        }
        CHECK(apf == http);
        CHECK(apf > 0);
    });
}

TEST_CASE("no password and no digest of one is in trace or page, in clear, base64 or hex") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            seen s;
            w.seen_by = &s.to;
            const core::secret local = w.device.state().local_password;
            const core::secret ha1_before = w.device.state().admin_ha1;
            (void)co_await w.run();
            // A second run gives the server the password of the first.
            w.options.password = core::secret("P@ssw0rdAmt1");
            (void)co_await w.run();
            const auto text = text_of(s);
            check_absent(text, core::secret("P@ssw0rdAmt1"));
            check_absent(text, local);
            check_absent(text, w.device.state().admin_ha1);
            CHECK(text.find("response=") == text.npos);
            CHECK(text.find("Authorization:") == text.npos);
        });
    }
}

TEST_CASE("refused channels are told as fault, pause and retry, with what the pause lasts") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        seen s;
        w.seen_by = &s.to;
        fault refused(fault_kind::open_failure);
        refused.repeat(2).with(4);
        const auto end = co_await w.run_with(refused);
        CHECK(end.code() == exit_of::success);
        CHECK(s.count(kind::fault) == 2);
        CHECK(s.count(kind::retry) == 2);
        const auto *wait = s.find(kind::wait, "APF channel open rejected");
        const auto *retry = s.find(kind::retry, "CHANNEL_OPEN");
        REQUIRE(wait);
        REQUIRE(retry);
        CHECK(retry->t - wait->t == 250'000); // apf::timeouts::open_retry
    });
}

TEST_CASE("a lost and a busy device are told with each attempt and its reason") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        seen s;
        w.seen_by = &s.to;
        fault lost(fault_kind::reset_after);
        lost.on_apf(90);
        const auto end = co_await w.run_with(lost);
        CHECK(end.code() == exit_of::success);
        CHECK(s.find(kind::fault, "LME failed"));
        CHECK(s.find(kind::wait, "MEI reinitialized ("));
        CHECK(s.find(kind::retry, "LME again"));
    });
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        seen s;
        w.seen_by = &s.to;
        fault busy(fault_kind::busy);
        busy.on(heci::client::lme).for_time(3s);
        const auto end = co_await w.run_with(busy);
        CHECK(end.code() == exit_of::success);
        CHECK(s.find(kind::wait, "; next attempt in "));
        CHECK(s.count(kind::retry) == s.count(kind::fault));
    });
}

TEST_CASE("a port switch is told with its order, and its pause with its length") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto machine = sim::without_delays(sim::amt18());
            auto serves = sim::recorded_rps_options();
            serves.domains.push_back({machine.dns_suffix, {}});
            world w(env.executor, machine, std::move(serves), sim::bare_crypto());
            w.options.tls_tunnel = true;
            seen s;
            w.seen_by = &s.to;
            const auto end = co_await w.run();
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            const auto *order = s.find(kind::message, "port_switch to port 16993, delay 15 s");
            const auto *wait = s.find(kind::wait, "Port switch: waiting 15s");
            const auto *ack = s.find(kind::message, "port_switch_ack");
            REQUIRE(order);
            REQUIRE(wait);
            REQUIRE(ack);
            CHECK(wait->t == order->t);
            CHECK(ack->t - wait->t == 15'000'000);
            CHECK(s.find(kind::message, "(ClientHello)"));
            check_absent(text_of(s), w.device.state().admin_ha1);
        },
        few_teardowns);
}

TEST_CASE("a server's hostile words are in the trace as text, and inert on the page") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        seen s;
        w.seen_by = &s.to;
        constexpr std::string_view hostile = "</script><script>alert(1)</script>";
        sim::rps_fault words(sim::rps_fault_kind::progress);
        words.nth(2).saying(std::string(hostile));
        w.server.order(words);
        sim::rps_fault method(sim::rps_fault_kind::unknown_method);
        method.nth(5).saying(std::string(hostile));
        w.server.order(method);
        (void)co_await w.run();
        CHECK(s.find(kind::step, hostile));
        const auto page = trace::make_page(s.events, 0);
        CHECK(page.find("<script") == page.npos);
        CHECK(page.find("&lt;script&gt;alert(1)") != page.npos);
    });
}

TEST_CASE("without a trace a run has the very streams of its environment") {
    net::io_context context(1);
    activate::environment env;
    env.executor = context.get_executor();
    const activate::observed_environment same(env, nullptr);
    CHECK(same.get().device == nullptr);
    CHECK(!same.get().on_step);
    CHECK(!same.get().log.enabled(core::log_level::error));
}
