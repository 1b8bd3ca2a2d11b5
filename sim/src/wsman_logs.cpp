// SPDX-License-Identifier: Apache-2.0
// Logs and asset tables by their methods. The records are those of recorded replies (the same
// project and commit as in sim/data/README.md): nothing here writes new ones. Which value refuses
// what is assumed, see docs/simulated-firmware.md.
#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

enum : std::uint32_t { invalid_index = 35 };        // wsman.md 9.1
enum : std::uint32_t { log_invalid_record = 2 };    // of GetRecords
constexpr std::uint32_t most_message_records = 390; // wsman.md 12, of one reply

// amt/auditlog/readrecords.xml and amt/messagelog/getrecords.xml.
constexpr auto audit_records = std::to_array<std::string_view>({
    "ABMAAAI/9M1uAgAQAAwAAAAoBZkADAAAACQFlA==",
    "ABMAAAI/9M1vAgAQAAwAAAAoBZkADAAAACQFlA==",
});
constexpr auto message_records = std::to_array<std::string_view>({
    "Y8iYZf8GbwVoEP8mYaoKAAAAAAAA",
    "IgYBZf8PbwJoAf8iAEAHAAAAAAAA",
    "IgYBZf8PbwJoAf8iAEAHAAAAAAAA",
});

void list(std::vector<out_parameter> &out, std::string_view name,
          std::span<const std::string_view> records) {
    for (const auto record : records)
        out.push_back({std::string(name), std::string(record)});
}

// From StartIndex to the end; the first is 1.
method_outcome read_audit_records(method_call &call) {
    const auto start = number(call.input, "StartIndex");
    if (!start || *start == 0 || *start > audit_records.size())
        return returns(invalid_index);
    const auto records = std::span(audit_records).subspan(*start - 1);
    std::vector<out_parameter> out;
    out.push_back({"TotalRecordCount", std::to_string(audit_records.size())});
    out.push_back({"RecordsReturned", std::to_string(records.size())});
    list(out, "EventRecords", records);
    return returns(success, std::move(out));
}

method_outcome first_message_record(method_call &) {
    return returns(success, {{"IterationIdentifier", "1"}});
}

// The identifier that comes back is that of the next record or, when there is none, of the last
// one: recorded.
method_outcome message_records_from(method_call &call) {
    const auto from = number(call.input, "IterationIdentifier"),
               most = number(call.input, "MaxReadRecords");
    if (!most || *most == 0 || *most > most_message_records)
        return invalid_argument();
    if (!from || *from == 0 || *from > message_records.size())
        return returns(log_invalid_record);
    auto records = std::span<const std::string_view>(message_records).subspan(*from - 1);
    const bool all = records.size() <= *most;
    records = records.first(std::min<std::size_t>(records.size(), *most));
    const auto next = all ? message_records.size() : *from + records.size();
    std::vector<out_parameter> out;
    out.push_back({"IterationIdentifier", std::to_string(next)});
    out.push_back({"NoMoreRecords", all ? "true" : "false"});
    list(out, "RecordArray", records);
    return returns(success, std::move(out));
}

// TableSize or TableData of the table with that number.
method_outcome tell_table(method_call &call, const char *property) {
    const auto *tables = call.state.objects.find_name("AMT_AssetTable");
    const auto id = call.input.value("TableID");
    const auto found = std::ranges::find_if(
        tables->instances, [&](const xml_element &one) { return one.value("TableID") == id; });
    if (found == tables->instances.end())
        return returns(invalid_parameter);
    return returns(success, {{property, std::string(found->value(property))}});
}

method_outcome table_data(method_call &call) {
    return tell_table(call, "TableData");
}
method_outcome table_size(method_call &call) {
    return tell_table(call, "TableSize");
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_AssetTableService.GetAssetTableData", &table_data, "TableID", {"AMT_AssetTable"}},
    {"AMT_AssetTableService.GetAssetTableSize", &table_size, "TableID", {"AMT_AssetTable"}},
    {"AMT_AuditLog.ReadRecords", &read_audit_records, "StartIndex"},
    {"AMT_MessageLog.GetRecords", &message_records_from, "IterationIdentifier MaxReadRecords"},
    {"AMT_MessageLog.PositionToFirstRecord", &first_message_record},
});

} // namespace

std::span<const named_method> log_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
