// SPDX-License-Identifier: Apache-2.0
// Wireless: the port, its profiles, and the service that adds them.
#pragma once

#include <costrand/wsman/classes/common.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/ieee8021x.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::cim {

enum class authentication_method : std::uint32_t {
    other = 1,
    open_system = 2,
    shared_key = 3,
    wpa_psk = 4,
    wpa_ieee8021x = 5,
    wpa2_psk = 6,
    wpa2_ieee8021x = 7,
    wpa3_sae = 32768,
    wpa3_owe = 32769,
};
constexpr std::string_view texts(authentication_method) {
    return "1 Other, 2 OpenSystem, 3 SharedKey, 4 WPAPSK, 5 WPAIEEE8021x, 6 WPA2PSK, "
           "7 WPA2IEEE8021x, 32768 WPA3SAE, 32769 WPA3OWE";
}

enum class encryption_method : std::uint32_t {
    other = 1,
    wep = 2,
    tkip = 3,
    ccmp = 4,
    none = 5,
};
constexpr std::string_view texts(encryption_method) {
    return "1 Other, 2 WEP, 3 TKIP, 4 CCMP, 5 None";
}

enum class bss_type : std::uint32_t {
    unknown = 0,
    independent = 2,
    infrastructure = 3,
};
constexpr std::string_view texts(bss_type) {
    return "0 Unknown, 2 Independent, 3 Infrastructure";
}

enum class wifi_port_state : std::uint32_t {
    wifi_disabled = 3,
    wifi_enabled_s0 = 32768,
    wifi_enabled_s0_sx_ac = 32769,
};
constexpr std::string_view texts(wifi_port_state) {
    return "3 WifiDisabled, 32768 WifiEnabledS0, 32769 WifiEnabledS0SxAC";
}

struct wifi_endpoint : described<wifi_endpoint> {
    static constexpr std::string_view wire_name = "CIM_WiFiEndpoint";

    std::optional<std::string> element_name;

    static consteval auto fields() {
        using s = wifi_endpoint;
        return std::array{row<&s::element_name>("ElementName")};
    }
};

struct wifi_endpoint_capabilities : described<wifi_endpoint_capabilities> {
    static constexpr std::string_view wire_name = "CIM_WiFiEndpointCapabilities";

    std::optional<std::string> element_name;

    static consteval auto fields() {
        using s = wifi_endpoint_capabilities;
        return std::array{row<&s::element_name>("ElementName")};
    }
};

struct wifi_port_capabilities : described<wifi_port_capabilities> {
    static constexpr std::string_view wire_name = "CIM_WiFiPortCapabilities";

    std::optional<std::string> element_name;

    static consteval auto fields() {
        using s = wifi_port_capabilities;
        return std::array{row<&s::element_name>("ElementName")};
    }
};

// A profile. Keys and passphrases are only written.
struct wifi_endpoint_settings : described<wifi_endpoint_settings> {
    static constexpr std::string_view wire_name = "CIM_WiFiEndpointSettings";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<cim::authentication_method> authentication_method;
    std::optional<cim::encryption_method> encryption_method;
    std::optional<std::string> ssid;             // at most 32 bytes
    std::optional<std::int64_t> priority;        // 1 and up
    std::optional<core::secret> psk_pass_phrase; // 8 to 63
    std::optional<cim::bss_type> bss_type;
    std::vector<core::secret> keys; // at most 256 octets each
    std::optional<std::int64_t> key_index;
    std::optional<core::secret> psk_value;

    static consteval auto fields() {
        using s = wifi_endpoint_settings;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::authentication_method>("AuthenticationMethod"),
                          row<&s::encryption_method>("EncryptionMethod"),
                          row<&s::ssid>("SSID"),
                          row<&s::priority>("Priority"),
                          row<&s::psk_pass_phrase>("PSKPassPhrase"),
                          row<&s::bss_type>("BSSType"),
                          row<&s::keys>("Keys"),
                          row<&s::key_index>("KeyIndex"),
                          row<&s::psk_value>("PSKValue")};
    }
};

struct wifi_port : described<wifi_port> {
    static constexpr std::string_view wire_name = "CIM_WiFiPort";

    std::optional<cim::link_technology> link_technology;
    std::optional<std::string> device_id;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::health_state> health_state;
    std::optional<wifi_port_state> enabled_state;
    std::optional<wifi_port_state> requested_state;
    std::optional<cim::port_type> port_type;
    std::optional<std::string> permanent_address;

