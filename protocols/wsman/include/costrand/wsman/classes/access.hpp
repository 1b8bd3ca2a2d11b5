// SPDX-License-Identifier: Apache-2.0
// Users of AMT and their realms.
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

enum class access_permission : std::uint32_t {
    local_access_only = 0,
    network_access_only = 1,
    local_and_network_access = 2,
};
constexpr std::string_view texts(access_permission) {
    return "0 LocalAccessOnly, 1 NetworkAccessOnly, 2 LocalAndNetworkAccess";
}

enum class realm : std::uint32_t {
    invalid_realm = 0,
    reserved_realm0 = 1,
    redirection_realm = 2,
    pt_administration_realm = 3,
    hardware_asset_realm = 4,
    remote_control_realm = 5,
    storage_realm = 6,
    event_manager_realm = 7,
    storage_admin_realm = 8,
    agent_presence_local_realm = 9,
    agent_presence_remote_realm = 10,
    circuit_breaker_realm = 11,
    network_time_realm = 12,
    general_info_realm = 13,
    firmware_update_realm = 14,
    eit_realm = 15,
    local_un = 16,
    endpoint_access_control_realm = 17,
    endpoint_access_control_admin_realm = 18,
    event_log_reader_realm = 19,
    audit_log_realm = 20,
    acl_realm = 21,
    reserved_realm1 = 22,
    reserved_realm2 = 23,
    local_system_realm = 24,
};
constexpr std::string_view texts(realm) {
    return "0 InvalidRealm, 1 ReservedRealm0, 2 RedirectionRealm, 3 PTAdministrationRealm, "
           "4 HardwareAssetRealm, 5 RemoteControlRealm, 6 StorageRealm, 7 EventManagerRealm, "
           "8 StorageAdminRealm, 9 AgentPresenceLocalRealm, 10 AgentPresenceRemoteRealm, "
           "11 CircuitBreakerRealm, 12 NetworkTimeRealm, 13 GeneralInfoRealm, "
           "14 FirmwareUpdateRealm, 15 EITRealm, 16 LocalUN, 17 EndpointAccessControlRealm, "
           "18 EndpointAccessControlAdminRealm, 19 EventLogReaderRealm, 20 AuditLogRealm, "
           "21 ACLRealm, 22 ReservedRealm1, 23 ReservedRealm2, 24 LocalSystemRealm";
}

struct authorization_service : described<authorization_service> {
    static constexpr std::string_view wire_name = "AMT_AuthorizationService";

