// SPDX-License-Identifier: Apache-2.0
// What single classes ask for beyond their tables: wsman.md 12 to 14.
#include <costrand/wsman/classes/access.hpp>
#include <costrand/wsman/classes/alarms.hpp>
#include <costrand/wsman/classes/boot.hpp>
#include <costrand/wsman/classes/boot_settings.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/consent.hpp>
#include <costrand/wsman/classes/devices.hpp>
#include <costrand/wsman/classes/hardware.hpp>
#include <costrand/wsman/classes/inventory.hpp>
#include <costrand/wsman/classes/kerberos.hpp>
#include <costrand/wsman/classes/logs.hpp>
#include <costrand/wsman/classes/network.hpp>
#include <costrand/wsman/classes/power.hpp>
#include <costrand/wsman/classes/redirection.hpp>
#include <costrand/wsman/classes/remote_access.hpp>
#include <costrand/wsman/classes/show.hpp>
#include <costrand/wsman/classes/tls.hpp>
#include <costrand/wsman/classes/wifi.hpp>
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
namespace amt = wsman::amt;
namespace cim = wsman::cim;
namespace ips = wsman::ips;

namespace {

wsman::xml_element element(std::string_view name, std::string_view children) {
    return wsman::parse_xml("<g:" + std::string(name) + " xmlns:g=\"" + wsman::uri::of_class(name) +
                            "\">" + std::string(children) + "</g:" + std::string(name) + ">")
        .value();
}

template <typename T>
T from(std::string_view children) {
    return wsman::read<T>(element(T::wire_name, children)).value();
}

std::vector<std::string> names(const std::string &body) {
    std::vector<std::string> out;
    for (const auto &e : wsman::parse_xml(body).value().children)
        out.push_back(e.name);
    return out;
}

wsman::endpoint_reference by_instance_id(std::string_view class_name, std::string_view id) {
    wsman::endpoint_reference out;
    out.resource_uri = wsman::uri::of_class(class_name);
    out.selectors.push_back({"InstanceID", std::string(id)});
    return out;
}

} // namespace

TEST_CASE("a Put of boot settings has the 25 elements that it may have, in their order") {
    amt::boot_setting_data all;
    for (const auto &f : all.schema().fields) {
        const auto value = f.kind == wsman::value_kind::boolean ? "true" : "0";
        wsman::read_fields(
            element("AMT_BootSettingData",
                    "<g:" + std::string(f.name) + ">" + value + "</g:" + std::string(f.name) + ">"),
            all);
    }
    const std::vector<std::string> writable = {"BIOSPause",
                                               "BIOSSetup",
                                               "BootMediaIndex",
                                               "ConfigurationDataReset",
                                               "ElementName",
                                               "EnforceSecureBoot",
                                               "FirmwareVerbosity",
                                               "ForcedProgressEvents",
                                               "IDERBootDevice",
                                               "InstanceID",
                                               "LockKeyboard",
                                               "LockPowerButton",
                                               "LockResetButton",
                                               "LockSleepButton",
                                               "OwningEntity",
                                               "PlatformErase",
                                               "RSEPassword",
                                               "ReflashBIOS",
                                               "SecureErase",
                                               "UefiBootParametersArray",
                                               "UefiBootNumberOfParams",
                                               "UseIDER",
                                               "UseSOL",
                                               "UseSafeMode",
                                               "UserPasswordBypass"};
    CHECK(writable.size() == 25);
    all.others.clear(); // the second spelling of UefiBootParametersArray
    CHECK(names(wsman::put_body(all).value()) == writable);
}

TEST_CASE("a trusted root is recognised in both spellings, and written in the firmware's") {
    for (const std::string_view spelling : {"TrustedRootCertficate", "TrustedRootCertificate"}) {
        const auto name = std::string(spelling);
        const auto c = from<amt::public_key_certificate>("<g:" + name + ">true</g:" + name + ">");
        CHECK(c.trusted_root_certificate == true);
        CHECK(names(wsman::put_body(c).value()) ==
              std::vector<std::string>{"TrustedRootCertficate"});
        CHECK(wsman::to_json(c) == R"({"TrustedRootCertficate":true})");
    }
}

TEST_CASE("whether a device can do without TLS is read and not written") {
    const auto s = from<amt::tls_setting_data>(
        "<g:NonSecureConnectionsSupported>false</g:NonSecureConnectionsSupported>"
        "<g:TrustedCN>a</g:TrustedCN><g:TrustedCN>b</g:TrustedCN><g:Enabled>true</g:Enabled>");
    CHECK(s.non_secure_connections_supported == false);
    CHECK(names(wsman::put_body(s).value()) ==
          std::vector<std::string>{"Enabled", "TrustedCN", "TrustedCN"});
}

