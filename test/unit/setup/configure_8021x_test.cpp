// SPDX-License-Identifier: Apache-2.0
// 802.1x of the wired port and of wireless profiles: what AMT tells of it afterwards, and what is
// taken back when it says no.
#include "device_world.hpp"
#include "pfx_maker.hpp"

#include <costrand/sim/certificates.hpp>
#include <costrand/wsman/certificate_text.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/ieee8021x.hpp>
#include <costrand/wsman/classes/wifi.hpp>
#include <costrand/wsman/configure_8021x.hpp>

using namespace costrand;
using namespace costrand::test;
namespace amt = wsman::amt;
namespace cim = wsman::cim;
namespace ips = wsman::ips;

namespace {

sim::profile with_wireless() {
    return sim::without_delays(sim::built_in_profile("amt18-wireless"));
}

const sim::identity &client_identity() {
    static const auto made = [] {
        const auto keys = sim::pooled_keys();
        const auto root = sim::make_root(named("a root", true), keys->next_key());
        return sim::make_issued(root, named("device.example.com", false), keys->next_key());
    }();
    return made;
}

wsman::ieee8021x with_certificate() {
    wsman::ieee8021x out;
    out.name = "office";
    out.user = "device.example.com";
    out.certificate = client_identity().chain.at(0);
    out.root = client_identity().chain.at(1);
    out.key = wsman::key_of_text(client_identity().key);
    return out;
}

wsman::ieee8021x with_password() {
    wsman::ieee8021x out;
    out.name = "office";
    out.protocol = wsman::eap::peap_mschapv2;
    out.user = "device";
    out.password = core::secret("not-to-be-seen");
    out.root = client_identity().chain.at(1);
    return out;
}

wsman::wireless_profile profile_named(std::string name) {
    wsman::wireless_profile out;
    out.name = std::move(name);
    out.ssid = "net";
    out.authentication = cim::authentication_method::wpa2_ieee8021x;
    return out;
}

} // namespace

TEST_CASE("wired with a certificate: 802.1x is on, with both certificates and AMT's key") {
    with_admin([](device_world &w) -> awaitable<void> {
        const auto before = co_await count<amt::public_key_certificate>(*w.amt);
        co_await wsman::set_wired_8021x(*w.amt, with_certificate());
        const auto now = co_await wsman::get_instance<ips::ieee8021x_settings>(*w.amt);
        CHECK(now.enabled == ips::ieee8021x_state::with_certificates);
        CHECK(now.available_in_s0 == true);
        CHECK(now.pxe_timeout == 120);
        const auto contexts =
            co_await wsman::all_instances<ips::ieee8021x_credential_context>(*w.amt);
        CHECK(contexts.size() == 2);
        const auto keys = co_await count<amt::public_private_key_pair>(*w.amt);
        CHECK(keys == 1);
        // Once more: what AMT has already is used.
        co_await wsman::set_wired_8021x(*w.amt, with_certificate());
        const auto after = co_await count<amt::public_key_certificate>(*w.amt);
        CHECK(after == before + 2);
        const auto same_keys = co_await count<amt::public_private_key_pair>(*w.amt);
        CHECK(same_keys == 1);
    });
}

TEST_CASE("wired with a password: the root alone is given to AMT, and the password is never told") {
    with_admin([](device_world &w) -> awaitable<void> {
        co_await wsman::set_wired_8021x(*w.amt, with_password());
        const auto now = co_await wsman::get_instance<ips::ieee8021x_settings>(*w.amt);
        CHECK(now.enabled == ips::ieee8021x_state::with_certificates);
        const auto contexts =
            co_await wsman::all_instances<ips::ieee8021x_credential_context>(*w.amt);
        CHECK(contexts.size() == 1);
        CHECK(w.calls("AMT_PublicKeyManagementService.AddKey") == 0);
        CHECK(w.logged.find("not-to-be-seen") == w.logged.npos);
    });
}

TEST_CASE("wired: what AMT refuses leaves 802.1x off and no certificate behind") {
    for (const char *call : {"IPS_IEEE8021xSettings.SetCertificates", "IPS_IEEE8021xSettings.Put",
                             "AMT_PublicKeyManagementService.AddCertificate"}) {
        CAPTURE(call);
        with_admin([call](device_world &w) -> awaitable<void> {
            const auto certificates = co_await count<amt::public_key_certificate>(*w.amt);
            const auto before = co_await wsman::get_instance<ips::ieee8021x_settings>(*w.amt);
            w.device.inject().order(
                sim::fault(sim::fault_kind::soap_fault).on_call(call).saying("InternalError"));
            const auto why = co_await failure(wsman::set_wired_8021x(*w.amt, with_certificate()));
            CHECK(why == wsman::errc::fault);
            const auto now = co_await wsman::get_instance<ips::ieee8021x_settings>(*w.amt);
            CHECK(now.enabled == before.enabled);
            const auto after = co_await count<amt::public_key_certificate>(*w.amt);
            CHECK(after == certificates);
            const auto keys = co_await count<amt::public_private_key_pair>(*w.amt);
            CHECK(keys == 0);
        });
    }
}

TEST_CASE("wireless with 802.1x: a profile and its settings, replaced by one of the same name") {
    with_admin(
        [](device_world &w) -> awaitable<void> {
            co_await wsman::add_wireless(*w.amt, profile_named("office"), with_certificate());
            co_await wsman::add_wireless(*w.amt, profile_named("office"), with_password());
            const auto known = co_await wsman::all_instances<cim::wifi_endpoint_settings>(*w.amt);
            const auto one = std::ranges::find_if(
                known, [](const auto &p) { return p.element_name == "office"; });
            REQUIRE(one != known.end());
            CHECK(one->authentication_method == cim::authentication_method::wpa2_ieee8021x);
            const auto settings = co_await wsman::all_instances<cim::ieee8021x_settings>(*w.amt);
            REQUIRE(settings.size() == 1);
            CHECK(settings[0].instance_id == "Intel(r) AMT: 8021X Settings office");
            CHECK(settings[0].authentication_protocol == amt::eap_protocol::peap_mschapv2);
            CHECK(settings[0].username == "device");
            CHECK(w.logged.find("not-to-be-seen") == w.logged.npos);
        },
        with_wireless());
}

TEST_CASE("wireless: a profile that AMT refuses leaves no certificate behind") {
    with_admin(
        [](device_world &w) -> awaitable<void> {
            const auto before = co_await count<amt::public_key_certificate>(*w.amt);
            auto bad = profile_named("office");
            bad.ssid = std::string(33, 'x');
            const auto why =
                co_await failure(wsman::add_wireless(*w.amt, std::move(bad), with_certificate()));
            CHECK(why == wsman::errc::method_refused);
            const auto after = co_await count<amt::public_key_certificate>(*w.amt);
            CHECK(after == before);
        },
        with_wireless());
}

TEST_CASE("keys are read as PEM and as base64, and belong to their certificate or not") {
    const auto &who = client_identity();
    const auto key = wsman::key_of_text(who.key);
    CHECK(wsman::key_of_text(key).reveal() == key.reveal());
    CHECK(wsman::belong_together(who.chain.at(0), key));
    CHECK_FALSE(wsman::belong_together(who.chain.at(1), key));
    CHECK_THROWS_AS((void)wsman::key_of_text(core::secret("AAAA")), system_error);
}
