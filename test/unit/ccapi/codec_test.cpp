// SPDX-License-Identifier: Apache-2.0
#include "examples.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/core/endian.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

std::string hex(std::string_view text) {
    return to_hex(from_hex(text));
}

bool is_malformed(core::const_bytes payload) {
    const auto r = decode_request(payload);
    return !r && r.error() == errc::bad_internal_message;
}

// Every message number of 8.4 with its fields, the optional ones filled.
std::vector<std::vector<std::byte>> one_of_each() {
    std::vector<std::vector<std::byte>> out;
    const auto credential = encode_credential(example_credential());
    for (std::uint32_t number = 0; number < 64; ++number) {
        const auto *row = find_row(number);
        if (!row)
            continue;
        request r;
        r.what = row->what;
        r.target = example_id();
        r.name = "tmp";
        r.principal = "alice@A.ORG";
        r.time = 7;
        r.credential = *credential;
        r.other = example_id();
        const auto bytes = encode_request(r);
        out.emplace_back(bytes->begin(), bytes->end());
    }
    return out;
}

// Where the length fields of the example credential are: client, server, key, ticket, 2nd ticket.
constexpr std::size_t credential_lengths[] = {4, 20, 0x2f, 0x67, 0x73};
// And the counts of addresses and authdata.
constexpr std::size_t credential_counts[] = {0x5f, 0x77};

errc check_with(std::vector<std::byte> bytes, std::size_t at, std::uint32_t value) {
    core::store_be(bytes.data() + at, value);
    return check_credential(bytes);
}

} // namespace

TEST_CASE("the sync request of the specification, byte for byte") {
    const request r;
    CHECK(to_hex(*encode_request(r)) == hex(sync_request_hex));
    const auto bytes = from_hex(sync_request_hex);
    const auto back = decode_request(bytes);
    REQUIRE(back.has_value());
    CHECK(back->what == message_id::context_sync);
    CHECK(back->target == identifier_view{needs_sync, needs_sync});
}

TEST_CASE("the sync reply of the specification, byte for byte") {
    reply r;
    r.id = example_id();
    CHECK(to_hex(encode_reply(message_id::context_sync, r)) == hex(sync_reply_hex));
    const auto bytes = from_hex(sync_reply_hex);
    const auto back = decode_reply(message_id::context_sync, bytes);
    REQUIRE(back.has_value());
    CHECK(back->error == errc::no_error);
    CHECK(back->id == example_id());
}

TEST_CASE("the create_ccache request of the specification, byte for byte") {
    request r;
    r.what = message_id::context_create_ccache;
    r.target = example_id();
    r.name = "tmp";
    r.principal = "alice@A.ORG";
    CHECK(to_hex(*encode_request(r)) == hex(create_request_hex));
    const auto bytes = from_hex(create_request_hex);
    const auto back = decode_request(bytes);
    REQUIRE(back.has_value());
    CHECK(back->what == message_id::context_create_ccache);
    CHECK(back->target == example_id());
    CHECK(back->name == "tmp");
    CHECK(back->version == credentials_v5);
    CHECK(back->principal == "alice@A.ORG");
}

TEST_CASE("the context lock request of the specification, byte for byte") {
    request r;
    r.what = message_id::context_lock;
    r.target = example_id();
    r.lock = static_cast<std::uint32_t>(lock_type::write);
    r.mode = static_cast<std::uint32_t>(lock_mode::block);
    CHECK(to_hex(*encode_request(r)) == hex(lock_request_hex));
    const auto bytes = from_hex(lock_request_hex);
    const auto back = decode_request(bytes);
    REQUIRE(back.has_value());
    CHECK(back->lock == 1);
    CHECK(back->mode == 1);
    CHECK(to_hex(encode_reply(message_id::context_lock, reply())) == "00000000");
}

TEST_CASE("an error reply is the code alone") {
    CHECK(to_hex(encode_error(errc::ccache_not_found)) == "000000dd");
    const auto bytes = from_hex("000000dd");
    const auto back = decode_reply(message_id::context_open_ccache, bytes);
    REQUIRE(back.has_value());
    CHECK(back->error == errc::ccache_not_found);
}

