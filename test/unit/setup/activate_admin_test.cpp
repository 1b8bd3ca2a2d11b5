// SPDX-License-Identifier: Apache-2.0
// Admin control mode from the host alone, of a new device and of one in client control mode. The
// simulated firmware checks chain, domain, nonces and signature by its own rules.
#include "device_world.hpp"
#include "pfx_maker.hpp"

#include <costrand/wsman/admin_setup.hpp>

#include <vector>

using namespace costrand;
using namespace costrand::test;
using wsman::control_mode;
using wsman::setup_errc;
using wsman::setup_step;

namespace {

const std::string add_call = "IPS_HostBasedSetupService.AddNextCertInChain";
const std::string setup_call = "IPS_HostBasedSetupService.AdminSetup";
const std::string upgrade_call = "IPS_HostBasedSetupService.UpgradeClientToAdmin";

// A device that trusts the root of `who`, in its domain, with the right time.
sim::profile trusting(const sim::identity &who) {
    auto p = plain_profile();
    p.dns_suffix = "corp.example";
    sim::trusted_root root;
    root.hash = sim::sha256_hex(who.chain.back());
    p.roots.push_back(std::move(root));
    return p;
}
void set_clock(sim::device_state &state) {
    state.clock_base = noon;
}

using admin_body = std::function<awaitable<void>(device_world &, wsman::admin_activation)>;

// What a program does before: the device's trust is read through the host interface.
awaitable<wsman::admin_activation> prepare(device_world &w, const sim::identity &who) {
    auto file = wsman::read_pfx(make_pfx(content_of(who)), core::secret(pfx_password));
    wsman::admin_activation out(std::move(file), core::secret(good_password));
    out.now = noon;
    out.trust.dns_suffix = co_await w.amthi.read_dns_suffix();
    const auto hashes = co_await w.amthi.read_hashes();
    for (const auto &one : hashes) {
        wsman::trusted_hash entry;
        entry.algorithm = one.algorithm;
        entry.active = one.is_active;
        entry.hash = one.hash;
        out.trust.hashes.push_back(std::move(entry));
    }
    co_return out;
}

void in_domain(way how, const admin_body &body) {
    const auto who = chain_maker().make();
    in_world(
        how,
        [&](device_world &w) -> awaitable<void> {
            co_await w.log_in();
            auto what = co_await prepare(w, who);
            co_await body(w, std::move(what));
        },
        trusting(who), set_clock);
}

awaitable<wsman::setup_result> activate(device_world &w, wsman::admin_activation what) {
    return wsman::activate_admin(*w.amt, std::move(what), *w.random, w.means);
}

std::string ha1_of(const device_world &w) {
    const auto ha1 =
        wsman::digest_ha1("admin", w.device.state().digest_realm, core::secret(good_password));
    return std::string(ha1->reveal());
}

} // namespace

TEST_CASE("a new device is activated to admin control mode over the LMS and over LME") {
    for (const way how : {way::lms, way::lme})
        in_domain(how, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
            const auto done = co_await activate(w, std::move(what));
            CHECK(done.before == control_mode::none);
            CHECK(done.after == control_mode::admin);
            CHECK(!done.in_spite_of);
            CHECK(w.device.mode() == sim::control_mode::admin);
            CHECK(w.device.state().admin_ha1.reveal() == ha1_of(w));
            CHECK(w.calls(add_call) == 3);
            CHECK(w.calls(setup_call) == 1);
            CHECK(w.device.counters().protocol_errors == 0);
            (void)co_await w.amt->get(wsman::uri::of_class("AMT_AuthorizationService"));
            CHECK(w.device.calls().back().user == "admin");
        });
}

TEST_CASE("a device in client control mode is upgraded, and keeps its password") {
    for (const way how : {way::lms, way::lme})
        in_domain(how, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
            co_await w.activate();
            const auto ha1 = std::string(w.device.state().admin_ha1.reveal());
            co_await w.log_in();
            what.password = core::secret();
            const auto done = co_await activate(w, std::move(what));
            CHECK(done.before == control_mode::client);
            CHECK(done.after == control_mode::admin);
            CHECK(w.device.mode() == sim::control_mode::admin);
            CHECK(w.device.state().admin_ha1.reveal() == ha1);
            CHECK(w.calls(upgrade_call) == 1);
            CHECK(w.calls(setup_call) == 0);
        });
}

