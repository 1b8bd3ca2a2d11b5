// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapi/kcm_codec.hpp>

#include "kcm_examples.hpp"

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
namespace examples = costrand::test::kcm_examples;
using kcm::status;
using test::from_hex;
using test::to_hex;

namespace {

using bytes = std::vector<std::byte>;

// A request of the examples without its length, which is checked.
bytes message(const examples::example &of) {
    const auto whole = from_hex(of.request);
    REQUIRE(core::load_be<std::uint32_t>(whole.data()) == whole.size() - 4);
    return {whole.begin() + 4, whole.end()};
}

// The decoded request, which must be of that kind. Its views refer to `from`.
template <typename Request>
Request decode_as(const bytes &from) {
    const auto decoded = kcm::decode(from);
    REQUIRE(decoded.has_value());
    REQUIRE(std::holds_alternative<Request>(*decoded));
    return std::get<Request>(*decoded);
}

// The error that decoding ends with; none if it succeeds.
boost::system::error_code failure_of(const bytes &from) {
    const auto decoded = kcm::decode(from);
    return decoded ? boost::system::error_code() : decoded.error();
}

boost::system::error_code failure_of(const std::string &hex) {
    return failure_of(from_hex(hex));
}

std::vector<std::string> components_of(const kcm::principal_view &principal) {
    std::vector<std::string> list;
    kcm::for_each_component(principal, [&list](std::string_view c) { list.emplace_back(c); });
    return list;
}

const examples::example *const all_examples[] = {&examples::get_default_cache,
                                                 &examples::get_principal,
                                                 &examples::initialize,
                                                 &examples::store,
                                                 &examples::get_cred_list,
                                                 &examples::get_cred_uuid_list,
                                                 &examples::retrieve,
                                                 &examples::remove_cred,
                                                 &examples::get_cred_by_uuid_gone,
                                                 &examples::replace,
                                                 &examples::gen_new,
                                                 &examples::move_cache,
                                                 &examples::set_kdc_offset};

std::string name_of_1000() {
    return "3130303000";
}

} // namespace

TEST_CASE("requests with a name only are decoded to that name") {
    const auto principal = message(examples::get_principal);
    CHECK(decode_as<kcm::get_principal>(principal).name == "1000");
    const auto uuids = message(examples::get_cred_uuid_list);
    CHECK(decode_as<kcm::get_cred_uuid_list>(uuids).name == "1000");
    const auto list = message(examples::get_cred_list);
    CHECK(decode_as<kcm::get_cred_list>(list).name == "1000");
    const auto of = [](const std::string &op) { return from_hex("0200" + op + name_of_1000()); };
    CHECK(decode_as<kcm::get_name>(of("0001")).name.size() == 4);
    CHECK(decode_as<kcm::resolve>(of("0002")).name.size() == 4);
    CHECK(decode_as<kcm::destroy>(of("0005")).name.size() == 4);
    CHECK(decode_as<kcm::set_default_cache>(of("0015")).name.size() == 4);
    CHECK(decode_as<kcm::get_kdc_offset>(of("0016")).name.size() == 4);
}

TEST_CASE("requests without arguments are decoded") {
    const auto of = [](const char *op) { return from_hex(std::string("0200") + op); };
    decode_as<kcm::noop>(of("0000"));
    decode_as<kcm::gen_new>(of("0003"));
    decode_as<kcm::get_cache_uuid_list>(of("0012"));
    decode_as<kcm::get_default_cache>(of("0014"));
}

TEST_CASE("an initialisation has a name and a principal") {
    const auto bytes_of = message(examples::initialize);
    const auto q = decode_as<kcm::initialize>(bytes_of);
    CHECK(q.name == "1000");
    CHECK(q.principal.type == 1);
    CHECK(q.principal.realm == "A.ORG");
    CHECK(components_of(q.principal) == std::vector<std::string>{"alice"});
}