TEST_CASE("a port with DHCP is put without addresses and without what firmware decides") {
    const auto port = from<amt::ethernet_port_settings>(
        "<g:DHCPEnabled>true</g:DHCPEnabled><g:DefaultGateway>192.168.0.1</g:DefaultGateway>"
        "<g:IPAddress>192.168.0.24</g:IPAddress><g:LinkIsUp>true</g:LinkIsUp>"
        "<g:LinkPolicy>1</g:LinkPolicy><g:LinkPolicy>14</g:LinkPolicy>"
        "<g:MACAddress>a4-ae-11-1e-46-53</g:MACAddress>"
        "<g:PrimaryDNS>1.1.1.1</g:PrimaryDNS><g:SubnetMask>255.255.255.0</g:SubnetMask>");
    CHECK(port.ip_address == "192.168.0.24");
    CHECK(port.link_policy == std::vector{amt::link_policy::s0_ac, amt::link_policy::sx_ac});
    CHECK(names(wsman::put_body(amt::without_addresses(port)).value()) ==
          std::vector<std::string>{"LinkPolicy", "LinkPolicy", "DHCPEnabled"});
    CHECK(wsman::put_body(from<amt::ethernet_port_settings>("")).error() ==
          wsman::errc::element_missing);
}

TEST_CASE("the parts of a wireless profile have their own classes' namespaces") {
    amt::add_wifi_settings_input input;
    input.wifi_endpoint.emplace();
    input.wifi_endpoint->resource_uri = wsman::uri::of_class("CIM_WiFiEndpoint");
    input.wifi_endpoint->selectors.push_back({"Name", "WiFi Endpoint 0"});
    input.wifi_endpoint_settings_input.emplace();
    input.wifi_endpoint_settings_input->ssid = "home & work";
    input.wifi_endpoint_settings_input->authentication_method =
        cim::authentication_method::wpa2_psk;
    input.wifi_endpoint_settings_input->psk_pass_phrase = core::secret("passphrase");
    input.ieee8021x_settings_input.emplace();
    input.ieee8021x_settings_input->authentication_protocol = amt::eap_protocol::tls;
    input.ca_credential = by_instance_id("AMT_PublicKeyCertificate", "Handle: 1");

    const std::string uri = wsman::uri::of_class("AMT_WiFiPortConfigurationService");
    const auto body =
        wsman::parse_xml("<h:AddWiFiSettings_INPUT xmlns:h=\"" + uri + "\" xmlns:a=\"" +
                         std::string(wsman::uri::addressing) + "\" xmlns:w=\"" +
                         std::string(wsman::uri::wsman) + "\">" + wsman::parameters(input).value() +
                         "</h:AddWiFiSettings_INPUT>")
            .value();
    REQUIRE(body.children.size() == 4);
    CHECK(body.children[0].descend({"ReferenceParameters", "SelectorSet"})->value("Selector") ==
          "WiFi Endpoint 0");
    const auto &settings = body.children[1];
    CHECK(settings.is(uri, "WiFiEndpointSettingsInput"));
    const auto settings_uri = wsman::uri::of_class("CIM_WiFiEndpointSettings");
    REQUIRE(settings.child(settings_uri, "SSID") != nullptr);
    CHECK(settings.value("SSID") == "home & work");
    CHECK(settings.value("AuthenticationMethod") == "6");
    CHECK(settings.value("PSKPassPhrase") == "passphrase");
    CHECK(body.children[2].child(wsman::uri::of_class("CIM_IEEE8021xSettings"),
                                 "AuthenticationProtocol") != nullptr);
    CHECK(body.children[3].name == "CACredential");

    // And back.
    amt::add_wifi_settings_input read;
    wsman::read_fields(body, read);
    CHECK(read.others.empty());
    CHECK(read.wifi_endpoint_settings_input->ssid == "home & work");
    CHECK(read.ca_credential == input.ca_credential);
    CHECK(wsman::to_json(read) == wsman::to_json(input));
    CHECK(wsman::to_json(read).find("passphrase") == std::string::npos);
}

