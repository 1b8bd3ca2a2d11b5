// SPDX-License-Identifier: Apache-2.0
// The byte images are the examples of the AMT host interface description, with made-up values.
#include <costrand/transports/amthi_messages.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::heci;
using test::from_hex;
using test::to_hex;

namespace {

const char *const versions_reply = "0101 0000 1a00 8004 cd00 0000 0000 0000"
                                   "5445 5354 4249 4f53 2e31 2e30 3200 0000"
                                   "0000 0000 0000 0000 0000 0000 0000 0000"
                                   "0000 0000 0000 0000 0000 0000 0000 0000"
                                   "0000 0000 0000 0000 0000 0000 0000 0000"
                                   "0003 0000 0003 0041 4d54 0000 0000 0000"
                                   "0000 0000 0000 0000 0000 0007 0031 382e"
                                   "302e 3130 0000 0000 0000 0000 0000 0000"
                                   "0003 0053 6b75 0000 0000 0000 0000 0000"
                                   "0000 0000 0000 0005 0031 3633 3932 0000"
                                   "0000 0000 0000 0000 0000 0000 000c 0042"
                                   "7569 6c64 204e 756d 6265 7200 0000 0000"
                                   "0000 0004 0032 3238 3500 0000 0000 0000"
                                   "0000 0000 0000 0000 00";
const char *const uuid_reply = "0101 0000 5c00 8004 1400 0000 0000 0000"
                               "4445 4c4c 4200 1030 8051 b4c0 4f4d 3132";
const char *const handles_reply =
    "0101 0000 2c00 8004 1400 0000 0000 0000 0300 0000 0000 0000 0100 0000 0200 0000";
const char *const hash_entry_reply = "0101 0000 2d00 8004 5b00 0000 0000 0000"
                                     "0100 0000 0100 0000 a1a1 a1a1 a1a1 a1a1"
                                     "a1a1 a1a1 a1a1 a1a1 a1a1 a1a1 a1a1 a1a1"
                                     "a1a1 a1a1 a1a1 a1a1 0000 0000 0000 0000"
                                     "0000 0000 0000 0000 0000 0000 0000 0000"
                                     "0000 0000 0000 0000 020c 0044 656d 6f20"
                                     "526f 6f74 2043 41";
const char *const remote_access_reply = "0101 0000 4600 8004 2100 0000 0000 0000"
                                        "0200 0000 0200 0000 0000 0000 0f00 6d70"
                                        "732e 6578 616d 706c 652e 636f 6d";
const char *const lan_reply = "0101 0000 4800 8004 1800 0000 0000 0000"
                              "0100 0000 1401 a8c0 0100 0000 0201 02aa bbcc dd01";
const char *const account_reply = "0101 0000 6700 8004 4800 0000 0000 0000"
                                  "2424 4f73 4164 6d69 6e00 0000 0000 0000"
                                  "0000 0000 0000 0000 0000 0000 0000 0000"
                                  "0071 335a 7038 4c77 3079 5435 6d58 3176"
                                  "4237 6e4b 3263 5239 6446 3467 4836 6a53"
                                  "3000 0000";

// The data of a reply that must be in order.
std::vector<std::byte> data_of(const char *image, command what) {
    const auto bytes = from_hex(image);
    const auto reply = decode_reply(bytes);
    REQUIRE(reply.has_value());
    CHECK(reply->what == what);
    CHECK(reply->status == status::success);
    return {reply->data.begin(), reply->data.end()};
}

// The whole message, without the blanks of the images above.
std::string image_of(const char *image) {
    return to_hex(from_hex(image));
}

} // namespace

TEST_CASE("requests without data are twelve bytes with the operation in the fifth") {
    const std::map<command, const char *> images = {
        {command::code_versions, "010100001a00000400000000"},
        {command::uuid, "010100005c00000400000000"},
        {command::control_mode, "010100006b00000400000000"},
        {command::provisioning_state, "010100001100000400000000"},
        {command::dns_suffix, "010100003600000400000000"},
        {command::hash_handles, "010100002c00000400000000"},
        {command::remote_access_status, "010100004600000400000000"},
        {command::stop_configuration, "010100005e00000400000000"},
    };
    for (const auto &[what, image] : images) {
        CHECK(to_hex(encode_request(what)) == image);
        const auto bytes = from_hex(image);
        const auto request = decode_request(bytes);
        REQUIRE(request.has_value());
        CHECK(request->what == what);
        CHECK(request->data.empty());
    }
}

