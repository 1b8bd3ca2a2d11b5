// SPDX-License-Identifier: Apache-2.0
// KCM on the collection: docs/spec/kcm.md 5, with the byte examples of 7.
#include "collection_bench.hpp"
#include "kcm_examples.hpp"

#include "support/hex.hpp"

#include <costrand/ccapi/kcm_face.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
namespace examples = costrand::test::kcm_examples;

namespace {

constexpr const char *no_file = "96c73ac3", *end = "96c73a8e", *not_found = "96c73a8d",
                     *bad_name = "96c73a8b", *not_supported = "96c73af7", *internal = "96c73ac4",
                     *io = "96c73ac1", *bad_format = "96c73ac7", *no_memory = "96c73ac6";

// user 1000.
struct kcm_bench {
    collection_bench b;
    kcm_face face{b.core, 1000};

    // In hexadecimal, without the length in front: outer code, status, result.
    std::string ask(const std::string &hex) {
        wiped_bytes reply;
        const auto bytes = from_hex(hex);
        const bool answered = b.in_turn([&](turn &t) { return face.handle(bytes, t, reply); });
        return answered ? to_hex(reply) : "closed";
    }
    void play(const examples::example &e) {
        CHECK(ask(std::string(e.request).substr(8)) == std::string(e.reply).substr(8));
    }
    std::string status_of(const std::string &hex) {
        const auto reply = ask(hex);
        CHECK(reply.substr(0, 8) == "00000000"); // the outer code never tells an error
        return reply.size() < 16 ? reply : reply.substr(8, 8);
    }
    // The result of a success.
    std::string result_of(const std::string &hex) {
        const auto reply = ask(hex);
        CHECK(reply.substr(0, 16) == "0000000000000000");
        return reply.size() < 16 ? reply : reply.substr(16);
    }
};

std::string op(unsigned number, const std::string &arguments = "") {
    std::string out = "0200";
    for (const int shift : {12, 8, 4, 0})
        out += "0123456789abcdef"[(number >> shift) & 15];
    return out + arguments;
}
std::string name(std::string_view text) {
    return to_hex(core::as_bytes(text)) + "00";
}
const std::string ok = "00000000";
// A principal of one component in A.ORG.
std::string principal(std::string_view who) {
    const std::string size = {"0123456789abcdef"[who.size()]};
    return "0000000100000001"
           "00000005412e4f52470000000" +
           size + to_hex(core::as_bytes(who));
}
void initialize(kcm_bench &k, std::string_view cache, std::string_view who) {
    CHECK(k.status_of(op(4, name(cache) + principal(who))) == ok);
}

} // namespace

TEST_CASE("the examples, byte for byte, one after the other") {
    kcm_bench k;
    k.play(examples::get_default_cache);
    k.play(examples::get_principal_missing);
    k.play(examples::initialize);
    k.play(examples::get_principal);
    k.play(examples::store);
    k.play(examples::get_cred_list);
    k.play(examples::retrieve);
    k.play(examples::get_cred_by_uuid_gone);
    CHECK(k.result_of(op(9, name("1000"))).size() == 32); // one UUID
    CHECK(k.status_of(std::string(examples::remove_cred.request).substr(8)) == not_found);
    k.play(examples::replace);
    k.play(examples::get_cred_list);
    k.play(examples::set_kdc_offset);
    CHECK(k.result_of(op(22, name("1000"))) == "fffffffb");
    k.play(examples::unknown);
}

TEST_CASE("what KCM stores is in the collection of CCAPI clients, and wakes them") {
    kcm_bench k;
    const auto before = k.b.core.change_time();
    CHECK(!k.b.core.wait_for_change(1, before, 1));
    k.play(examples::initialize);
    CHECK(k.b.woken.size() == 1);
    k.play(examples::store);
    const auto id = k.b.core.open("Initial default ccache").value();
    CHECK(k.b.core.find(id)->principal == "alice@A.ORG");
    const auto walk = k.b.core.new_credentials_iterator(1, id).value();
    const auto stored = decode_credential(k.b.core.next_credential(walk).value()->bytes).value();
    CHECK(stored.client == "alice@A.ORG");
    CHECK(stored.server == "krbtgt/A.ORG@A.ORG");
    CHECK(stored.keyblock.type == 18);
    CHECK(stored.endtime == 1700036000);
    CHECK(stored.ticket_flags == 0x40e00000);

    k.b.create("by ccapi", "bob@A.ORG");
    CHECK(k.result_of(op(8, name("1000:by ccapi"))) == principal("bob"));
}

