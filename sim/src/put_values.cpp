// SPDX-License-Identifier: Apache-2.0
// Ranges and limits are those of wsman.md 12 to 14; that a value out of them is InvalidValues, and
// not silently dropped, is assumed.
#include "put_values.hpp"

#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_power.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

namespace costrand::sim {
namespace {

using wsman::xml_element;

enum class kind { boolean, number, text, ipv4 };

struct value_rule {
    std::string_view class_name, property;
    kind what = kind::boolean;
    std::uint64_t least = 0, most = 0; // of a number; most bytes of a text
    bool or_zero = false;
};

constexpr std::uint64_t any = std::numeric_limits<std::uint32_t>::max();

constexpr auto rules = std::to_array<value_rule>({
    {"AMT_8021XProfile", "ActiveInS0"},
    {"AMT_8021XProfile", "AuthenticationProtocol", kind::number, 0, 6},
    {"AMT_8021XProfile", "Enabled"},
    {"AMT_8021XProfile", "PACPassword", kind::text, 0, 256},
    {"AMT_8021XProfile", "Password", kind::text, 0, 32},
    {"AMT_8021XProfile", "PxeTimeout", kind::number, 0, any},
    {"AMT_8021XProfile", "ServerCertificateNameComparison", kind::number, 0, 1},
    {"AMT_8021XProfile", "Username", kind::text, 0, 128},
    {"AMT_BootSettingData", "BIOSPause"},
    {"AMT_BootSettingData", "BIOSSetup"},
    {"AMT_BootSettingData", "BootMediaIndex", kind::number, 0, any},
    {"AMT_BootSettingData", "ConfigurationDataReset"},
    {"AMT_BootSettingData", "EnforceSecureBoot"},
    {"AMT_BootSettingData", "FirmwareVerbosity", kind::number, 0, 3},
    {"AMT_BootSettingData", "ForcedProgressEvents"},
    {"AMT_BootSettingData", "IDERBootDevice", kind::number, 0, 1},
    {"AMT_BootSettingData", "LockKeyboard"},
    {"AMT_BootSettingData", "LockPowerButton"},
    {"AMT_BootSettingData", "LockResetButton"},
    {"AMT_BootSettingData", "LockSleepButton"},
    {"AMT_BootSettingData", "PlatformErase"},
    {"AMT_BootSettingData", "ReflashBIOS"},
    {"AMT_BootSettingData", "SecureErase"},
    {"AMT_BootSettingData", "UefiBootNumberOfParams", kind::number, 0, any},
    {"AMT_BootSettingData", "UseIDER"},
    {"AMT_BootSettingData", "UseSOL"},
    {"AMT_BootSettingData", "UseSafeMode"},
    {"AMT_BootSettingData", "UserPasswordBypass"},
    {"AMT_EnvironmentDetectionSettingData", "DetectionAlgorithm", kind::number, 0, 0},
    {"AMT_EnvironmentDetectionSettingData", "DetectionStrings", kind::text, 0, 191},
    {"AMT_EthernetPortSettings", "ConsoleTcpMaxRetransmissions", kind::number, 5, 7},
    {"AMT_EthernetPortSettings", "DHCPEnabled"},
    {"AMT_EthernetPortSettings", "DefaultGateway", kind::ipv4},
    {"AMT_EthernetPortSettings", "IPAddress", kind::ipv4},
    {"AMT_EthernetPortSettings", "IpSyncEnabled"},
    {"AMT_EthernetPortSettings", "LinkPreference", kind::number, 1, 2},
    {"AMT_EthernetPortSettings", "PrimaryDNS", kind::ipv4},
    {"AMT_EthernetPortSettings", "SecondaryDNS", kind::ipv4},
    {"AMT_EthernetPortSettings", "SharedMAC"},
    {"AMT_EthernetPortSettings", "SharedStaticIp"},
    {"AMT_EthernetPortSettings", "SubnetMask", kind::ipv4},
    {"AMT_EthernetPortSettings", "VLANTag", kind::number, 0, 4095},
    {"AMT_GeneralSettings", "AMTNetworkEnabled", kind::number, 0, 1},
    {"AMT_GeneralSettings", "DDNSPeriodicUpdateInterval", kind::number, 20, any, true},
    {"AMT_GeneralSettings", "DDNSTTL", kind::number, 0, any},
    {"AMT_GeneralSettings", "DDNSUpdateByDHCPServerEnabled"},
    {"AMT_GeneralSettings", "DDNSUpdateEnabled"},
    {"AMT_GeneralSettings", "DHCPSyncRequiresHostname", kind::number, 0, 1},
    {"AMT_GeneralSettings", "DHCPv6ConfigurationTimeout", kind::number, 0, any},
    {"AMT_GeneralSettings", "DomainName", kind::text, 0, 191},
    {"AMT_GeneralSettings", "HostName", kind::text, 0, 63},
    {"AMT_GeneralSettings", "IdleWakeTimeout", kind::number, 1, 65535},
    {"AMT_GeneralSettings", "PingResponseEnabled"},
    {"AMT_GeneralSettings", "PreferredAddressFamily", kind::number, 0, 1},
    {"AMT_GeneralSettings", "PresenceNotificationInterval", kind::number, 15, any, true},
    {"AMT_GeneralSettings", "RmcpPingResponseEnabled"},
    {"AMT_GeneralSettings", "SharedFQDN"},
    {"AMT_GeneralSettings", "ThunderboltDockEnabled", kind::number, 0, 1},
    {"AMT_GeneralSettings", "WsmanOnlyMode"},
    {"AMT_RedirectionService", "EnabledState", kind::number, 32768, 32771},
    {"AMT_RedirectionService", "ListenerEnabled"},
    {"AMT_RemoteAccessPolicyAppliesToMPS", "MpsType", kind::number, 0, 2},
    {"AMT_RemoteAccessPolicyAppliesToMPS", "OrderOfAccess", kind::number, 0, any},
    {"AMT_TLSSettingData", "AcceptNonSecureConnections"},
    {"AMT_TLSSettingData", "Enabled"},
    {"AMT_TLSSettingData", "MutualAuthentication"},
    {"AMT_WiFiPortConfigurationService", "NoHostCsmeSoftwarePolicy", kind::number, 0, 2},
    {"AMT_WiFiPortConfigurationService", "UEFIWiFiProfileShareEnabled"},
    {"AMT_WiFiPortConfigurationService", "localProfileSynchronizationEnabled", kind::number, 0, 3},
    {"IPS_IEEE8021xSettings", "AuthenticationProtocol", kind::number, 0, 6},
    {"IPS_IEEE8021xSettings", "AvailableInS0"},
    {"IPS_IEEE8021xSettings", "Enabled", kind::number, 2, 6},
    {"IPS_IEEE8021xSettings", "Password", kind::text, 0, 32},
    {"IPS_IEEE8021xSettings", "PxeTimeout", kind::number, 0, any},
    {"IPS_IEEE8021xSettings", "Username", kind::text, 0, 128},
    {"IPS_KVMRedirectionSettingData", "BackToBackFbMode"},
    {"IPS_KVMRedirectionSettingData", "DefaultScreen", kind::number, 0, any},
    {"IPS_KVMRedirectionSettingData", "EnabledByMEBx"},
    {"IPS_KVMRedirectionSettingData", "Is5900PortEnabled"},
    {"IPS_KVMRedirectionSettingData", "OptInPolicy"},
    {"IPS_KVMRedirectionSettingData", "OptInPolicyTimeout", kind::number, 0, any},
    {"IPS_KVMRedirectionSettingData", "SessionTimeout", kind::number, 0, any},
    {"IPS_OptInService", "OptInCodeTimeout", kind::number, 0, any},
    {"IPS_OptInService", "OptInDisplayTimeout", kind::number, 0, any},
    {"IPS_OptInService", "OptInRequired", kind::number, 0, any},
    {"IPS_SecIOService", "DefaultScreen", kind::number, 0, any},
    {"IPS_SecIOService", "RequestedLanguage", kind::number, 0, any},
    {"IPS_SecIOService", "language", kind::number, 0, any},
    {"IPS_SecIOService", "zoom", kind::number, 0, any},
});

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

bool is_ipv4(std::string_view text) {
    for (int part = 0; part < 4; ++part) {
        const auto end = part == 3 ? text.size() : text.find('.');
        if (end == text.npos)
            return false;
        const auto value = read_number(text.substr(0, end));
        if (!value || *value > 255)
            return false;
        text.remove_prefix(part == 3 ? end : end + 1);
    }
    return true;
}

bool is_allowed(std::string_view value, const value_rule &rule) {
    switch (rule.what) {
    case kind::boolean:
        return value == "true" || value == "false" || value == "1" || value == "0";
    case kind::number: {
        const auto n = read_number(value);
        return n && ((*n >= rule.least && *n <= rule.most) || (rule.or_zero && *n == 0));
    }
    case kind::text:
        return value.size() <= rule.most;
    case kind::ipv4:
        return value.empty() || is_ipv4(value);
    }
    return false;
}

// Numbers that are a list and no range.
bool is_listed(const xml_element &body, std::string_view name,
               std::initializer_list<std::string_view> allowed) {
    return std::ranges::all_of(body.children_named(name), [&](const auto *one) {
        return std::ranges::find(allowed, one->value()) != allowed.end();
    });
}

bool is_on(const xml_element &instance, const xml_element &body, std::string_view name) {
    const auto value = (body.child(name) ? body : instance).value(name);
    return value == "true" || value == "1";
}

// "Drop address fields when DHCP or IP sync is on" (wsman.md 12); without both it needs some.
std::optional<wsman::fault> refuse_port(const xml_element &port, const xml_element &body) {
    if (!is_listed(body, "LinkPolicy", {"1", "14", "16", "224"}))
        return invalid_values();
    const bool given = is_on(port, body, "DHCPEnabled") || is_on(port, body, "IpSyncEnabled");
    const bool addresses = !body.value("IPAddress").empty() || !body.value("SubnetMask").empty();
    if (given)
        return addresses ? std::optional(invalid_values()) : std::nullopt;
    if (body.value("IPAddress").empty() || body.value("SubnetMask").empty())
        return missing_values();
    return std::nullopt;
}

std::optional<wsman::fault> refuse_wifi_service(const device_state &state,
                                                const xml_element &body) {
    const bool can_share = property(state.objects, "AMT_BootCapabilities",
                                    "UEFIWiFiCoExistenceAndProfileShare") == "true";
    if (!is_listed(body, "localProfileSynchronizationEnabled", {"0", "1", "3"}) ||
        (body.value("UEFIWiFiProfileShareEnabled") == "true" && !can_share))
        return invalid_values();
    return std::nullopt;
}

std::optional<wsman::fault> refuse_by_class(const device_state &state, const xml_element &instance,
                                            const xml_element &body) {
    const std::string_view name = instance.name;
    if (name == "AMT_BootSettingData")
        return refuse_boot_settings(state, body);
    if (name == "AMT_EthernetPortSettings")
        return refuse_port(instance, body);
    if (name == "AMT_TLSCredentialContext")
        return refuse_tls_context(state, body);
    if (name == "AMT_TLSSettingData")
        return refuse_tls_settings(state, instance, body);
    if (name == "AMT_WiFiPortConfigurationService")
        return refuse_wifi_service(state, body);
    const bool listed =
        (name != "IPS_IEEE8021xSettings" || is_listed(body, "Enabled", {"2", "3", "6"})) &&
        (name != "IPS_OptInService" || is_listed(body, "OptInRequired", {"0", "1", "4294967295"}));
    return listed ? std::nullopt : std::optional(invalid_values());
}

} // namespace

std::optional<wsman::fault> refuse_put(const device_state &state, const xml_element &instance,
                                       const xml_element &body) {
    for (const auto &rule : rules)
        if (rule.class_name == instance.name)
            for (const auto *one : body.children_named(rule.property))
                if (!is_allowed(one->value(), rule))
                    return invalid_values();
    return refuse_by_class(state, instance, body);
}

} // namespace costrand::sim
