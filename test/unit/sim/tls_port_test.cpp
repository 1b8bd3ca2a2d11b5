// SPDX-License-Identifier: Apache-2.0
// Port 16993 of the simulated device: which certificate it shows in which state, whom it lets in,
// and what its restarts do to connections. Over LME and the LMS, in virtual time.
#include "tls_port_bench.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/sim/certificates.hpp>
#include <src/encoding.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;
using namespace std::chrono_literals;
using bench = test::tls_bench;

namespace {

constexpr std::size_t teardown_points = 6;

template <typename Body>
void each_way(Body body) {
    for (const auto how : {way::lme, way::lms})
        for (auto *make : {pooled_crypto, bare_crypto})
            run_coro(
                [&](coro_environment env) -> awaitable<void> { co_await body(env, make(), how); },
                teardown_points);
}

// The subject and issuer of an on-die chain as a management program checks them (rpc-cli.md 7.4).
void check_on_die(const std::vector<der_bytes> &chain) {
    REQUIRE(chain.size() == 6);
    CHECK(is_chain_below(chain, firmware::on_die_root()));
    CHECK(chain.back() != firmware::on_die_root());
    CHECK(read_certificate(chain[0])->common_name == "iAMT CSME IDevID RCFG");
    const auto fourth = read_certificate(chain[3]);
    CHECK(fourth->common_name.find("ROM CA") != std::string::npos);
    CHECK(fourth->issuer_unit.starts_with("On Die CSME"));
}

bool is_self_signed(const std::vector<der_bytes> &chain) {
    return chain.size() == 1 && is_signed_by(chain[0], chain[0]);
}

awaitable<void> life_of_an_identity(coro_environment env, crypto with, way how) {
    bench b(env.executor, tls_enforced(), with, how);
    co_await b.set_up();
    check_on_die(b.chain);
    (void)co_await b.dial_tls(); // set up, but nothing committed
    check_on_die(b.chain);
    co_await b.commit();
    (void)co_await b.dial_tls();
    CHECK(is_self_signed(b.chain));
    const auto own = b.chain;
    co_await b.commit(); // changes nothing
    (void)co_await b.dial_tls();
    CHECK(b.chain == own);
    CHECK(b.device.counters().tls_restarts == 1);
    auto admin = b.admin();
    const auto gone = co_await admin.call(invoke("AMT_SetupAndConfigurationService", "Unprovision",
                                                 "<h:ProvisioningMode>1</h:ProvisioningMode>"));
    CHECK(gone.soap.return_value() == 0u);
    (void)co_await b.dial_tls();
    check_on_die(b.chain);
    CHECK(b.device.counters().tls_restarts == 2);
    CHECK(env.time.elapsed() == 0s);
    co_await b.end();
}

// A device in client control mode to which a certificate was given, and the settings that are to be
// committed.
struct installed {
    device_state state;
    der_bytes certificate, client_root;
    identity client;
};
installed make_installed(const profile &p, key_source &keys, bool mutual, bool plain) {
    installed out;
    out.state = new_device(p, *core::seeded_random(1), core::time_point{});
    enter_client_control(
        out.state, *wsman::digest_ha1("admin", out.state.digest_realm, core::secret("P@ssw0rd")));
    certificate_subject s;
    s.not_after = 4'000'000'000;
    s.common_name = "root of the tests";
    s.authority = true;
    const auto root = make_root(s, keys.next_key());
    s.authority = false;
    s.common_name = "device";
    const auto key = keys.next_key();
    out.certificate = make_issued(root, s, key).chain.front();
    s.common_name = "console";
    out.client = make_issued(root, s, keys.next_key());
    out.client_root = root.chain.front();
    out.state.key_pairs.emplace("Intel(r) AMT Key: Handle: 0", key);

    const auto add = [&](std::string_view class_name, std::string_view properties) {
        auto &to = out.state.objects.edit(resource(class_name));
        to.instances.push_back(*wsman::parse_xml(
            "<h:" + std::string(class_name) + " xmlns:h=\"" + resource(class_name) + "\">" +
            std::string(properties) + "</h:" + std::string(class_name) + ">"));
    };
    add("AMT_PublicKeyCertificate",
        "<h:InstanceID>Intel(r) AMT Certificate: Handle: 0</h:InstanceID><h:X509Certificate>" +
            base64(out.client_root) +
            "</h:X509Certificate><h:TrustedRootCertficate>true</h:TrustedRootCertficate>");
    add("AMT_PublicKeyCertificate",
        "<h:InstanceID>Intel(r) AMT Certificate: Handle: 1</h:InstanceID><h:X509Certificate>" +
            base64(out.certificate) +
            "</h:X509Certificate><h:TrustedRootCertficate>false</h:TrustedRootCertficate>");
    add("AMT_TLSCredentialContext",
        "<h:ElementInContext xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
        "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><a:Address>x</a:Address>"
        "<a:ReferenceParameters><w:ResourceURI>" +
            resource("AMT_PublicKeyCertificate") +
            "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"InstanceID\">Intel(r) AMT "
            "Certificate: Handle: 1</w:Selector></w:SelectorSet></a:ReferenceParameters>"
            "</h:ElementInContext>");
    auto &settings = out.state.objects.edit(resource("AMT_TLSSettingData")).instances[1];
    set_property(settings, "Enabled", "true");
    set_property(settings, "MutualAuthentication", mutual ? "true" : "false");
    set_property(settings, "AcceptNonSecureConnections", plain ? "true" : "false");
    return out;
}

// As admin over the plain port.
awaitable<device_reply> commit_in_plain(bench &b) {
    device_client admin([&b] { return b.dial(16992); }, *b.random, "admin",
                        core::secret("P@ssw0rd"));
    co_return co_await admin.call(invoke("AMT_SetupAndConfigurationService", "CommitChanges", ""));
}

awaitable<void> committed_settings(coro_environment env, crypto with, way how, bool plain,
                                   bool keeps) {
    auto model = without_delays(amt18());
    CHECK(model.tls.keeps_plain);
    model.tls.keeps_plain = keeps;
    auto given = make_installed(model, *with.keys, false, plain);
    bench b(env.executor, model, std::move(given.state), with, how);
    const auto too_early = co_await core::as_result(b.dial(16993));
    CHECK(!too_early);
    const auto done = co_await commit_in_plain(b);
    CHECK(done.soap.return_value() == 0u);
    (void)co_await b.dial_tls();
    CHECK(b.chain.size() == 1);
    CHECK(b.chain.front() == given.certificate);
    const auto on_plain = co_await core::as_result(b.dial(16992));
    CHECK(on_plain.has_value() == (plain || keeps));
    co_await b.end();
}

awaitable<void> mutual(coro_environment env, crypto with, way how) {
    const auto model = without_delays(amt18());
    auto given = make_installed(model, *with.keys, true, true);
    set_array(given.state.objects.edit(resource("AMT_TLSSettingData")).instances[1], "TrustedCN",
              {"somebody", "console"});
    bench b(env.executor, model, std::move(given.state), with, how);
    (void)co_await commit_in_plain(b);
    identity none;
    const auto nobody = co_await b.lets_in(std::move(none));
    CHECK_FALSE(nobody);
    const auto known = co_await b.lets_in(given.client);
    CHECK(known);
    certificate_subject s;
    s.common_name = "console";
    s.not_after = 4'000'000'000;
    auto other = make_root(s, with.keys->next_key());
    const auto stranger = co_await b.lets_in(std::move(other));
    CHECK_FALSE(stranger);
    co_await b.end();
}

// Everything that goes over one connection, until the device ends it.
awaitable<std::size_t> calls_on_one_connection(bench &b, std::size_t at_most) {
    auto client = b.local_client();
    client.set_after(wsman::after_reply::keep_open);
    (void)co_await client.once(get_of("AMT_GeneralSettings")); // the challenge
    const auto connection = co_await b.dial_tls();
    std::size_t answered = 0;
    while (answered < at_most) {
        auto calling = client.on(*connection, get_of("AMT_GeneralSettings"));
        const auto reply = co_await core::as_result(std::move(calling));
        if (!reply)
            break;
        CHECK(reply->http.status == 200);
        ++answered;
    }
    co_return answered;
}

} // namespace

