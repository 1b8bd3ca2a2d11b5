// SPDX-License-Identifier: Apache-2.0
// The parts of the device, as its SMBIOS tells them.
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

enum class chassis_package_type : std::uint32_t {};
constexpr std::string_view texts(chassis_package_type) {
    return "0 Unknown, 1 Other, 2 SMBIOSReserved1, 3 Desktop, 4 LowProfileDesktop, 5 PizzaBox, "
           "6 MiniTower, 7 Tower, 8 Portable, 9 LapTop, 10 Notebook, 11 HandHeld, "
           "12 DockingStation, 13 AllInOne, 14 SubNotebook, 15 SpaceSaving, 16 LunchBox, "
           "17 MainSystemChassis, 18 ExpansionChassis, 19 SubChassis, 20 BusExpansionChassis, "
           "21 PeripheralChassis, 22 StorageChassis, 23 SMBIOSReserved2, 24 SealedCasePC, "
           "25 SMBIOSReserved3, 26 CompactPCI, 27 AdvancedTCA, 28 BladeEnclosure, "
           "29 SMBIOSReserved4, 30 Tablet, 31 Convertible, 32 Detachable, 33 IoTGateway, "
           "34 EmbeddedPC, 35 MiniPC, 36 StickPC";
}

struct chassis : described<chassis> {
    static constexpr std::string_view wire_name = "CIM_Chassis";

    std::optional<std::string> version;
    std::optional<std::string> serial_number;
    std::optional<std::string> model;
    std::optional<std::string> manufacturer;
    std::optional<std::string> element_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> tag;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::package_type> package_type;
    std::optional<cim::chassis_package_type> chassis_package_type;

