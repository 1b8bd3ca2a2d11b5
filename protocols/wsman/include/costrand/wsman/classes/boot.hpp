// SPDX-License-Identifier: Apache-2.0
// From where the host boots next, and why it booted.
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

namespace costrand::wsman::cim {

enum class fail_through_supported : std::uint32_t {
    unknown = 0,
    is_supported = 1,
    not_supported = 2,
};
constexpr std::string_view texts(fail_through_supported) {
    return "0 Unknown, 1 IsSupported, 2 NotSupported";
}

// What ChangeBootOrder, SetBootConfigRole and RequestStateChange return.
enum class boot_status : std::uint32_t {
    completed_no_error = 0,
    not_supported = 1,
    unknown_error = 2,
    busy = 3,
    invalid_reference = 4,
    invalid_parameter = 5,
    access_denied = 6,
};
constexpr std::string_view texts(boot_status) {
    return "0 CompletedNoError, 1 NotSupported, 2 UnknownError, 3 Busy, 4 InvalidReference, "
           "5 InvalidParameter, 6 AccessDenied";
}

// One-click recovery and remote platform erase; the rest of the boot options is on.
enum class boot_service_state : std::uint32_t {
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
    recovery_and_rpe_off = 32768,
    recovery_on_rpe_off = 32769,
    recovery_off_rpe_on = 32770,
    recovery_and_rpe_on = 32771,
};
constexpr std::string_view texts(boot_service_state) {
    return "0 Unknown, 1 Other, 2 Enabled, 3 Disabled, 4 ShuttingDown, 5 NotApplicable, "
           "6 EnabledButOffline, 7 InTest, 8 Deferred, 9 Quiesce, 10 Starting, "
           "32768 IntelOneClickRecoveryAndIntelRPEAreDisabledAndAllOtherBootOptionsAreEnabled, "
           "32769 "
           "IntelOneClickRecoveryIsEnabledAndIntelRPEIsDisabledAndAllOtherBootOptionsAreEnabled, "
           "32770 "
           "IntelRPEIsEnabledAndIntelOneClickRecoveryIsDisabledAndAllOtherBootOptionsAreEnabled, "
           "32771 IntelOneClickRecoveryAndIntelRPEAreEnabledAndAllOtherBootOptionsAreEnabled";
}

enum class boot_service_request : std::uint32_t {
    unknown = 0,
    enabled = 2,
    disabled = 3,
    shut_down = 4,
    no_change = 5,
    offline = 6,
    test = 7,
    deferred = 8,
    quiesce = 9,
    reboot = 10,
    reset = 11,
    not_applicable = 12,
    recovery_and_rpe_off = 32768,
    recovery_on_rpe_off = 32769,
    recovery_off_rpe_on = 32770,
    recovery_and_rpe_on = 32771,
};
constexpr std::string_view texts(boot_service_request) {
    return "0 Unknown, 2 Enabled, 3 Disabled, 4 ShutDown, 5 NoChange, 6 Offline, 7 Test, "
           "8 Deferred, 9 Quiesce, 10 Reboot, 11 Reset, 12 NotApplicable, "
           "32768 DisableIntelOneClickRecoveryAndIntelRPEAndEnableAllOtherBootOptions, "
           "32769 DisableIntelRPEAndEnableIntelOneClickRecoveryAndAllOtherBootOptions, "
           "32770 DisableIntelOneClickRecoveryAndEnableIntelRPEAndAllOtherBootOptions, "
           "32771 EnableAllBootOptions";
}

struct boot_config_setting : described<boot_config_setting> {
    static constexpr std::string_view wire_name = "CIM_BootConfigSetting";

    std::optional<std::string> instance_id;
    std::optional<std::string> element_name;

    static consteval auto fields() {
        using s = boot_config_setting;
        return std::array{row<&s::instance_id>("InstanceID"), row<&s::element_name>("ElementName")};
    }
};

// On InstanceID "Intel(r) AMT: Boot Configuration 0"; without a source the order is cleared.
struct change_boot_order_input : described<change_boot_order_input> {
    static constexpr std::string_view wire_name = "ChangeBootOrder_INPUT";
    static constexpr std::string_view wire_owner = "CIM_BootConfigSetting";

    std::optional<endpoint_reference> source; // a CIM_BootSourceSetting

    static consteval auto fields() {
        using s = change_boot_order_input;
        return std::array{row<&s::source>("Source")};
    }
};

struct change_boot_order_output : returns<change_boot_order_output, boot_status> {
    static constexpr std::string_view wire_name = "ChangeBootOrder_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_BootConfigSetting";
};

// InstanceID "Intel(r) AMT: Force Hard-drive Boot", "... Force PXE Boot", "... Force CD/DVD
// Boot".
struct boot_source_setting : described<boot_source_setting> {
    static constexpr std::string_view wire_name = "CIM_BootSourceSetting";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> structured_boot_string;
    std::optional<std::string> bios_boot_string;
    std::optional<std::string> boot_string;
    std::optional<cim::fail_through_supported> fail_through_supported;

    static consteval auto fields() {
        using s = boot_source_setting;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::structured_boot_string>("StructuredBootString"),
                          row<&s::bios_boot_string>("BIOSBootString"),
                          row<&s::boot_string>("BootString"),
                          row<&s::fail_through_supported>("FailThroughSupported")};
    }
};

struct boot_service : described<boot_service> {
    static constexpr std::string_view wire_name = "CIM_BootService";

    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::vector<cim::operational_status> operational_status;
    std::optional<boot_service_state> enabled_state;
    std::optional<boot_service_request> requested_state;

    static consteval auto fields() {
        using s = boot_service;
        return std::array{row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState")};
    }
};

struct set_boot_config_role_input : described<set_boot_config_role_input> {
    static constexpr std::string_view wire_name = "SetBootConfigRole_INPUT";
    static constexpr std::string_view wire_owner = "CIM_BootService";

    std::optional<endpoint_reference> boot_config_setting;
    std::optional<std::int64_t> role;

    static consteval auto fields() {
        using s = set_boot_config_role_input;
        return std::array{row<&s::boot_config_setting>("BootConfigSetting"), row<&s::role>("Role")};
    }
};

struct set_boot_config_role_output : returns<set_boot_config_role_output, boot_status> {
    static constexpr std::string_view wire_name = "SetBootConfigRole_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_BootService";
};

struct request_boot_service_state_input : described<request_boot_service_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "CIM_BootService";

    std::optional<boot_service_request> requested_state;

    static consteval auto fields() {
        using s = request_boot_service_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_boot_service_state_output : returns<request_boot_service_state_output, boot_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_BootService";
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::ips {

struct host_boot_reason : described<host_boot_reason> {
    static constexpr std::string_view wire_name = "IPS_HostBootReason";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> previous_sx_state;
    std::optional<std::int64_t> reason;
    std::optional<std::string> reason_details;

    static consteval auto fields() {
        using s = host_boot_reason;
        return std::array{row<&s::element_name>("ElementName"), row<&s::instance_id>("InstanceID"),
                          row<&s::previous_sx_state>("PreviousSxState"), row<&s::reason>("Reason"),
                          row<&s::reason_details>("ReasonDetails")};
    }
};

} // namespace costrand::wsman::ips
