// SPDX-License-Identifier: Apache-2.0
// CIRA: servers, policies, and whether the user may call.
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

// How an address is meant. Servers take 3, 4 and 201.
enum class info_format : std::uint32_t {
    other = 1,
    host_name = 2,
    ipv4_address = 3,
    ipv6_address = 4,
    ipx_address = 5,
    decnet_address = 6,
    sna_address = 7,
    autonomous_system_number = 8,
    mpls_label = 9,
    ipv4_subnet_address = 10,
    ipv6_subnet_address = 11,
    ipv4_address_range = 12,
    ipv6_address_range = 13,
    dial_string = 100,
    ethernet_address = 101,
    token_ring_address = 102,
    atm_address = 103,
    frame_relay_address = 104,
    url = 200,
    fqdn = 201,
    user_fqdn = 202,
    der_asn1_dn = 203,
    der_asn1_gn = 204,
    key_id = 205,
    parameterized_url = 206,
};
constexpr std::string_view texts(info_format) {
    return "1 Other, 2 HostName, 3 IPv4Address, 4 IPv6Address, 5 IPXAddress, 6 DECnetAddress, "
           "7 SNAAddress, 8 AutonomousSystemNumber, 9 MPLSLabel, 10 IPv4SubnetAddress, "
           "11 IPv6SubnetAddress, 12 IPv4AddressRange, 13 IPv6AddressRange, 100 DialString, "
           "101 EthernetAddress, 102 TokenRingAddress, 103 ATMAddress, 104 FrameRelayAddress, "
           "200 URL, 201 FQDN, 202 UserFQDN, 203 DERASN1DN, 204 DERASN1GN, 205 KeyID, "
           "206 ParameterizedURL";
}

enum class mps_auth_method : std::uint32_t {
    mutual_authentication = 1,
    username_password_authentication = 2,
};
constexpr std::string_view texts(mps_auth_method) {
    return "1 MutualAuthentication, 2 UsernamePasswordAuthentication";
}

enum class remote_access_trigger : std::uint32_t {
    user_initiated = 0,
    alert = 1,
    periodic = 2,
    home_provisioning = 3,
};
constexpr std::string_view texts(remote_access_trigger) {
    return "0 UserInitiated, 1 Alert, 2 Periodic, 3 HomeProvisioning";
}

enum class mps_type : std::uint32_t {
    external_mps = 0,
    internal_mps = 1,
    both_mps = 2,
};
constexpr std::string_view texts(mps_type) {
    return "0 ExternalMPS, 1 InternalMPS, 2 BothMPS";
}

enum class user_initiated_state : std::uint32_t {
    unknown = 0,
    other = 1,
    enabled = 2,
    disabled = 3,
    shutting_down = 4,
    not_applicable = 5,
    enabled_but_offline = 6,
    in_test = 7,
    deferred = 8,
    quiesce = 9,
    starting = 10,
    all_interfaces_disabled = 32768,
    bios_interface_enabled = 32769,
    os_interface_enabled = 32770,
    bios_and_os_interfaces_enabled = 32771,
};
constexpr std::string_view texts(user_initiated_state) {
    return "0 Unknown, 1 Other, 2 Enabled, 3 Disabled, 4 ShuttingDown, 5 NotApplicable, "
           "6 EnabledButOffline, 7 InTest, 8 Deferred, 9 Quiesce, 10 Starting, "
           "32768 AllInterfacesDisabled, 32769 BIOSInterfaceEnabled, 32770 OSInterfaceEnabled, "
           "32771 BIOSAndOSInterfacesEnabled";
}

struct remote_access_capabilities : described<remote_access_capabilities> {
    static constexpr std::string_view wire_name = "AMT_RemoteAccessCapabilities";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> last_remote_access_trigger;
    std::optional<std::int64_t> max_mps_per_policy;
    std::optional<std::int64_t> max_total_mp_servers;
    std::optional<std::int64_t> max_total_policies;
    std::optional<std::int64_t> max_total_proxy_entry_points;

    static consteval auto fields() {
        using s = remote_access_capabilities;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::last_remote_access_trigger>("LastRemoteAccessTrigger"),
                          row<&s::max_mps_per_policy>("MaxMpsPerPolicy"),
                          row<&s::max_total_mp_servers>("MaxTotalMpServers"),
                          row<&s::max_total_policies>("MaxTotalPolicies"),
                          row<&s::max_total_proxy_entry_points>("MaxTotalProxyEntryPoints")};
    }
};

struct remote_access_service : described<remote_access_service> {
    static constexpr std::string_view wire_name = "AMT_RemoteAccessService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<bool> is_remote_tunnel_connected;               // from 17
    std::optional<std::int64_t> remote_tunnel_keep_alive_timeout; // seconds

    static consteval auto fields() {
        using s = remote_access_service;
        return std::array{
            row<&s::creation_class_name>("CreationClassName"),
            row<&s::element_name>("ElementName"),
            row<&s::name>("Name"),
            row<&s::system_creation_class_name>("SystemCreationClassName"),
            row<&s::system_name>("SystemName"),
            row<&s::is_remote_tunnel_connected>("IsRemoteTunnelConnected"),
            row<&s::remote_tunnel_keep_alive_timeout>("RemoteTunnelKeepAliveTimeout")};
    }
};

struct add_mp_server_input : described<add_mp_server_input> {
    static constexpr std::string_view wire_name = "AddMpServer_INPUT";
    static constexpr std::string_view wire_owner = "AMT_RemoteAccessService";

    std::optional<std::string> access_info;
    std::optional<amt::info_format> info_format;
    std::optional<std::int64_t> port;
    std::optional<mps_auth_method> auth_method;
    std::optional<std::string> username;           // at most 16
    std::optional<core::secret> password;          // at most 16
    std::optional<std::string> cn;                 // when AccessInfo is an address
    std::optional<endpoint_reference> certificate; // of mutual authentication

