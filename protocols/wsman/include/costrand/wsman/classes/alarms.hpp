// SPDX-License-Identifier: Apache-2.0
// Alarms that wake the host.
#pragma once

#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::wsman::ips {

// A time is {"2018-08-09T15:45:00Z", "Datetime"}, an interval {"P1DT2H3M", "Interval"}.
struct alarm_clock_occurrence : described<alarm_clock_occurrence> {
    static constexpr std::string_view wire_name = "IPS_AlarmClockOccurrence";

    std::optional<std::string> instance_id;
    std::optional<std::string> element_name;
    std::optional<cim_time> start_time; // UTC
    std::optional<cim_time> interval;
    std::optional<bool> delete_on_completion;

    static consteval auto fields() {
        using s = alarm_clock_occurrence;
        return std::array{row<&s::instance_id>("InstanceID"), row<&s::element_name>("ElementName"),
                          row<&s::start_time>("StartTime"), row<&s::interval>("Interval"),
                          row<&s::delete_on_completion>("DeleteOnCompletion")};
    }
};

} // namespace costrand::wsman::ips

namespace costrand::wsman::amt {

struct alarm_clock_service : described<alarm_clock_service> {
    static constexpr std::string_view wire_name = "AMT_AlarmClockService";

    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim_time> next_amt_alarm_time;
    std::optional<cim_time> amt_alarm_clock_interval;

    static consteval auto fields() {
        using s = alarm_clock_service;
        return std::array{row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::next_amt_alarm_time>("NextAMTAlarmTime"),
                          row<&s::amt_alarm_clock_interval>("AMTAlarmClockInterval")};
    }
};

struct add_alarm_input : described<add_alarm_input> {
    static constexpr std::string_view wire_name = "AddAlarm_INPUT";
    static constexpr std::string_view wire_owner = "AMT_AlarmClockService";

    std::optional<ips::alarm_clock_occurrence> alarm_template;

    static consteval auto fields() {
        using s = add_alarm_input;
        return std::array{row<&s::alarm_template>("AlarmTemplate")};
    }
};

struct add_alarm_output : described<add_alarm_output> {
    static constexpr std::string_view wire_name = "AddAlarm_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_AlarmClockService";

    std::optional<endpoint_reference> alarm_clock;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_alarm_output;
        return std::array{row<&s::alarm_clock>("AlarmClock"), row<&s::return_value>("ReturnValue")};
    }
};

} // namespace costrand::wsman::amt