TEST_CASE("the credential of the specification, byte for byte") {
    CHECK(to_hex(*encode_credential(example_credential())) == hex(credential_hex));
    const auto bytes = from_hex(credential_hex);
    CHECK(check_credential(bytes) == errc::no_error);
    const auto back = decode_credential(bytes);
    REQUIRE(back.has_value());
    CHECK(*back == example_credential());
}

TEST_CASE("a credential with addresses, authorization data and a second ticket reads back") {
    credential c = example_credential();
    c.addresses = {{2, to_wiped(from_hex("7f000001"))}, {24, to_wiped(from_hex("00"))}};
    c.second_ticket = {0, to_wiped(from_hex("6103020105"))};
    c.authdata = {{1, {}}};
    c.is_skey = 1;
    c.renew_till = 0xffffffff;
    const auto bytes = encode_credential(c);
    REQUIRE(bytes.has_value());
    const auto back = decode_credential(*bytes);
    REQUIRE(back.has_value());
    CHECK(*back == c);
}

TEST_CASE("a configuration entry, with no key, no times and a ticket that is none, is kept") {
    credential c;
    c.client = "alice@A.ORG";
    c.server = "krb5_ccache_conf_data/start_realm@X-CACHECONF:";
    c.ticket = {0, to_wiped(core::as_bytes("A.ORG"))};
    const auto bytes = encode_credential(c);
    const auto back = decode_credential(*bytes);
    REQUIRE(back.has_value());
    CHECK(*back == c);
}

TEST_CASE("each message of the table reads back with all its fields") {
    std::size_t seen = 0;
    for (const auto &bytes : one_of_each()) {
        const auto r = decode_request(bytes);
        REQUIRE(r.has_value());
        const auto again = encode_request(*r);
        CHECK(to_hex(*again) == to_hex(bytes));
        ++seen;
    }
    CHECK(seen == 37); // 1-13, 16-33, 36-38, 41-43
}

TEST_CASE("a request cut at any byte, or with a byte behind it, is malformed") {
    for (const auto &bytes : one_of_each()) {
        const bool ends_in_credential =
            decode_request(bytes)->what == message_id::ccache_store_credentials;
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            const core::const_bytes cut(bytes.data(), n);
            const auto r = decode_request(cut);
            if (r && ends_in_credential)
                CHECK(check_credential(r->credential) == errc::bad_internal_message);
            else
                CHECK(is_malformed(cut));
        }
        auto longer = bytes;
        longer.push_back(std::byte{0});
        if (ends_in_credential)
            CHECK(check_credential(decode_request(longer)->credential) ==
                  errc::bad_internal_message);
        else
            CHECK(is_malformed(longer));
    }
}

TEST_CASE("a credential cut at any byte is malformed") {
    const auto bytes = from_hex(credential_hex);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const core::const_bytes cut(bytes.data(), n);
        CHECK(check_credential(cut) == errc::bad_internal_message);
        CHECK(decode_credential(cut).error() == errc::bad_internal_message);
    }
}

TEST_CASE("lengths off by one or near 2^32 in a credential are malformed") {
    const auto bytes = from_hex(credential_hex);
    for (const std::size_t at : credential_lengths) {
        const auto right = core::load_be<std::uint32_t>(bytes.data() + at);
        CHECK(check_with(bytes, at, right) == errc::no_error);
        for (const std::uint32_t wrong :
             {right + 1, right - 1, 0xffffffffU, 0xfffffffeU, 0xfffffff8U, 0x80000000U})
            CHECK(check_with(bytes, at, wrong) == errc::bad_internal_message);
    }
}

TEST_CASE("bug 9: a count whose successor overflows 32 bits is malformed") {
    const auto bytes = from_hex(credential_hex);
    for (const std::size_t at : credential_counts)
        for (const std::uint32_t wrong : {1U, 0xffffffffU, 0xfffffffeU, 0x20000000U, 0x1fffffffU})
            CHECK(check_with(bytes, at, wrong) == errc::bad_internal_message);
}

