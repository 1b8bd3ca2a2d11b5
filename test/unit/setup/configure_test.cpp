// SPDX-License-Identifier: Apache-2.0
// Settings of an activated device: what it says of itself afterwards.
#include "device_world.hpp"

#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/network.hpp>
#include <costrand/wsman/classes/redirection.hpp>
#include <costrand/wsman/configure.hpp>

using namespace costrand;
using namespace costrand::test;
namespace amt = wsman::amt;
namespace cim = wsman::cim;
namespace ips = wsman::ips;

namespace {

bool writes(const sim::call_record &call) {
    return call.call.ends_with(".Put") || call.call.ends_with(".RequestStateChange");
}
std::size_t written(const device_world &w) {
    return static_cast<std::size_t>(std::ranges::count_if(w.device.calls(), writes));
}

std::vector<wsman::selector> wired_port() {
    std::vector<wsman::selector> out;
    out.push_back({"InstanceID", "Intel(r) AMT Ethernet Port Settings 0"});
    return out;
}

wsman::wireless_profile profile_named(std::string name, std::string ssid) {
    wsman::wireless_profile out;
    out.name = std::move(name);
    out.ssid = std::move(ssid);
    out.passphrase = core::secret("a phrase of a test");
    return out;
}

} // namespace

TEST_CASE("features: what was asked for is on, the rest off, and nothing is written twice") {
    with_admin([](device_world &w) -> awaitable<void> {
        wsman::remote_features wanted;
        wanted.consent = ips::opt_in_required::none;
        wanted.kvm = true;
        wanted.sol = true;
        auto again = wanted;
        co_await wsman::set_features(*w.amt, std::move(wanted));
        const auto redirection = co_await wsman::get_instance<amt::redirection_service>(*w.amt);
        CHECK(redirection.enabled_state ==
              amt::redirection_state::sol_is_enabled_and_ider_is_disabled);
        CHECK(redirection.listener_enabled == true);
        const auto kvm = co_await wsman::get_instance<cim::kvm_redirection_sap>(*w.amt);
        CHECK((kvm.enabled_state == cim::enabled_state::enabled ||
               kvm.enabled_state == cim::enabled_state::enabled_but_offline));
        const auto consent = co_await wsman::get_instance<ips::opt_in_service>(*w.amt);
        CHECK(consent.opt_in_required == ips::opt_in_required::none);
        const auto before = written(w);
        CHECK(before > 0);
        co_await wsman::set_features(*w.amt, std::move(again));
        CHECK(written(w) == before);
    });
}

TEST_CASE("features: a consent that AMT does not let be changed keeps all else as it was, too") {
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            w.make_client("admin", core::secret(good_password));
            wsman::remote_features wanted;
            wanted.consent = ips::opt_in_required::none;
            wanted.kvm = true;
            const auto why = co_await failure(wsman::set_features(*w.amt, std::move(wanted)));
            CHECK(why == wsman::errc::method_refused);
            CHECK(written(w) == 0);
        },
        plain_profile(),
        [](sim::device_state &state) {
            in_admin_control(state);
            state.objects.change("IPS_OptInService", [](auto &service) {
                sim::set_property(service, "CanModifyOptInPolicy", "0");
                sim::set_property(service, "OptInRequired", "4294967295");
            });
        });
}

TEST_CASE("the clock: AMT's follows ours, over LME as well, and how late it was is told") {
    for (const way how : {way::lms, way::lme})
        with_admin(
            [](device_world &w) -> awaitable<void> {
                auto answer =
                    co_await wsman::invoke<amt::get_low_accuracy_time_synch_output>(*w.amt);
                const auto device = answer.ta0.value();
                const auto ours = device + 5000;
                const auto late = co_await wsman::sync_clock(*w.amt, [ours] { return ours; });
                CHECK(late == 5000);
                answer = co_await wsman::invoke<amt::get_low_accuracy_time_synch_output>(*w.amt);
                CHECK(answer.ta0 == ours);
            },
            plain_profile(), how);
}