    static consteval auto fields() {
        using s = add_mp_server_input;
        return std::array{row<&s::access_info>("AccessInfo"),
                          row<&s::info_format>("InfoFormat"),
                          row<&s::port>("Port"),
                          row<&s::auth_method>("AuthMethod"),
                          row<&s::username>("Username"),
                          row<&s::password>("Password"),
                          row<&s::cn>("CN"),
                          row<&s::certificate>("Certificate")};
    }
};

struct add_mp_server_output : described<add_mp_server_output> {
    static constexpr std::string_view wire_name = "AddMpServer_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_RemoteAccessService";

    std::optional<endpoint_reference> mp_server;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_mp_server_output;
        return std::array{row<&s::mp_server>("MpServer"), row<&s::return_value>("ReturnValue")};
    }
};

struct add_remote_access_policy_rule_input : described<add_remote_access_policy_rule_input> {
    static constexpr std::string_view wire_name = "AddRemoteAccessPolicyRule_INPUT";
    static constexpr std::string_view wire_owner = "AMT_RemoteAccessService";

    std::optional<remote_access_trigger> trigger;
    std::optional<std::int64_t> tunnel_life_time; // seconds, 0: no limit
    std::optional<std::string> extended_data;     // base64, wsman.md 11.4
    std::optional<endpoint_reference> mp_server;  // an AMT_ManagementPresenceRemoteSAP by Name

    static consteval auto fields() {
        using s = add_remote_access_policy_rule_input;
        return std::array{row<&s::trigger>("Trigger"), row<&s::tunnel_life_time>("TunnelLifeTime"),
                          row<&s::extended_data>("ExtendedData"), row<&s::mp_server>("MpServer")};
    }
};

struct add_remote_access_policy_rule_output : described<add_remote_access_policy_rule_output> {
    static constexpr std::string_view wire_name = "AddRemoteAccessPolicyRule_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_RemoteAccessService";

    std::optional<endpoint_reference> policy_rule;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_remote_access_policy_rule_output;
        return std::array{row<&s::policy_rule>("PolicyRule"), row<&s::return_value>("ReturnValue")};
    }
};

struct remote_access_policy_rule : described<remote_access_policy_rule> {
    static constexpr std::string_view wire_name = "AMT_RemoteAccessPolicyRule";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> extended_data;    // base64
    std::optional<std::string> policy_rule_name; // "User Initiated", "Alert", "Periodic"
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<remote_access_trigger> trigger;
    std::optional<std::int64_t> tunnel_life_time; // seconds

    static consteval auto fields() {
        using s = remote_access_policy_rule;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::extended_data>("ExtendedData"),
                          row<&s::policy_rule_name>("PolicyRuleName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::trigger>("Trigger"),
                          row<&s::tunnel_life_time>("TunnelLifeTime")};
    }
};

// Its keys are the two references.
struct remote_access_policy_applies_to_mps : described<remote_access_policy_applies_to_mps> {
    static constexpr std::string_view wire_name = "AMT_RemoteAccessPolicyAppliesToMPS";

    std::optional<endpoint_reference> managed_element;
    std::optional<std::int64_t> order_of_access;
    std::optional<amt::mps_type> mps_type;
    std::optional<endpoint_reference> policy_set;

    static consteval auto fields() {
        using s = remote_access_policy_applies_to_mps;
        return std::array{row<&s::managed_element>("ManagedElement"),
                          row<&s::order_of_access>("OrderOfAccess"), row<&s::mps_type>("MpsType"),
                          row<&s::policy_set>("PolicySet")};
    }
};

// A server; policies name it by Name: "Intel(r) AMT:Management Presence Server 0".
struct management_presence_remote_sap : described<management_presence_remote_sap> {
    static constexpr std::string_view wire_name = "AMT_ManagementPresenceRemoteSAP";

    std::optional<std::string> access_info;
    std::optional<std::string> cn;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<amt::info_format> info_format;
    std::optional<std::string> name;
    std::optional<std::int64_t> port;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = management_presence_remote_sap;
        return std::array{row<&s::access_info>("AccessInfo"),
                          row<&s::cn>("CN"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::info_format>("InfoFormat"),
                          row<&s::name>("Name"),
                          row<&s::port>("Port"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

struct mps_username_password : described<mps_username_password> {
    static constexpr std::string_view wire_name = "AMT_MPSUsernamePassword";

    std::optional<std::string> instance_id;
    std::optional<std::string> remote_id;
    std::optional<core::secret> secret;
    std::optional<std::string> algorithm;
    std::optional<std::string> protocol;

    static consteval auto fields() {
        using s = mps_username_password;
        return std::array{row<&s::instance_id>("InstanceID"), row<&s::remote_id>("RemoteID"),
                          row<&s::secret>("Secret"), row<&s::algorithm>("Algorithm"),
                          row<&s::protocol>("Protocol")};
    }
};

struct user_initiated_connection_service : described<user_initiated_connection_service> {
    static constexpr std::string_view wire_name = "AMT_UserInitiatedConnectionService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<user_initiated_state> enabled_state;
    std::optional<std::string> name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> last_connection_reason;

    static consteval auto fields() {
        using s = user_initiated_connection_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::last_connection_reason>("LastConnectionReason")};
    }
};

struct request_user_initiated_state_input : described<request_user_initiated_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "AMT_UserInitiatedConnectionService";

    std::optional<user_initiated_state> requested_state;

    static consteval auto fields() {
        using s = request_user_initiated_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_user_initiated_state_output
    : returns<request_user_initiated_state_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_UserInitiatedConnectionService";
};

} // namespace costrand::wsman::amt