TEST_CASE("GEN_NEW reserves names, from the counter that CCAPI clients use, and makes nothing") {
    kcm_bench k;
    CHECK(k.result_of(op(3)) == name("1000:0"));
    CHECK(k.result_of(op(3)) == name("1000:1"));
    CHECK(k.b.core.empty());
    k.b.create("x");
    CHECK(k.b.name_of(k.b.create_new()) == "2");
}

TEST_CASE("INITIALIZE empties an existing cache, keeps its UUID and place, clears the offset") {
    kcm_bench k;
    initialize(k, "1000", "alice");
    initialize(k, "1000:x", "bob");
    k.play(examples::store);
    k.play(examples::set_kdc_offset);
    const auto uuids = k.result_of(op(18));
    initialize(k, "1000", "carol");
    CHECK(k.result_of(op(18)) == uuids);
    CHECK(k.result_of(op(9, name("1000"))).empty());
    CHECK(k.result_of(op(22, name("1000"))) == "00000000");
    CHECK(k.result_of(op(8, name("1000"))) == principal("carol"));
}

TEST_CASE("names of other users: not there, and not to be made") {
    kcm_bench k;
    for (const char *other : {"0", "1001", "10000", "1000x", "alice", "100"}) {
        CHECK(k.status_of(op(4, name(other) + principal("eve"))) == bad_name);
        CHECK(k.status_of(op(8, name(other))) == no_file);
        CHECK(k.status_of(op(5, name(other))) == no_file);
    }
    CHECK(k.status_of(op(4, name("") + principal("eve"))) == bad_name);
}

TEST_CASE("the plain and the empty name read the default cache; nothing is changed through them") {
    kcm_bench k;
    initialize(k, "1000:x", "alice");
    for (const char *alias : {"1000", ""}) {
        CHECK(k.result_of(op(8, name(alias))) == principal("alice"));
        CHECK(k.status_of(op(5, name(alias))) == no_file);
    }
    CHECK(k.status_of(std::string(examples::store.request).substr(8)) == no_file);
    CHECK(k.status_of(std::string(examples::remove_cred.request).substr(8)) == no_file);
    CHECK(k.status_of(op(8, name("1000:y"))) == no_file);
}

TEST_CASE("the default: the first, one that was set, and the next one when it is destroyed") {
    kcm_bench k;
    CHECK(k.result_of(op(20)) == name("1000"));
    initialize(k, "1000:a", "alice");
    initialize(k, "1000:b", "bob");
    CHECK(k.result_of(op(20)) == name("1000:a"));
    CHECK(k.status_of(op(21, name("1000:b"))) == ok);
    CHECK(k.result_of(op(20)) == name("1000:b"));
    CHECK(k.status_of(op(21, name("1000:c"))) == no_file);
    CHECK(k.status_of(op(5, name("1000:b"))) == ok);
    CHECK(k.result_of(op(20)) == name("1000:a"));
    CHECK(k.status_of(op(5, name("1000:b"))) == no_file);
}

TEST_CASE("a list of no cache is NOFILE, an unknown UUID is END, a short one CC_IO") {
    kcm_bench k;
    CHECK(k.status_of(op(18)) == no_file);
    CHECK(k.status_of(op(19, std::string(32, '0'))) == end);
    CHECK(k.status_of(op(19, "0011")) == io);
    initialize(k, "1000:a", "alice");
    const auto uuid = k.result_of(op(18));
    REQUIRE(uuid.size() == 32);
    CHECK(k.result_of(op(19, uuid)) == name("1000:a"));
}