TEST_CASE("a stored credential is decoded field by field") {
    const auto bytes_of = message(examples::store);
    const auto q = decode_as<kcm::store>(bytes_of);
    const auto &c = q.credential;
    CHECK(q.name == "1000");
    CHECK(components_of(c.client) == std::vector<std::string>{"alice"});
    CHECK(c.server.type == 1);
    CHECK(components_of(c.server) == std::vector<std::string>{"krbtgt", "A.ORG"});
    CHECK(c.enctype == 18);
    CHECK(to_hex(c.key) == "11111111");
    CHECK(c.times == kcm::ticket_times{1700000000, 1700000000, 1700036000, 0});
    CHECK(c.is_skey == 0);
    CHECK(c.flags == 0x40e00000);
    CHECK(c.addresses.count == 0);
    CHECK(c.authdata.count == 0);
    CHECK(to_hex(c.ticket) == "61023000");
    CHECK(c.second_ticket.empty());
}

TEST_CASE("types of keys, addresses and authorisation data are sign-extended") {
    const std::string principal = "00000001 00000000 00000000";
    const auto credential =
        from_hex(principal + principal +
                 "ff80 00000000 00000000000000000000000000000000 01 00000000 00000001 fffe "
                 "00000002 0a0b 00000002 0001 00000000 8000 00000001 ff 00000000 00000000");
    const auto c = kcm::decode_credential(credential);
    REQUIRE(c.has_value());
    CHECK(c->enctype == -128);
    CHECK(c->is_skey == 1);
    std::vector<std::int32_t> types;
    std::string data;
    const auto take = [&types, &data](std::int32_t type, core::const_bytes d) {
        types.push_back(type);
        data += to_hex(d) + ";";
    };
    kcm::for_each_item(c->addresses, take);
    kcm::for_each_item(c->authdata, take);
    CHECK(types == std::vector<std::int32_t>{-2, 1, -32768});
    CHECK(data == "0a0b;;ff;");
}

TEST_CASE("a matching credential has the fields that its header names, and no others") {
    const auto bytes_of = message(examples::retrieve);
    const auto q = decode_as<kcm::retrieve>(bytes_of);
    CHECK(q.name == "1000");
    CHECK(q.flags == 1);
    REQUIRE(q.wanted.client);
    REQUIRE(q.wanted.server);
    CHECK(components_of(*q.wanted.server) == std::vector<std::string>{"krbtgt", "A.ORG"});

    const auto remove_bytes = message(examples::remove_cred);
    const auto remove = decode_as<kcm::remove_cred>(remove_bytes);
    CHECK_FALSE(remove.wanted.client);
    REQUIRE(remove.wanted.server);
    CHECK(remove.wanted.server->type == 3);
    CHECK(components_of(*remove.wanted.server) == std::vector<std::string>{"host", "one"});

    const auto all = from_hex("02000007" + name_of_1000() +
                              "40000000 0000007c 0017 00000001 aa" // session key
                              "00000001 00000002 00000003 00000004 01 40000000 00000001 0002 "
                              "00000004 7f000001"           // addresses
                              "00000001 0001 00000001 bb"   // authdata
                              "00000001 cc 00000002 ddee"); // tickets
    const auto wanted = decode_as<kcm::retrieve>(all).wanted;
    CHECK_FALSE(wanted.client);
    CHECK_FALSE(wanted.server);
    CHECK(wanted.enctype == 23);
    CHECK(wanted.times == kcm::ticket_times{1, 2, 3, 4});
    CHECK(wanted.flags == 0x40000000);
    CHECK(to_hex(wanted.authdata.items) == "000100000001bb");
    CHECK(to_hex(wanted.second_ticket) == "ddee");
}