TEST_CASE("requests with a number carry it behind the header") {
    CHECK(to_hex(encode_request(command::hash_entry, 1)) == "010100002d0000040400000001000000");
    CHECK(to_hex(encode_request(command::lan_settings, 0)) == "01010000480000040400000000000000");
    CHECK(to_hex(encode_request(command::lan_settings, 1)) == "01010000480000040400000001000000");
    CHECK(to_hex(encode_request(command::unprovision, 0)) == "01010000100000040400000000000000");
    const auto bytes = from_hex("010100002d0000040400000001000000");
    const auto request = decode_request(bytes);
    REQUIRE(request.has_value());
    CHECK(decode_number(request->data).value() == 1);
}

TEST_CASE("the request for the local account has forty zero bytes of data") {
    const std::vector<std::byte> zeros(local_account_request_size);
    CHECK(to_hex(encode_request(command::local_account, zeros)) ==
          "010100006700000428000000" + std::string(80, '0'));
}

TEST_CASE("code versions are read by count, keys and values end at their length") {
    const auto data = data_of(versions_reply, command::code_versions);
    const auto table = decode_versions(data);
    REQUIRE(table.has_value());
    CHECK(table->bios == "TESTBIOS.1.02");
    CHECK(table->entries.size() == 3);
    CHECK(table->find("AMT") == "18.0.10");
    CHECK(table->find("Sku") == "16392");
    CHECK(table->find("Build Number") == "2285");
    CHECK(table->find("build number").empty());
    CHECK(to_hex(encode_reply(command::code_versions, status::success, encode(*table))) ==
          image_of(versions_reply));
}

TEST_CASE("a version count larger than the message is refused") {
    auto data = data_of(versions_reply, command::code_versions);
    data[65] = std::byte{4};
    CHECK(decode_versions(data).error() == errc::bad_reply);
    data[68] = std::byte{0xff}; // 0xff000004 entries
    CHECK(decode_versions(data).error() == errc::bad_reply);
}

TEST_CASE("a version table longer than its count is read up to the count") {
    auto data = data_of(versions_reply, command::code_versions);
    data[65] = std::byte{1};
    const auto table = decode_versions(data);
    REQUIRE(table.has_value());
    CHECK(table->entries.size() == 1);
}

TEST_CASE("a version text that says it is longer than its field is cut at the field") {
    auto data = data_of(versions_reply, command::code_versions);
    data[65 + 4] = std::byte{200};
    const auto table = decode_versions(data);
    REQUIRE(table.has_value());
    CHECK(table->entries[0].key == "AMT");
}

TEST_CASE("a UUID is printed with its first three groups swapped") {
    const auto data = data_of(uuid_reply, command::uuid);
    const auto uuid = decode_uuid(data);
    REQUIRE(uuid.has_value());
    CHECK(uuid->text() == "4c4c4544-0042-3010-8051-b4c04f4d3132");
    CHECK(uuid->usable());
    CHECK(to_hex(encode_reply(command::uuid, status::success, encode(*uuid))) ==
          image_of(uuid_reply));
}

TEST_CASE("the three UUIDs that board makers leave in are not usable") {
    for (const char *image :
         {"00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff",
          "00020003000400050006000700080009"}) {
        const auto bytes = from_hex(image);
        CHECK_FALSE(decode_uuid(bytes)->usable());
    }
}

TEST_CASE("control mode and provisioning state are one number") {
    const auto mode = data_of("010100006b0080040800000000000000 02000000", command::control_mode);
    CHECK(decode_number(mode).value() == static_cast<std::uint32_t>(control_mode::admin));
    const auto state =
        data_of("01010000110080040800000000000000 00000000", command::provisioning_state);
    CHECK(decode_number(state).value() == static_cast<std::uint32_t>(provisioning_state::pre));
    CHECK(to_hex(encode_reply(command::control_mode, status::success, encode_number(2))) ==
          "010100006b008004080000000000000002000000");
}

