// SPDX-License-Identifier: Apache-2.0
// What an activation must withstand of the channel to AMT: refused, late, narrow, overrun, closed
// at the wrong moment, cut in pieces, and every malformed APF message.
#include "world.hpp"

#include "support/hex.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::fault;
using kind = sim::fault_kind;

namespace {

constexpr auto ordered = 12s;     // by the server, after Setup
constexpr auto asked_again = 27s; // by the server, after a call without an answer

// The activation works all the same; `own` is what the client waits more than the server orders.
void works_with(way how, const fault &f, core::duration own, std::size_t repeats = 0) {
    in_world(how, [&](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(f);
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.mode() == sim::control_mode::client);
        CHECK(w.server.counters().repeats == repeats);
        CHECK(end.elapsed <= ordered + static_cast<int>(repeats) * asked_again + own);
    });
}

std::vector<std::vector<std::byte>> malformed_messages() {
    std::ifstream file(std::string(COSTRAND_TEST_DATA) + "/apf-vectors.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::vector<std::vector<std::byte>> out;
    const auto all = boost::json::parse(text);
    for (const auto &vector : all.as_array()) {
        const auto &fields = vector.as_object();
        const std::string_view hex = fields.at("hex").as_string();
        if (fields.at("verdict").as_string() != "accept" && !hex.empty())
            out.push_back(from_hex(hex));
    }
    return out;
}

} // namespace

TEST_CASE("two refused CHANNEL_OPENs cost 250 ms each, and no answer") {
    fault refused(kind::open_failure);
    refused.repeat(2).with(4);
    works_with(way::lme, refused, 500ms);
}

// AMT 16 (apf.md 11): the server's 12 s after Setup are idle time.
TEST_CASE("forwards withdrawn amid an activation cost one refused CHANNEL_OPEN") {
    for (const bool tells : {true, false}) {
        for (const auto comes_back : {0s, 2s}) {
            auto p = world::machine(way::lme);
            p.lme.withdraw_after = 5s;
            p.lme.withdraw_tells = tells;
            p.lme.advertise_after = comes_back;
            in_world(p, [&](world &w, coro_environment) -> awaitable<void> {
                const auto end = co_await w.run();
                CHECK_MESSAGE(end.code() == exit_of::success, end.text());
                CHECK(w.device.mode() == sim::control_mode::client);
                CHECK(w.device.counters().withdrawals >= 1);
                CHECK(w.device.counters().lme_sessions == 1);
                CHECK(w.device.counters().protocol_errors == 0);
                CHECK(w.server.counters().repeats == 0);
                CHECK(end.elapsed <= ordered + 250ms);
            });
        }
    }
}

TEST_CASE("a CHANNEL_OPEN that is always refused ends the run with the firmware's reason") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        const auto end = co_await w.run_with(fault(kind::open_failure).for_ever().with(4));
        CHECK(end.code() == exit_of::amt_connection);
        CHECK_MESSAGE(end.says("open failure 4"), end.text());
        CHECK(w.device.counters().open_failures == 3);
        CHECK(end.elapsed == 500ms);
    });
}

TEST_CASE("a late confirmation is waited for") {
    works_with(way::lme, fault(kind::confirmation_late).after(5s), 5s);
}

TEST_CASE("a confirmation that never comes is an unanswered call") {
    works_with(way::lme, fault(kind::confirmation_never).nth(2), 0s, 1);
}

TEST_CASE("a CLOSE of a former channel, and one with recipient 0, end nothing") {
    works_with(way::lme, fault(kind::replay_close).repeat(10), 0s);
    const auto close_of_0 = from_hex("6100000000"); // CHANNEL_CLOSE, recipient 0 (apf.md 3)
    works_with(way::lme, fault(kind::inject_before_confirmation).repeat(10).sending(close_of_0),
               0s);
    works_with(way::lme, fault(kind::inject_after_confirmation).repeat(10).sending(close_of_0), 0s);
}

TEST_CASE("a window of 0 for a time is waited for") {
    works_with(way::lme, fault(kind::window_zero).after(3s), 3s);
}

TEST_CASE("a window of 1 throughout carries the whole activation") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        // Such a window opens by a byte for each byte that was taken.
        const auto end = co_await w.run_with(fault(kind::window).for_ever().with(1));
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.device.counters().protocol_errors == 0);
        CHECK(end.elapsed == ordered);
    });
}

TEST_CASE("data beyond the window closes the channel, and the server asks again") {
    works_with(way::lme, fault(kind::overrun).nth(2), 0s, 1);
}

TEST_CASE("a channel closed before or within the response is an unanswered call") {
    for (const way how : {way::lme, way::lms}) {
        works_with(how, fault(kind::close_before).nth(2), 0s, 1);
        works_with(how, fault(kind::close_within).nth(2), 0s, 1);
    }
}

// The server asks for Setup again, and AMT refuses what it has done already.
TEST_CASE("a Setup whose answer was lost is a failure that tells of the activated device") {
    for (const way how : {way::lme, way::lms}) {
        in_world(how, [](world &w, coro_environment) -> awaitable<void> {
            fault lost(kind::close_within);
            lost.on_call("IPS_HostBasedSetupService.Setup");
            const auto end = co_await w.run_with(lost);
            CHECK(w.device.mode() == sim::control_mode::client);
            CHECK(end.code() == exit_of::activation);
            CHECK_MESSAGE(end.says("device itself is in client control mode"), end.text());
            CHECK(end.elapsed == asked_again);
        });
    }
}

TEST_CASE("a channel closed right after the response loses nothing") {
    for (const way how : {way::lme, way::lms})
        works_with(how, fault(kind::close_after).for_ever(), 0s);
}

TEST_CASE("a response in 1-byte chunks is whole") {
    for (const way how : {way::lme, way::lms})
        works_with(how, fault(kind::chop).for_ever().with(1), 0s);
}

TEST_CASE("a response of 75 KB is carried, one above the server's limit is told") {
    for (const way how : {way::lme, way::lms}) {
        fault large(kind::pad);
        large.on_call("AMT_GeneralSettings.Get").with(75'000);
        works_with(how, large, 0s);
    }
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        fault larger(kind::pad);
        larger.on_call("AMT_GeneralSettings.Get").with(90'000);
        const auto end = co_await w.run_with(larger);
        CHECK(end.code() == exit_of::bad_reply);
        CHECK_MESSAGE(end.says("102400"), end.text());
    });
}

TEST_CASE("a slow answer within 11 s is an answer, a later one is none") {
    works_with(way::lme, fault(kind::http_delay).nth(2).after(10s), 10s);
    works_with(way::lme, fault(kind::http_delay).nth(2).after(11500ms), 0s, 1);
}

TEST_CASE("after every malformed APF message the activation ends within its limits") {
    const auto all = malformed_messages();
    REQUIRE(all.size() > 10);
    for (const auto &bytes : all) {
        CAPTURE(to_hex(bytes));
        in_world(way::lme, [&](world &w, coro_environment) -> awaitable<void> {
            const auto end =
                co_await w.run_with(fault(kind::inject_after_confirmation).nth(3).sending(bytes));
            // Dropped, or a new session: either way at most one answer is lost.
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(end.elapsed <= ordered + asked_again + 350ms);
        });
    }
}
