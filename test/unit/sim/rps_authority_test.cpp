// SPDX-License-Identifier: Apache-2.0
// The certificates of the simulated peers, and what a provisioning server takes for a device's
// proof.
#include "sim/src/rps_authority.hpp"

#include <costrand/core/bytes.hpp>
#include <costrand/sim/crypto.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::sim;

namespace {

certificate_subject named(std::string name, bool authority) {
    certificate_subject s;
    s.common_name = std::move(name);
    s.authority = authority;
    s.not_before = 1'600'000'000;
    s.not_after = 2'000'000'000;
    return s;
}

struct world {
    std::shared_ptr<key_source> keys = pooled_keys();
    identity on_die = make_root(named("On Die", true), keys->next_key());
    rps_authority authority{keys, {on_die.chain.front()}};
};

using chain = std::vector<der_bytes>;

} // namespace

TEST_CASE("a provisioning chain has three certificates, each signed by the next") {
    world w;
    const auto &made = w.authority.provisioning_for("corp.example");
    REQUIRE(made.chain.size() == 3);
    CHECK(is_signed_by(made.chain[0], made.chain[1]));
    CHECK(is_signed_by(made.chain[1], made.chain[2]));
    CHECK(is_signed_by(made.chain[2], made.chain[2]));
    CHECK(!is_signed_by(made.chain[0], made.chain[2]));
    CHECK(made.chain[2] == w.authority.provisioning_root());
}

TEST_CASE("a provisioning leaf names the domain and carries the usage that firmware asks for") {
    world w;
    const auto leaf = read_certificate(w.authority.provisioning_for("corp.example").chain[0]);
    REQUIRE(leaf);
    CHECK(leaf->common_name == "provision.corp.example");
    CHECK(leaf->unit == "Intel(R) Client Setup Certificate");
    CHECK(leaf->extended_usages ==
          std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "2.16.840.1.113741.1.2.3"});
    CHECK(!leaf->authority);
}

TEST_CASE("one chain a domain, all below one root") {
    world w;
    const auto &one = w.authority.provisioning_for("corp.example");
    const auto &other = w.authority.provisioning_for("lab.example");
    CHECK(&one == &w.authority.provisioning_for("corp.example"));
    CHECK(one.chain[0] != other.chain[0]);
    CHECK(one.chain[2] == other.chain[2]);
}

TEST_CASE("the leaf's key signs what its certificate checks") {
    world w;
    const auto &made = w.authority.provisioning_for("corp.example");
    const std::string text = "both nonces";
    const auto signature = sign_sha256(made.key, core::as_bytes(text));
    CHECK(is_signature_sha256(made.chain[0], core::as_bytes(text), signature));
    CHECK(!is_signature_sha256(made.chain[0], core::as_bytes("other nonces"), signature));
    CHECK(!is_signature_sha256(made.chain[1], core::as_bytes(text), signature));
}

TEST_CASE("a device's certificate is made for the key that it shows, in PKCS#1") {
    world w;
    const auto key = w.keys->next_key();
    const auto der = w.authority.issue_for_device(public_key_of(key), "some-device");
    CHECK(is_signed_by(der, w.authority.mps_root()));
    const std::string text = "proof";
    CHECK(is_signature_sha256(der, core::as_bytes(text), sign_sha256(key, core::as_bytes(text))));
    const std::string no_key = "this is no key";
    CHECK(w.authority.issue_for_device(core::as_bytes(no_key), "some-device").empty());
}

TEST_CASE("a device that is not set up proves itself by a chain below an on-die root") {
    world w;
    const auto middle = make_issued(w.on_die, named("ROM CA", true), w.keys->next_key());
    const auto leaf =
        make_issued(middle, named("iAMT CSME IDevID RCFG", false), w.keys->next_key());
    const chain whole = leaf.chain, without_root = {leaf.chain[0], leaf.chain[1]};
    CHECK(w.authority.accepts(tunnel_proof::on_die, whole));
    CHECK(w.authority.accepts(tunnel_proof::on_die, without_root));
    CHECK(!w.authority.accepts(tunnel_proof::on_die, {leaf.chain[0]}));
    CHECK(!w.authority.accepts(tunnel_proof::on_die, {leaf.chain[1], leaf.chain[0]}));
    CHECK(!w.authority.accepts(tunnel_proof::on_die, {}));
    CHECK(!w.authority.accepts(tunnel_proof::own, whole));
    CHECK(!w.authority.accepts(tunnel_proof::mps_root, whole));
    const auto other = make_root(named("Another", true), w.keys->next_key());
    const auto stranger = make_issued(other, named("leaf", false), w.keys->next_key());
    CHECK(!w.authority.accepts(tunnel_proof::on_die, stranger.chain));
}

TEST_CASE("after the first commit a certificate of the device's own will do") {
    world w;
    const auto own = make_root(named("device", false), w.keys->next_key());
    CHECK(w.authority.accepts(tunnel_proof::own, own.chain));
    CHECK(!w.authority.accepts(tunnel_proof::on_die, own.chain));
    CHECK(!w.authority.accepts(tunnel_proof::mps_root, own.chain));
}

TEST_CASE("a certificate below the presence server's root is a proof with or without the root") {
    world w;
    const auto key = w.keys->next_key();
    const auto der = w.authority.issue_for_device(public_key_of(key), "device");
    for (const auto proof : {tunnel_proof::own, tunnel_proof::mps_root}) {
        CHECK(w.authority.accepts(proof, {der}));
        CHECK(w.authority.accepts(proof, {der, w.authority.mps_root()}));
    }
    CHECK(!w.authority.accepts(tunnel_proof::on_die, {der}));
}

TEST_CASE("pooled keys come in the same order in every world") {
    const auto a = pooled_keys(), b = pooled_keys();
    const auto first = a->next_key();
    CHECK(first == b->next_key());
    CHECK(!(first == a->next_key()));
}
