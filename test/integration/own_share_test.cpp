// SPDX-License-Identifier: Apache-2.0
// Where the time of a tunnelled activation goes, in virtual time: into waits that have a name, of
// the server, of AMT or of the client, and into nothing else.
#include "bench/virtual_run.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace costrand;
using namespace std::chrono_literals;
using bench::activate_in_virtual_time;
using bench::virtual_order;
using bench::virtual_run;

namespace {

virtual_order order(std::string device, bool lms) {
    virtual_order out;
    out.device = std::move(device);
    out.profile = "acm-tls";
    out.lms = lms;
    out.tls_tunnel = out.device != "amt19-tls-enforced";
    return out;
}

std::string listed(const virtual_run &run) {
    std::string out;
    for (const auto &w : run.waits)
        out += std::to_string(w.at.count()) + " + " + std::to_string(w.lasts.count()) + " " +
               w.who + ": " + w.why + "\n";
    return out;
}

// Done, and every nanosecond of it named once.
void check_account(const virtual_run &run) {
    INFO(listed(run));
    CHECK_MESSAGE(run.failure.empty(), run.failure);
    CHECK(run.mode == sim::control_mode::admin);
    CHECK(run.tls);
    CHECK(run.own_share() == 0ns);
    CHECK(run.claimed_twice() == 0ns);
    core::duration of_server{};
    for (const auto &w : run.waits)
        of_server += w.who == "server" ? w.lasts : 0ns;
    CHECK(of_server == run.server_waits);
}

} // namespace

// rps-session sections 10 and 15.4b: 12 s behind Setup, 5 s between the two TLS settings, and the
// 15 s of the port switch. The device: one second for Setup; its restart is over by then.
TEST_CASE("a run with a port switch spends its time in named waits, the client's own share is 0") {
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        const auto run = activate_in_virtual_time(order("amt16", lms));
        check_account(run);
        CHECK(run.server_waits == 17s);
        CHECK(run.total("client", "port switch delay") == 15s);
        CHECK(run.total("AMT", "the answer to IPS_HostBasedSetupService.Setup") == 1s);
        // Only where a channel could get in the way of the MEI client's going.
        const auto keygen = lms ? 0ms : 750ms;
        CHECK(run.total("client", "pause behind GenerateKeyPair") == keygen);
        CHECK(run.elapsed == 17s + 15s + 1s + keygen);
    }
}

// Here the TLS port is deaf for 20 s, 5 s longer than the port switch lasts, and over LME the MEI
// client is away from 0.1 s to 2.1 s behind the answer to GenerateKeyPair: it is asked for at 0.75
// s, and then each half second, three times in vain.
TEST_CASE("restarts of AMT are the only thing that a run on a later generation adds") {
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        const auto run = activate_in_virtual_time(order("amt18", lms));
        check_account(run);
        CHECK(run.total("AMT", "the TLS port restarts") == 5s);
        const auto asked_again = run.total("client", "until the MEI client is asked for again");
        CHECK(asked_again == (lms ? 0ms : 1500ms));
        CHECK(run.elapsed == 17s + 15s + 1s + 5s + (lms ? 0ms : 750ms + 1500ms));
    }
}

// Sections 15.4 and 15.5: 12 + 15 s, 5 s, and three times 15 s; a TLS session for each call. The
// device's restarts, 8 s, are over when the server comes back. Over LME the connection behind
// GenerateKeyPair meets the MEI client's going, for 2 s; it is asked for after 50 ms and then each
// half second, four times in vain.
TEST_CASE("a device that enforces TLS costs the server's waits and its own, and nothing more") {
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        const auto run = activate_in_virtual_time(order("amt19-tls-enforced", lms));
        check_account(run);
        CHECK(run.server_waits == 77s);
        CHECK(run.total("client", "before a lost link is opened again") == (lms ? 0ms : 50ms));
        CHECK(run.total("client", "until the MEI client is asked for again") ==
              (lms ? 0ms : 2000ms));
        CHECK(run.elapsed == 77s + 1s + (lms ? 0ms : 50ms + 2000ms));
        CHECK(run.calls == 59);
        CHECK(run.tls_sessions == run.calls);
    }
}

TEST_CASE("a wait without a name is not lost: it is the own share") {
    auto slow = order("amt16", true);
    slow.latency = 3ms;
    const auto run = activate_in_virtual_time(slow);
    CHECK(run.failure.empty());
    CHECK(run.claimed_twice() == 0ns);
    CHECK(run.own_share() > 0ns);
    CHECK(run.own_share() % 3ms == 0ns);
}