TEST_CASE("a device that enforces TLS shows on-die, own, and again on-die certificates") {
    each_way(life_of_an_identity);
}

TEST_CASE("an installed certificate is shown from the commit on; the plain port goes if so set") {
    for (const auto &[plain, keeps] : {std::pair(true, false), {false, false}, {false, true}})
        each_way([plain = plain, keeps = keeps](coro_environment env, crypto with, way how) {
            return committed_settings(env, std::move(with), how, plain, keeps);
        });
}

TEST_CASE("with mutual authentication only a client below a trusted root and with a known name") {
    each_way(mutual);
}

TEST_CASE("AMT 19 ends each TLS session after one call, older devices keep it") {
    each_way([](coro_environment env, crypto with, way how) -> awaitable<void> {
        bench newer(env.executor, tls_enforced(), with, how);
        const auto once = co_await calls_on_one_connection(newer, 3);
        CHECK(once == 1);
        co_await newer.end();
        auto model = tls_enforced();
        model.tls.session_per_call = false;
        bench older(env.executor, model, with, how);
        const auto often = co_await calls_on_one_connection(older, 3);
        CHECK(often == 3);
        co_await older.end();
    });
}

TEST_CASE("a device of the profile with TLS 1.2 only answers a client that has both") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto model = tls_enforced();
        model.tls.tls13 = false;
        bench b(env.executor, model, pooled_crypto());
        co_await b.set_up();
        check_on_die(b.chain);
        co_await b.end();
    });
}

