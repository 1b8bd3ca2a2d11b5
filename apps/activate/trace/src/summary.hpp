// SPDX-License-Identifier: Apache-2.0
// summary: who a run waited for, and what it counts. Derived from the events alone.
#pragma once

#include <costrand/trace/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace costrand::trace {

// Whose turn it is: whoever got the last message has it, until it sends one itself.
enum class turn { client, rps, amt, pause };
inline constexpr std::size_t turns = 4;

// "this program", "the server", "AMT", "named pauses"
[[nodiscard]] std::string_view to_string(turn t) noexcept;

struct time_span {
    std::int64_t begin = 0, end = 0; // microseconds
    turn whose = turn::client;
    std::string reason; // of a pause
};

struct summary {
    std::vector<time_span> spans; // without gaps, from 0 to the end
    std::array<std::int64_t, turns> totals{};
    std::int64_t length = 0;
    std::size_t requests = 0, tls_sessions = 0, faults = 0, retries = 0, resets = 0, waits = 0;
    std::size_t channels = 0, dry_windows = 0; // opened; times that AMT took nothing more
    std::uint64_t from_server = 0, to_server = 0;
    const event *start = nullptr, *end = nullptr; // of those summarised
};

[[nodiscard]] summary summarise(std::span<const event> events);

} // namespace costrand::trace
