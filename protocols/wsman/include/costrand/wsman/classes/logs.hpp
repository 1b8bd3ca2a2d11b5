// SPDX-License-Identifier: Apache-2.0
// The audit log and the event log.
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

enum class audit_overwrite_policy : std::uint32_t {
    unknown = 0,
    wraps_when_full = 2,
    never_overwrites = 7,
    partial_restricted_rollover = 32768,
};
constexpr std::string_view texts(audit_overwrite_policy) {
    return "0 Unknown, 2 WrapsWhenFull, 7 NeverOverwrites, 32768 PartialRestrictedRollover";
}

enum class audit_storage_policy : std::uint32_t {
    no_roll_over = 0,
    roll_over = 1,
    restricted_roll_over = 2,
};
constexpr std::string_view texts(audit_storage_policy) {
    return "0 NoRollOver, 1 RollOver, 2 RestrictedRollOver";
}

struct audit_log : described<audit_log> {
    static constexpr std::string_view wire_name = "AMT_AuditLog";

    std::optional<audit_overwrite_policy> overwrite_policy;
    std::optional<std::int64_t> current_number_of_records;
    std::optional<std::int64_t> max_number_of_records;
    std::optional<std::string> element_name;
    std::optional<std::int64_t> enabled_state;
    std::optional<std::int64_t> requested_state;
    std::optional<std::int64_t> percentage_free;
    std::optional<std::string> name;
    std::optional<cim_time> time_of_last_record;
    std::optional<std::int64_t> audit_state;
    std::optional<std::int64_t> max_allowed_auditors;
    std::optional<audit_storage_policy> storage_policy;
    std::optional<std::int64_t> min_days_to_keep;

    static consteval auto fields() {
        using s = audit_log;
        return std::array{row<&s::overwrite_policy>("OverwritePolicy"),
                          row<&s::current_number_of_records>("CurrentNumberOfRecords"),
                          row<&s::max_number_of_records>("MaxNumberOfRecords"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::percentage_free>("PercentageFree"),
                          row<&s::name>("Name"),
                          row<&s::time_of_last_record>("TimeOfLastRecord"),
                          row<&s::audit_state>("AuditState"),
                          row<&s::max_allowed_auditors>("MaxAllowedAuditors"),
                          row<&s::storage_policy>("StoragePolicy"),
                          row<&s::min_days_to_keep>("MinDaysToKeep")};
    }
};

struct read_audit_records_input : described<read_audit_records_input> {
    static constexpr std::string_view wire_name = "ReadRecords_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AuditLog";

    std::optional<std::int64_t> start_index; // of the first record: 1

    static consteval auto fields() {
        using s = read_audit_records_input;
        return std::array{row<&s::start_index>("StartIndex")};
    }
};

struct read_audit_records_output : described<read_audit_records_output> {
    static constexpr std::string_view wire_name = "ReadRecords_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AuditLog";

