// SPDX-License-Identifier: Apache-2.0
// One credential in both forms: the bytes of docs/spec/kcm.md 7 and of docs/spec/ccapi.md 8.5.
#include <costrand/ccapi/kcm_credential.hpp>

#include "freed_memory.hpp"
#include "kcm_examples.hpp"

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
namespace examples = costrand::test::kcm_examples;
using test::from_hex;
using test::to_hex;

namespace {

// ccapi.md 8.5, "a cred": the same credential as in kcm.md's STORE.
const std::string ccapi_form =
    "000000020000000c616c69636540412e4f52470000000013"
    "6b72627467742f412e4f524740412e4f52470000000012"
    "0000000411111111000000006553f100000000006553f10000000000"
    "65547da000000000000000000000000040e000000000000000000000000000046102300000"
    "00000000000000"
    "00000000";

// The credential of kcm.md's STORE: behind the header and the name.
std::string kcm_form() {
    return std::string(examples::store.request).substr((4 + 4 + 5) * 2);
}

kcm::credential_view view_of(const std::vector<std::byte> &bytes) {
    const auto view = kcm::decode_credential(bytes);
    REQUIRE(view.has_value());
    return *view;
}

// To the CCAPI's form and back.
std::string there_and_back(const std::string &hex, name_types types) {
    const auto bytes = from_hex(hex);
    const auto stored = kcm::to_ccapi(view_of(bytes)).value();
    REQUIRE(check_credential(stored) == errc::no_error);
    wiped_bytes out;
    kcm::reply_writer w(out);
    kcm::write_credential(w, stored, types);
    return to_hex(w.result());
}

std::string principal(const std::string &type, std::vector<std::string> parts) {
    std::vector<std::byte> out = from_hex(type);
    core::byte_writer w(out);
    w.be(static_cast<std::uint32_t>(parts.size() - 1));
    for (const auto &part : parts) {
        w.be(static_cast<std::uint32_t>(part.size()));
        w.text(part);
    }
    return to_hex(out);
}

// The realm is the first part.
std::string text_of(std::vector<std::string> parts) {
    const auto bytes = from_hex("020000047800" + principal("00000001", std::move(parts)));
    const auto decoded = kcm::decode(bytes);
    REQUIRE(decoded.has_value());
    return kcm::to_text(std::get<kcm::initialize>(*decoded).principal);
}

std::string written(std::string_view text, std::uint32_t type) {
    wiped_bytes out;
    kcm::reply_writer w(out);
    kcm::write_principal(w, text, type);
    return to_hex(w.result());
}

} // namespace

TEST_CASE("a credential stored through KCM has the CCAPI's bytes, and KCM's again") {
    const auto bytes = from_hex(kcm_form());
    CHECK(to_hex(kcm::to_ccapi(view_of(bytes)).value()) == ccapi_form);
    CHECK(there_and_back(kcm_form(), {1, 1}) == kcm_form()); // by rule its server had type 2
}

TEST_CASE("a credential with all that it can have is the same after both ways") {
    const auto times = std::string("80000000") + "00000001" + "ffffffff" + "00000002";
    const auto hex = principal("00000003", {"A.ORG", "a/b", "c@d\\e"}) +
                     principal("0000000a", {"R/@\\", std::string("x\0\t\n\by", 6), ""}) + "ff80" +
                     "00000002"
                     "abcd" +
                     times + "01" + "40e00000" +
                     "00000002"
                     "0002"
                     "00000004"
                     "7f000001"
                     "ffff"
                     "00000000" +
                     "00000001"
                     "8000"
                     "00000003"
                     "010203" +
                     "00000001"
                     "61" +
                     "00000002"
                     "6263";
    CHECK(there_and_back(hex, {3, 10}) == hex);
}

TEST_CASE("a cache's configuration, which is no ticket, is the same after both ways") {
    const auto hex = principal("00000001", {"A.ORG", "alice"}) +
                     principal("00000001", {"X-CACHECONF:", "krb5_ccache_conf_data", "fast_avail",
                                            "krbtgt/A.ORG@A.ORG"}) +
                     "0000"
                     "00000000" +
                     std::string(32, '0') +
                     "00"
                     "00000000"
                     "00000000"
                     "00000000"
                     "00000003796573"
                     "00000000";
    CHECK(there_and_back(hex, {}) == hex);
}

TEST_CASE("text of a principal is quoted so that it is one principal only") {
    CHECK(text_of({"A.ORG", "alice"}) == "alice@A.ORG");
    CHECK(text_of({"A.ORG", "host", "one.a.org"}) == "host/one.a.org@A.ORG");
    CHECK(text_of({"A@B", "x/y", "\\"}) == "x\\/y/\\\\@A\\@B");
    CHECK(text_of({"R", std::string("\0\t\n\b", 4)}) == "\\0\\t\\n\\b@R");
    CHECK(text_of({"", "alice"}) == "alice@");
    CHECK(text_of({"R", ""}) == "@R");
}

TEST_CASE("text that others quoted more than needed, or not at all, is read") {
    CHECK(written("\\a\\l\\i\\c\\e@A.ORG", 1) == principal("00000001", {"A.ORG", "alice"}));
    CHECK(written("a b@A.ORG", 1) == principal("00000001", {"A.ORG", "a b"}));
    CHECK(written("alice", 1) == principal("00000001", {"", "alice"}));
    CHECK(written("a@B/C@D", 1) == principal("00000001", {"B/C@D", "a"}));
    CHECK(written("alice\\", 1) == principal("00000001", {"", "alice\\"}));
    CHECK(written("a/@R", 1) == principal("00000001", {"R", "a", ""}));
}

TEST_CASE("a text without a known name type is a principal, or a service instance of a KDC") {
    CHECK(written("alice@A.ORG", 0) == principal("00000001", {"A.ORG", "alice"}));
    CHECK(written("krbtgt/A.ORG@A.ORG", 0) == principal("00000002", {"A.ORG", "krbtgt", "A.ORG"}));
    CHECK(written("krbtgt/A.ORG@A.ORG", 1) == principal("00000001", {"A.ORG", "krbtgt", "A.ORG"}));
}

TEST_CASE("bug 21: key and ticket bytes are wiped where KCM credentials are converted") {
    const test::freed_memory eye;
    {
        const auto pattern = std::as_bytes(std::span(test::key_pattern));
        credential c;
        c.client = "alice@A.ORG";
        c.server = "krbtgt/A.ORG@A.ORG";
        c.keyblock.bytes = to_wiped(pattern);
        c.ticket.bytes = to_wiped(pattern);
        const auto encoded = encode_credential(c);
        wiped_bytes reply;
        kcm::reply_writer w(reply);
        kcm::write_credential(w, *encoded, {});
        const auto view = kcm::decode_credential(w.result());
        REQUIRE(view.has_value());
        CHECK(kcm::to_ccapi(*view).value() == *encoded);
        w.fail(kcm::status::end);
    }
    CHECK(eye.found() == 0);
}