TEST_CASE("admin control whose last answer got lost is a success when the device shows it") {
    in_domain(way::lme, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(setup_call));
        const auto done = co_await activate(w, std::move(what));
        CHECK(w.device.inject().all_acted());
        CHECK(done.after == control_mode::admin);
        REQUIRE(done.in_spite_of);
        CHECK(done.in_spite_of->code == wsman::errc::reply_lost);
        CHECK(w.calls(setup_call) == 1);
    });
}

TEST_CASE("an upgrade whose answer got lost is a success; one that was not carried out is none") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        co_await w.activate();
        co_await w.log_in();
        w.device.inject().order(sim::fault(sim::fault_kind::close_before).on_call(upgrade_call));
        w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(upgrade_call));
        auto first = activate(w, what);
        const auto e = co_await w.failure(std::move(first));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::reply_lost);
        CHECK(e->mode() == control_mode::client);
        const auto done = co_await activate(w, std::move(what));
        CHECK(done.after == control_mode::admin);
        CHECK(done.in_spite_of);
    });
}

TEST_CASE("a certificate that the device would not take is refused before it is told anything") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        what.trust.dns_suffix = "other.example";
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::suffix_mismatch);
        CHECK(w.device.counters().http_requests == 0);
    });
}

TEST_CASE("a bad password for admin control is refused before anything is told") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        what.password = core::secret("short");
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::password_unacceptable);
        CHECK(w.device.counters().http_requests == 0);
    });
}

TEST_CASE("a device in admin control mode is not activated again") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        (void)co_await activate(w, what);
        const auto calls = w.device.calls().size();
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::already_activated);
        CHECK(e->mode() == control_mode::admin);
        CHECK(w.device.calls().size() == calls);
    });
}

TEST_CASE("a certificate that AMT refuses is told by its place and AMT's reason") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::return_value).on_call(add_call).nth(2).with(4));
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->step() == setup_step::add_certificate);
        CHECK(e->return_value() == 4u);
        CHECK(e->text() == add_call + " was refused with 4 (CertVerifyFailed), "
                                      "certificate 2 of 3; the device is not activated");
        CHECK(w.calls(setup_call) == 0);
    });
}

TEST_CASE("a chain that was broken off is sent anew by the next activation") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(add_call).nth(2));
        auto first = activate(w, what);
        const auto e = co_await w.failure(std::move(first));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::reply_lost);
        CHECK(e->step() == setup_step::add_certificate);
        const auto done = co_await activate(w, std::move(what));
        CHECK(done.after == control_mode::admin);
    });
}

TEST_CASE("a refusal by AdminSetup has the text of its own table") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::return_value).on_call(setup_call).with(5));
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->step() == setup_step::set_up);
        CHECK(e->text() == setup_call + " was refused with 5 (AuthFailed); the device "
                                        "is not activated");
    });
}

TEST_CASE("a set-up service without a nonce of 20 bytes is an error") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        const std::string body =
            "<a:Envelope xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\"><a:Header>"
            "<b:Action xmlns:b=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">x</b:Action>"
            "</a:Header><a:Body>"
            "<g:IPS_HostBasedSetupService xmlns:g=\"http://intel.com/wbem/wscim/1/ips-schema/1/"
            "IPS_HostBasedSetupService\"><g:ConfigurationNonce>AAAA</g:ConfigurationNonce>"
            "</g:IPS_HostBasedSetupService></a:Body></a:Envelope>";
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
                                   "Content-Length: " +
                                   std::to_string(body.size()) + "\r\n\r\n" + body;
        const auto bytes = core::as_bytes(answer);
        w.device.inject().order(sim::fault(sim::fault_kind::raw_response)
                                    .on_call("IPS_HostBasedSetupService.Get")
                                    .sending({bytes.begin(), bytes.end()}));
        auto op = activate(w, std::move(what));
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::reply_incomplete);
        CHECK(e->step() == setup_step::read_nonce);
        CHECK(w.calls(add_call) == 0);
    });
}

TEST_CASE("no password, digest or key is in the log of an activation to admin control") {
    in_domain(way::lms, [](device_world &w, wsman::admin_activation what) -> awaitable<void> {
        const auto key = std::string(what.certificate.key.reveal().substr(100, 40));
        (void)co_await activate(w, std::move(what));
        CHECK(!w.logged.empty());
        CHECK(w.logged.find(good_password) == std::string::npos);
        CHECK(w.logged.find(ha1_of(w)) == std::string::npos);
        CHECK(w.logged.find(key) == std::string::npos);
    });
}
