// SPDX-License-Identifier: Apache-2.0
// Firmware and its versions, packages, asset tables.
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

enum class target_operating_system : std::uint32_t {};
constexpr std::string_view texts(target_operating_system) {
    return "0 Unknown, 1 Other, 2 MACOS, 3 ATTUNIX, 4 DGUX, 5 DECNT, 6 Tru64UNIX, 7 OpenVMS, "
           "8 HPUX, 9 AIX, 10 MVS, 11 OS400, 12 OS2, 13 JavaVM, 14 MSDOS, 15 WIN3x, 16 WIN95, "
           "17 WIN98, 18 WINNT, 19 WINCE, 20 NCR3000, 21 NetWare, 22 OSF, 23 DCOS, "
           "24 ReliantUNIX, 25 SCOUnixWare, 26 SCOOpenServer, 27 Sequent, 28 IRIX, 29 Solaris, "
           "30 SunOS, 31 U6000, 32 ASERIES, 33 HPNonStopOS, 34 HPNonStopOSS, 35 BS2000, "
           "36 LINUX, 37 Lynx, 38 XENIX, 39 VM, 40 InteractiveUNIX, 41 BSDUNIX, 42 FreeBSD, "
           "43 NetBSD, 44 GNUHurd, 45 OS9, 46 MACHKernel, 47 Inferno, 48 QNX, 49 EPOC, "
           "50 IxWorks, 51 VxWorks, 52 MiNT, 53 BeOS, 54 HPMPE, 55 NextStep, 56 PalmPilot, "
           "57 Rhapsody, 58 Windows2000, 59 Dedicated, 60 OS390, 61 VSE, 62 TPF, 63 WindowsMe, "
           "64 CalderaOpenUNIX, 65 OpenBSD, 66 NotApplicable, 67 WindowsXP, 68 ZOS, "
           "69 MicrosoftWindowsServer2003, 70 MicrosoftWindowsServer200364Bit, "
           "71 WindowsXP64Bit, 72 WindowsXPEmbedded, 73 WindowsVista, 74 WindowsVista64Bit, "
           "75 WindowsEmbeddedForPointOfService, 76 MicrosoftWindowsServer2008, "
           "77 MicrosoftWindowsServer200864Bit, 78 FreeBSD64Bit, 79 RedHatEnterpriseLinux, "
           "80 RedHatEnterpriseLinux64Bit, 81 Solaris64Bit, 82 SUSE, 83 SUSE64Bit, 84 SLES, "
           "85 SLES64Bit, 86 NovellOES, 87 NovellLinuxDesktop, 88 SunJavaDesktopSystem, "
           "89 Mandriva, 90 Mandriva64Bit, 91 TurboLinux, 92 TurboLinux64Bit, 93 Ubuntu, "
           "94 Ubuntu64Bit, 95 Debian, 96 Debian64Bit, 97 Linux24x, 98 Linux24x64Bit, "
           "99 Linux26x, 100 Linux26x64Bit, 101 Linux64Bit, 102 Other64Bit, "
           "103 MicrosoftWindowsServer2008R2, 104 VMwareESXi, 105 MicrosoftWindows7, "
           "106 CentOS32bit, 107 CentOS64bit, 108 OracleEnterpriseLinux32bit, "
           "109 OracleEnterpriseLinux64bit, 110 EComStation32BitX, "
           "111 MicrosoftWindowsServer2011, 112 MicrosoftWindowsServer201164Bit, "
           "113 MicrosoftWindowsServer8";
}

enum class software_element_state : std::uint32_t {
    deployable = 0,
    installable = 1,
    executable = 2,
    running = 3,
};
constexpr std::string_view texts(software_element_state) {
    return "0 Deployable, 1 Installable, 2 Executable, 3 Running";
}

struct bios_element : described<bios_element> {
    static constexpr std::string_view wire_name = "CIM_BIOSElement";

    std::optional<cim::target_operating_system> target_operating_system;
    std::optional<std::string> software_element_id;
    std::optional<cim::software_element_state> software_element_state;
    std::optional<std::string> name;
    std::vector<cim::operational_status> operational_status;
    std::optional<std::string> element_name;
    std::optional<std::string> version;
    std::optional<std::string> manufacturer;
    std::optional<bool> primary_bios;
    std::optional<cim_time> release_date;

    static consteval auto fields() {
        using s = bios_element;
        return std::array{row<&s::target_operating_system>("TargetOperatingSystem"),
                          row<&s::software_element_id>("SoftwareElementID"),
                          row<&s::software_element_state>("SoftwareElementState"),
                          row<&s::name>("Name"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::element_name>("ElementName"),
                          row<&s::version>("Version"),
                          row<&s::manufacturer>("Manufacturer"),
                          row<&s::primary_bios>("PrimaryBIOS"),
                          row<&s::release_date>("ReleaseDate")};
    }
};

struct bios_feature : described<bios_feature> {
    static constexpr std::string_view wire_name = "CIM_BIOSFeature";

    std::optional<std::string> name;
    std::optional<std::string> element_name;
    std::vector<std::string> characteristics;
    std::optional<std::string> identifying_number;
    std::optional<std::string> product_name;
    std::optional<std::string> vendor;
    std::optional<std::string> version;
    std::vector<cim::operational_status> operational_status;

