// SPDX-License-Identifier: Apache-2.0
// Wired and wireless ports of AMT, their addresses, and where it looks for its own network.
#pragma once

#include <costrand/wsman/classes/common.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::amt {

enum class link_policy : std::uint32_t {
    s0_ac = 1,
    sx_ac = 14,
    s0_dc = 16,
    sx_dc = 224,
};
constexpr std::string_view texts(link_policy) {
    return "1 S0AC, 14 SxAC, 16 S0DC, 224 SxDC";
}

// LinkPreference and LinkControl.
enum class link_preference : std::uint32_t {
    me = 1,
    host = 2,
};
constexpr std::string_view texts(link_preference) {
    return "1 ME, 2 HOST";
}

enum class wlan_link_protection_level : std::uint32_t {
    override = 0,
    none = 1,
    passive = 2,
    high = 3,
};
constexpr std::string_view texts(wlan_link_protection_level) {
    return "0 Override, 1 None, 2 Passive, 3 High";
}

enum class physical_connection_type : std::uint32_t {
    integrated_lan_nic = 0,
    discrete_lan_nic = 1,
    la_nvia_thunderbolt_dock = 2,
    wireless_lan = 3,
};
constexpr std::string_view texts(physical_connection_type) {
    return "0 PhysicalConnectionIntegratedLANNIC, 1 PhysicalConnectionDiscreteLANNIC, "
           "2 PhysicalConnectionLANviaThunderboltDock, 3 PhysicalConnectionWirelessLAN";
}

enum class physical_nic_medium : std::uint32_t {
    smbus = 0,
    pcie = 1,
};
constexpr std::string_view texts(physical_nic_medium) {
    return "0 SMBUS, 1 PCIe";
}

// Two instances: InstanceID "Intel(r) AMT Ethernet Port Settings 0", wired, and "... 1",
// wireless. A Put while DHCP or IpSyncEnabled is on carries no address: see without_addresses.
struct ethernet_port_settings : described<ethernet_port_settings> {
    static constexpr std::string_view wire_name = "AMT_EthernetPortSettings";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> vlan_tag;
    std::optional<bool> shared_mac;
    std::optional<bool> link_is_up;
    std::vector<amt::link_policy> link_policy;
    std::optional<amt::link_preference> link_preference;
    std::optional<bool> shared_static_ip;
    std::optional<bool> ip_sync_enabled;
    std::optional<bool> dhcp_enabled;
    std::optional<std::string> ip_address;
    std::optional<std::string> subnet_mask;
    std::optional<std::string> default_gateway;
    std::optional<std::string> primary_dns;
    std::optional<std::string> secondary_dns;
    std::optional<std::int64_t> console_tcp_max_retransmissions;           // 5 to 7
    std::optional<amt::physical_connection_type> physical_connection_type; // from 15.0
    std::optional<amt::physical_nic_medium> physical_nic_medium;           // from 15.0
    std::optional<std::string> mac_address;                                // aa-bb-cc-dd-ee-ff
    std::optional<amt::link_preference> link_control;
    std::optional<bool> shared_dynamic_ip;
    std::optional<amt::wlan_link_protection_level> wlan_link_protection_level;

    static consteval auto fields() {
        using s = ethernet_port_settings;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::vlan_tag>("VLANTag"),
            row<&s::shared_mac>("SharedMAC"),
            row<&s::link_is_up>("LinkIsUp", field_rule::read_only),
            row<&s::link_policy>("LinkPolicy"),
            row<&s::link_preference>("LinkPreference"),
            row<&s::shared_static_ip>("SharedStaticIp"),
            row<&s::ip_sync_enabled>("IpSyncEnabled"),
            row<&s::dhcp_enabled>("DHCPEnabled", field_rule::needed),
            row<&s::ip_address>("IPAddress"),
            row<&s::subnet_mask>("SubnetMask"),
            row<&s::default_gateway>("DefaultGateway"),
            row<&s::primary_dns>("PrimaryDNS"),
            row<&s::secondary_dns>("SecondaryDNS"),
            row<&s::console_tcp_max_retransmissions>("ConsoleTcpMaxRetransmissions"),
            row<&s::physical_connection_type>("PhysicalConnectionType", field_rule::read_only),
            row<&s::physical_nic_medium>("PhysicalNicMedium", field_rule::read_only),
            row<&s::mac_address>("MACAddress", field_rule::read_only),
            row<&s::link_control>("LinkControl", field_rule::read_only),
            row<&s::shared_dynamic_ip>("SharedDynamicIP", field_rule::read_only),
            row<&s::wlan_link_protection_level>("WLANLinkProtectionLevel", field_rule::read_only)};
    }
};

// For a Put while DHCP or the host gives the address.
[[nodiscard]] inline ethernet_port_settings without_addresses(ethernet_port_settings port) {
    for (auto *address : {&port.ip_address, &port.subnet_mask, &port.default_gateway,
                          &port.primary_dns, &port.secondary_dns})
        address->reset();
    return port;
}

// Of the wireless instance.
struct set_link_preference_input : described<set_link_preference_input> {
    static constexpr std::string_view wire_name = "SetLinkPreference_INPUT";
    static constexpr std::string_view wire_owner = "AMT_EthernetPortSettings";

    std::optional<amt::link_preference> link_preference;
    std::optional<std::int64_t> timeout; // seconds

    static consteval auto fields() {
        using s = set_link_preference_input;
        return std::array{row<&s::link_preference>("LinkPreference"), row<&s::timeout>("Timeout")};
    }
};

struct set_link_preference_output : returns<set_link_preference_output, pt_status> {
    static constexpr std::string_view wire_name = "SetLinkPreference_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_EthernetPortSettings";
};

