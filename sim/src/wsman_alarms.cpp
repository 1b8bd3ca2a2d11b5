// SPDX-License-Identifier: Apache-2.0
// AMT_AlarmClockService: alarms, which IPS_AlarmClockOccurrence then lists. None ever goes off.
// Which fault refuses what is assumed where wsman.md 6 does not say it.
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

constexpr std::string_view alarms_class = "IPS_AlarmClockOccurrence";
constexpr std::string_view common = "http://schemas.dmtf.org/wbem/wscim/1/common";
constexpr std::size_t most_alarms = 5; // wsman.md 6

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// YYYY-MM-DDThh:mm:ss, with or without a Z: wsman.md 12.
bool is_time(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.ends_with('Z'))
        text.remove_suffix(1);
    return text.size() == form.size() && std::ranges::equal(text, form, [](char c, char f) {
               return f == '0' ? is_digit(c) : c == f;
           });
}

// P1DT2H3M, each part once at most, in that order, and one at least.
bool is_interval(std::string_view text) {
    if (!text.starts_with('P'))
        return false;
    text.remove_prefix(1);
    bool any = false;
    const auto take = [&](char unit) {
        const auto digits = std::ranges::find_if_not(text, is_digit) - text.begin();
        const auto at = static_cast<std::size_t>(digits);
        if (at == 0 || at == text.size() || text[at] != unit)
            return;
        text.remove_prefix(at + 1);
        any = true;
    };
    take('D');
    if (text.starts_with('T')) {
        text.remove_prefix(1);
        any = false;
        take('H');
        take('M');
    }
    return any && text.empty();
}

// StartTime and Interval hold the value in an element of the common namespace.
const xml_element *held(const xml_element &alarm, std::string_view outer, std::string_view inner) {
    const auto *property = alarm.child(outer);
    if (!property || property->children.size() != 1 || !property->children[0].is(common, inner))
        return nullptr;
    return &property->children[0];
}

std::optional<wsman::fault> refuse_alarm(const xml_element &alarm, const std::string &ns) {
    constexpr auto known = std::to_array<std::string_view>(
        {"InstanceID", "ElementName", "StartTime", "Interval", "DeleteOnCompletion"});
    for (const auto &property : alarm.children)
        if (property.ns != ns || std::ranges::find(known, property.name) == known.end() ||
            alarm.children_named(property.name).size() != 1)
            return schema_error();
    if (alarm.value("InstanceID").empty() || !alarm.child("StartTime") ||
        !alarm.child("DeleteOnCompletion"))
        return missing_values();
    const auto *start = held(alarm, "StartTime", "Datetime");
    const auto *interval = held(alarm, "Interval", "Interval");
    const auto deletes = alarm.value("DeleteOnCompletion");
    if (!start || !is_time(start->value()) ||
        (alarm.child("Interval") && (!interval || !is_interval(interval->value()))) ||
        (deletes != "true" && deletes != "false"))
        return invalid_values();
    return std::nullopt;
}

method_outcome add_alarm(method_call &call) {
    auto &alarms = edit_class(call.state, alarms_class);
    const auto &alarm = *call.input.child("AlarmTemplate");
    if (const auto why = refuse_alarm(alarm, alarms.resource_uri))
        return *why;
    const auto name = alarm.value("InstanceID");
    if (std::ranges::any_of(alarms.instances,
                            [&](const auto &one) { return one.value("InstanceID") == name; }))
        return already_exists();
    if (alarms.instances.size() >= most_alarms)
        return quota_limit();
    auto made = instance_of(alarms);
    made.children = alarm.children;
    std::vector<out_parameter> out;
    out.push_back({"AlarmClock", "", refer(made, {"InstanceID"})});
    alarms.instances.push_back(std::move(made));
    return returns(success, std::move(out));
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_AlarmClockService.AddAlarm", &add_alarm, "AlarmTemplate", {alarms_class}},
});

} // namespace

std::span<const named_method> alarm_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