    static consteval auto fields() {
        using s = bios_feature;
        return std::array{row<&s::name>("Name"),
                          row<&s::element_name>("ElementName"),
                          row<&s::characteristics>("Characteristics"),
                          row<&s::identifying_number>("IdentifyingNumber"),
                          row<&s::product_name>("ProductName"),
                          row<&s::vendor>("Vendor"),
                          row<&s::version>("Version"),
                          row<&s::operational_status>("OperationalStatus")};
    }
};

// A version: InstanceID "AMT", "Build Number", "Sku" and others.
struct software_identity : described<software_identity> {
    static constexpr std::string_view wire_name = "CIM_SoftwareIdentity";

    std::optional<std::string> instance_id;
    std::optional<std::string> version_string;
    std::optional<bool> is_entity;

    static consteval auto fields() {
        using s = software_identity;
        return std::array{row<&s::instance_id>("InstanceID"),
                          row<&s::version_string>("VersionString"), row<&s::is_entity>("IsEntity")};
    }
};

struct computer_system_package : described<computer_system_package> {
    static constexpr std::string_view wire_name = "CIM_ComputerSystemPackage";

    std::optional<endpoint_reference> antecedent;
    std::optional<endpoint_reference> dependent;
    std::optional<std::string> platform_guid; // 32 hex digits

    static consteval auto fields() {
        using s = computer_system_package;
        return std::array{row<&s::antecedent>("Antecedent"), row<&s::dependent>("Dependent"),
                          row<&s::platform_guid>("PlatformGUID")};
    }
};

// Base of CIM_ComputerSystemPackage: an enumeration gives those.
struct system_packaging : described<system_packaging> {
    static constexpr std::string_view wire_name = "CIM_SystemPackaging";

    std::optional<endpoint_reference> antecedent;
    std::optional<endpoint_reference> dependent;
    std::optional<std::string> platform_guid; // 32 hex digits

    static consteval auto fields() {
        using s = system_packaging;
        return std::array{row<&s::antecedent>("Antecedent"), row<&s::dependent>("Dependent"),
                          row<&s::platform_guid>("PlatformGUID")};
    }
};

struct concrete_dependency : described<concrete_dependency> {
    static constexpr std::string_view wire_name = "CIM_ConcreteDependency";

    std::optional<endpoint_reference> antecedent;
    std::optional<endpoint_reference> dependent;

    static consteval auto fields() {
        using s = concrete_dependency;
        return std::array{row<&s::antecedent>("Antecedent"), row<&s::dependent>("Dependent")};
    }
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::amt {

struct asset_table : described<asset_table> {
    static constexpr std::string_view wire_name = "AMT_AssetTable";

    std::optional<std::int64_t> asset_table_index;
    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::int64_t> table_id;
    std::optional<std::int64_t> table_type;
    std::optional<std::string> table_type_info;
    std::optional<std::string> table_data;
    std::optional<std::int64_t> table_size;
    std::optional<std::string> checksum;

    static consteval auto fields() {
        using s = asset_table;
        return std::array{row<&s::asset_table_index>("AssetTableIndex"),
                          row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::table_id>("TableID"),
                          row<&s::table_type>("TableType"),
                          row<&s::table_type_info>("TableTypeInfo"),
                          row<&s::table_data>("TableData"),
                          row<&s::table_size>("TableSize"),
                          row<&s::checksum>("Checksum")};
    }
};

struct asset_table_service : described<asset_table_service> {
    static constexpr std::string_view wire_name = "AMT_AssetTableService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::int64_t> enabled_state;
    std::optional<std::string> name;
    std::optional<std::int64_t> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::int64_t> asset_table_count;
    std::vector<std::string> table_types;

    static consteval auto fields() {
        using s = asset_table_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::asset_table_count>("AssetTableCount"),
                          row<&s::table_types>("TableTypes")};
    }
};

struct get_asset_table_size_input : described<get_asset_table_size_input> {
    static constexpr std::string_view wire_name = "GetAssetTableSize_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AssetTableService";

    std::optional<std::int64_t> table_id;

    static consteval auto fields() {
        using s = get_asset_table_size_input;
        return std::array{row<&s::table_id>("TableID")};
    }
};

struct get_asset_table_size_output : described<get_asset_table_size_output> {
    static constexpr std::string_view wire_name = "GetAssetTableSize_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AssetTableService";

    std::optional<std::int64_t> table_size;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_asset_table_size_output;
        return std::array{row<&s::table_size>("TableSize"), row<&s::return_value>("ReturnValue")};
    }
};

struct get_asset_table_data_input : described<get_asset_table_data_input> {
    static constexpr std::string_view wire_name = "GetAssetTableData_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AssetTableService";

    std::optional<std::int64_t> table_id;

    static consteval auto fields() {
        using s = get_asset_table_data_input;
        return std::array{row<&s::table_id>("TableID")};
    }
};

struct get_asset_table_data_output : described<get_asset_table_data_output> {
    static constexpr std::string_view wire_name = "GetAssetTableData_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AssetTableService";

    std::optional<std::string> table_data;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_asset_table_data_output;
        return std::array{row<&s::table_data>("TableData"), row<&s::return_value>("ReturnValue")};
    }
};

} // namespace costrand::wsman::amt
