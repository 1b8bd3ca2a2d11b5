// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/state_text.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace costrand;
using namespace costrand::sim;

namespace {

constexpr std::int64_t zero = 1'000'000; // UTC when the steady clock says 0

device_state some_device(const profile &p, std::uint64_t seed) {
    const auto random = core::seeded_random(seed);
    return new_device(p, *random, core::time_point{});
}

std::string text_of(const device_state &state, const profile &p) {
    return std::string(write_state(state, p, zero).reveal());
}

std::string refusal(std::string_view text, const profile &p) {
    try {
        (void)read_state("f", text, some_device(p, 2), p, zero);
    } catch (const std::runtime_error &e) {
        return e.what();
    }
    return "";
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("what is read back is what was written, for each profile") {
    for (const auto &name : built_in_profiles()) {
        CAPTURE(name);
        const auto p = built_in_profile(name);
        auto state = some_device(p, 1);
        enter_client_control(state, core::secret("0123456789abcdef0123456789abcdef"));
        state.objects.change("AMT_GeneralSettings", [](auto &settings) {
            set_property(settings, "HostName", "a \"quoted\" <name> & more");
        });
        state.amt_enabled = false;
        state.upid_enabled = true;
        state.tls_certificate = {std::byte{0x30}, std::byte{0}};
        state.tls = committed_tls{true, true, false, {"console.example"}};
        state.key_pairs.emplace("Intel(r) AMT Key: Handle: 0", core::secret("a \"key\"\n"));
        state.mebx_password = core::secret("P@ssw0rdMebx1");
        state.host_based = host_based_start();
        state.host_based->dns_suffixes = {"a.example", "b.example"};
        state.last_failed_connection = failed_connection{1, 4'000'000'000, "mps.example"};
        state.powered.watchdog_expiries = 7;
        const auto read = read_state("f", text_of(state, p), some_device(p, 2), p, zero);
        CHECK(text_of(read, p) == text_of(state, p));
        CHECK(read.mode == control_mode::client);
        CHECK(read.local_password == state.local_password);
        CHECK(read.admin_ha1 == state.admin_ha1);
        CHECK(read.digest_realm == state.digest_realm);
        CHECK_FALSE(read.amt_enabled);
        CHECK(read.tls_certificate == state.tls_certificate);
        CHECK(read.tls == state.tls);
        CHECK(read.key_pairs == state.key_pairs);
        CHECK(read.mebx_password == state.mebx_password);
        REQUIRE(read.host_based);
        CHECK(read.host_based->dns_suffixes == state.host_based->dns_suffixes);
        REQUIRE(read.last_failed_connection);
        CHECK(read.last_failed_connection->given_up == 4'000'000'000);
        CHECK(read.last_failed_connection->server == "mps.example");
        CHECK(read.powered.watchdog_expiries == 0); // ends with the power
        CHECK(read.objects.find_name("AMT_GeneralSettings")->instances ==
              state.objects.find_name("AMT_GeneralSettings")->instances);
    }
}

TEST_CASE(
    "a state of version 1, which had no keys, no MEBx password and no TLS in force, is read") {
    const auto p = amt16();
    auto older = changed(text_of(some_device(p, 1), p), "\"version\": 3", "\"version\": 1");
    for (const std::string_view key :
         {"mebx_password", "key_pairs", "tls_committed", "tls_enabled", "tls_mutual",
          "tls_beside_plain", "tls_trusted_cns", "acl", "kerberos_cache"}) {
        const auto at = older.find("\"" + std::string(key) + "\"");
        REQUIRE(at != older.npos);
        older.erase(at, older.find('\n', at) + 1 - at);
    }
    const auto read = read_state("f", older, some_device(p, 2), p, zero);
    CHECK_FALSE(read.tls);
    CHECK(read.key_pairs.empty());
    CHECK(read.digest_realm == some_device(p, 1).digest_realm);
}

TEST_CASE("a state of version 2, which had no access control list, is read") {
    const auto p = amt16();
    auto older = changed(text_of(some_device(p, 1), p), "\"version\": 3", "\"version\": 2");
    for (const std::string_view key : {"acl", "kerberos_cache"}) {
        const auto at = older.find("\"" + std::string(key) + "\"");
        REQUIRE(at != older.npos);
        older.erase(at, older.find('\n', at) + 1 - at);
    }
    const auto read = read_state("f", older, some_device(p, 2), p, zero);
    CHECK(read.acl.empty());
    CHECK_FALSE(read.kerberos_cache);
    CHECK(read.digest_realm == some_device(p, 1).digest_realm);
}

TEST_CASE("the device's clock goes on while nothing runs") {
    const auto p = amt16();
    const auto state = some_device(p, 1);
    // The next program starts when UTC is further by 500 s against its own steady clock.
    const auto later = read_state("f", text_of(state, p), some_device(p, 2), p, zero + 500);
    CHECK(later.clock_base == state.clock_base + 500);
}

TEST_CASE("a state that was cut anywhere is refused") {
    const auto p = amt16();
    const auto whole = text_of(some_device(p, 1), p);
    for (std::size_t size = 0; size + 2 < whole.size(); size += size < 500 ? 1 : 1009) {
        CAPTURE(size);
        CHECK_FALSE(refusal(whole.substr(0, size), p).empty());
    }
}

TEST_CASE("a state that is not this device's, or not complete, is refused by name") {
    const auto p = amt16();
    const auto whole = text_of(some_device(p, 1), p);
    const auto says = [](const std::string &said, std::string_view part) {
        CHECK_MESSAGE(said.find(part) != said.npos, said);
    };
    says(refusal("[]", p), "an object is wanted here");
    says(refusal(changed(whole, "costrand-amtsim state", "something else"), p),
         "this is no state of costrand-amtsim");
    says(refusal(changed(whole, "\"version\": 3", "\"version\": 4"), p),
         "the state has version 4, this program reads versions 1 to 3");
    says(refusal(changed(whole, "\"acl\": []", "\"acl\": {}"), p), "\"acl\" wants a list");
    says(refusal(changed(whole, "\"acl\": []", "\"acl\": [{}]"), p),
         "\"handle\" is missing: the state is not complete");
    says(refusal(whole, built_in_profile("amt18")), "profile \"amt16\", not \"amt18\"");
    says(refusal(changed(whole, "\"admin_user\"", "\"admin_name\""), p),
         "\"admin_user\" is missing: the state is not complete");
    says(refusal(changed(whole, "\"control_mode\": 0", "\"control_mode\": 3"), p),
         "f, line 5: \"control_mode\" wants a number from 0 to 2");
    says(refusal(changed(whole, "\"amt_enabled\"", "\"extra\": 1,\n\"amt_enabled\""), p),
         "unknown key \"extra\"");
    says(refusal(changed(whole, "/AMT_GeneralSettings\"", "/AMT_NoSuchSettings\""), p),
         "AMT_GeneralSettings is missing");
    says(refusal(changed(whole, "</n0:AMT_GeneralSettings>", "</n0:AMT>"), p), "is no XML");
}
