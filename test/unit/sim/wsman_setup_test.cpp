// SPDX-License-Identifier: Apache-2.0
// Into admin control by a provisioning chain: what is taken, and each single thing that is not.
#include "wsman_bench.hpp"

#include "src/encoding.hpp"

#include <costrand/core/bytes.hpp>
#include <costrand/sim/amthi.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <functional>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

// AddNextCertInChain, AdminSetup and UpgradeClientToAdmin: wsman.md 9.3.
enum : std::uint32_t { ok = 0, chain_invalid = 1, chain_state = 3, not_verified = 4, too_long = 5 };
enum : std::uint32_t { setup_state = 2, setup_invalid = 3, auth_failed = 5 };

constexpr std::int64_t noon = 1'780'000'000; // the device's clock
const std::string some_ha1 = "6ba0d688420d16e5c6e1c5b0fca5883a";

certificate_subject named(std::string name, bool authority) {
    certificate_subject s;
    s.common_name = std::move(name);
    s.authority = authority;
    s.not_before = noon - 1000;
    s.not_after = noon + 1000;
    return s;
}

// A good chain and its parts; a test spoils one of them before it makes the chain.
struct chain_maker {
    certificate_subject root = named("Root", true), middle = named("Middle", true),
                        leaf = named("setup.corp.example", false);

    chain_maker() { leaf.extended_usages = {provisioning_usage}; }

    identity make(key_source &keys) const {
        const auto top = make_root(root, keys.next_key());
        const auto between = make_issued(top, middle, keys.next_key());
        return make_issued(between, leaf, keys.next_key());
    }
};

struct setup_bench : wsman_bench {
    identity chain;

    explicit setup_bench(const std::function<void(chain_maker &)> &spoil = {}) {
        state.clock_base = noon;
        chain_maker maker;
        if (spoil)
            spoil(maker);
        chain = maker.make(*keys);
        trust(chain.chain.back());
    }
    void trust(const der_bytes &root) {
        trusted_root entry;
        entry.hash = sha256_hex(root);
        device.roots.push_back(entry);
    }
    wsman::soap_reply service_now() { return ask(get_of("IPS_HostBasedSetupService")); }
    std::vector<std::byte> nonce() {
        return from_base64(service_now().body->value("ConfigurationNonce")).value();
    }
    std::uint32_t add(const der_bytes &certificate, bool leaf, bool root) {
        const auto flag = [](bool b) { return std::string(b ? "true" : "false"); };
        return ask(invoke("IPS_HostBasedSetupService", "AddNextCertInChain",
                          "<h:NextCertificate>" + base64(certificate) +
                              "</h:NextCertificate><h:IsLeafCertificate>" + flag(leaf) +
                              "</h:IsLeafCertificate><h:IsRootCertificate>" + flag(root) +
                              "</h:IsRootCertificate>"))
            .return_value()
            .value();
    }
    // The value of the first that is refused, or of the last.
    std::uint32_t send_chain() {
        for (std::size_t i = 0; i < chain.chain.size(); ++i)
            if (const auto v = add(chain.chain[i], i == 0, i + 1 == chain.chain.size()); v != ok)
                return v;
        return ok;
    }
    std::string proof(const std::vector<std::byte> &theirs, const core::secret &key) {
        const std::vector<std::byte> mine(20, std::byte{7});
        auto both = theirs;
        both.insert(both.end(), mine.begin(), mine.end());
        return "<h:McNonce>" + base64(mine) +
               "</h:McNonce><h:SigningAlgorithm>2</h:SigningAlgorithm><h:DigitalSignature>" +
               base64(sign_sha256(key, both)) + "</h:DigitalSignature>";
    }
    std::uint32_t admin_setup(const std::string &with, std::string_view ha1 = some_ha1) {
        return ask(invoke("IPS_HostBasedSetupService", "AdminSetup",
                          "<h:NetAdminPassEncryptionType>2</h:NetAdminPassEncryptionType>"
                          "<h:NetworkAdminPassword>" +
                              std::string(ha1) + "</h:NetworkAdminPassword>" + with),
                   wsman_user::local_account)
            .return_value()
            .value();
    }
    std::uint32_t upgrade(const std::string &with) {
        return ask(invoke("IPS_HostBasedSetupService", "UpgradeClientToAdmin", with))
            .return_value()
            .value();
    }
};

