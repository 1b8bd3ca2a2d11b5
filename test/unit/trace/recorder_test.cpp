// SPDX-License-Identifier: Apache-2.0
// Times, secrets, retries and waits as the recorder tells them.
#include "seen.hpp"

#include "support/run_coro.hpp"

#include <costrand/core/time.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using trace::kind;
using trace::layer;

TEST_CASE("times are microseconds of the run's own clock, and stand still before and after it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        seen s;
        s.to.step("before", false);
        co_await core::sleep_for(1s);
        s.to.start_clock(env.executor);
        co_await core::sleep_for(1500us);
        s.to.step("amid", true);
        co_await core::sleep_for(2min);
        s.to.stop_clock();
        co_await core::sleep_for(1s);
        s.to.step("after", false);
        CHECK(s.lines() == "{\"t\":0,\"kind\":\"step\",\"what\":\"before\"}\n"
                           "{\"t\":1500,\"kind\":\"step\",\"what\":\"amid\",\"detail\":\"quiet\"}\n"
                           "{\"t\":120001500,\"kind\":\"step\",\"what\":\"after\"}\n");
    });
}

TEST_CASE("a secret that comes back in a text is masked, everywhere in it") {
    seen s;
    s.to.hide(core::secret("P@ssw0rd"));
    s.to.hide(core::secret("abc")); // too short to look for
    s.to.fault(layer::rps, "P@ssw0rd", "abc P@ssw0rdP@ssw0rd");
    CHECK(s.events.at(0).what == "***");
    CHECK(s.events.at(0).detail == "abc ******");
}

TEST_CASE("texts are valid UTF-8 without control characters, of at most 400 bytes") {
    seen s;
    s.to.fault(layer::rps, "a\x1b[31m\xff", std::string(1000, 'x'));
    CHECK(s.events.at(0).what.find('\x1b') == std::string::npos);
    CHECK(s.events.at(0).what.find('\xff') == std::string::npos);
    CHECK(s.events.at(0).detail.size() <= 403); // with its dots
    CHECK(trace::parse_line(s.lines()));
}

TEST_CASE("an attempt behind a failure of the same name is a retry with its reason") {
    seen s;
    s.to.attempts("LME", layer::heci);
    CHECK(s.events.empty());
    s.to.failed("LME", layer::heci, "busy");
    s.to.attempts("AMTHI", layer::heci);
    s.to.attempts("LME", layer::heci);
    s.to.attempts("LME", layer::heci);
    REQUIRE(s.events.size() == 2);
    CHECK(s.events[0].is == kind::fault);
    CHECK(s.events[1].is == kind::retry);
    CHECK(s.events[1].what == "LME again");
    CHECK(s.events[1].detail == "after: busy");
}

TEST_CASE("a log line that begins a pause is a wait, any other is a line") {
    seen s;
    s.to.log_line(core::log_level::info, "rps", "Port switch: waiting 15s for AMT TLS restart");
    s.to.log_line(core::log_level::warn, "apf", "something else");
    CHECK(s.events.at(0).is == kind::wait);
    CHECK(s.events.at(0).what == "Port switch: waiting 15s for AMT TLS restart");
    CHECK(s.events.at(1).is == kind::log);
    CHECK(s.events.at(1).what == "warn");
    CHECK(s.events.at(1).detail == "apf: something else");
}