TEST_CASE("bug 9: a length beyond the message is refused before anything is allocated") {
    // A name of 4 GiB, announced in a message of 86 bytes.
    auto bytes = from_hex(std::string("00000006") + std::string(example_id_hex) + "ffffffff6100");
    CHECK(is_malformed(bytes));
}

TEST_CASE("bug 9: a string without its NUL, with one inside or of no length is malformed") {
    const std::string head = std::string("00000006") + std::string(example_id_hex);
    CHECK(decode_request(from_hex(head + "00000002 61 00")).has_value());
    CHECK(is_malformed(from_hex(head + "00000002 61 61")));
    CHECK(is_malformed(from_hex(head + "00000003 61 00 00")));
    CHECK(is_malformed(from_hex(head + "00000003 00 61 00")));
    CHECK(is_malformed(from_hex(head + "00000000")));
    const auto empty = from_hex(head + "00000001 00");
    const auto r = decode_request(empty);
    REQUIRE(r.has_value());
    CHECK(r->name.empty());
}

TEST_CASE("numbers that are range marks, or no message, are malformed") {
    for (const std::uint32_t number :
         {0U, 14U, 15U, 34U, 35U, 39U, 40U, 44U, 45U, 46U, 255U, 0x80000000U, 0xffffffffU}) {
        auto bytes = from_hex(sync_request_hex);
        core::store_be(bytes.data(), number);
        CHECK(find_row(number) == nullptr);
        CHECK(is_malformed(bytes));
    }
}

TEST_CASE("a time outside 32 bits is malformed") {
    const std::string head = std::string("00000004") + std::string(example_id_hex);
    CHECK(decode_request(from_hex(head + "00000000 ffffffff")).has_value());
    CHECK(is_malformed(from_hex(head + "00000001 00000000")));
    CHECK(is_malformed(from_hex(head + "ffffffff ffffffff")));
}

TEST_CASE("a request of more than 16 MiB is malformed") {
    std::vector<std::byte> bytes(max_payload + 1);
    CHECK(is_malformed(bytes));
}

TEST_CASE("bug 10: a raw errno value in a reply is not passed on") {
    for (const char *raw : {"00000016", "0000000c", "00000001", "ffffffff", "000000c8", "000000e6"})
        CHECK(decode_reply(message_id::ccache_destroy, from_hex(raw)).error() ==
              errc::bad_internal_message);
}

TEST_CASE("bug 10: a NUL inside a principal of a credential cannot be encoded: bad parameter") {
    credential c = example_credential();
    c.client = std::string("a\0b", 3);
    CHECK(encode_credential(c).error() == errc::bad_param);
    request r;
    r.what = message_id::context_open_ccache;
    r.name = std::string_view("a\0b", 3);
    CHECK(encode_request(r).error() == errc::bad_param);
}

TEST_CASE("a credential of another version says so, whatever follows") {
    for (const char *version : {"00000001", "00000003", "00000000", "ffffffff"}) {
        CHECK(check_credential(from_hex(version)) == errc::bad_credentials_version);
        CHECK(decode_credential(from_hex(version)).error() == errc::bad_credentials_version);
    }
}

TEST_CASE("a message of another server life is answered by its range") {
    for (std::uint32_t number = 0; number < 50; ++number) {
        const errc e = stale_error(number);
        if (number >= 1 && number <= 13)
            CHECK(to_wire(e) == 204);
        else if (number >= 16 && number <= 33)
            CHECK(to_wire(e) == 205);
        else if (number >= 36 && number <= 38)
            CHECK(to_wire(e) == 208);
        else if (number >= 41 && number <= 43)
            CHECK(to_wire(e) == 209);
        else
            CHECK(to_wire(e) == 227);
    }
}

TEST_CASE("a reply cut at any byte is malformed") {
    const auto bytes = from_hex(sync_reply_hex);
    for (std::size_t n = 0; n < bytes.size(); ++n)
        CHECK(decode_reply(message_id::context_sync, {bytes.data(), n}).error() ==
              errc::bad_internal_message);
}