// What AddNextCertInChain says at the end of a chain with one fault.
std::uint32_t spoilt(const std::function<void(chain_maker &)> &spoil) {
    setup_bench b(spoil);
    const auto value = b.send_chain();
    CHECK(b.service_now().body->value("CertChainStatus") == (value == ok ? "2" : "0"));
    return value;
}

} // namespace

TEST_CASE("the configuration nonce has 20 bytes and stays until it is used") {
    setup_bench b;
    const auto first = b.nonce();
    CHECK(first.size() == 20);
    CHECK(b.nonce() == first);
    const auto pulled = b.all("IPS_HostBasedSetupService");
    CHECK(pulled.at(0).value("ConfigurationNonce") == base64(first));
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(b.proof(first, b.chain.key)) == ok);
    CHECK(b.nonce() != first);
}

TEST_CASE("AdminSetup with a trusted chain and its signature enters admin control") {
    setup_bench b;
    const auto nonce = b.nonce();
    CHECK(b.service_now().body->value("CertChainStatus") == "0");
    CHECK(b.add(b.chain.chain[0], true, false) == ok);
    CHECK(b.service_now().body->value("CertChainStatus") == "1");
    CHECK(b.add(b.chain.chain[1], false, false) == ok);
    CHECK(b.add(b.chain.chain[2], false, true) == ok);
    CHECK(b.service_now().body->value("CertChainStatus") == "2");
    CHECK(b.admin_setup(b.proof(nonce, b.chain.key)) == ok);
    CHECK(b.state.mode == control_mode::admin);
    CHECK(b.state.provisioning == provisioning_state::post);
    CHECK(b.state.admin_ha1.reveal() == some_ha1);
    const auto service = b.service_now();
    CHECK(service.body->value("CurrentControlMode") == "2");
    CHECK(service.body->value("CertChainStatus") == "0");
    const auto setup = b.ask(get_of("AMT_SetupAndConfigurationService"));
    CHECK(setup.body->value("ProvisioningMode") == "1");
    CHECK(setup.body->value("ProvisioningState") == "2");
    // AMTHI tells the same mode (heci.md 9).
    const auto told =
        answer_amthi(heci::encode_request(heci::command::control_mode), {b.state, b.device, b.now});
    REQUIRE(told);
    CHECK(heci::decode_number(heci::decode_reply(*told)->data).value() == 2);
}

TEST_CASE("UpgradeClientToAdmin is for client control only, and keeps the password") {
    setup_bench b;
    REQUIRE(b.send_chain() == ok);
    CHECK(b.upgrade(b.proof(b.nonce(), b.chain.key)) == setup_state);
    b.activate();
    REQUIRE(b.send_chain() == ok);
    CHECK(b.upgrade(b.proof(b.nonce(), b.chain.key)) == ok);
    CHECK(b.state.mode == control_mode::admin);
    CHECK(b.state.admin_ha1.reveal() == std::string(32, 'a'));
    CHECK(b.upgrade(b.proof(b.nonce(), b.chain.key)) == setup_state);
    CHECK(b.add(b.chain.chain[0], true, false) == chain_state);
}

TEST_CASE("AdminSetup of a device that is set up is an invalid state (2)") {
    setup_bench b;
    b.activate();
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(b.proof(b.nonce(), b.chain.key)) == setup_state);
    CHECK(b.state.mode == control_mode::client);
}

TEST_CASE("a chain is taken from the leaf up, and its root may be known by SHA-384") {
    setup_bench b;
    b.device.roots.back().hash = hex(sha384_of(b.chain.chain.back()));
    b.device.roots.back().hash_algorithm = trusted_root::algorithm::sha384;
    CHECK(b.send_chain() == ok);
}

