// SPDX-License-Identifier: Apache-2.0
// The trace as text: one JSON object a line, the fields of docs/trace.md in a fixed order.
#pragma once

#include <costrand/trace/event.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::trace {

// With the newline. Fields that are not set are left out. The texts are valid UTF-8 (recorder sees
// to that).
[[nodiscard]] std::string format_line(const event &e);

// One line, without or with its newline. Keys that are not known are ignored; nothing when it is no
// JSON object, lacks "t" or "kind", or has a value of the wrong kind.
[[nodiscard]] std::optional<event> parse_line(std::string_view line);

struct parsed_trace {
    std::vector<event> events;
    std::size_t unreadable = 0; // lines; a run that was killed may leave half a one at the end
};
[[nodiscard]] parsed_trace parse_trace(std::string_view text);

} // namespace costrand::trace