TEST_CASE("the password of AMT's menu: set in admin control mode, refused in client control mode") {
    with_admin([](device_world &w) -> awaitable<void> {
        co_await wsman::set_mebx_password(*w.amt, core::secret("P@ssw0rdMenu"));
        CHECK(w.device.calls().back().call == "AMT_SetupAndConfigurationService.SetMEBxPassword");
        CHECK(w.logged.find("P@ssw0rdMenu") == w.logged.npos);
    });
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.activate();
        const auto why =
            co_await failure(wsman::set_mebx_password(*w.amt, core::secret("P@ssw0rdMenu")));
        CHECK((why == wsman::errc::method_refused || why == wsman::errc::fault));
    });
}

TEST_CASE("the AMT password: the new one is taken from then on, the old one no longer") {
    with_admin([](device_world &w) -> awaitable<void> {
        co_await wsman::set_admin_password(*w.amt, core::secret("N3w-P@ssw0rd"));
        (void)co_await wsman::get_instance<ips::opt_in_service>(*w.amt); // goes on with it
        w.make_client("admin", core::secret(good_password));
        const auto old = co_await failure(wsman::get_instance<ips::opt_in_service>(*w.amt));
        CHECK(old == wsman::errc::unauthorized);
        w.make_client("admin", core::secret("N3w-P@ssw0rd"));
        (void)co_await wsman::get_instance<ips::opt_in_service>(*w.amt);
        CHECK(w.logged.find("N3w-P@ssw0rd") == w.logged.npos);
    });
}

TEST_CASE("the AMT password: when the answer is lost, a login shows which one is in force") {
    static constexpr auto call = "AMT_AuthorizationService.SetAdminAclEntryEx";
    with_admin([](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(call));
        co_await wsman::set_admin_password(*w.amt, core::secret("N3w-P@ssw0rd"));
        CHECK(w.device.inject().all_acted());
        (void)co_await wsman::get_instance<ips::opt_in_service>(*w.amt);
    });
    with_admin([](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_before).on_call(call));
        const auto why =
            co_await failure(wsman::set_admin_password(*w.amt, core::secret("N3w-P@ssw0rd")));
        CHECK(why == wsman::errc::method_refused); // and not: nobody knows
        w.make_client("admin", core::secret(good_password));
        (void)co_await wsman::get_instance<ips::opt_in_service>(*w.amt);
    });
}

TEST_CASE("the host name: written with its domain; without one AMT keeps its own") {
    with_admin([](device_world &w) -> awaitable<void> {
        co_await wsman::set_host_name(*w.amt, "bench-7", "example.com");
        const auto first = co_await wsman::get_instance<amt::general_settings>(*w.amt);
        CHECK(first.host_name == "bench-7");
        CHECK(first.domain_name == "example.com");
        co_await wsman::set_host_name(*w.amt, "bench-8", "");
        const auto second = co_await wsman::get_instance<amt::general_settings>(*w.amt);
        CHECK(second.host_name == "bench-8");
        CHECK(second.domain_name == "example.com");
        const auto before = written(w);
        co_await wsman::set_host_name(*w.amt, "bench-8", "");
        CHECK(written(w) == before);
    });
}

