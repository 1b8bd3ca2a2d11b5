// SPDX-License-Identifier: Apache-2.0
// Whether a device would take a provisioning certificate: each single thing that is not right.
#include <costrand/wsman/provisioning_certificate.hpp>

#include "pfx_maker.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;

namespace {

struct trust_bench {
    explicit trust_bench(const std::function<void(chain_maker &)> &spoil = {}) {
        chain_maker maker;
        if (spoil)
            spoil(maker);
        auto who = maker.make();
        certificate.chain = std::move(who.chain);
        certificate.key = std::move(who.key);
        trust.dns_suffix = "corp.example";
        trusted_hash entry;
        entry.algorithm = 2;
        entry.hash = sim::sha256_of(certificate.chain.back());
        trust.hashes.push_back(std::move(entry));
    }
    // What is wrong; nothing: it would be taken.
    std::optional<setup_error> failure(std::int64_t now = noon) const {
        try {
            check_provisioning_certificate(certificate, trust, now);
        } catch (const setup_error &e) {
            CHECK(e.step() == setup_step::check_trust);
            return e;
        }
        return std::nullopt;
    }

    provisioning_certificate certificate;
    device_trust trust;
};

void check_spoilt(const std::function<void(chain_maker &)> &spoil, setup_errc expected,
                  std::string_view part) {
    const auto e = trust_bench(spoil).failure();
    REQUIRE(e);
    CHECK(e->code() == expected);
    CHECK_MESSAGE(e->text().find(part) != std::string::npos, e->text());
}

} // namespace

TEST_CASE("a good chain below a trusted root would be taken") {
    CHECK(!trust_bench().failure());
}

TEST_CASE("a root may be known by SHA-384") {
    trust_bench b;
    b.trust.hashes[0].algorithm = 3;
    CHECK(b.failure()->code() == setup_errc::root_not_trusted);
    b.trust.hashes[0].hash = sim::sha384_of(b.certificate.chain.back());
    CHECK(!b.failure());
}

TEST_CASE("a root that is not in the list, or inactive in it, is named") {
    trust_bench b;
    b.trust.hashes[0].active = false;
    auto e = b.failure();
    REQUIRE(e);
    CHECK(e->code() == setup_errc::root_inactive);
    CHECK(e->text().find("\"Root\"") != std::string::npos);
    b.trust.hashes[0].hash[0] ^= std::byte{1};
    e = b.failure();
    REQUIRE(e);
    CHECK(e->code() == setup_errc::root_not_trusted);
    CHECK(e->text().find("\"Root\"") != std::string::npos);
    b.trust.hashes.clear();
    CHECK(b.failure()->code() == setup_errc::root_not_trusted);
}

TEST_CASE("a hash that is right under another algorithm's number does not count") {
    trust_bench b;
    b.trust.hashes[0].algorithm = 1;
    CHECK(b.failure()->code() == setup_errc::root_not_trusted);
}

TEST_CASE("a certificate out of date is named, with the day") {
    check_spoilt([](chain_maker &m) { m.leaf.not_after = noon - 1; },
                 setup_errc::certificate_expired, "\"setup.corp.example\" expired on 2026-05-28");
    check_spoilt([](chain_maker &m) { m.middle.not_after = noon - 1; },
                 setup_errc::certificate_expired, "\"Middle\"");
    check_spoilt([](chain_maker &m) { m.root.not_after = noon - 1; },
                 setup_errc::certificate_expired, "\"Root\"");
    check_spoilt([](chain_maker &m) { m.leaf.not_before = noon + 1; },
                 setup_errc::certificate_not_yet_valid, "not valid before 2026-05-28");
    const trust_bench b;
    CHECK(b.failure(noon + 100'001)->code() == setup_errc::certificate_expired);
    CHECK(b.failure(noon - 100'001)->code() == setup_errc::certificate_not_yet_valid);
}

TEST_CASE("SHA-1 is refused below the root, and does not matter in the root") {
    check_spoilt([](chain_maker &m) { m.leaf.with_sha1 = true; }, setup_errc::certificate_weak_hash,
                 "\"setup.corp.example\" is signed with SHA-1");
    check_spoilt([](chain_maker &m) { m.middle.with_sha1 = true; },
                 setup_errc::certificate_weak_hash, "\"Middle\" is signed with SHA-1");
    CHECK(!trust_bench([](chain_maker &m) { m.root.with_sha1 = true; }).failure());
}

TEST_CASE("a certificate for something else is refused") {
    check_spoilt([](chain_maker &m) { m.leaf.extended_usages = {"serverAuth"}; },
                 setup_errc::certificate_wrong_usage, "none for provisioning");
    check_spoilt([](chain_maker &m) { m.leaf.extended_usages = {}; },
                 setup_errc::certificate_wrong_usage, "2.16.840.1.113741.1.2.3");
    check_spoilt([](chain_maker &m) { m.middle.authority = false; },
                 setup_errc::certificate_wrong_usage, "\"Middle\" may not sign others");
    CHECK(!trust_bench([](chain_maker &m) {
               m.leaf.extended_usages = {};
               m.leaf.unit = "Intel(R) Client Setup Certificate";
           }).failure());
    CHECK(!trust_bench([](chain_maker &m) {
               m.leaf.extended_usages = {"serverAuth", sim::provisioning_usage};
           }).failure());
}

TEST_CASE("the domain is the suffix or below it, in the common name or a DNS name") {
    const auto fits = [](std::string name, std::vector<std::string> dns = {}) {
        const trust_bench b([&](chain_maker &m) {
            m.leaf.common_name = name;
            m.leaf.dns_names = dns;
        });
        const auto e = b.failure();
        if (e) {
            CHECK(e->code() == setup_errc::suffix_mismatch);
            CHECK(e->text().find("\"corp.example\"") != std::string::npos);
        }
        return !e;
    };
    CHECK(fits("corp.example"));
    CHECK(fits("*.corp.example"));
    CHECK(fits("Setup.CORP.Example"));
    CHECK(fits("elsewhere.example", {"a.example", "setup.corp.example"}));
    CHECK(!fits("setup.other.example"));
    CHECK(!fits("setup.evilcorp.example"));
    CHECK(!fits("example"));
}

TEST_CASE("a device without a suffix is an error of its own") {
    trust_bench b;
    b.trust.dns_suffix.clear();
    const auto e = b.failure();
    REQUIRE(e);
    CHECK(e->code() == setup_errc::suffix_missing);
    CHECK(e->text().find("DHCP") != std::string::npos);
}

TEST_CASE("a certificate that is its own root is no chain") {
    trust_bench b;
    b.certificate.chain.erase(b.certificate.chain.begin(), b.certificate.chain.begin() + 2);
    CHECK(b.failure()->code() == setup_errc::chain_incomplete);
}
