// SPDX-License-Identifier: Apache-2.0
// Which standard operations the simulated firmware's classes take, and what their Put wants.
// Source: wsman.md 8 (recorded operations) and 13 (required and read-only properties). Private.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace costrand::sim {

struct put_rule {
    std::string_view class_name;
    std::span<const std::string_view> required = {};
    std::span<const std::string_view> read_only = {}; // taken in the body, and ignored
    // Emptied when the body has none: arrays that a recorded server clears so.
    std::span<const std::string_view> cleared_when_missing = {};
};

namespace detail {

using names = std::string_view;

inline constexpr names boot_read_only[] = {"BIOSLastStatus",           "BootguardStatus",
                                           "OptionsCleared",           "RPEEnabled",
                                           "SecureBootControlEnabled", "UEFIHTTPSBootEnabled",
                                           "UEFILocalPBABootEnabled",  "WinREBootEnabled"};
inline constexpr names port_required[] = {"DHCPEnabled"};
inline constexpr names port_read_only[] = {"MACAddress",
                                           "LinkIsUp",
                                           "LinkControl",
                                           "SharedDynamicIP",
                                           "WLANLinkProtectionLevel",
                                           "PhysicalConnectionType",
                                           "PhysicalNicMedium"};
inline constexpr names general_required[] = {"PingResponseEnabled", "WsmanOnlyMode"};
inline constexpr names general_read_only[] = {"NetworkInterfaceEnabled", "DigestRealm",
                                              "PrivacyLevel", "PowerSource"};
inline constexpr names tls_required[] = {"Enabled"};
inline constexpr names tls_read_only[] = {"NonSecureConnectionsSupported"};
inline constexpr names tls_arrays[] = {"TrustedCN"};
inline constexpr names environment_arrays[] = {"DetectionStrings"};
inline constexpr names consent_read_only[] = {"CanModifyOptInPolicy", "OptInState"};
inline constexpr names wifi_required[] = {"localProfileSynchronizationEnabled"};
inline constexpr names wifi_read_only[] = {"LastConnectedSsidUnderMeControl"};
// Of whatever class: taken, and never told again.
inline constexpr names never_told[] = {
    "MasterKey",   "PACPassword", "PSK",    "Passphrase", "Password", "ProtectedAccessCredential",
    "RFBPassword", "RSEPassword", "Secret",
};

inline constexpr put_rule put_rules[] = {
    {"AMT_8021XProfile"},
    {"AMT_BootSettingData", {}, boot_read_only, {}},
    {"AMT_EnvironmentDetectionSettingData", {}, {}, environment_arrays},
    {"AMT_EthernetPortSettings", port_required, port_read_only, {}},
    {"AMT_GeneralSettings", general_required, general_read_only, {}},
    {"AMT_KerberosSettingData"},
    {"AMT_MPSUsernamePassword"},
    {"AMT_PublicKeyCertificate"},
    {"AMT_RedirectionService"},
    {"AMT_RemoteAccessPolicyAppliesToMPS"},
    {"AMT_TLSCredentialContext"},
    {"AMT_TLSSettingData", tls_required, tls_read_only, tls_arrays},
    {"AMT_WiFiPortConfigurationService", wifi_required, wifi_read_only, {}},
    {"IPS_IEEE8021xSettings"},
    {"IPS_KVMRedirectionSettingData"},
    {"IPS_OptInService", {}, consent_read_only, {}},
    {"IPS_ScreenSettingData"},
    {"IPS_SecIOService"},
};

inline constexpr names deletable[] = {
    "AMT_ManagementPresenceRemoteSAP",    "AMT_PublicKeyCertificate",
    "AMT_PublicKeyManagementService",     "AMT_PublicPrivateKeyPair",
    "AMT_RemoteAccessPolicyAppliesToMPS", "AMT_RemoteAccessPolicyRule",
    "AMT_TLSCredentialContext",           "CIM_WiFiEndpointSettings",
    "IPS_AlarmClockOccurrence",           "IPS_HTTPProxyAccessPoint",
};

} // namespace detail

// nullptr: the class takes no Put.
[[nodiscard]] inline const put_rule *find_put_rule(std::string_view class_name) noexcept {
    const auto *rule = std::ranges::find(detail::put_rules, class_name, &put_rule::class_name);
    return rule == std::end(detail::put_rules) ? nullptr : rule;
}

[[nodiscard]] inline bool may_delete(std::string_view class_name) noexcept {
    return std::ranges::find(detail::deletable, class_name) != std::end(detail::deletable);
}

[[nodiscard]] inline bool is_never_told(std::string_view property) noexcept {
    return std::ranges::find(detail::never_told, property) != std::end(detail::never_told);
}

[[nodiscard]] inline bool contains(std::span<const std::string_view> names,
                                   std::string_view name) noexcept {
    return std::ranges::find(names, name) != names.end();
}

} // namespace costrand::sim
