// SPDX-License-Identifier: Apache-2.0
// AMT_GeneralSettings and the clock, AMT_TimeSynchronizationService.
#pragma once

#include <costrand/wsman/classes/common.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::wsman::amt {

enum class privacy_level : std::uint32_t {
    default_ = 0,
    enhanced = 1,
    extreme = 2,
};
constexpr std::string_view texts(privacy_level) {
    return "0 Default, 1 Enhanced, 2 Extreme";
}

enum class power_source : std::uint32_t {
    ac = 0,
    dc = 1,
};
constexpr std::string_view texts(power_source) {
    return "0 AC, 1 DC";
}

enum class preferred_address_family : std::uint32_t {
    ipv4 = 0,
    ipv6 = 1,
};
constexpr std::string_view texts(preferred_address_family) {
    return "0 IPv4, 1 IPv6";
}

// AMTNetworkEnabled, ThunderboltDockEnabled, DHCPSyncRequiresHostname.
enum class feature_switch : std::uint32_t {
    disabled = 0,
    enabled = 1,
};
constexpr std::string_view texts(feature_switch) {
    return "0 Disabled, 1 Enabled";
}

// One instance.
struct general_settings : described<general_settings> {
    static constexpr std::string_view wire_name = "AMT_GeneralSettings";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> idle_wake_timeout; // minutes, 1 to 65535
    std::optional<std::string> host_name;          // at most 63 bytes
    std::optional<std::string> domain_name;        // at most 191 bytes
    std::optional<bool> ping_response_enabled;
    std::optional<bool> wsman_only_mode;
    std::optional<amt::preferred_address_family> preferred_address_family;
    std::optional<std::int64_t> dhcpv6_configuration_timeout; // seconds, 0: forever
    std::optional<bool> ddns_update_enabled;
    std::optional<bool> ddns_update_by_dhcp_server_enabled;
    std::optional<bool> shared_fqdn;
    std::optional<std::string> host_os_fqdn;
    std::optional<std::int64_t> ddns_ttl; // seconds
    std::optional<feature_switch> amt_network_enabled;
    std::optional<bool> rmcp_ping_response_enabled;
    std::optional<std::int64_t> ddns_periodic_update_interval;  // minutes, 0 or at least 20
    std::optional<std::int64_t> presence_notification_interval; // minutes, 0 or at least 15
    std::optional<feature_switch> thunderbolt_dock_enabled;     // from 15.0
    std::optional<std::int64_t> oem_id;                         // PCI vendor, from 16.1
    std::optional<feature_switch> dhcp_sync_requires_hostname;
    std::optional<bool> network_interface_enabled;
    std::optional<std::string> digest_realm; // "Digest:" and 32 hex digits
    std::optional<amt::privacy_level> privacy_level;
    std::optional<amt::power_source> power_source;

    static consteval auto fields() {
        using s = general_settings;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::idle_wake_timeout>("IdleWakeTimeout"),
            row<&s::host_name>("HostName"),
            row<&s::domain_name>("DomainName"),
            row<&s::ping_response_enabled>("PingResponseEnabled", field_rule::needed),
            row<&s::wsman_only_mode>("WsmanOnlyMode", field_rule::needed),
            row<&s::preferred_address_family>("PreferredAddressFamily"),
            row<&s::dhcpv6_configuration_timeout>("DHCPv6ConfigurationTimeout"),
            row<&s::ddns_update_enabled>("DDNSUpdateEnabled"),
            row<&s::ddns_update_by_dhcp_server_enabled>("DDNSUpdateByDHCPServerEnabled"),
            row<&s::shared_fqdn>("SharedFQDN"),
            row<&s::host_os_fqdn>("HostOSFQDN"),
            row<&s::ddns_ttl>("DDNSTTL"),
            row<&s::amt_network_enabled>("AMTNetworkEnabled"),
            row<&s::rmcp_ping_response_enabled>("RmcpPingResponseEnabled"),
            row<&s::ddns_periodic_update_interval>("DDNSPeriodicUpdateInterval"),
            row<&s::presence_notification_interval>("PresenceNotificationInterval"),
            row<&s::thunderbolt_dock_enabled>("ThunderboltDockEnabled"),
            row<&s::oem_id>("OemID"),
            row<&s::dhcp_sync_requires_hostname>("DHCPSyncRequiresHostname"),
            row<&s::network_interface_enabled>("NetworkInterfaceEnabled", field_rule::read_only),
            row<&s::digest_realm>("DigestRealm", field_rule::read_only),
            row<&s::privacy_level>("PrivacyLevel", field_rule::read_only),
            row<&s::power_source>("PowerSource", field_rule::read_only)};
    }
};

enum class local_time_sync_enabled : std::uint32_t {
    default_true = 0,
    configured_true = 1,
    false_ = 2,
};
constexpr std::string_view texts(local_time_sync_enabled) {
    return "0 DefaultTrue, 1 ConfiguredTrue, 2 False";
}

enum class time_source : std::uint32_t {
    bios_rtc = 0,
    configured = 1,
};
constexpr std::string_view texts(time_source) {
    return "0 BiosRTC, 1 Configured";
}

struct time_synchronization_service : described<time_synchronization_service> {
    static constexpr std::string_view wire_name = "AMT_TimeSynchronizationService";

    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::requested_state> requested_state;
    std::optional<amt::local_time_sync_enabled> local_time_sync_enabled;
    std::optional<amt::time_source> time_source;

    static consteval auto fields() {
        using s = time_synchronization_service;
        return std::array{row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::local_time_sync_enabled>("LocalTimeSyncEnabled"),
                          row<&s::time_source>("TimeSource")};
    }
};

struct get_low_accuracy_time_synch_output : described<get_low_accuracy_time_synch_output> {
    static constexpr std::string_view wire_name = "GetLowAccuracyTimeSynch_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_TimeSynchronizationService";

    std::optional<std::int64_t> ta0; // the device's time, seconds since 1970
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_low_accuracy_time_synch_output;
        return std::array{row<&s::ta0>("Ta0"), row<&s::return_value>("ReturnValue")};
    }
};

// Seconds since 1970 (wsman.md 11.7).
struct set_high_accuracy_time_synch_input : described<set_high_accuracy_time_synch_input> {
    static constexpr std::string_view wire_name = "SetHighAccuracyTimeSynch_INPUT";
    static constexpr std::string_view wire_owner = "AMT_TimeSynchronizationService";

    std::optional<std::int64_t> ta0; // what the device said
    std::optional<std::int64_t> tm1; // ours, when its answer came
    std::optional<std::int64_t> tm2; // ours, when this is sent

    static consteval auto fields() {
        using s = set_high_accuracy_time_synch_input;
        return std::array{row<&s::ta0>("Ta0"), row<&s::tm1>("Tm1"), row<&s::tm2>("Tm2")};
    }
};

struct set_high_accuracy_time_synch_output
    : returns<set_high_accuracy_time_synch_output, pt_status> {
    static constexpr std::string_view wire_name = "SetHighAccuracyTimeSynch_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_TimeSynchronizationService";
};

} // namespace costrand::wsman::amt