TEST_CASE(
    "wireless: a profile is added, replaced only by one that AMT takes, and all are deleted") {
    const auto with_port = sim::without_delays(sim::built_in_profile("amt18-wireless"));
    with_admin(
        [](device_world &w) -> awaitable<void> {
            co_await wsman::add_wireless(*w.amt, profile_named("lab", "first"));
            co_await wsman::add_wireless(*w.amt, profile_named("lab", "second"));
            auto bad = profile_named("lab", "third");
            bad.passphrase = core::secret("short");
            const auto why = co_await failure(wsman::add_wireless(*w.amt, std::move(bad)));
            CHECK(why == wsman::errc::method_refused);
            auto known = co_await wsman::all_instances<cim::wifi_endpoint_settings>(*w.amt);
            const auto lab = std::ranges::find_if(
                known, [](const auto &one) { return one.element_name == "lab"; });
            REQUIRE(lab != known.end());
            CHECK(lab->ssid == "second");
            CHECK(lab->authentication_method == cim::authentication_method::wpa2_psk);
            const auto deleted = co_await wsman::purge_wireless(*w.amt);
            CHECK(deleted >= 1);
            known = co_await wsman::all_instances<cim::wifi_endpoint_settings>(*w.amt);
            CHECK(std::ranges::none_of(known,
                                       [](const auto &one) { return one.element_name == "lab"; }));
            CHECK(w.logged.find("a phrase of a test") == w.logged.npos);
        },
        with_port);
}

TEST_CASE("wireless profiles of the system: taken over or not, and shared where the device can") {
    const auto with_port = sim::without_delays(sim::built_in_profile("amt18-wireless"));
    with_admin(
        [](device_world &w) -> awaitable<void> {
            using service = amt::wifi_port_configuration_service;
            using sync = amt::local_profile_synchronization;
            for (const bool on : {true, false}) {
                (void)co_await wsman::set_wifi_sync(*w.amt, on, on);
                const auto now = co_await wsman::get_instance<service>(*w.amt);
                CHECK(now.local_profile_synchronization_enabled ==
                      (on ? sync::unrestricted_sync : sync::local_sync_disabled));
                const auto before = written(w);
                (void)co_await wsman::set_wifi_sync(*w.amt, on, on);
                CHECK(written(w) == before);
            }
        },
        with_port);
}

TEST_CASE("the wired port: fixed addresses, then DHCP") {
    with_admin([](device_world &w) -> awaitable<void> {
        wsman::wired_settings fixed;
        fixed.dhcp = false;
        fixed.ip_sync = false;
        fixed.address = "192.0.2.7";
        fixed.subnet_mask = "255.255.255.0";
        fixed.gateway = "192.0.2.1";
        fixed.primary_dns = "192.0.2.2";
        co_await wsman::set_wired(*w.amt, std::move(fixed));
        const auto first =
            co_await wsman::get_instance<amt::ethernet_port_settings>(*w.amt, wired_port());
        CHECK(first.dhcp_enabled == false);
        CHECK(first.ip_address == "192.0.2.7");
        CHECK(first.default_gateway == "192.0.2.1");
        co_await wsman::set_wired(*w.amt, wsman::wired_settings());
        const auto second =
            co_await wsman::get_instance<amt::ethernet_port_settings>(*w.amt, wired_port());
        CHECK(second.dhcp_enabled == true);
        CHECK(second.ip_sync_enabled == true);
    });
}

TEST_CASE("proxies: added by their kind of address, listed, and deleted one by one") {
    with_admin([](device_world &w) -> awaitable<void> {
        for (const std::string address : {"192.0.2.9", "proxy.example.com"}) {
            wsman::proxy_settings one;
            one.address = address;
            one.port = 3128;
            one.dns_suffix = "example.com";
            co_await wsman::add_proxy(*w.amt, std::move(one));
        }
        const auto known = co_await wsman::proxies(*w.amt);
        REQUIRE(known.size() == 2);
        CHECK(known[0].info_format == ips::proxy_info_format::ipv4);
        CHECK(known[1].info_format == ips::proxy_info_format::fqdn);
        CHECK(known[1].access_info == "proxy.example.com");
        CHECK(known[1].port == 3128);
        const auto gone = co_await wsman::remove_proxy(*w.amt, "192.0.2.9");
        CHECK(gone == 1);
        const auto none = co_await wsman::remove_proxy(*w.amt, "192.0.2.9");
        CHECK(none == 0);
        const auto left = co_await wsman::proxies(*w.amt);
        REQUIRE(left.size() == 1);
        CHECK(left[0].access_info == "proxy.example.com");
    });
}