    std::optional<std::int64_t> total_record_count;
    std::optional<std::int64_t> records_returned;
    std::vector<std::string> event_records; // base64, wsman.md 12
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = read_audit_records_output;
        return std::array{row<&s::total_record_count>("TotalRecordCount"),
                          row<&s::records_returned>("RecordsReturned"),
                          row<&s::event_records>("EventRecords"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct event_log_entry : described<event_log_entry> {
    static constexpr std::string_view wire_name = "AMT_EventLogEntry";

    std::optional<std::string> creation_class_name;
    std::optional<std::int64_t> device_address;
    std::optional<std::string> element_name;
    std::optional<std::string> event_data;
    std::optional<std::int64_t> event_sensor_type;
    std::optional<std::int64_t> event_type;
    std::optional<std::int64_t> record_id;
    std::optional<std::int64_t> time_stamp;

    static consteval auto fields() {
        using s = event_log_entry;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::device_address>("DeviceAddress"),
                          row<&s::element_name>("ElementName"),
                          row<&s::event_data>("EventData"),
                          row<&s::event_sensor_type>("EventSensorType"),
                          row<&s::event_type>("EventType"),
                          row<&s::record_id>("RecordID"),
                          row<&s::time_stamp>("TimeStamp")};
    }
};

enum class log_capability : std::uint32_t {
    unknown = 0,
    other = 1,
    write_record_supported = 2,
    delete_record_supported = 3,
    can_move_backward_in_log = 4,
    freeze_log_supported = 5,
    clear_log_supported = 6,
    supports_addressing_by_ordinal_record_number = 7,
    variable_length_records_supported = 8,
    variable_formats_for_records = 9,
    can_flag_records_for_overwrite = 10,
};
constexpr std::string_view texts(log_capability) {
    return "0 Unknown, 1 Other, 2 WriteRecordSupported, 3 DeleteRecordSupported, "
           "4 CanMoveBackwardInLog, 5 FreezeLogSupported, 6 ClearLogSupported, "
           "7 SupportsAddressingByOrdinalRecordNumber, 8 VariableLengthRecordsSupported, "
           "9 VariableFormatsForRecords, 10 CanFlagRecordsForOverwrite";
}

enum class character_set : std::uint32_t {
    unknown = 0,
    other = 1,
    ascii = 2,
    unicode = 3,
    iso2022 = 4,
    iso8859 = 5,
    extended_unix_code = 6,
    utf8 = 7,
    ucs2 = 8,
    bitmapped_data = 9,
    octet_string = 10,
    defined_by_individual_records = 11,
};
constexpr std::string_view texts(character_set) {
    return "0 Unknown, 1 Other, 2 ASCII, 3 Unicode, 4 ISO2022, 5 ISO8859, 6 ExtendedUNIXCode, "
           "7 UTF8, 8 UCS2, 9 BitmappedData, 10 OctetString, 11 DefinedByIndividualRecords";
}

enum class log_change : std::uint32_t {
    unknown = 0,
    add = 1,
    delete_ = 2,
    modify = 3,
    log_cleared = 4,
};
constexpr std::string_view texts(log_change) {
    return "0 Unknown, 1 Add, 2 Delete, 3 Modify, 4 LogCleared";
}

enum class log_state : std::uint32_t {
    unknown = 0,
    normal = 2,
    erasing = 3,
    not_applicable = 5,
};
constexpr std::string_view texts(log_state) {
    return "0 Unknown, 2 Normal, 3 Erasing, 5 NotApplicable";
}

enum class log_overwrite_policy : std::uint32_t {
    unknown = 0,
    other = 1,
    wrap_when_full = 2,
    clear_when_full = 3,
    overwrite_outdated_when_needed = 4,
    remove_outdated_records = 5,
    overwrite_specific_records = 6,
    never_overwrite = 7,
};
constexpr std::string_view texts(log_overwrite_policy) {
    return "0 Unknown, 1 Other, 2 WrapWhenFull, 3 ClearWhenFull, "
           "4 OverwriteOutdatedWhenNeeded, 5 RemoveOutdatedRecords, "
           "6 OverwriteSpecificRecords, 7 NeverOverwrite";
}

enum class get_records_status : std::uint32_t {
    completed_with_no_error = 0,
    not_supported = 1,
    invalid_record_pointed = 2,
    no_record_exists_in_log = 3,
};
constexpr std::string_view texts(get_records_status) {
    return "0 CompletedWithNoError, 1 NotSupported, 2 InvalidRecordPointed, "
           "3 NoRecordExistsInLog";
}

enum class position_status : std::uint32_t {
    completed_with_no_error = 0,
    not_supported = 1,
    no_record_exists = 2,
};
constexpr std::string_view texts(position_status) {
    return "0 CompletedWithNoError, 1 NotSupported, 2 NoRecordExists";
}

struct message_log : described<message_log> {
    static constexpr std::string_view wire_name = "AMT_MessageLog";

    std::vector<log_capability> capabilities;
    std::optional<amt::character_set> character_set;
    std::optional<std::string> creation_class_name;
    std::optional<std::int64_t> current_number_of_records;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_default> enabled_default;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::health_state> health_state;
    std::optional<bool> is_frozen;
    std::optional<log_change> last_change;
    std::optional<amt::log_state> log_state;
    std::optional<std::int64_t> max_log_size;
    std::optional<std::int64_t> max_number_of_records;
    std::optional<std::int64_t> max_record_size;
    std::optional<std::string> name;
    std::vector<cim::operational_status> operational_status;
    std::optional<log_overwrite_policy> overwrite_policy;
    std::optional<std::int64_t> percentage_near_full;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::int64_t> size_of_header;
    std::optional<std::int64_t> size_of_record_header;
    std::optional<std::string> status;

    static consteval auto fields() {
        using s = message_log;
        return std::array{row<&s::capabilities>("Capabilities"),
                          row<&s::character_set>("CharacterSet"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::current_number_of_records>("CurrentNumberOfRecords"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_default>("EnabledDefault"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::health_state>("HealthState"),
                          row<&s::is_frozen>("IsFrozen"),
                          row<&s::last_change>("LastChange"),
                          row<&s::log_state>("LogState"),
                          row<&s::max_log_size>("MaxLogSize"),
                          row<&s::max_number_of_records>("MaxNumberOfRecords"),
                          row<&s::max_record_size>("MaxRecordSize"),
                          row<&s::name>("Name"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::overwrite_policy>("OverwritePolicy"),
                          row<&s::percentage_near_full>("PercentageNearFull"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::size_of_header>("SizeOfHeader"),
                          row<&s::size_of_record_header>("SizeOfRecordHeader"),
                          row<&s::status>("Status")};
    }
};

struct position_to_first_record_output : described<position_to_first_record_output> {
    static constexpr std::string_view wire_name = "PositionToFirstRecord_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_MessageLog";

    std::optional<std::int64_t> iteration_identifier;
    std::optional<position_status> return_value;

    static consteval auto fields() {
        using s = position_to_first_record_output;
        return std::array{row<&s::iteration_identifier>("IterationIdentifier"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct get_log_records_input : described<get_log_records_input> {
    static constexpr std::string_view wire_name = "GetRecords_INPUT";
    static constexpr std::string_view wire_owner = "AMT_MessageLog";

    std::optional<std::int64_t> iteration_identifier;
    std::optional<std::int64_t> max_read_records; // at most 390

    static consteval auto fields() {
        using s = get_log_records_input;
        return std::array{row<&s::iteration_identifier>("IterationIdentifier"),
                          row<&s::max_read_records>("MaxReadRecords")};
    }
};

struct get_log_records_output : described<get_log_records_output> {
    static constexpr std::string_view wire_name = "GetRecords_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_MessageLog";

    std::optional<std::int64_t> iteration_identifier;
    std::optional<bool> no_more_records;
    std::vector<std::string> record_array; // base64 of 21 bytes each, wsman.md 12
    std::optional<get_records_status> return_value;

    static consteval auto fields() {
        using s = get_log_records_output;
        return std::array{row<&s::iteration_identifier>("IterationIdentifier"),
                          row<&s::no_more_records>("NoMoreRecords"),
                          row<&s::record_array>("RecordArray"),
                          row<&s::return_value>("ReturnValue")};
    }
};

} // namespace costrand::wsman::amt