    std::optional<std::int64_t> allow_http_qop_auth_only; // 1: Digest with qop auth is enough
    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> name;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = authorization_service;
        return std::array{row<&s::allow_http_qop_auth_only>("AllowHttpQopAuthOnly"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

struct enumerate_user_acl_entries_input : described<enumerate_user_acl_entries_input> {
    static constexpr std::string_view wire_name = "EnumerateUserAclEntries_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> start_index; // of the first: 1

    static consteval auto fields() {
        using s = enumerate_user_acl_entries_input;
        return std::array{row<&s::start_index>("StartIndex")};
    }
};

struct enumerate_user_acl_entries_output : described<enumerate_user_acl_entries_output> {
    static constexpr std::string_view wire_name = "EnumerateUserAclEntries_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> total_count;
    std::optional<std::int64_t> handles_count;
    std::vector<std::int64_t> handles;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = enumerate_user_acl_entries_output;
        return std::array{row<&s::total_count>("TotalCount"),
                          row<&s::handles_count>("HandlesCount"), row<&s::handles>("Handles"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct get_acl_enabled_state_input : described<get_acl_enabled_state_input> {
    static constexpr std::string_view wire_name = "GetAclEnabledState_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;

    static consteval auto fields() {
        using s = get_acl_enabled_state_input;
        return std::array{row<&s::handle>("Handle")};
    }
};

struct get_acl_enabled_state_output : described<get_acl_enabled_state_output> {
    static constexpr std::string_view wire_name = "GetAclEnabledState_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<bool> enabled;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_acl_enabled_state_output;
        return std::array{row<&s::enabled>("Enabled"), row<&s::return_value>("ReturnValue")};
    }
};

struct set_acl_enabled_state_input : described<set_acl_enabled_state_input> {
    static constexpr std::string_view wire_name = "SetAclEnabledState_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;
    std::optional<bool> enabled;

    static consteval auto fields() {
        using s = set_acl_enabled_state_input;
        return std::array{row<&s::handle>("Handle"), row<&s::enabled>("Enabled")};
    }
};

struct set_acl_enabled_state_output : returns<set_acl_enabled_state_output, pt_status> {
    static constexpr std::string_view wire_name = "SetAclEnabledState_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";
};

struct get_admin_acl_entry_output : described<get_admin_acl_entry_output> {
    static constexpr std::string_view wire_name = "GetAdminAclEntry_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::string> username;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_admin_acl_entry_output;
        return std::array{row<&s::username>("Username"), row<&s::return_value>("ReturnValue")};
    }
};

struct get_admin_acl_entry_status_output : described<get_admin_acl_entry_status_output> {
    static constexpr std::string_view wire_name = "GetAdminAclEntryStatus_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<bool> is_default;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_admin_acl_entry_status_output;
        return std::array{row<&s::is_default>("IsDefault"), row<&s::return_value>("ReturnValue")};
    }
};

struct get_admin_net_acl_entry_status_output : described<get_admin_net_acl_entry_status_output> {
    static constexpr std::string_view wire_name = "GetAdminNetAclEntryStatus_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<bool> is_default;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_admin_net_acl_entry_status_output;
        return std::array{row<&s::is_default>("IsDefault"), row<&s::return_value>("ReturnValue")};
    }
};

struct set_admin_acl_entry_input : described<set_admin_acl_entry_input> {
    static constexpr std::string_view wire_name = "SetAdminAclEntryEx_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::string> username;         // at most 16 characters
    std::optional<core::secret> digest_password; // base64 of MD5(user:realm:password)

    static consteval auto fields() {
        using s = set_admin_acl_entry_input;
        return std::array{row<&s::username>("Username"),
                          row<&s::digest_password>("DigestPassword")};
    }
};

struct set_admin_acl_entry_output : returns<set_admin_acl_entry_output, pt_status> {
    static constexpr std::string_view wire_name = "SetAdminAclEntryEx_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";
};

struct get_user_acl_entry_input : described<get_user_acl_entry_input> {
    static constexpr std::string_view wire_name = "GetUserAclEntryEx_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;

    static consteval auto fields() {
        using s = get_user_acl_entry_input;
        return std::array{row<&s::handle>("Handle")};
    }
};

struct get_user_acl_entry_output : described<get_user_acl_entry_output> {
    static constexpr std::string_view wire_name = "GetUserAclEntryEx_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::string> digest_username;
    std::optional<amt::access_permission> access_permission;
    std::vector<realm> realms;
    std::optional<std::string> kerberos_user_sid;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_user_acl_entry_output;
        return std::array{row<&s::digest_username>("DigestUsername"),
                          row<&s::access_permission>("AccessPermission"), row<&s::realms>("Realms"),
                          row<&s::kerberos_user_sid>("KerberosUserSid"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct add_user_acl_entry_input : described<add_user_acl_entry_input> {
    static constexpr std::string_view wire_name = "AddUserAclEntryEx_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;
    std::optional<std::string> digest_username;
    std::optional<core::secret> digest_password; // as of set_admin_acl_entry_input
    std::optional<amt::access_permission> access_permission;
    std::vector<realm> realm_value;
    std::optional<std::string> kerberos_user_sid;

    static consteval auto fields() {
        using s = add_user_acl_entry_input;
        return std::array{row<&s::handle>("Handle"),
                          row<&s::digest_username>("DigestUsername"),
                          row<&s::digest_password>("DigestPassword"),
                          row<&s::access_permission>("AccessPermission"),
                          row<&s::realm_value>("RealmValue"),
                          row<&s::kerberos_user_sid>("KerberosUserSid")};
    }
};

struct add_user_acl_entry_output : returns<add_user_acl_entry_output, pt_status> {
    static constexpr std::string_view wire_name = "AddUserAclEntryEx_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";
};

struct update_user_acl_entry_input : described<update_user_acl_entry_input> {
    static constexpr std::string_view wire_name = "UpdateUserAclEntry_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;
    std::optional<std::string> digest_username;
    std::optional<core::secret> digest_password; // as of set_admin_acl_entry_input
    std::optional<amt::access_permission> access_permission;
    std::vector<realm> realm_value;
    std::optional<std::string> kerberos_user_sid;

    static consteval auto fields() {
        using s = update_user_acl_entry_input;
        return std::array{row<&s::handle>("Handle"),
                          row<&s::digest_username>("DigestUsername"),
                          row<&s::digest_password>("DigestPassword"),
                          row<&s::access_permission>("AccessPermission"),
                          row<&s::realm_value>("RealmValue"),
                          row<&s::kerberos_user_sid>("KerberosUserSid")};
    }
};

struct update_user_acl_entry_output : returns<update_user_acl_entry_output, pt_status> {
    static constexpr std::string_view wire_name = "UpdateUserAclEntry_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";
};

struct remove_user_acl_entry_input : described<remove_user_acl_entry_input> {
    static constexpr std::string_view wire_name = "RemoveUserAclEntry_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";

    std::optional<std::int64_t> handle;

    static consteval auto fields() {
        using s = remove_user_acl_entry_input;
        return std::array{row<&s::handle>("Handle")};
    }
};

struct remove_user_acl_entry_output : returns<remove_user_acl_entry_output, pt_status> {
    static constexpr std::string_view wire_name = "RemoveUserAclEntry_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuthorizationService";
};

} // namespace costrand::wsman::amt