TEST_CASE("identifiers, offsets and two names are decoded") {
    const auto by_uuid_bytes = message(examples::get_cred_by_uuid_gone);
    const auto by_uuid = decode_as<kcm::get_cred_by_uuid>(by_uuid_bytes);
    CHECK(to_hex(by_uuid.id.bytes) == "be4890a0a78ee6e86da8d24613150029");
    const auto move_bytes = message(examples::move_cache);
    const auto move = decode_as<kcm::move_cache>(move_bytes);
    CHECK(move.from == "1000:2");
    CHECK(move.to == "1000:1");
    const auto offset_bytes = message(examples::set_kdc_offset);
    CHECK(decode_as<kcm::set_kdc_offset>(offset_bytes).offset == -5);
    const auto flags = from_hex("0200000c" + name_of_1000() + "00000010");
    CHECK(decode_as<kcm::set_flags>(flags).flags == 16);
    const auto cache = from_hex("02000013be4890a0a78ee6e86da8d24613150029");
    CHECK(decode_as<kcm::get_cache_by_uuid>(cache).id == by_uuid.id);
}

TEST_CASE("a replacement has an offset, a principal and a list of credentials") {
    const auto bytes_of = message(examples::replace);
    const auto q = decode_as<kcm::replace>(bytes_of);
    CHECK(q.name == "1000");
    CHECK(q.offset == 0);
    CHECK(q.principal.realm == "A.ORG");
    CHECK(q.count == 1);
    std::string tickets;
    kcm::for_each_credential(
        q, [&tickets](const kcm::credential_view &c) { tickets += to_hex(c.ticket) + ";"; });
    CHECK(tickets == "61023000;");
}

TEST_CASE("a request that is cut at any byte is refused") {
    for (const auto *example : all_examples) {
        const auto whole = message(*example);
        REQUIRE_FALSE(failure_of(whole));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const auto why = failure_of(cut);
            if (size < 4)
                CHECK(why == core::errc::malformed); // no request at all: the connection ends
            else
                CHECK((why == status::format || why == status::cc_io));
        }
    }
}

TEST_CASE("bytes behind the arguments are ignored") {
    for (const auto *example : all_examples) {
        auto longer = message(*example);
        longer.insert(longer.end(), 3, std::byte{0xff});
        CHECK_FALSE(failure_of(longer));
    }
}

TEST_CASE("a cut identifier is KRB5_CC_IO, other malformed arguments KRB5_CC_FORMAT") {
    CHECK(failure_of("0200000a" + name_of_1000() + "be4890a0a78ee6e86da8d246131500") ==
          status::cc_io);
    CHECK(failure_of("02000013be48") == status::cc_io);
    CHECK(failure_of("0200000831303030") == status::format); // no NUL
    // Not one of the codes that MIT takes for "not supported" and falls back on.
    for (const char *op : {"0007", "32c9", "32ca"})
        CHECK(failure_of(std::string("0200") + op + "31303030") == status::format);
}

TEST_CASE("lengths and counts that the bytes left cannot hold are refused without reading on") {
    // Each u32 of the longest example becomes a number near 2^32.
    for (const auto *example : {&examples::store, &examples::replace, &examples::retrieve}) {
        const auto whole = message(*example);
        for (const std::uint32_t huge : {0xffffffffU, 0xfffffffcU, 0x80000000U, 0x7fffffffU})
            for (std::size_t at = 4; at + 4 <= whole.size(); ++at) {
                auto changed = whole;
                core::store_be(changed.data() + at, huge);
                (void)failure_of(changed); // must end, and stay within the message
            }
    }
    const std::string head = "02000004" + name_of_1000();
    CHECK(failure_of(head + "00000001 ffffffff 00000000") == status::format);
    CHECK(failure_of(head + "00000001 00000000 ffffffff") == status::format);
    CHECK(failure_of(head + "00000001 00000002 00000000 00000000") == status::format);
    CHECK(failure_of(head + "00000001 00000001 00000000 fffffffc") == status::format);
    const std::string replace = "020032ca" + name_of_1000() + "00000000 00000001 00000000 00000000";
    CHECK_FALSE(failure_of(replace + "00000000"));
    CHECK(failure_of(replace + "ffffffff") == status::format);
    CHECK(failure_of(replace + "00000001 00000000") == status::format); // an empty credential
    CHECK(failure_of(replace + "00000002 00000000") == status::format);
}

