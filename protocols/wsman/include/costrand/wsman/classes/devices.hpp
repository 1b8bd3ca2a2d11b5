// SPDX-License-Identifier: Apache-2.0
// Drives, batteries, fans and sensors.
#pragma once

#include <costrand/wsman/classes/common.hpp>
#include <costrand/wsman/classes/description.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::cim {

enum class media_capability : std::uint32_t {
    unknown_capabilities = 0,
    other_capabilities = 1,
    sequential_access = 2,
    random_access = 3,
    supports_writing = 4,
    encryption = 5,
    compression = 6,
    supports_removable_media = 7,
    manual_cleaning = 8,
    automatic_cleaning = 9,
    smart_notification = 10,
    supports_dual_sided_media = 11,
    pre_dismount_eject_not_required = 12,
};
constexpr std::string_view texts(media_capability) {
    return "0 UnknownCapabilities, 1 OtherCapabilities, 2 SequentialAccess, 3 RandomAccess, "
           "4 SupportsWriting, 5 Encryption, 6 Compression, 7 SupportsRemovableMedia, "
           "8 ManualCleaning, 9 AutomaticCleaning, 10 SmartNotification, "
           "11 SupportsDualSidedMedia, 12 PreDismountEjectNotRequired";
}

enum class media_security : std::uint32_t {
    other = 1,
    unknown = 2,
    none = 3,
    read_only = 4,
    locked_out = 5,
    boot_bypass = 6,
    boot_bypass_and_read_only = 7,
};
constexpr std::string_view texts(media_security) {
    return "1 Other, 2 Unknown, 3 None, 4 ReadOnly, 5 LockedOut, 6 BootBypass, "
           "7 BootBypassAndReadOnly";
}

struct media_access_device : described<media_access_device> {
    static constexpr std::string_view wire_name = "CIM_MediaAccessDevice";

    std::vector<media_capability> capabilities;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> device_id;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_default> enabled_default;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::uint64_t> max_media_size;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::requested_state> requested_state;
    std::optional<media_security> security;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = media_access_device;
        return std::array{row<&s::capabilities>("Capabilities"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::device_id>("DeviceID"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_default>("EnabledDefault"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::max_media_size>("MaxMediaSize"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::security>("Security"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

enum class battery_status : std::uint32_t {
    other = 1,
    unknown = 2,
    fully_charged = 3,
    low = 4,
    critical = 5,
    charging = 6,
    charging_and_high = 7,
    charging_and_low = 8,
    charging_and_critical = 9,
    undefined = 10,
    partially_charged = 11,
    learning = 12,
    overcharged = 13,
};
constexpr std::string_view texts(battery_status) {
    return "1 Other, 2 Unknown, 3 FullyCharged, 4 Low, 5 Critical, 6 Charging, "
           "7 ChargingAndHigh, 8 ChargingAndLow, 9 ChargingAndCritical, 10 Undefined, "
           "11 PartiallyCharged, 12 Learning, 13 Overcharged";
}

enum class chemistry : std::uint32_t {
    other = 1,
    unknown = 2,
    lead_acid = 3,
    nickel_cadmium = 4,
    nickel_metal_hydride = 5,
    lithium_ion = 6,
    zinc_air = 7,
    lithium_polymer = 8,
};
constexpr std::string_view texts(chemistry) {
    return "1 Other, 2 Unknown, 3 LeadAcid, 4 NickelCadmium, 5 NickelMetalHydride, "
           "6 LithiumIon, 7 ZincAir, 8 LithiumPolymer";
}

enum class charging_status : std::uint32_t {
    unknown = 0,
    charging = 2,
    discharging = 3,
    idle = 4,
};
constexpr std::string_view texts(charging_status) {
    return "0 Unknown, 2 Charging, 3 Discharging, 4 Idle";
}

struct battery : described<battery> {
    static constexpr std::string_view wire_name = "CIM_Battery";

    std::optional<std::string> device_id;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::health_state> health_state;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::requested_state> requested_state;
    std::optional<cim::battery_status> battery_status;
    std::optional<std::int64_t> estimated_charge_remaining;
    std::optional<cim::chemistry> chemistry;
    std::optional<std::int64_t> design_capacity;
    std::optional<std::int64_t> full_charge_capacity;
    std::optional<std::uint64_t> design_voltage;
    std::optional<cim::charging_status> charging_status;

    static consteval auto fields() {
        using s = battery;
        return std::array{row<&s::device_id>("DeviceID"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::health_state>("HealthState"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::battery_status>("BatteryStatus"),
                          row<&s::estimated_charge_remaining>("EstimatedChargeRemaining"),
                          row<&s::chemistry>("Chemistry"),
                          row<&s::design_capacity>("DesignCapacity"),
                          row<&s::full_charge_capacity>("FullChargeCapacity"),
                          row<&s::design_voltage>("DesignVoltage"),
                          row<&s::charging_status>("ChargingStatus")};
    }
};

struct fan : described<fan> {
    static constexpr std::string_view wire_name = "CIM_Fan";

    std::optional<bool> active_cooling;
    std::optional<std::string> creation_class_name;
    std::optional<std::uint64_t> desired_speed;
    std::optional<std::string> device_id;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::health_state> health_state;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<bool> variable_speed;

    static consteval auto fields() {
        using s = fan;
        return std::array{row<&s::active_cooling>("ActiveCooling"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::desired_speed>("DesiredSpeed"),
                          row<&s::device_id>("DeviceID"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::health_state>("HealthState"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::variable_speed>("VariableSpeed")};
    }
};

enum class sensor_type : std::uint32_t {
    unknown = 0,
    other = 1,
    temperature = 2,
    voltage = 3,
    current = 4,
    tachometer = 5,
    counter = 6,
    switch_ = 7,
    lock = 8,
    humidity = 9,
    smoke_detection = 10,
    presence = 11,
    air_flow = 12,
    power_consumption = 13,
    power_production = 14,
    pressure = 15,
    intrusion = 16,
};
constexpr std::string_view texts(sensor_type) {
    return "0 Unknown, 1 Other, 2 Temperature, 3 Voltage, 4 Current, 5 Tachometer, 6 Counter, "
           "7 Switch, 8 Lock, 9 Humidity, 10 SmokeDetection, 11 Presence, 12 AirFlow, "
           "13 PowerConsumption, 14 PowerProduction, 15 Pressure, 16 Intrusion";
}

struct sensor : described<sensor> {
    static constexpr std::string_view wire_name = "CIM_Sensor";

    std::optional<std::string> device_id;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::health_state> health_state;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::requested_state> requested_state;
    std::optional<cim::sensor_type> sensor_type;
    std::vector<std::string> possible_states;
    std::optional<std::string> current_state;

    static consteval auto fields() {
        using s = sensor;
        return std::array{row<&s::device_id>("DeviceID"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::health_state>("HealthState"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::sensor_type>("SensorType"),
                          row<&s::possible_states>("PossibleStates"),
                          row<&s::current_state>("CurrentState")};
    }
};

} // namespace costrand::wsman::cim