TEST_CASE("MOVE_CACHE: content into one that is made, the source goes; onto itself: nothing") {
    kcm_bench k;
    initialize(k, "1000:2", "alice");
    k.play(examples::move_cache);
    CHECK(k.result_of(op(8, name("1000:1"))) == principal("alice"));
    CHECK(k.status_of(op(8, name("1000:2"))) == no_file);
    CHECK(k.status_of(op(17, name("1000:1") + name("1000:1"))) == ok);
    CHECK(k.result_of(op(8, name("1000:1"))) == principal("alice"));
    CHECK(k.status_of(op(17, name("1000:9") + name("1000:1"))) == no_file);
}

TEST_CASE("REMOVE_CRED removes all that match, and says NOTFOUND when none does") {
    kcm_bench k;
    k.play(examples::initialize);
    k.play(examples::store);
    k.play(examples::store);
    // Flags 0 and no principals: everything matches (2).
    const std::string all = "00000000"
                            "00000000" +
                            std::string(32, '0') +
                            "00"
                            "00000000";
    CHECK(k.status_of(op(11, name("1000") + all)) == ok);
    CHECK(k.result_of(op(9, name("1000"))).empty());
    CHECK(k.status_of(op(11, name("1000") + all)) == not_found);
    CHECK(k.status_of(op(7, name("1000") + all)) == end);
}

TEST_CASE("REPLACE is all or nothing: a broken list leaves what was there") {
    kcm_bench k;
    k.play(examples::initialize);
    k.play(examples::store);
    const auto before = k.result_of(op(13001, name("1000")));
    auto cut = std::string(examples::replace.request).substr(8);
    cut.resize(cut.size() - 8);
    const auto status = k.status_of(cut);
    CHECK(status != ok);
    // None of the three that a client takes for "not supported" (3).
    CHECK(status != internal);
    CHECK(status != io);
    CHECK(status != not_supported);
    CHECK(k.result_of(op(13001, name("1000"))) == before);
    CHECK(k.b.core.counts().caches == 1);
}

TEST_CASE("a credential that cannot be read is FORMAT, and is not stored") {
    kcm_bench k;
    k.play(examples::initialize);
    auto cut = std::string(examples::store.request).substr(8);
    cut.resize(cut.size() - 12);
    CHECK(k.status_of(cut) == bad_format);
    CHECK(k.result_of(op(9, name("1000"))).empty());
}

TEST_CASE("names that double when they are quoted: too long for a CCAPI reply is no memory") {
    constexpr std::size_t size = 9 * 1024 * 1024; // in a KCM message it fits
    const std::string who = "0000000100000001"
                            "00000005412e4f5247"
                            "00900000" +
                            to_hex(core::as_bytes(std::string(size, '/')));
    kcm_bench k;
    CHECK(k.status_of(op(4, name("1000") + who)) == no_memory);
    CHECK(k.b.core.empty());
    k.play(examples::initialize);
    constexpr std::size_t before_client = (4 + 4 + 5) * 2, client = 26 * 2;
    const auto rest = std::string(examples::store.request).substr(before_client + client);
    CHECK(k.status_of(op(6, name("1000") + who + rest)) == no_memory);
    CHECK(k.b.core.counts().credentials == 0);
}

TEST_CASE("what a server of one user does not do is refused, and no message is an end but one") {
    kcm_bench k;
    initialize(k, "1000", "alice");
    for (const unsigned number : {13u, 14u, 15u, 16u})
        CHECK(k.status_of(op(number, name("1000") + std::string(64, '0'))) == not_supported);
    CHECK(k.status_of(op(13003)) == internal);
    CHECK(k.status_of("01000014") == io); // another version
    CHECK(k.status_of(op(0)) == ok);
    CHECK(k.status_of(op(2, name("1000"))) == ok);
    CHECK(k.status_of(op(2, name("1000:x"))) == no_file);
    CHECK(k.ask("0200") == "closed");
    CHECK(k.ask("") == "closed");
}