TEST_CASE("random damage to a request never leads outside of it") {
    std::mt19937 random(7);
    for (const auto *example : all_examples) {
        const auto whole = message(*example);
        for (int round = 0; round < 2000; ++round) {
            auto damaged = whole;
            for (auto n = random() % 4 + 1; n > 0; --n)
                damaged[random() % damaged.size()] = static_cast<std::byte>(random() & 0xff);
            damaged.resize(random() % (damaged.size() + 1));
            const auto decoded = kcm::decode(damaged);
            if (decoded && std::holds_alternative<kcm::replace>(*decoded))
                kcm::for_each_credential(std::get<kcm::replace>(*decoded),
                                         [](const kcm::credential_view &c) {
                                             kcm::for_each_item(c.addresses, [](auto, auto) {});
                                         });
        }
    }
}

TEST_CASE("another version of the protocol is KRB5_CC_IO") {
    CHECK(failure_of("01000014") == status::cc_io);
    CHECK(failure_of("03000014") == status::cc_io);
    CHECK(failure_of("02010014") == status::cc_io);
}

TEST_CASE("what this server does not do is refused, and what is no operation is told as such") {
    for (const char *op : {"000d", "000e", "000f", "0010", "0018", "0019", "001a", "001b", "001c"})
        CHECK(failure_of(std::string("0200") + op) == status::no_support);
    for (const char *op : {"001d", "32c8", "32cb", "ffff"})
        CHECK(failure_of(std::string("0200") + op) == status::internal);
}

TEST_CASE("replies have outer code 0, the status, and a result on success only") {
    wiped_bytes good, bad;
    {
        kcm::reply_writer w(good), failed(bad);
        w.name("1000");
        failed.name("1000");
        failed.fail(status::no_file);
    }
    CHECK("00000009" + to_hex(good) == examples::get_default_cache.reply);
    CHECK("00000004" + to_hex(bad) == examples::get_principal_missing.reply);
}

TEST_CASE("each status has the published number") {
    CHECK(static_cast<std::uint32_t>(status::bad_name) == 0x96c73a8b);
    CHECK(static_cast<std::uint32_t>(status::not_found) == 0x96c73a8d);
    CHECK(static_cast<std::uint32_t>(status::end) == 0x96c73a8e);
    CHECK(static_cast<std::uint32_t>(status::cc_io) == 0x96c73ac1);
    CHECK(static_cast<std::uint32_t>(status::no_file) == 0x96c73ac3);
    CHECK(static_cast<std::uint32_t>(status::internal) == 0x96c73ac4);
    CHECK(static_cast<std::uint32_t>(status::no_memory) == 0x96c73ac6);
    CHECK(static_cast<std::uint32_t>(status::format) == 0x96c73ac7);
    CHECK(static_cast<std::uint32_t>(status::no_support) == 0x96c73af7);
}

namespace {

// A stored credential and a wish, each changed by a test a little.
struct pair_to_match {
    bytes message_of = message(examples::store);
    kcm::credential_view stored = decode_as<kcm::store>(message_of).credential;
    kcm::match_view wanted;

    bool matches(std::uint32_t flags) const { return kcm::matches(wanted, flags, stored); }
};

// The view of one principal in the KCM form.
struct one_principal {
    explicit one_principal(const std::string &hex) : message_of(from_hex("02000004 7800" + hex)) {}
    bytes message_of;
    kcm::principal_view view = decode_as<kcm::initialize>(message_of).principal;
};

const char *const krbtgt_a =
    "0000000a 00000002 00000005412e4f5247 000000066b7262746774 00000005412e4f5247";
const char *const krbtgt_a_of_b =
    "00000002 00000002 00000005422e4f5247 000000066b7262746774 00000005412e4f5247";
const char *const krbtgt_b =
    "00000002 00000002 00000005412e4f5247 000000066b7262746774 00000005422e4f5247";
const char *const bob = "00000001 00000001 00000005412e4f5247 00000003626f62";
const char *const alice_of_b = "00000001 00000001 00000005422e4f5247 00000005616c696365";

} // namespace

