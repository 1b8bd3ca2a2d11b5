// SPDX-License-Identifier: Apache-2.0
// "Sat, 21 Nov 2026 07:45:43 GMT", for the Date header. Private to sim.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace costrand::sim {

inline std::string http_date(std::int64_t seconds_since_1970) {
    using namespace std::chrono;
    const sys_seconds when{seconds{seconds_since_1970}};
    const auto day = floor<days>(when);
    const year_month_day date(day);
    const hh_mm_ss time(when - day);
    constexpr const char *weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char *months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[48];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  weekdays[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text;
}

} // namespace costrand::sim