TEST_CASE("a certificate in the wrong place is refused") {
    setup_bench b;
    const auto &leaf = b.chain.chain[0], &middle = b.chain.chain[1], &root = b.chain.chain[2];
    CHECK(b.add(middle, false, false) == chain_state); // before any leaf
    CHECK(b.add(root, false, true) == chain_state);
    CHECK(b.add(middle, true, false) == not_verified); // no leaf
    CHECK(b.add(leaf, true, false) == ok);
    CHECK(b.add(root, false, true) == not_verified);   // did not sign the leaf
    CHECK(b.add(middle, false, false) == chain_state); // the chain is gone
    CHECK(b.add(leaf, true, false) == ok);
    CHECK(b.add(middle, false, true) == not_verified); // is no root
    REQUIRE(b.send_chain() == ok);
    CHECK(b.add(middle, false, false) == chain_state); // it is complete
    CHECK(b.add(leaf, true, true) == chain_invalid);
}

TEST_CASE("a leaf begins the chain anew") {
    setup_bench b;
    CHECK(b.add(b.chain.chain[0], true, false) == ok);
    CHECK(b.add(b.chain.chain[1], false, false) == ok);
    CHECK(b.send_chain() == ok);
}

TEST_CASE("a chain of more than four certificates is too long (5)") {
    setup_bench b;
    auto issuer = make_root(named("Root", true), b.keys->next_key());
    for (int i = 0; i < 3; ++i)
        issuer = make_issued(issuer, named("Middle", true), b.keys->next_key());
    chain_maker maker;
    b.chain = make_issued(issuer, maker.leaf, b.keys->next_key());
    b.trust(b.chain.chain.back());
    CHECK(b.send_chain() == too_long);
}

TEST_CASE("what is no certificate is an invalid parameter (1)") {
    setup_bench b;
    CHECK(b.add({std::byte{0x30}, std::byte{0}}, true, false) == chain_invalid);
    const auto add = [&](std::string_view text, std::string_view leaf) {
        return b
            .ask(invoke("IPS_HostBasedSetupService", "AddNextCertInChain",
                        "<h:NextCertificate>" + std::string(text) +
                            "</h:NextCertificate><h:IsLeafCertificate>" + std::string(leaf) +
                            "</h:IsLeafCertificate><h:IsRootCertificate>false"
                            "</h:IsRootCertificate>"))
            .return_value();
    };
    CHECK(add("no base64", "true") == chain_invalid);
    CHECK(add(base64(b.chain.chain[0]), "perhaps") == chain_invalid);
    CHECK(fault_tells(b.ask(invoke("IPS_HostBasedSetupService", "AddNextCertInChain", "")),
                      "MissingValues"));
}

TEST_CASE("a chain with one fault is not verified (4)") {
    CHECK(spoilt([](chain_maker &) {}) == ok);
    CHECK(spoilt([](chain_maker &m) { m.leaf.common_name = "setup.other.example"; }) ==
          not_verified);
    CHECK(spoilt([](chain_maker &m) { m.leaf.common_name = "setup.evilcorp.example"; }) ==
          not_verified);
    CHECK(spoilt([](chain_maker &m) { m.leaf.extended_usages = {"serverAuth"}; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.leaf.not_after = noon - 1; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.leaf.not_before = noon + 1; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.leaf.with_sha1 = true; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.middle.not_after = noon - 1; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.middle.authority = false; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.middle.with_sha1 = true; }) == not_verified);
    CHECK(spoilt([](chain_maker &m) { m.root.not_after = noon - 1; }) == not_verified);
}

TEST_CASE("a leaf may name its domain in an alternative name, or be the domain") {
    CHECK(spoilt([](chain_maker &m) {
              m.leaf.common_name = "elsewhere.example";
              m.leaf.dns_names = {"a.example", "Setup.CORP.example"};
          }) == ok);
    CHECK(spoilt([](chain_maker &m) { m.leaf.common_name = "corp.example"; }) == ok);
    CHECK(spoilt([](chain_maker &m) { m.leaf.common_name = "*.corp.example"; }) == ok);
}