TEST_CASE("without principals and flags every credential matches") {
    const pair_to_match p;
    CHECK(p.matches(0));
    CHECK(p.matches(1)); // GC_CACHED
}

TEST_CASE("the server must be the same, its name type does not count, its realm may be left out") {
    pair_to_match p;
    const one_principal same(krbtgt_a), realm(krbtgt_a_of_b), other(krbtgt_b);
    p.wanted.server = same.view;
    CHECK(p.matches(0));
    p.wanted.server = realm.view;
    CHECK_FALSE(p.matches(0));
    CHECK(p.matches(kcm::match::without_realm));
    CHECK(p.matches(kcm::match::server_name_only));
    p.wanted.server = other.view;
    CHECK_FALSE(p.matches(0));
    CHECK_FALSE(p.matches(kcm::match::without_realm));
    CHECK_FALSE(p.matches(kcm::match::server_name_only));
}

TEST_CASE("the client must be the same, its realm is left out only for both") {
    pair_to_match p;
    const one_principal other(bob), realm(alice_of_b);
    p.wanted.client = other.view;
    CHECK_FALSE(p.matches(0));
    p.wanted.client = realm.view;
    CHECK_FALSE(p.matches(0));
    CHECK_FALSE(p.matches(kcm::match::server_name_only));
    CHECK(p.matches(kcm::match::without_realm));
}

TEST_CASE("key type, flags and times count only where they are asked for") {
    pair_to_match p;
    p.wanted.enctype = 17;
    p.wanted.flags = 0x00800000; // renewable: the stored one has 0x40e00000
    p.wanted.times = {1, 1, 1700036000, 0};
    CHECK(p.matches(0));
    CHECK_FALSE(p.matches(kcm::match::keytype));
    p.wanted.enctype = 18;
    CHECK(p.matches(kcm::match::keytype));
    CHECK(p.matches(kcm::match::flags));
    CHECK_FALSE(p.matches(kcm::match::flags_exact));
    p.wanted.flags = 0x08000000;
    CHECK_FALSE(p.matches(kcm::match::flags));
    p.wanted.flags = 0x40e00000;
    CHECK(p.matches(kcm::match::flags_exact));
    CHECK(p.matches(kcm::match::times));
    CHECK_FALSE(p.matches(kcm::match::times_exact));
    p.wanted.times.endtime = 1700036001;
    CHECK_FALSE(p.matches(kcm::match::times));
    p.wanted.times = {0, 0, 0, 1};
    CHECK_FALSE(p.matches(kcm::match::times)); // renewable for longer than the stored one
    p.wanted.times = p.stored.times;
    CHECK(p.matches(kcm::match::times_exact));
}

TEST_CASE("authorisation data and second tickets count only where they are asked for") {
    pair_to_match p;
    const auto item = from_hex("000100000001bb"), other = from_hex("000100000001bc"),
               ticket = from_hex("aa"), other_ticket = from_hex("ab");
    p.wanted.authdata = {1, item};
    p.wanted.second_ticket = ticket;
    CHECK(p.matches(0));
    for (const auto flag : {kcm::match::authdata, kcm::match::second_ticket, kcm::match::is_skey})
        CHECK_FALSE(p.matches(flag));
    p.stored.authdata = {1, other};
    p.stored.second_ticket = other_ticket;
    CHECK_FALSE(p.matches(kcm::match::authdata));
    CHECK_FALSE(p.matches(kcm::match::second_ticket));
    CHECK(p.matches(kcm::match::is_skey)); // both have one
    p.stored.authdata = {1, item};
    p.stored.second_ticket = ticket;
    CHECK(p.matches(kcm::match::authdata | kcm::match::second_ticket));
}