TEST_CASE("the platform's identifier begins with the hash of the fourth on-die certificate") {
    run_coro([](coro_environment env) -> awaitable<void> {
        bench b(env.executor, tls_enforced(), bare_crypto());
        (void)co_await b.dial_tls();
        REQUIRE(b.chain.size() == 6);
        const auto id = b.device.device_profile().upid.csme_id;
        CHECK(id.substr(0, 40) == sha256_hex(b.chain[3]).substr(0, 40));
        co_await b.end();
    });
}

TEST_CASE("a commit that changes TLS drops connections and leaves 16993 deaf for a while") {
    each_way([](coro_environment env, crypto with, way how) -> awaitable<void> {
        auto model = tls_enforced();
        model.tls.restart = 20s;
        model.tls.session_per_call = false;
        bench b(env.executor, model, with, how);
        co_await b.set_up();
        const auto other = co_await b.dial_tls();
        co_await b.commit();
        std::vector<std::byte> unread(10);
        const auto dropped = co_await core::as_result(other->read_some(net::buffer(unread)));
        CHECK(!dropped);
        CHECK(env.time.elapsed() == 0s);
        (void)co_await b.dial_tls();
        CHECK(env.time.elapsed() == 20s);
        CHECK(is_self_signed(b.chain));
        co_await b.end();
    });
}

TEST_CASE("an unprovisioning by the host lets the TLS port show the on-die chain again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        bench b(env.executor, tls_enforced(), bare_crypto());
        co_await b.set_up();
        co_await b.commit();
        const auto link = co_await b.device.heci()->connect(heci::client::amthi);
        const auto ask = heci::encode_request(heci::command::unprovision,
                                              core::const_bytes(std::vector<std::byte>(4)));
        co_await link->send(net::buffer(ask));
        std::vector<std::byte> reply(link->max_message_size());
        (void)co_await link->receive(net::buffer(reply));
        (void)co_await b.dial_tls();
        check_on_die(b.chain);
        CHECK(b.device.counters().tls_restarts == 2);
        co_await b.end();
    });
}

TEST_CASE("a host-based configuration lets in the server whose certificate it named") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto with = pooled_crypto();
        auto state = new_device(tls_enforced(), *core::seeded_random(1), core::now(env.executor));
        certificate_subject s;
        s.common_name = "provisioning server";
        s.not_after = 4'000'000'000;
        const auto named = make_root(s, with.keys->next_key());
        s.common_name = "somebody else";
        const auto other = make_root(s, with.keys->next_key());
        for (const bool sha256 : {true, false}) {
            const auto &der = named.chain.front();
            state.host_based = host_based_start();
            state.host_based->server_hash = sha256 ? sha256_of(der) : sha384_of(der);
            state.provisioning = provisioning_state::in;
            bench b(env.executor, tls_enforced(), state, with);
            const auto in = co_await b.lets_in(named);
            CHECK(in);
            check_on_die(b.chain);
            const auto stranger = co_await b.lets_in(other);
            CHECK_FALSE(stranger);
            co_await b.end();
        }
    });
}
