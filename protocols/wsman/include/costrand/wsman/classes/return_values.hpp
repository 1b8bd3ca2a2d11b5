// SPDX-License-Identifier: Apache-2.0
// What methods return: the lists that several classes share (wsman.md 9). A list of one class is
// beside the class.
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace costrand::wsman {

// Methods of AMT and most of IPS (wsman.md 9.1).
enum class pt_status : std::uint32_t {
    success = 0,
    internal_error = 1,
    invalid_pt_mode = 3,
    invalid_registration_data = 9,
    application_does_not_exist = 10,
    not_enough_storage = 11,
    invalid_name = 12,
    block_does_not_exist = 13,
    invalid_byte_offset = 14,
    invalid_byte_count = 15,
    not_permitted = 16,
    not_owner = 17,
    block_locked_by_other = 18,
    block_not_locked = 19,
    invalid_group_permissions = 20,
    group_does_not_exist = 21,
    invalid_member_count = 22,
    max_limit_reached = 23,
    invalid_auth_type = 24,
    invalid_dhcp_mode = 26,
    invalid_ip_address = 27,
    invalid_domain_name = 28,
    request_unexpected = 30,
    invalid_provisioning_state = 32,
    invalid_time = 34,
    invalid_index = 35,
    invalid_parameter = 36,
    invalid_netmask = 37,
    flash_write_limit_exceeded = 38,
    unsupported_oem_number = 2049,
    unsupported_boot_option = 2050,
    invalid_command = 2051,
    invalid_special_command = 2052,
    invalid_handle = 2053,
    invalid_password = 2054,
    invalid_realm = 2055,
    storage_acl_entry_in_use = 2056,
    data_missing = 2057,
    duplicate = 2058,
    event_log_frozen = 2059,
    pki_missing_keys = 2060,
    pki_generating_keys = 2061,
    invalid_key = 2062,
    invalid_cert = 2063,
    cert_key_not_match = 2064,
    max_kerb_domain_reached = 2065,
    unsupported = 2066,
    invalid_priority = 2067,
    not_found = 2068,
    invalid_credentials = 2069,
    invalid_passphrase = 2070,
    no_association = 2072,
    audit_fail = 2075,
    blocking_component = 2076,
    user_consent_required = 2081,
    operation_in_progress = 2082,
};
constexpr std::string_view texts(pt_status) {
    return "0 SUCCESS, 1 INTERNAL_ERROR, 3 INVALID_PT_MODE, 9 INVALID_REGISTRATION_DATA, "
           "10 APPLICATION_DOES_NOT_EXIST, 11 NOT_ENOUGH_STORAGE, 12 INVALID_NAME, "
           "13 BLOCK_DOES_NOT_EXIST, 14 INVALID_BYTE_OFFSET, 15 INVALID_BYTE_COUNT, "
           "16 NOT_PERMITTED, 17 NOT_OWNER, 18 BLOCK_LOCKED_BY_OTHER, 19 BLOCK_NOT_LOCKED, "
           "20 INVALID_GROUP_PERMISSIONS, 21 GROUP_DOES_NOT_EXIST, 22 INVALID_MEMBER_COUNT, "
           "23 MAX_LIMIT_REACHED, 24 INVALID_AUTH_TYPE, 26 INVALID_DHCP_MODE, "
           "27 INVALID_IP_ADDRESS, 28 INVALID_DOMAIN_NAME, 30 REQUEST_UNEXPECTED, "
           "32 INVALID_PROVISIONING_STATE, 34 INVALID_TIME, 35 INVALID_INDEX, "
           "36 INVALID_PARAMETER, 37 INVALID_NETMASK, 38 FLASH_WRITE_LIMIT_EXCEEDED, "
           "2049 UNSUPPORTED_OEM_NUMBER, 2050 UNSUPPORTED_BOOT_OPTION, 2051 INVALID_COMMAND, "
           "2052 INVALID_SPECIAL_COMMAND, 2053 INVALID_HANDLE, 2054 INVALID_PASSWORD, "
           "2055 INVALID_REALM, 2056 STORAGE_ACL_ENTRY_IN_USE, 2057 DATA_MISSING, "
           "2058 DUPLICATE, 2059 EVENT_LOG_FROZEN, 2060 PKI_MISSING_KEYS, "
           "2061 PKI_GENERATING_KEYS, 2062 INVALID_KEY, 2063 INVALID_CERT, "
           "2064 CERT_KEY_NOT_MATCH, 2065 MAX_KERB_DOMAIN_REACHED, 2066 UNSUPPORTED, "
           "2067 INVALID_PRIORITY, 2068 NOT_FOUND, 2069 INVALID_CREDENTIALS, "
           "2070 INVALID_PASSPHRASE, 2072 NO_ASSOCIATION, 2075 AUDIT_FAIL, "
           "2076 BLOCKING_COMPONENT, 2081 USER_CONSENT_REQUIRED, 2082 OPERATION_IN_PROGRESS";
}

// RequestStateChange, power and wireless ports (wsman.md 9.2).
enum class state_change_status : std::uint32_t {
    completed_with_no_error = 0,
    not_supported = 1,
    unknown_or_unspecified = 2,
    cannot_complete_within_timeout_period = 3,
    failed = 4,
    invalid_parameter = 5,
    in_use = 6,
    method_parameters_checked_job_started = 4096,
    invalid_state_transition = 4097,
    use_of_timeout_parameter_not_supported = 4098,
    busy = 4099,
};
constexpr std::string_view texts(state_change_status) {
    return "0 CompletedWithNoError, 1 NotSupported, 2 UnknownOrUnspecified, "
           "3 CannotCompleteWithinTimeoutPeriod, 4 Failed, 5 InvalidParameter, 6 InUse, "
           "4096 MethodParametersCheckedJobStarted, 4097 InvalidStateTransition, "
           "4098 UseOfTimeoutParameterNotSupported, 4099 Busy";
}

// The output of a method that tells nothing else.
template <typename T, enumeration Status>
struct returns : described<T> {
    std::optional<Status> return_value;

    static consteval auto fields() {
        return std::array{row<&returns::return_value>("ReturnValue")};
    }
};

} // namespace costrand::wsman