enum class detection_algorithm : std::uint32_t {
    local_domains = 0,
    remote_urls = 1,
};
constexpr std::string_view texts(detection_algorithm) {
    return "0 LocalDomains, 1 RemoteURLs";
}

// One instance; a Put names it: InstanceID "Intel(r) AMT Environment Detection Settings".
struct environment_detection_setting_data : described<environment_detection_setting_data> {
    static constexpr std::string_view wire_name = "AMT_EnvironmentDetectionSettingData";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<amt::detection_algorithm>
        detection_algorithm;                                // firmware knows local domains only
    std::vector<std::string> detection_strings;             // domains
    std::vector<std::string> detection_ipv6_local_prefixes; // prefix/length

    static consteval auto fields() {
        using s = environment_detection_setting_data;
        return std::array{row<&s::element_name>("ElementName"), row<&s::instance_id>("InstanceID"),
                          row<&s::detection_algorithm>("DetectionAlgorithm"),
                          row<&s::detection_strings>("DetectionStrings"),
                          row<&s::detection_ipv6_local_prefixes>("DetectionIPv6LocalPrefixes")};
    }
};

struct hdr8021_filter : described<hdr8021_filter> {
    static constexpr std::string_view wire_name = "AMT_Hdr8021Filter";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::int64_t> filter_direction;
    std::optional<bool> filter_enabled;
    std::optional<std::string> name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::int64_t> vlan_priority;
    std::optional<std::int64_t> vlan_id;

    static consteval auto fields() {
        using s = hdr8021_filter;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::filter_direction>("FilterDirection"),
                          row<&s::filter_enabled>("FilterEnabled"),
                          row<&s::name>("Name"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::vlan_priority>("VLANPriority"),
                          row<&s::vlan_id>("VLANID")};
    }
};

} // namespace costrand::wsman::amt

namespace costrand::wsman::ips {

struct host_ip_settings : described<host_ip_settings> {
    static constexpr std::string_view wire_name = "IPS_HostIPSettings";

    std::optional<bool> dhcp_enabled;
    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;

    static consteval auto fields() {
        using s = host_ip_settings;
        return std::array{row<&s::dhcp_enabled>("DHCPEnabled"),
                          row<&s::element_name>("ElementName"), row<&s::instance_id>("InstanceID")};
    }
};

struct ipv6_port_settings : described<ipv6_port_settings> {
    static constexpr std::string_view wire_name = "IPS_IPv6PortSettings";

    std::optional<std::string> current_default_router;
    std::optional<std::string> current_primary_dns;
    std::optional<std::string> current_secondary_dns;
    std::optional<std::string> default_router;
    std::optional<std::string> element_name;
    std::optional<std::string> ipv6_address;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> interface_id_type;
    std::optional<std::string> manual_interface_id;
    std::optional<std::string> primary_dns;
    std::optional<std::string> secondary_dns;

    static consteval auto fields() {
        using s = ipv6_port_settings;
        return std::array{row<&s::current_default_router>("CurrentDefaultRouter"),
                          row<&s::current_primary_dns>("CurrentPrimaryDNS"),
                          row<&s::current_secondary_dns>("CurrentSecondaryDNS"),
                          row<&s::default_router>("DefaultRouter"),
                          row<&s::element_name>("ElementName"),
                          row<&s::ipv6_address>("IPv6Address"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::interface_id_type>("InterfaceIDType"),
                          row<&s::manual_interface_id>("ManualInterfaceID"),
                          row<&s::primary_dns>("PrimaryDNS"),
                          row<&s::secondary_dns>("SecondaryDNS")};
    }
};

struct lan_endpoint : described<lan_endpoint> {
    static constexpr std::string_view wire_name = "IPS_LANEndpoint";

    std::optional<std::string> creation_class_name;
    std::optional<std::int64_t> enabled_state;
    std::optional<std::int64_t> lan_type;
    std::optional<std::string> mac_address;
    std::optional<std::string> name;
    std::optional<std::int64_t> protocol_type;
    std::optional<std::int64_t> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = lan_endpoint;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::lan_type>("LANType"),
                          row<&s::mac_address>("MACAddress"),
                          row<&s::name>("Name"),
                          row<&s::protocol_type>("ProtocolType"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

} // namespace costrand::wsman::ips

namespace costrand::wsman::cim {

struct ethernet_port : described<ethernet_port> {
    static constexpr std::string_view wire_name = "CIM_EthernetPort";

    std::optional<std::string> device_id;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> description;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::int64_t> enabled_default;
    std::optional<cim::requested_state> requested_state;
    std::vector<std::int64_t> operational_status;
    std::optional<cim::link_technology> link_technology;
    std::optional<std::string> permanent_address;
    std::vector<std::string> network_addresses;
    std::optional<std::uint64_t> speed;     // bits a second
    std::optional<std::uint64_t> max_speed; // bits a second
    std::optional<cim::port_type> port_type;
    std::optional<std::int64_t> max_data_size;
    std::vector<std::int64_t> capabilities;

    static consteval auto fields() {
        using s = ethernet_port;
        return std::array{row<&s::device_id>("DeviceID"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::description>("Description"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::enabled_default>("EnabledDefault"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::link_technology>("LinkTechnology"),
                          row<&s::permanent_address>("PermanentAddress"),
                          row<&s::network_addresses>("NetworkAddresses"),
                          row<&s::speed>("Speed"),
                          row<&s::max_speed>("MaxSpeed"),
                          row<&s::port_type>("PortType"),
                          row<&s::max_data_size>("MaxDataSize"),
                          row<&s::capabilities>("Capabilities")};
    }
};

} // namespace costrand::wsman::cim
