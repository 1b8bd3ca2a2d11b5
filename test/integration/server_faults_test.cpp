// SPDX-License-Identifier: Apache-2.0
// What an activation must withstand of the provisioning server, and of the options that name it.
#include "world.hpp"

#include "unit/activate/support.hpp"

#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::rps_fault;
using kind = sim::rps_fault_kind;

namespace {

// The run with that fault of the server: its end is at once, unless a limit is part of the fault.
void ends_with(const rps_fault &f, int code, std::string_view said, core::duration limit = 0s) {
    in_world(way::lme, [&](world &w, coro_environment) -> awaitable<void> {
        w.server.order(f);
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == code, end.text());
        CHECK_MESSAGE(end.says(said), end.text());
        CHECK(end.elapsed <= limit);
        CHECK(w.server.all_acted());
    });
}

void refused_with(std::function<void()> refusal, int code, std::string_view said) {
    in_world(way::lme, [&](world &w, coro_environment) -> awaitable<void> {
        w.server_refuses = refusal;
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == code, end.text());
        CHECK_MESSAGE(end.says(said), end.text());
        CHECK(end.elapsed == 0s);
    });
}

} // namespace

TEST_CASE("RPS: refused") {
    refused_with([] { throw system_error(net::error::connection_refused); }, exit_of::generic,
                 "rps.example");
}

TEST_CASE("RPS: wrong certificate") {
    refused_with([] { throw system_error(transports::tls_errc::certificate_not_trusted); },
                 exit_of::bad_certificate, "certificate");
}

TEST_CASE("RPS: 401 and 404 on upgrade") {
    refused_with([] { throw transports::upgrade_error(401); }, exit_of::rps_authentication, "401");
    refused_with([] { throw transports::upgrade_error(404); }, exit_of::bad_url, "404");
}

TEST_CASE("RPS: not JSON") {
    ends_with(rps_fault(kind::raw_text).nth(2).saying("<html>Bad gateway</html>"),
              exit_of::bad_message, "not JSON");
}

TEST_CASE("RPS: bad base64") {
    ends_with(rps_fault(kind::bad_base64).nth(2), exit_of::bad_message, "base64");
}

TEST_CASE("RPS: null payload") {
    ends_with(rps_fault(kind::null_payload).nth(2), exit_of::bad_message, "empty");
}

TEST_CASE("RPS: unknown method") {
    ends_with(rps_fault(kind::unknown_method).nth(2).saying("no_such_method"), exit_of::bad_message,
              "no_such_method");
}

TEST_CASE("RPS: a 16 MiB message is taken, a larger one is told") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        w.server.order(rps_fault(kind::padded).nth(2).bytes(16u << 20));
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == exit_of::success, end.text());
        CHECK(w.server.all_acted());
    });
    ends_with(rps_fault(kind::padded).nth(2).bytes((16u << 20) + 1), exit_of::bad_message,
              "16 MiB");
}

// This client asks for labels: four come between the 28 calls, the last word is the 33rd message.
TEST_CASE("RPS: socket dropped after each message") {
    for (std::size_t n = 1; n <= 32; ++n) {
        CAPTURE(n);
        ends_with(rps_fault(kind::drop_after).nth(n), exit_of::generic, "closed the connection",
                  12s);
    }
}

TEST_CASE("RPS: socket dropped instead of the last word") {
    ends_with(rps_fault(kind::drop_before).nth(33), exit_of::generic, "closed the connection", 12s);
}

TEST_CASE("RPS: `error` in plain text") {
    ends_with(rps_fault(kind::plain_error).nth(2).saying("the database is away"), exit_of::generic,
              "the database is away");
}

TEST_CASE("RPS: heartbeats and labels change nothing") {
    for (const auto what : {kind::heartbeat, kind::progress}) {
        in_world(way::lme, [what](world &w, coro_environment) -> awaitable<void> {
            w.server.order(rps_fault(what).from(1).saying("working"));
            const auto end = co_await w.run();
            CHECK_MESSAGE(end.code() == exit_of::success, end.text());
            CHECK(end.elapsed == 12s);
        });
    }
}

TEST_CASE("RPS: silence ends the run after the server time-out, with that cause") {
    ends_with(rps_fault(kind::silence).nth(4), exit_of::generic, "fell silent", 120s);
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        w.options.server_timeout = 30s;
        w.server.order(rps_fault(kind::silence).nth(1));
        const auto end = co_await w.run();
        CHECK(end.elapsed == 30s);
    });
}

TEST_CASE("RPS: a recorded silence after a refused Enumerate is told as such") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        sim::fault refused(sim::fault_kind::soap_fault);
        refused.on_call("AMT_EthernetPortSettings.Enumerate").saying("AccessDenied");
        w.device.inject().order(refused);
        const auto end = co_await w.run();
        CHECK(end.code() == exit_of::generic);
        CHECK_MESSAGE(end.says("fell silent"), end.text());
        CHECK(end.elapsed == 12s + 120s);
    });
}

TEST_CASE("RPS: a success with a failed part ends with the part's code") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        sim::fault refused(sim::fault_kind::soap_fault);
        refused.on_call("AMT_EthernetPortSettings.Put").saying("AccessDenied");
        w.device.inject().order(refused);
        const auto end = co_await w.run();
        REQUIRE(end.report);
        CHECK(end.report->outcome.success);
        CHECK(end.code() == exit_of::network);
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("RPS: wrong credentials and an unknown profile are told by their cause") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        w.options.profile = "nosuch";
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.says("nosuch does not match list of available AMT profiles"), end.text());
        CHECK(w.server.calls().empty());
    });
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::http_status).for_ever().with(401));
        const auto end = co_await w.run();
        CHECK_MESSAGE(end.code() == exit_of::amt_authentication, end.text());
    });
}

TEST_CASE("a profile name with a blank is refused before anything is opened") {
    given_options given;
    given.arguments = {"--url", "wss://rps.example/activate", "--profile", "two words"};
    const auto out = read(given);
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == exit_of::bad_profile);
    CHECK(out.failure->text.find("blank") != std::string::npos);
}

TEST_CASE("a URL with user-info is refused, and its password is not repeated") {
    given_options given;
    given.arguments = {"--url", "wss://me:secret@rps.example/activate", "--profile", "ccm"};
    const auto out = read(given);
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == exit_of::bad_url);
    CHECK(out.failure->text.find("secret") == std::string::npos);
}