    static consteval auto fields() {
        using s = chassis;
        return std::array{row<&s::version>("Version"),
                          row<&s::serial_number>("SerialNumber"),
                          row<&s::model>("Model"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::element_name>("ElementName"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::tag>("Tag"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::package_type>("PackageType"),
                          row<&s::chassis_package_type>("ChassisPackageType")};
    }
};

struct card : described<card> {
    static constexpr std::string_view wire_name = "CIM_Card";

    std::optional<bool> can_be_frued;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> manufacturer;
    std::optional<std::string> model;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::package_type> package_type;
    std::optional<std::string> serial_number;
    std::optional<std::string> tag;
    std::optional<std::string> version;

    static consteval auto fields() {
        using s = card;
        return std::array{row<&s::can_be_frued>("CanBeFRUed"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::model>("Model"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::package_type>("PackageType"),
                          row<&s::serial_number>("SerialNumber"),
                          row<&s::tag>("Tag"),
                          row<&s::version>("Version")};
    }
};

struct chip : described<chip> {
    static constexpr std::string_view wire_name = "CIM_Chip";

    std::optional<bool> can_be_frued;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> manufacturer;
    std::vector<cim::operational_status> operational_status;
    std::optional<std::string> tag;
    std::optional<std::string> version;

    static consteval auto fields() {
        using s = chip;
        return std::array{row<&s::can_be_frued>("CanBeFRUed"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::tag>("Tag"),
                          row<&s::version>("Version")};
    }
};

enum class upgrade_method : std::uint32_t {};
constexpr std::string_view texts(upgrade_method) {
    return "0 Other, 1 Unknown, 2 DaughterBoard, 3 ZIFSocket, 4 ReplacementPiggyBack, 5 None, "
           "6 LIFSocket, 7 Slot1, 8 Slot2, 9 370PinSocket, 10 SlotA, 11 SlotM, 12 Socket423, "
           "13 SocketASocket462, 14 Socket478, 15 Socket754, 16 Socket940, 17 Socket939, "
           "18 SocketmPGA604, 19 SocketLGA771, 20 SocketLGA775, 21 SocketS1, 22 SocketAM2, "
           "23 SocketF1207, 24 SocketLGA1366, 25 SocketG34, 26 SocketAM3, 27 SocketC32, "
           "28 SocketLGA1156, 29 SocketLGA1567, 30 SocketPGA988A, 31 SocketBGA1288, "
           "32 rPGA988B, 33 BGA1023, 34 BGA1224, 35 LGA1155, 36 LGA1356, 37 LGA2011, "
           "38 SocketFS1, 39 SocketFS2, 40 SocketFM1, 41 SocketFM2, 42 SocketLGA20113, "
           "43 SocketLGA13563, 44 SocketLGA1150, 45 SocketBGA1168, 46 SocketBGA1234, "
           "47 SocketBGA1364, 48 SocketAM4, 49 SocketLGA1151, 50 SocketBGA1356, "
           "51 SocketBGA1440, 52 SocketBGA1515, 53 SocketLGA36471, 54 SocketSP3, "
           "55 SocketSP3r2, 56 SocketLGA2066, 57 SocketBGA1392, 58 SocketBGA1510, "
           "59 SocketBGA1528, 60 SocketLGA4189, 61 SocketLGA1200, 62 SocketLGA4677, "
           "63 SocketLGA1700, 64 SocketBGA1744, 65 SocketBGA1781, 66 SocketBGA1211, "
           "67 SocketBGA2422, 68 SocketLGA5773, 69 SocketBGA5773, 70 SocketAM5, 71 SocketSP5, "
           "72 SocketSP6, 73 SocketBGA883, 74 SocketBGA1190, 75 SocketBGA4129, "
           "76 SocketLGA4710, 77 SocketLGA7529, 78 SocketBGA1964, 79 SocketBGA1792, "
           "80 SocketBGA2049, 81 SocketBGA2551, 82 SocketLGA1851, 83 SocketBGA2114, "
           "84 SocketBGA2833";
}

enum class cpu_status : std::uint32_t {
    unknown = 0,
    cpu_enabled = 1,
    cpu_disabled_by_user = 2,
    cpu_disabled_by_bios = 3,
    cpu_is_idle = 4,
    other = 5,
};
constexpr std::string_view texts(cpu_status) {
    return "0 Unknown, 1 CPUEnabled, 2 CPUDisabledByUser, 3 CPUDisabledByBIOS, 4 CPUIsIdle, "
           "5 Other";
}

// AMT 21 may have no instance: enumerate.
struct processor : described<processor> {
    static constexpr std::string_view wire_name = "CIM_Processor";

    std::optional<std::string> device_id;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::health_state> health_state;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> role;
    std::optional<std::int64_t> family;
    std::optional<std::string> other_family_description;
    std::optional<cim::upgrade_method> upgrade_method;
    std::optional<std::int64_t> max_clock_speed;
    std::optional<std::int64_t> current_clock_speed;
    std::optional<std::string> stepping;
    std::optional<cim::cpu_status> cpu_status;
    std::optional<std::int64_t> external_bus_clock_speed;

    static consteval auto fields() {
        using s = processor;
        return std::array{row<&s::device_id>("DeviceID"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::health_state>("HealthState"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::role>("Role"),
                          row<&s::family>("Family"),
                          row<&s::other_family_description>("OtherFamilyDescription"),
                          row<&s::upgrade_method>("UpgradeMethod"),
                          row<&s::max_clock_speed>("MaxClockSpeed"),
                          row<&s::current_clock_speed>("CurrentClockSpeed"),
                          row<&s::stepping>("Stepping"),
                          row<&s::cpu_status>("CPUStatus"),
                          row<&s::external_bus_clock_speed>("ExternalBusClockSpeed")};
    }
};

enum class memory_type : std::uint32_t {};
constexpr std::string_view texts(memory_type) {
    return "0 Unknown, 1 Other, 2 DRAM, 3 SynchronousDRAM, 4 CacheDRAM, 5 EDO, 6 EDRAM, "
           "7 VRAM, 8 SRAM, 9 RAM, 10 ROM, 11 Flash, 12 EEPROM, 13 FEPROM, 14 EPROM, 15 CDRAM, "
           "16 3DRAM, 17 SDRAM, 18 SGRAM, 19 RDRAM, 20 DDR, 21 DDR2, 22 BRAM, 23 FBDIMM, "
           "24 DDR3, 25 FBD2, 26 DDR4, 27 LPDDR, 28 LPDDR2, 29 LPDDR3, 30 LPDDR4, "
           "31 LogicalNonVolatileDevice, 32 HBM, 33 HBM2, 34 DDR5, 35 LPDDR5, 36 HBM3";
}

struct physical_memory : described<physical_memory> {
    static constexpr std::string_view wire_name = "CIM_PhysicalMemory";

    std::optional<std::string> part_number;
    std::optional<std::string> serial_number;
    std::optional<std::string> manufacturer;
    std::optional<std::string> element_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> tag;
    std::vector<cim::operational_status> operational_status;
    std::optional<std::int64_t> form_factor;
    std::optional<cim::memory_type> memory_type;
    std::optional<std::int64_t> speed;
    std::optional<std::int64_t> capacity; // bytes
    std::optional<std::string> bank_label;
    std::optional<std::int64_t> configured_memory_clock_speed;
    std::optional<bool> is_speed_in_mhz;
    std::optional<std::int64_t> max_memory_speed;

    static consteval auto fields() {
        using s = physical_memory;
        return std::array{row<&s::part_number>("PartNumber"),
                          row<&s::serial_number>("SerialNumber"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::element_name>("ElementName"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::tag>("Tag"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::form_factor>("FormFactor"),
                          row<&s::memory_type>("MemoryType"),
                          row<&s::speed>("Speed"),
                          row<&s::capacity>("Capacity"),
                          row<&s::bank_label>("BankLabel"),
                          row<&s::configured_memory_clock_speed>("ConfiguredMemoryClockSpeed"),
                          row<&s::is_speed_in_mhz>("IsSpeedInMhz"),
                          row<&s::max_memory_speed>("MaxMemorySpeed")};
    }
};

// Base of CIM_Card, CIM_Chassis and others: an enumeration gives those.
struct physical_package : described<physical_package> {
    static constexpr std::string_view wire_name = "CIM_PhysicalPackage";

    std::optional<bool> can_be_frued;
    std::optional<std::string> vendor_equipment_type;
    std::optional<cim_time> manufacture_date;
    std::optional<std::string> other_identifying_info;
    std::optional<std::string> serial_number;
    std::optional<std::string> sku;
    std::optional<std::string> model;
    std::optional<std::string> manufacturer;
    std::optional<std::string> element_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> tag;
    std::vector<std::int64_t> operational_status;
    std::optional<std::int64_t> package_type;

    static consteval auto fields() {
        using s = physical_package;
        return std::array{row<&s::can_be_frued>("CanBeFRUed"),
                          row<&s::vendor_equipment_type>("VendorEquipmentType"),
                          row<&s::manufacture_date>("ManufactureDate"),
                          row<&s::other_identifying_info>("OtherIdentifyingInfo"),
                          row<&s::serial_number>("SerialNumber"),
                          row<&s::sku>("SKU"),
                          row<&s::model>("Model"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::element_name>("ElementName"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::tag>("Tag"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::package_type>("PackageType")};
    }
};

} // namespace costrand::wsman::cim