    static consteval auto fields() {
        using s = wifi_port;
        return std::array{row<&s::link_technology>("LinkTechnology"),
                          row<&s::device_id>("DeviceID"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::health_state>("HealthState"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::port_type>("PortType"),
                          row<&s::permanent_address>("PermanentAddress")};
    }
};

struct request_wifi_port_state_input : described<request_wifi_port_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "CIM_WiFiPort";

    std::optional<wifi_port_state> requested_state;

    static consteval auto fields() {
        using s = request_wifi_port_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_wifi_port_state_output
    : returns<request_wifi_port_state_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_WiFiPort";
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::amt {

enum class no_host_csme_software_policy : std::uint32_t {
    relaxed_policy = 0,
    aggressive_policy = 1,
    reserved = 2,
};
constexpr std::string_view texts(no_host_csme_software_policy) {
    return "0 RelaxedPolicy, 1 AggressivePolicy, 2 Reserved";
}

enum class local_profile_synchronization : std::uint32_t {
    local_sync_disabled = 0,
    local_user_profile_synchronization_enabled = 1,
    unrestricted_sync = 3,
};
constexpr std::string_view texts(local_profile_synchronization) {
    return "0 LocalSyncDisabled, 1 LocalUserProfileSynchronizationEnabled, 3 UnrestrictedSync";
}

// AddWiFiSettings and UpdateWiFiSettings.
enum class wifi_settings_status : std::uint32_t {
    completed_no_error = 0,
    not_supported = 1,
    failed = 2,
    invalid_parameter = 3,
    invalid_reference = 4,
};
constexpr std::string_view texts(wifi_settings_status) {
    return "0 CompletedNoError, 1 NotSupported, 2 Failed, 3 InvalidParameter, "
           "4 InvalidReference";
}

// A Put needs the whole instance as it was read.
struct wifi_port_configuration_service : described<wifi_port_configuration_service> {
    static constexpr std::string_view wire_name = "AMT_WiFiPortConfigurationService";

    std::optional<cim::requested_state> requested_state;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::health_state> health_state;
    std::optional<std::string> element_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> name;
    std::optional<local_profile_synchronization> local_profile_synchronization_enabled;
    std::optional<std::string> last_connected_ssid_under_me_control;
    std::optional<amt::no_host_csme_software_policy> no_host_csme_software_policy;
    std::optional<bool> uefi_wifi_profile_share_enabled;

    static consteval auto fields() {
        using s = wifi_port_configuration_service;
        return std::array{
            row<&s::requested_state>("RequestedState"),
            row<&s::enabled_state>("EnabledState"),
            row<&s::health_state>("HealthState"),
            row<&s::element_name>("ElementName"),
            row<&s::system_creation_class_name>("SystemCreationClassName"),
            row<&s::system_name>("SystemName"),
            row<&s::creation_class_name>("CreationClassName"),
            row<&s::name>("Name"),
            row<&s::local_profile_synchronization_enabled>("localProfileSynchronizationEnabled"),
            row<&s::last_connected_ssid_under_me_control>("LastConnectedSsidUnderMeControl"),
            row<&s::no_host_csme_software_policy>("NoHostCsmeSoftwarePolicy"),
            row<&s::uefi_wifi_profile_share_enabled>("UEFIWiFiProfileShareEnabled")};
    }
};

struct add_wifi_settings_input : described<add_wifi_settings_input> {
    static constexpr std::string_view wire_name = "AddWiFiSettings_INPUT";
    static constexpr std::string_view wire_owner = "AMT_WiFiPortConfigurationService";

    std::optional<endpoint_reference> wifi_endpoint; // CIM_WiFiEndpoint by Name
    std::optional<cim::wifi_endpoint_settings> wifi_endpoint_settings_input;
    std::optional<cim::ieee8021x_settings> ieee8021x_settings_input;
    std::optional<endpoint_reference> client_credential; // AMT_PublicKeyCertificate
    std::optional<endpoint_reference> ca_credential;

    static consteval auto fields() {
        using s = add_wifi_settings_input;
        return std::array{row<&s::wifi_endpoint>("WiFiEndpoint"),
                          row<&s::wifi_endpoint_settings_input>("WiFiEndpointSettingsInput"),
                          row<&s::ieee8021x_settings_input>("IEEE8021xSettingsInput"),
                          row<&s::client_credential>("ClientCredential"),
                          row<&s::ca_credential>("CACredential")};
    }
};

struct add_wifi_settings_output : returns<add_wifi_settings_output, wifi_settings_status> {
    static constexpr std::string_view wire_name = "AddWiFiSettings_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_WiFiPortConfigurationService";
};

struct update_wifi_settings_input : described<update_wifi_settings_input> {
    static constexpr std::string_view wire_name = "UpdateWiFiSettings_INPUT";
    static constexpr std::string_view wire_owner = "AMT_WiFiPortConfigurationService";

    std::optional<endpoint_reference> wifi_endpoint_settings; // by InstanceID
    std::optional<cim::wifi_endpoint_settings> wifi_endpoint_settings_input;
    std::optional<cim::ieee8021x_settings> ieee8021x_settings_input;
    std::optional<endpoint_reference> client_credential;
    std::optional<endpoint_reference> ca_credential;

    static consteval auto fields() {
        using s = update_wifi_settings_input;
        return std::array{row<&s::wifi_endpoint_settings>("WiFiEndpointSettings"),
                          row<&s::wifi_endpoint_settings_input>("WiFiEndpointSettingsInput"),
                          row<&s::ieee8021x_settings_input>("IEEE8021xSettingsInput"),
                          row<&s::client_credential>("ClientCredential"),
                          row<&s::ca_credential>("CACredential")};
    }
};

struct update_wifi_settings_output : returns<update_wifi_settings_output, wifi_settings_status> {
    static constexpr std::string_view wire_name = "UpdateWiFiSettings_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_WiFiPortConfigurationService";
};

} // namespace costrand::wsman::amt
