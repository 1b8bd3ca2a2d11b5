// SPDX-License-Identifier: Apache-2.0
// Enumerations that many classes share (wsman.md 10).
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <cstdint>
#include <string_view>

namespace costrand::wsman::cim {

enum class enabled_state : std::uint32_t {
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
};
constexpr std::string_view texts(enabled_state) {
    return "0 Unknown, 1 Other, 2 Enabled, 3 Disabled, 4 ShuttingDown, 5 NotApplicable, "
           "6 EnabledButOffline, 7 InTest, 8 Deferred, 9 Quiesce, 10 Starting";
}

enum class requested_state : std::uint32_t {
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
};
constexpr std::string_view texts(requested_state) {
    return "0 Unknown, 2 Enabled, 3 Disabled, 4 ShutDown, 5 NoChange, 6 Offline, 7 Test, "
           "8 Deferred, 9 Quiesce, 10 Reboot, 11 Reset, 12 NotApplicable";
}

enum class enabled_default : std::uint32_t {
    enabled = 2,
    disabled = 3,
    not_applicable = 5,
    enabled_but_offline = 6,
    no_default = 7,
    quiesce = 9,
};
constexpr std::string_view texts(enabled_default) {
    return "2 Enabled, 3 Disabled, 5 NotApplicable, 6 EnabledButOffline, 7 NoDefault, "
           "9 Quiesce";
}

enum class health_state : std::uint32_t {
    unknown = 0,
    ok = 5,
    degraded = 10,
    minor = 15,
    major = 20,
    critical = 25,
    non_recoverable = 30,
};
constexpr std::string_view texts(health_state) {
    return "0 Unknown, 5 OK, 10 Degraded, 15 Minor, 20 Major, 25 Critical, 30 NonRecoverable";
}

enum class operational_status : std::uint32_t {
    unknown = 0,
    other = 1,
    ok = 2,
    degraded = 3,
    stressed = 4,
    predictive_failure = 5,
    error = 6,
    non_recoverable = 7,
    starting = 8,
    stopping = 9,
    stopped = 10,
    in_service = 11,
    no_contact = 12,
    lost_communication = 13,
    aborted = 14,
    dormant = 15,
    supporting_entity_in_error = 16,
    completed = 17,
    power_mode = 18,
    relocating = 19,
};
constexpr std::string_view texts(operational_status) {
    return "0 Unknown, 1 Other, 2 OK, 3 Degraded, 4 Stressed, 5 PredictiveFailure, 6 Error, "
           "7 NonRecoverable, 8 Starting, 9 Stopping, 10 Stopped, 11 InService, 12 NoContact, "
           "13 LostCommunication, 14 Aborted, 15 Dormant, 16 SupportingEntityInError, "
           "17 Completed, 18 PowerMode, 19 Relocating";
}

enum class package_type : std::uint32_t {
    unknown = 0,
    other = 1,
    rack = 2,
    chassis_frame = 3,
    cross_connect_backplane = 4,
    container_frame_slot = 5,
    power_supply = 6,
    fan = 7,
    sensor = 8,
    module_card = 9,
    port_connector = 10,
    battery = 11,
    processor = 12,
    memory = 13,
    power_source_generator = 14,
    storage_media_package = 15,
    blade = 16,
    blade_expansion = 17,
};
constexpr std::string_view texts(package_type) {
    return "0 Unknown, 1 Other, 2 Rack, 3 ChassisFrame, 4 CrossConnectBackplane, "
           "5 ContainerFrameSlot, 6 PowerSupply, 7 Fan, 8 Sensor, 9 ModuleCard, "
           "10 PortConnector, 11 Battery, 12 Processor, 13 Memory, 14 PowerSourceGenerator, "
           "15 StorageMediaPackage, 16 Blade, 17 BladeExpansion";
}

enum class link_technology : std::uint32_t {
    unknown = 0,
    other = 1,
    ethernet = 2,
    ib = 3,
    fc = 4,
    fddi = 5,
    atm = 6,
    token_ring = 7,
    frame_relay = 8,
    infrared = 9,
    blue_tooth = 10,
    wireless_lan = 11,
};
constexpr std::string_view texts(link_technology) {
    return "0 Unknown, 1 Other, 2 Ethernet, 3 IB, 4 FC, 5 FDDI, 6 ATM, 7 TokenRing, "
           "8 FrameRelay, 9 Infrared, 10 BlueTooth, 11 WirelessLAN";
}

enum class port_type : std::uint32_t {
    unknown = 0,
    other = 1,
    n80211a = 70,
    n80211b = 71,
    n80211g = 72,
    n80211n = 73,
};
constexpr std::string_view texts(port_type) {
    return "0 Unknown, 1 Other, 70 80211a, 71 80211b, 72 80211g, 73 80211n";
}

} // namespace costrand::wsman::cim
