// SPDX-License-Identifier: Apache-2.0
// The small provisioning server against the client's side of the recorded conversations: what it
// sends is what the real one sent, but for what is random.
#include "rps_client.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/http_parser.hpp>

#include "support/recorded_calls.hpp"
#include "support/run_coro.hpp"
#include "unit/rps/transcript.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view recorded_device = "4c4c4544-0050-3310-8051-b7c04f4e3601";
constexpr std::string_view maintained_device = "4c4c4544-0050-3310-8051-b7c04f4e3613";

// Everything between `begin` and the next `end` taken out.
std::string without(std::string text, std::string_view begin, std::string_view end) {
    const auto at = text.find(begin);
    if (at == std::string::npos)
        return text;
    const auto from = at + begin.size();
    return text.erase(from, text.find(end, from) - from);
}
// A request without what is made anew in every run: the client nonce and the response computed from
// it, certificates, signatures and names that are made of random numbers. The length of the body
// goes with them.
std::string without_random(std::string text) {
    text = without(without(text, "response=\"", "\""), "cnonce=\"", "\"");
    for (const std::string name : {"NextCertificate", "McNonce", "DigitalSignature",
                                   "CertificateBlob", "DetectionStrings"}) {
        const auto whole = text.size();
        text = without(text, "<h:" + name + ">", "<");
        if (text.size() != whole)
            text = without(text, "\r\n\r\n", "\r\n");
    }
    return text;
}
// Of a run with random passwords.
std::string without_passwords(std::string text) {
    for (const std::string name : {"NetworkAdminPassword", "Password"})
        text = without(text, "<h:" + name + ">", "<");
    return text;
}
// The real server's message numbers go on from run to run in some tasks.
std::string without_number(const std::string &request) {
    return without(request, "<a:MessageID>", "<");
}

// One envelope has two notations in the real server, with prefixes and with default namespaces:
// that of a Put whose keys are references. Ours has one.
bool has_references_as_keys(const std::string &request) {
    return request.find("transfer/Put") != std::string::npos &&
           request.find("/AMT_RemoteAccessPolicyAppliesToMPS</w:ResourceURI>") != std::string::npos;
}
void check_same_meaning(const std::string &ours, const std::string &theirs) {
    const auto envelope = [](const std::string &request) {
        wsman::request_parser parser;
        const bool whole = parser.feed(core::as_bytes(request)).has_value() && parser.done();
        REQUIRE(whole);
        return wsman::parse_request(parser.release().body).value();
    };
    const auto a = envelope(ours), b = envelope(theirs);
    CHECK(a.message_id == b.message_id);
    CHECK(a.selectors == b.selectors);
    CHECK(a.body == b.body);
}

// The conversations are long: fewer places to stop at will do.
constexpr std::size_t teardown_points = 40;

struct conversation {
    std::string name;
    std::string stored_for, stored; // a password that the server holds
    bool numbered = true;
    bool random_passwords = false;
    std::string sequence = {}; // of sequences.md, when its name is another
};

sim::rps_options options() {
    auto o = sim::recorded_rps_options();
    // The root of the recording server's chain, which its devices trust.
    o.domains.at(0).root_hashes.push_back(
        "e68e151fc9ee044efe573942e8c8baedbfe0f1006e811365208c01eef589432b");
    return o;
}

// The recorded client: its frames as they are.
awaitable<void> replay(rps_rig &rig, const conversation &c, const transcript &recorded) {
    for (const auto &frame : recorded) {
        if (!frame.from_server) {
            co_await rig.send(frame.text);
            continue;
        }
        const std::string got = co_await rig.receive();
        if (rps::parse_frame(frame.text)->method == "wsman") {
            auto ours = without_random(decoded(got));
            auto theirs = without_random(decoded(frame.text));
            if (c.random_passwords) {
                ours = without_passwords(ours);
                theirs = without_passwords(theirs);
            }
            if (!c.numbered) {
                ours = without_number(ours);
                theirs = without_number(theirs);
            }
            if (has_references_as_keys(ours))
                check_same_meaning(decoded(got), decoded(frame.text));
            else
                CHECK(ours == theirs);
        } else {
            CHECK(got == frame.text);
        }
    }
}

void play(const conversation &c) {
    CAPTURE(c.name);
    const auto recorded = load_transcript(c.name);
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            rps_rig rig(env.executor, options());
            if (!c.stored.empty())
                rig.server.store_password(c.stored_for, core::secret(c.stored));
            rig.connect();
            co_await replay(rig, c, recorded);
            co_await rig.finish();
            const auto expected = recorded_calls(c.sequence.empty() ? c.name : c.sequence);
            CHECK_MESSAGE(rig.server.calls() == expected, to_text(rig.server.calls()));
            CHECK(env.time.elapsed() == rig.server.counters().own_waits);
        },
        teardown_points);
}

