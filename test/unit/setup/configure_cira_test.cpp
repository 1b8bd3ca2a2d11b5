// SPDX-License-Identifier: Apache-2.0
// Remote access of an activated device: whom it calls and when, and what stays when it says no.
#include "device_world.hpp"

#include <costrand/sim/certificates.hpp>
#include <costrand/wsman/certificate_text.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/network.hpp>
#include <costrand/wsman/classes/remote_access.hpp>
#include <costrand/wsman/configure_cira.hpp>

using namespace costrand;
using namespace costrand::test;
namespace amt = wsman::amt;

namespace {

const std::vector<std::byte> &root() {
    static const auto made = [] {
        sim::certificate_subject subject;
        subject.common_name = "MPSRoot-test";
        subject.not_before = 1'700'000'000;
        subject.not_after = 2'000'000'000;
        return sim::make_root(subject, sim::pooled_keys()->next_key()).chain.front();
    }();
    return made;
}

wsman::cira_settings server_at(std::string address) {
    wsman::cira_settings out;
    out.address = std::move(address);
    out.root = root();
    out.user = "admin";
    out.password = core::secret("not-to-be-seen");
    return out;
}

} // namespace

TEST_CASE("remote access: the server, when AMT calls it, and from where, are what AMT tells") {
    for (const way how : {way::lms, way::lme})
        with_admin(
            [](device_world &w) -> awaitable<void> {
                auto wanted = server_at("mps.example.com");
                wanted.home_domains = {"example.com", "example.net"};
                co_await wsman::set_cira(*w.amt, std::move(wanted), *w.random);
                const auto servers =
                    co_await wsman::all_instances<amt::management_presence_remote_sap>(*w.amt);
                REQUIRE(servers.size() == 1);
                CHECK(servers[0].access_info == "mps.example.com");
                CHECK(servers[0].info_format == amt::info_format::fqdn);
                CHECK(servers[0].port == 4433);
                const auto rules =
                    co_await wsman::all_instances<amt::remote_access_policy_rule>(*w.amt);
                REQUIRE(rules.size() == 2);
                CHECK(rules[0].trigger == amt::remote_access_trigger::periodic);
                CHECK(rules[0].extended_data == "AAAAAAAAABk=");
                CHECK(rules[1].trigger == amt::remote_access_trigger::user_initiated);
                CHECK(rules[1].tunnel_life_time == 300);
                const auto applied =
                    co_await wsman::all_instances<amt::remote_access_policy_applies_to_mps>(*w.amt);
                REQUIRE(applied.size() == 2);
                for (const auto &one : applied)
                    CHECK(one.mps_type == amt::mps_type::both_mps);
                const auto user =
                    co_await wsman::get_instance<amt::user_initiated_connection_service>(*w.amt);
                CHECK(user.enabled_state ==
                      amt::user_initiated_state::bios_and_os_interfaces_enabled);
                const auto home =
                    co_await wsman::get_instance<amt::environment_detection_setting_data>(*w.amt);
                const std::vector<std::string> domains = {"example.com", "example.net"};
                CHECK(home.detection_strings == domains);
                CHECK(w.logged.find("not-to-be-seen") == w.logged.npos);
            },
            plain_profile(), how);
}

TEST_CASE("remote access once more: one server, which is the new one; its root is added once") {
    with_admin([](device_world &w) -> awaitable<void> {
        co_await wsman::set_cira(*w.amt, server_at("mps.example.com"), *w.random);
        const auto certificates = co_await count<amt::public_key_certificate>(*w.amt);
        const auto first =
            co_await wsman::get_instance<amt::environment_detection_setting_data>(*w.amt);
        REQUIRE(first.detection_strings.size() == 1); // a name that no network has
        CHECK(first.detection_strings[0].ends_with(".com"));
        co_await wsman::set_cira(*w.amt, server_at("192.0.2.44"), *w.random);
        const auto servers =
            co_await wsman::all_instances<amt::management_presence_remote_sap>(*w.amt);
        REQUIRE(servers.size() == 1);
        CHECK(servers[0].info_format == amt::info_format::ipv4_address);
        CHECK(servers[0].cn == "192.0.2.44");
        const auto rules = co_await count<amt::remote_access_policy_rule>(*w.amt);
        CHECK(rules == 2);
        const auto after = co_await count<amt::public_key_certificate>(*w.amt);
        CHECK(after == certificates);
        const auto second =
            co_await wsman::get_instance<amt::environment_detection_setting_data>(*w.amt);
        CHECK(second.detection_strings != first.detection_strings);
    });
}

TEST_CASE("remote access that AMT refuses, early or late, leaves no server and no certificate") {
    with_admin([](device_world &w) -> awaitable<void> {
        const auto before = co_await count<amt::public_key_certificate>(*w.amt);
        auto wanted = server_at("mps.example.com");
        wanted.password = core::secret("seventeen letters");
        const auto long_password =
            co_await failure(wsman::set_cira(*w.amt, std::move(wanted), *w.random));
        CHECK(long_password == wsman::errc::method_refused);
        w.device.inject().order(sim::fault(sim::fault_kind::return_value)
                                    .on_call("AMT_RemoteAccessService.AddRemoteAccessPolicyRule")
                                    .nth(2)
                                    .with(1));
        const auto policy =
            co_await failure(wsman::set_cira(*w.amt, server_at("mps.example.com"), *w.random));
        CHECK(policy == wsman::errc::method_refused);
        CHECK(w.device.inject().all_acted());
        const auto after = co_await count<amt::public_key_certificate>(*w.amt);
        CHECK(after == before);
        const auto servers = co_await count<amt::management_presence_remote_sap>(*w.amt);
        CHECK(servers == 0);
        const auto rules = co_await count<amt::remote_access_policy_rule>(*w.amt);
        CHECK(rules == 0);
    });
}

TEST_CASE("a setting that AMT took and does not hold is an error") {
    with_admin([](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::return_value)
                                    .on_call("AMT_RemoteAccessService.AddMpServer")
                                    .with(0)); // says yes and does nothing
        const auto why =
            co_await failure(wsman::set_cira(*w.amt, server_at("mps.example.com"), *w.random));
        CHECK(why == wsman::errc::method_refused);
    });
}

TEST_CASE("certificates are read as base64 of DER, with any line breaks, and as PEM") {
    const auto plain = sim::chain_pem({root()});
    CHECK(wsman::certificate_of_text(plain) == root());
    auto text = plain.substr(plain.find('\n') + 1);
    text.resize(text.find("-----END"));
    CHECK(wsman::certificate_of_text(text) == root());
    for (const char *wrong : {"", "AAAA", "-----BEGIN CERTIFICATE-----\nAAAA\n"})
        CHECK_THROWS_AS((void)wsman::certificate_of_text(wrong), system_error);
}

TEST_CASE("a password that is made has 16 letters and digits, others each time") {
    const auto random = core::seeded_random(1);
    const auto first = wsman::random_password(*random), second = wsman::random_password(*random);
    CHECK(first.reveal().size() == 16);
    CHECK(
        std::ranges::all_of(first.reveal(), [](unsigned char c) { return std::isalnum(c) != 0; }));
    CHECK(first.reveal() != second.reveal());
}