TEST_CASE("times and intervals are in the common namespace, wherever the template is") {
    amt::add_alarm_input input;
    auto &alarm = input.alarm_template.emplace();
    alarm.instance_id = "a";
    alarm.element_name = "wake";
    alarm.start_time = wsman::cim_time{"2026-01-01T06:00:00Z"};
    alarm.interval = wsman::cim_time{"P1DT2H3M", "Interval"};
    alarm.delete_on_completion = true;
    const std::string in = " xmlns:t=\"" + std::string(wsman::uri::cim_common) + "\">";
    CHECK(wsman::parameters(input).value() ==
          "<h:AlarmTemplate xmlns:s1=\"" + wsman::uri::of_class("IPS_AlarmClockOccurrence") +
              "\"><s1:InstanceID>a</s1:InstanceID><s1:ElementName>wake</s1:ElementName>"
              "<s1:StartTime><t:Datetime" +
              in + "2026-01-01T06:00:00Z</t:Datetime></s1:StartTime><s1:Interval><t:Interval" + in +
              "P1DT2H3M</t:Interval></s1:Interval><s1:DeleteOnCompletion>true"
              "</s1:DeleteOnCompletion></h:AlarmTemplate>");
    CHECK(wsman::to_text(input) == "AddAlarm_INPUT\n"
                                   "  AlarmTemplate.InstanceID          a\n"
                                   "  AlarmTemplate.ElementName         wake\n"
                                   "  AlarmTemplate.StartTime           2026-01-01T06:00:00Z\n"
                                   "  AlarmTemplate.Interval            P1DT2H3M\n"
                                   "  AlarmTemplate.DeleteOnCompletion  true\n");
}

TEST_CASE("a reference is shown by class and keys") {
    amt::tls_credential_context c;
    c.element_in_context =
        by_instance_id("AMT_PublicKeyCertificate", "Intel(r) AMT Certificate: Handle: 0");
    CHECK(wsman::to_text(c) == "AMT_TLSCredentialContext\n  ElementInContext  "
                               "AMT_PublicKeyCertificate InstanceID=Intel(r) AMT Certificate: "
                               "Handle: 0\n");
}

TEST_CASE("values of every family have the texts that are published for them") {
    CHECK(wsman::text(amt::redirection_state::ider_and_sol_are_enabled) == "IDERAndSOLAreEnabled");
    CHECK(wsman::text(amt::user_initiated_state::os_interface_enabled) == "OSInterfaceEnabled");
    CHECK(wsman::text(amt::info_format::fqdn) == "FQDN");
    CHECK(static_cast<unsigned>(amt::info_format::fqdn) == 201);
    CHECK(wsman::text(amt::realm::audit_log_realm) == "AuditLogRealm");
    CHECK(wsman::text(amt::eap_protocol::peap_mschapv2) == "PEAPMSCHAPv2");
    CHECK(wsman::text(amt::remote_access_trigger::periodic) == "Periodic");
    CHECK(wsman::text(amt::wifi_settings_status::invalid_reference) == "InvalidReference");
    CHECK(wsman::text(amt::kerberos_status::no_salt) == "NoSalt");
    CHECK(wsman::text(amt::audit_overwrite_policy::partial_restricted_rollover) ==
          "PartialRestrictedRollover");
    CHECK(wsman::text(amt::boot_parameter::ocr_https_password) == "OCR_HTTPS_PASSWORD");
    CHECK(wsman::text(cim::authentication_method::wpa3_sae) == "WPA3SAE");
    CHECK(wsman::text(cim::wifi_port_state::wifi_enabled_s0_sx_ac) == "WifiEnabledS0SxAC");
    CHECK(wsman::text(cim::boot_status::access_denied) == "AccessDenied");
    CHECK(wsman::text(cim::boot_service_state::recovery_on_rpe_off) ==
          "IntelOneClickRecoveryIsEnabledAndIntelRPEIsDisabledAndAllOtherBootOptionsAreEnabled");
    CHECK(wsman::text(cim::power_state::master_bus_reset) == "MasterBusReset");
    CHECK(wsman::text(static_cast<cim::chassis_package_type>(35)) == "MiniPC");
    CHECK(wsman::text(static_cast<cim::upgrade_method>(84)) == "SocketBGA2833");
    CHECK(wsman::text(static_cast<cim::memory_type>(16)) == "3DRAM");
    CHECK(wsman::text(static_cast<cim::target_operating_system>(113)) == "MicrosoftWindowsServer8");
    CHECK(wsman::text(cim::battery_status::fully_charged) == "FullyCharged");
    CHECK(wsman::text(ips::opt_in_required::all) == "All");
    CHECK(static_cast<unsigned>(ips::opt_in_required::all) == 4294967295U);
}