TEST_CASE("a leaf may have the unit instead of the usage") {
    CHECK(spoilt([](chain_maker &m) {
              m.leaf.extended_usages = {};
              m.leaf.unit = "Intel(R) Client Setup Certificate";
          }) == ok);
}

TEST_CASE("a device without a suffix takes no leaf") {
    setup_bench b;
    b.device.dns_suffix.clear();
    CHECK(b.send_chain() == not_verified);
}

TEST_CASE("a root that is unknown, or known and inactive, is not verified (4)") {
    setup_bench b;
    b.device.roots.back().active = false;
    CHECK(b.send_chain() == not_verified);
    b.device.roots.back().active = true;
    b.device.roots.back().hash[0] = b.device.roots.back().hash[0] == '0' ? '1' : '0';
    CHECK(b.send_chain() == not_verified);
}

TEST_CASE("AdminSetup without a whole chain is an invalid state (2)") {
    setup_bench b;
    const auto nonce = b.nonce();
    CHECK(b.admin_setup(b.proof(nonce, b.chain.key)) == setup_state);
    CHECK(b.add(b.chain.chain[0], true, false) == ok);
    CHECK(b.admin_setup(b.proof(nonce, b.chain.key)) == setup_state);
    CHECK(b.state.mode == control_mode::none);
}

TEST_CASE("AdminSetup takes a digest, 20 bytes of nonce and RSA with SHA-256 only, else 3") {
    setup_bench b;
    REQUIRE(b.send_chain() == ok);
    const auto good = b.proof(b.nonce(), b.chain.key);
    const auto with = [&](std::string_view from, std::string_view to) {
        auto changed = good;
        changed.replace(changed.find(from), from.size(), to);
        return b.admin_setup(changed);
    };
    CHECK(b.admin_setup(good, "P@ssw0rd") == setup_invalid);
    CHECK(with("Algorithm>2<", "Algorithm>1<") == setup_invalid);
    CHECK(with("<h:McNonce>BwcH", "<h:McNonce>") == setup_invalid); // three bytes less
    CHECK(with("DigitalSignature>", "DigitalSignature>?") == setup_invalid);
    CHECK(
        fault_tells(b.ask(invoke("IPS_HostBasedSetupService", "AdminSetup", "")), "MissingValues"));
    CHECK(b.admin_setup(good) == ok); // none of these was a try
}

TEST_CASE("a signature of another key, or over another nonce, is no proof (5)") {
    setup_bench b;
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(b.proof(b.nonce(), b.keys->next_key())) == auth_failed);
    CHECK(b.state.mode == control_mode::none);
    CHECK(b.service_now().body->value("CertChainStatus") == "0");

    REQUIRE(b.send_chain() == ok);
    (void)b.nonce();
    CHECK(b.admin_setup(b.proof(std::vector<std::byte>(20), b.chain.key)) == auth_failed);
}

TEST_CASE("a nonce that was used once is no proof again (5)") {
    setup_bench b;
    const auto nonce = b.nonce();
    const auto proof = b.proof(nonce, b.chain.key);
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(b.proof(nonce, b.keys->next_key())) == auth_failed);
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(proof) == auth_failed);
    REQUIRE(b.send_chain() == ok);
    CHECK(b.admin_setup(b.proof(b.nonce(), b.chain.key)) == ok);
}

TEST_CASE("unprovisioning forgets the chain and the nonce") {
    setup_bench b;
    b.activate();
    const auto nonce = b.nonce();
    REQUIRE(b.send_chain() == ok);
    unprovision(b.state, b.device);
    CHECK(b.nonce() != nonce);
    CHECK(b.service_now().body->value("CertChainStatus") == "0");
    CHECK(b.admin_setup(b.proof(b.nonce(), b.chain.key)) == setup_state);
}