TEST_CASE("the DNS suffix is a counted text, empty when not set") {
    const char *image = "0101000036008004 1200000000000000 0c00 7670726f64656d6f2e636f6d";
    const auto set = data_of(image, command::dns_suffix);
    CHECK(decode_text(set).value() == "vprodemo.com");
    CHECK(to_hex(encode_reply(command::dns_suffix, status::success, encode_text("vprodemo.com"))) ==
          image_of(image));
    const auto unset = data_of("0101000036008004 0600000000000000 0000", command::dns_suffix);
    CHECK(decode_text(unset).value().empty());
    const auto terminated = from_hex("0500 612e636f00");
    CHECK(decode_text(terminated).value() == "a.co");
    const auto cut = from_hex("0500 612e");
    CHECK(decode_text(cut).error() == errc::bad_reply);
}

TEST_CASE("a suffix loses blanks at its ends and one dot") {
    CHECK(trimmed_suffix(" vprodemo.com. ") == "vprodemo.com");
    CHECK(trimmed_suffix("vprodemo.com") == "vprodemo.com");
    CHECK(trimmed_suffix("  ").empty());
    CHECK(trimmed_suffix("").empty());
}

TEST_CASE("hash handles are read by count") {
    const auto data = data_of(handles_reply, command::hash_handles);
    const auto handles = decode_handles(data);
    REQUIRE(handles.has_value());
    CHECK(*handles == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(to_hex(encode_reply(command::hash_handles, status::success, encode_handles(*handles))) ==
          image_of(handles_reply));
    auto more = data;
    more[0] = std::byte{4};
    CHECK(decode_handles(more).error() == errc::bad_reply);
}

TEST_CASE("a hash entry gives as many bytes as its algorithm has") {
    const auto data = data_of(hash_entry_reply, command::hash_entry);
    const auto entry = decode_hash_entry(data);
    REQUIRE(entry.has_value());
    CHECK(entry->is_default);
    CHECK(entry->is_active);
    CHECK(entry->algorithm == 2);
    CHECK(to_hex(entry->hash) ==
          "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1");
    CHECK(entry->name == "Demo Root CA");
    CHECK(to_hex(encode_reply(command::hash_entry, status::success, encode(*entry))) ==
          image_of(hash_entry_reply));

    const std::map<unsigned, std::size_t> sizes = {{0, 16}, {1, 20}, {2, 32},
                                                   {3, 48}, {4, 28}, {5, 64}};
    for (auto [algorithm, size] : sizes) {
        auto other = data;
        other[72] = static_cast<std::byte>(algorithm);
        CHECK(decode_hash_entry(other)->hash.size() == size);
    }
}

TEST_CASE("hash algorithm 3 with bytes beyond 48 is the 64-byte hash") {
    auto data = data_of(hash_entry_reply, command::hash_entry);
    data[72] = std::byte{3};
    data[8 + 50] = std::byte{1};
    CHECK(decode_hash_entry(data)->hash.size() == 64);
}

TEST_CASE("a hash entry cut within its name is refused") {
    auto data = data_of(hash_entry_reply, command::hash_entry);
    data.pop_back();
    CHECK(decode_hash_entry(data).error() == errc::bad_reply);
}

TEST_CASE("remote access status has three numbers and the server's name") {
    const auto data = data_of(remote_access_reply, command::remote_access_status);
    const auto s = decode_remote_access(data);
    REQUIRE(s.has_value());
    CHECK(s->network == 2);
    CHECK(s->remote == 2);
    CHECK(s->trigger == 0);
    CHECK(s->server == "mps.example.com");
    CHECK(to_hex(encode_reply(command::remote_access_status, status::success, encode(*s))) ==
          image_of(remote_access_reply));
}

TEST_CASE("the LAN address is reversed on the wire, the MAC is not") {
    const auto data = data_of(lan_reply, command::lan_settings);
    const auto lan = decode_lan_settings(data);
    REQUIRE(lan.has_value());
    CHECK(lan->enabled);
    CHECK(lan->address == std::array<std::uint8_t, 4>{192, 168, 1, 20});
    CHECK(lan->dhcp_enabled);
    CHECK(lan->dhcp_mode == 2);
    CHECK(lan->link_up);
    CHECK(to_hex(lan->mac) == "02aabbccdd01");
    CHECK(lan->present());
    CHECK(to_hex(encode_reply(command::lan_settings, status::success, encode(*lan))) ==
          image_of(lan_reply));
    const std::vector<std::byte> zeros(20);
    CHECK_FALSE(decode_lan_settings(zeros)->present());
    const std::vector<std::byte> short_by_one(19);
    CHECK(decode_lan_settings(short_by_one).error() == errc::bad_reply);
}

TEST_CASE("a host-based configuration is started with a hash, and answered with one") {
    shown_certificate ours;
    ours.algorithm = 2;
    for (int i = 0x10; i < 0x30; ++i)
        ours.hash.push_back(static_cast<std::byte>(i));
    const auto request = encode_request(command::start_host_based_configuration, encode(ours));
    CHECK(request.size() == 402);
    const std::string begin = "010100008b0000048601000002"
                              "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f";
    CHECK(to_hex(request) == begin + std::string(2 * (402 - 45), '0'));
    const std::string reply = "010100008b008004450000000000000002"
                              "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f" +
                              std::string(64, '0');
    const auto data = data_of(reply.c_str(), command::start_host_based_configuration);
    const auto theirs = decode_shown_certificate(data);
    REQUIRE(theirs.has_value());
    CHECK(theirs->algorithm == 2);
    CHECK(to_hex(theirs->hash) ==
          "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    CHECK(!decode_shown_certificate(core::const_bytes(data).first(64)));
}

TEST_CASE("the local account is cut at NUL and accepted with and without padding") {
    auto data = data_of(account_reply, command::local_account);
    REQUIRE(data.size() == 68);
    const auto account = decode_local_account(data);
    REQUIRE(account.has_value());
    CHECK(account->user == "$$OsAdmin");
    CHECK(account->password.reveal() == "q3Zp8Lw0yT5mX1vB7nK2cR9dF4gH6jS0");
    CHECK(to_hex(encode_reply(command::local_account, status::success, encode(*account))) ==
          image_of(account_reply));
    data.resize(66);
    CHECK(decode_local_account(data)->user == "$$OsAdmin");
    data.resize(65);
    CHECK(decode_local_account(data).error() == errc::bad_reply);
}

TEST_CASE("a refusal is sixteen bytes and its status is kept") {
    const auto refused = from_hex("01010000100080040800000003000000 00000000");
    CHECK(decode_reply(refused)->status == status::invalid_mode);
    const auto stopped = from_hex("010100005e0080040400000000000000");
    const auto reply = decode_reply(stopped);
    REQUIRE(reply.has_value());
    CHECK(reply->what == command::stop_configuration);
    CHECK(reply->data.empty());
    CHECK(to_hex(encode_reply(command::stop_configuration, status::success)) == to_hex(stopped));
}

TEST_CASE("a reply whose header is wrong in any field is refused") {
    const auto good = from_hex("010100006b008004080000000000000002000000");
    REQUIRE(decode_reply(good).has_value());
    const auto spoiled = [&good](std::size_t at, unsigned value) {
        auto bytes = good;
        bytes[at] = static_cast<std::byte>(value);
        return decode_reply(bytes).has_error();
    };
    CHECK(spoiled(0, 2)); // major version
    CHECK(spoiled(1, 0)); // minor version
    CHECK(spoiled(6, 0)); // not a reply
    CHECK(spoiled(7, 5)); // class
    CHECK(spoiled(8, 7)); // length too small
    CHECK(spoiled(8, 9)); // length too large
    for (std::size_t size = 0; size < good.size(); ++size) {
        const std::vector<std::byte> cut(good.begin(),
                                         good.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(decode_reply(cut).error() == errc::bad_reply);
    }
    const auto no_status = from_hex("010100006b00800400000000");
    CHECK(decode_reply(no_status).error() == errc::bad_reply);
}

TEST_CASE("a reply is no request and a request is no reply") {
    const auto request = encode_request(command::uuid);
    const auto reply = encode_reply(command::uuid, status::success);
    CHECK(decode_reply(request).has_error());
    CHECK(decode_request(reply).has_error());
}

TEST_CASE("only a busy firmware's statuses pass with time") {
    for (unsigned value : {2u, 47u, 48u, 49u})
        CHECK(passes_with_time(static_cast<status>(value)));
    for (unsigned value : {0u, 1u, 3u, 16u, 36u, 2068u})
        CHECK_FALSE(passes_with_time(static_cast<status>(value)));
    const boost::system::error_code code = status::invalid_mode;
    CHECK(code.message() == "not valid in the present AMT mode (AMT status 3)");
    CHECK(make_error_code(static_cast<status>(4711)).message() ==
          "unknown status (AMT status 4711)");
}
