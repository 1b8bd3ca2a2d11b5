// SPDX-License-Identifier: Apache-2.0
// Reading PFX files: what is taken, in which order it comes out, and what each broken one is.
#include <costrand/wsman/provisioning_certificate.hpp>

#include "pfx_maker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;

namespace {

provisioning_certificate read(const std::vector<std::byte> &pfx,
                              std::string_view password = pfx_password) {
    return read_pfx(pfx, core::secret(password));
}

// The error that reading ends with; nothing: it can be read.
std::optional<setup_error> failure(const std::vector<std::byte> &pfx,
                                   std::string_view password = pfx_password) {
    try {
        (void)read(pfx, password);
    } catch (const setup_error &e) {
        CHECK(e.step() == setup_step::read_certificate);
        return e;
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("a PFX gives its key and its chain, leaf first, the root last") {
    const auto who = chain_maker().make();
    const auto in = read(make_pfx(content_of(who)));
    CHECK(in.chain == who.chain);
    const std::string text = "any bytes";
    const auto signature = sign(in, core::as_bytes(text));
    CHECK(sim::is_signature_sha256(who.chain[0], core::as_bytes(text), signature));
}

TEST_CASE("the order of the certificates in a PFX does not matter") {
    const auto who = chain_maker().make();
    auto content = content_of(who);
    content.names_leaf = false;
    std::ranges::sort(content.certificates);
    do {
        CHECK(read(make_pfx(content)).chain == who.chain);
    } while (std::ranges::next_permutation(content.certificates).found);
}

TEST_CASE("certificates that are not of the chain are left out") {
    const auto who = chain_maker().make();
    auto content = content_of(who);
    content.certificates.push_back(
        sim::make_root(named("Stranger", true), sim::generated_keys()->next_key()).chain[0]);
    CHECK(read(make_pfx(content)).chain == who.chain);
}

TEST_CASE("a PFX with the ciphers of old Windows can be read") {
    auto content = content_of(chain_maker().make());
    content.old_ciphers = true;
    CHECK(read(make_pfx(content)).chain == content.certificates);
}

TEST_CASE("a PFX without a password, and one whose password is not ASCII, can be read") {
    const auto content = content_of(chain_maker().make());
    CHECK(read(make_pfx(content, ""), "").chain.size() == 3);
    CHECK(read(make_pfx(content, "P\xc3\xa4ss"), "P\xc3\xa4ss").chain.size() == 3);
}

TEST_CASE("a wrong password of a PFX is told apart from a missing one") {
    auto content = content_of(chain_maker().make());
    const auto wrong = failure(make_pfx(content), "another");
    REQUIRE(wrong);
    CHECK(wrong->code() == setup_errc::pfx_wrong_password);
    CHECK(wrong->text() == "the provisioning certificate: its password is wrong");
    const auto none = failure(make_pfx(content), "");
    REQUIRE(none);
    CHECK(none->code() == setup_errc::pfx_wrong_password);
    CHECK(none->text() == "the provisioning certificate: it has a password, and none was given");
}

TEST_CASE("a PFX without an integrity check is not believed") {
    auto content = content_of(chain_maker().make());
    content.sealed = false;
    const auto e = failure(make_pfx(content));
    REQUIRE(e);
    CHECK(e->code() == setup_errc::pfx_malformed);
    CHECK(e->text().find("integrity check") != std::string::npos);
}

TEST_CASE("a PFX without a key, without a certificate, or with another's key is named so") {
    const auto who = chain_maker().make();
    auto content = content_of(who);
    content.key = core::secret();
    CHECK(failure(make_pfx(content))->code() == setup_errc::pfx_no_key);
    content = content_of(who);
    content.certificates.clear();
    CHECK(failure(make_pfx(content))->code() == setup_errc::pfx_no_certificate);
    content = content_of(who);
    content.certificates.erase(content.certificates.begin());
    content.names_leaf = false;
    CHECK(failure(make_pfx(content))->code() == setup_errc::pfx_key_without_certificate);
}

TEST_CASE("a chain that lacks one is incomplete, and the missing one is named") {
    const auto who = chain_maker().make();
    auto content = content_of(who);
    content.certificates.pop_back();
    const auto rootless = failure(make_pfx(content));
    REQUIRE(rootless);
    CHECK(rootless->code() == setup_errc::chain_incomplete);
    CHECK(
        rootless->text().find("nothing in the file signed \"Middle\", whose issuer is \"Root\"") !=
        std::string::npos);
    content = content_of(who);
    content.certificates.erase(content.certificates.begin() + 1);
    const auto gap = failure(make_pfx(content));
    REQUIRE(gap);
    CHECK(gap->code() == setup_errc::chain_incomplete);
    CHECK(gap->text().find("\"setup.corp.example\", whose issuer is \"Middle\"") !=
          std::string::npos);
}

TEST_CASE("an issuer of the right name and another key is none") {
    chain_maker maker;
    const auto who = maker.make();
    auto content = content_of(who);
    content.certificates[1] = sim::make_root(maker.middle, maker.keys->next_key()).chain[0];
    CHECK(failure(make_pfx(content))->code() == setup_errc::chain_incomplete);
}

TEST_CASE("bytes that are no PFX are refused, cut at every place") {
    CHECK(failure({})->code() == setup_errc::pfx_malformed);
    CHECK(failure(std::vector<std::byte>(100, std::byte{0x30}))->code() ==
          setup_errc::pfx_malformed);
    const auto whole = make_pfx(content_of(chain_maker().make()));
    for (std::size_t n = 0; n < whole.size(); n += 7)
        CHECK(failure({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)}));
}

TEST_CASE("a PFX with a changed byte gives an error, or what it held") {
    const auto who = chain_maker().make();
    const auto whole = make_pfx(content_of(who));
    for (std::size_t n = 0; n < whole.size(); n += 31) {
        auto changed = whole;
        changed[n] ^= std::byte{0x55};
        std::optional<provisioning_certificate> got;
        try {
            got = read(changed);
        } catch (const setup_error &) {
            continue;
        }
        CHECK(got->chain == who.chain);
    }
}

TEST_CASE("a control character of a certificate's name does not reach an error text") {
    chain_maker maker;
    maker.middle.common_name = "Mid\x1b[31mdle";
    auto content = content_of(maker.make());
    content.certificates.pop_back();
    const auto e = failure(make_pfx(content));
    REQUIRE(e);
    CHECK(e->text().find('\x1b') == std::string::npos);
    CHECK(e->text().find("Mid?[31mdle") != std::string::npos);
}