conversation of(std::string name) {
    return {std::move(name), {}, {}};
}
conversation of(std::string name, std::string_view device, std::string password) {
    return {std::move(name), std::string(device), std::move(password)};
}

} // namespace

TEST_CASE("a plain activation asks for the same bytes in the same order as the real server") {
    play(of("ccm"));
}

TEST_CASE("a device in client control mode is activated again as the real server does it") {
    play(of("ccm-again", recorded_device, "P@ssw0rdAmt1"));
}

TEST_CASE("a plain activation to admin control asks for the same as the real server") {
    play(of("acm"));
    play(of("acm-again", "4c4c4544-0050-3310-8051-b7c04f4e3602", "P@ssw0rdAmt1"));
}

TEST_CASE("random passwords change nothing else") {
    auto c = of("acm-random");
    c.random_passwords = true;
    play(c);
}

TEST_CASE("a device in client control mode is taken to admin control as the real server does it") {
    play(of("ccm-to-acm", recorded_device, "P@ssw0rdAmt1"));
}

TEST_CASE("remote access is configured as the real server does it") {
    play(of("ccm-cira"));
    play(of("acm-cira"));
    play(of("ccm-cira-again", "4c4c4544-0050-3310-8051-b7c04f4e3604", "P@ssw0rdAmt1"));
}

TEST_CASE("remote access that fails is a failed part of a success") {
    play(of("ccm-cira-fails"));
}

TEST_CASE("a wireless port is configured as the real server does it") {
    play(of("acm-wifi"));
    play(of("acm-wifi-again", "4c4c4544-0050-3310-8051-b7c04f4e3606", "P@ssw0rdAmt1"));
}

TEST_CASE("the third 401 in a row is the end of an activation") {
    play(of("ccm-bad-local-password"));
}

TEST_CASE("a 400 to Setup is the end of an activation") {
    play(of("ccm-setup-fails"));
}

TEST_CASE("an unconfiguration that stops half-way leaves a success without Status") {
    play(of("ccm-unconfiguration-fails"));
}

TEST_CASE("a refused first Enumerate makes the server silent for good") {
    const auto recorded = load_transcript("ccm-network-fails");
    run_coro([&](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        const conversation c = of("ccm-network-fails");
        co_await replay(rig, c, recorded);
        const auto more = co_await core::as_result(core::with_deadline(600s, rig.receive()));
        CHECK(!more);
        CHECK(more.error() == core::errc::timed_out);
        co_await rig.finish();
        CHECK(rig.server.calls() == recorded_calls("ccm-network-fails"));
    });
}

TEST_CASE("a deactivation is the recorded one") {
    play(of("deactivate", recorded_device, "P@ssw0rdAmt1"));
}

TEST_CASE("the maintenance tasks are the recorded ones") {
    play(of("maintenance-synctime", maintained_device, "P@ssw0rdAmt1"));
    play(of("maintenance-changepassword", maintained_device, "P@ssw0rdAmt1"));
    play(of("maintenance-syncdeviceinfo", maintained_device, "P@ssw0rdAmt1"));
    auto hostname = of("maintenance-synchostname", maintained_device, "N3wP@ssw0rd1");
    hostname.numbered = false;
    play(hostname);
    auto ip = of("maintenance-syncip", maintained_device, "N3wP@ssw0rd1");
    ip.numbered = false;
    play(ip);
}

TEST_CASE("what the real server refuses before the first call is refused in its words") {
    play(of("unknown-profile"));
    play(of("unknown-domain"));
    play(of("old-version"));
    play(of("untrusted-root"));
    play(of("acm-to-ccm"));
    play(of("deactivate-not-activated"));
    play(of("wrong-password", recorded_device, "another"));
    play(of("deactivate-wrong-password", recorded_device, "another"));
}

TEST_CASE("the server waits 12 s after Setup and at no other place") {
    const auto recorded = load_transcript("ccm");
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            rps_rig rig(env.executor);
            rig.connect();
            const conversation c = of("ccm");
            co_await replay(rig, c, recorded);
            co_await rig.finish();
            CHECK(rig.server.counters().own_waits == 12s);
            CHECK(env.time.elapsed() == 12s);
            CHECK(rig.server.stored_password(recorded_device)->reveal() == "P@ssw0rdAmt1");
        },
        teardown_points);
}
