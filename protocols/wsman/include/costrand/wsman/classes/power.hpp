// SPDX-License-Identifier: Apache-2.0
// Power of the host: states, requests, schemes.
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

// Sources disagree about the names of 5, 6, 8 and 9: rely on 2 on, 5 cycle, 8 off, 10 reset, 11
// NMI, 12 and 14 (wsman.md 13).
enum class power_state : std::uint32_t {
    power_on = 2,
    sleep_light = 3,
    sleep_deep = 4,
    power_cycle_off_hard = 5,
    power_cycle_off_soft = 6,
    hibernate = 7,
    power_off_hard = 8,
    power_off_soft = 9,
    master_bus_reset = 10,
    diagnostic_interrupt_nmi = 11,
    power_off_soft_graceful = 12,
    power_off_hard_graceful = 13,
    master_bus_reset_graceful = 14,
    power_cycle_off_soft_graceful = 15,
    power_cycle_off_hard_graceful = 16,
};
constexpr std::string_view texts(power_state) {
    return "2 PowerOn, 3 SleepLight, 4 SleepDeep, 5 PowerCycleOffHard, 6 PowerCycleOffSoft, "
           "7 Hibernate, 8 PowerOffHard, 9 PowerOffSoft, 10 MasterBusReset, "
           "11 DiagnosticInterruptNMI, 12 PowerOffSoftGraceful, 13 PowerOffHardGraceful, "
           "14 MasterBusResetGraceful, 15 PowerCycleOffSoftGraceful, "
           "16 PowerCycleOffHardGraceful";
}

struct associated_power_management_service : described<associated_power_management_service> {
    static constexpr std::string_view wire_name = "CIM_AssociatedPowerManagementService";

    std::vector<cim::power_state> available_requested_power_states;
    std::optional<cim::power_state> power_state;
    std::optional<std::string> other_power_state;
    std::optional<cim::power_state> requested_power_state;
    std::optional<std::string> other_requested_power_state;
    std::optional<cim_time> power_on_time;
    std::optional<cim::power_state> transitioning_to_power_state;
    std::optional<endpoint_reference> service_provided;
    std::optional<endpoint_reference> user_of_service;

    static consteval auto fields() {
        using s = associated_power_management_service;
        return std::array{
            row<&s::available_requested_power_states>("AvailableRequestedPowerStates"),
            row<&s::power_state>("PowerState"),
            row<&s::other_power_state>("OtherPowerState"),
            row<&s::requested_power_state>("RequestedPowerState"),
            row<&s::other_requested_power_state>("OtherRequestedPowerState"),
            row<&s::power_on_time>("PowerOnTime"),
            row<&s::transitioning_to_power_state>("TransitioningToPowerState"),
            row<&s::service_provided>("ServiceProvided"),
            row<&s::user_of_service>("UserOfService")};
    }
};

// Base of CIM_AssociatedPowerManagementService: an enumeration gives those.
struct service_available_to_element : described<service_available_to_element> {
    static constexpr std::string_view wire_name = "CIM_ServiceAvailableToElement";

    std::vector<cim::power_state> available_requested_power_states;
    std::optional<cim::power_state> power_state;
    std::optional<endpoint_reference> service_provided;
    std::optional<endpoint_reference> user_of_service;

    static consteval auto fields() {
        using s = service_available_to_element;
        return std::array{
            row<&s::available_requested_power_states>("AvailableRequestedPowerStates"),
            row<&s::power_state>("PowerState"), row<&s::service_provided>("ServiceProvided"),
            row<&s::user_of_service>("UserOfService")};
    }
};

struct power_management_capabilities : described<power_management_capabilities> {
    static constexpr std::string_view wire_name = "CIM_PowerManagementCapabilities";

    std::optional<std::string> instance_id;
    std::optional<std::string> element_name;
    std::vector<std::int64_t> power_change_capabilities;
    std::optional<std::string> other_power_change_capabilities;
    std::vector<std::int64_t> power_states_supported;
    std::vector<std::int64_t> requested_power_states_supported;

    static consteval auto fields() {
        using s = power_management_capabilities;
        return std::array{
            row<&s::instance_id>("InstanceID"),
            row<&s::element_name>("ElementName"),
            row<&s::power_change_capabilities>("PowerChangeCapabilities"),
            row<&s::other_power_change_capabilities>("OtherPowerChangeCapabilities"),
            row<&s::power_states_supported>("PowerStatesSupported"),
            row<&s::requested_power_states_supported>("RequestedPowerStatesSupported")};
    }
};

struct power_management_service : described<power_management_service> {
    static constexpr std::string_view wire_name = "CIM_PowerManagementService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> name;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = power_management_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

struct request_power_state_change_input : described<request_power_state_change_input> {
    static constexpr std::string_view wire_name = "RequestPowerStateChange_INPUT";
    static constexpr std::string_view wire_owner = "CIM_PowerManagementService";

    std::optional<cim::power_state> power_state;
    std::optional<endpoint_reference> managed_element; // CIM_ComputerSystem, "ManagedSystem"

    static consteval auto fields() {
        using s = request_power_state_change_input;
        return std::array{row<&s::power_state>("PowerState"),
                          row<&s::managed_element>("ManagedElement")};
    }
};

struct request_power_state_change_output
    : returns<request_power_state_change_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestPowerStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_PowerManagementService";
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::ips {

enum class os_power_saving_state : std::uint32_t {
    unknown = 0,
    unsupported = 1,
    full_power = 2,
    os_power_saving = 3,
};
constexpr std::string_view texts(os_power_saving_state) {
    return "0 Unknown, 1 Unsupported, 2 FullPower, 3 OSPowerSaving";
}

struct power_management_service : described<power_management_service> {
    static constexpr std::string_view wire_name = "IPS_PowerManagementService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> name;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<ips::os_power_saving_state> os_power_saving_state;

    static consteval auto fields() {
        using s = power_management_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::os_power_saving_state>("OSPowerSavingState")};
    }
};

struct request_os_power_saving_state_change_input
    : described<request_os_power_saving_state_change_input> {
    static constexpr std::string_view wire_name = "RequestOSPowerSavingStateChange_INPUT";
    static constexpr std::string_view wire_owner = "IPS_PowerManagementService";

    std::optional<ips::os_power_saving_state> os_power_saving_state;
    std::optional<endpoint_reference> managed_element;

    static consteval auto fields() {
        using s = request_os_power_saving_state_change_input;
        return std::array{row<&s::os_power_saving_state>("OSPowerSavingState"),
                          row<&s::managed_element>("ManagedElement")};
    }
};

struct request_os_power_saving_state_change_output
    : returns<request_os_power_saving_state_change_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestOSPowerSavingStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_PowerManagementService";
};

} // namespace costrand::wsman::ips

namespace costrand::wsman::amt {

struct system_power_scheme : described<system_power_scheme> {
    static constexpr std::string_view wire_name = "AMT_SystemPowerScheme";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> description;
    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> name;
    std::optional<std::string> scheme_guid; // base64 of 16 bytes
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::int64_t> policy_owner;
    std::optional<std::int64_t> policy_precedence;

    static consteval auto fields() {
        using s = system_power_scheme;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::description>("Description"),
                          row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::name>("Name"),
                          row<&s::scheme_guid>("SchemeGUID"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::policy_owner>("PolicyOwner"),
                          row<&s::policy_precedence>("PolicyPrecedence")};
    }
};

} // namespace costrand::wsman::amt
