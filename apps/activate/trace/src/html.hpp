// SPDX-License-Identifier: Apache-2.0
// Text for HTML: escaping, and numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace costrand::trace {

// For element content and for attribute values in double quotes. Control characters become blanks.
[[nodiscard]] std::string escaped(std::string_view text);

// "340 µs", "12.3 ms", "1.25 s", "2 min 5 s"
[[nodiscard]] std::string duration_text(std::int64_t microseconds);
// "1.234", seconds since the start
[[nodiscard]] std::string clock_text(std::int64_t microseconds);
// "517 B", "4.2 kB"; a kB has 1,000
[[nodiscard]] std::string size_text(std::uint64_t bytes);
// With two decimals, for coordinates and per cent; the locale does not matter.
[[nodiscard]] std::string decimal(double value);

} // namespace costrand::trace
