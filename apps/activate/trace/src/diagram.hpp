// SPDX-License-Identifier: Apache-2.0
// The sequence diagram of a page, and its two charts. Each gives HTML.
#pragma once

#include "summary.hpp"

#include <costrand/trace/event.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace costrand::trace {

// Where an event stands on the page: "e12".
[[nodiscard]] std::string anchor(std::size_t index);
// Retries, resets, faults: what has a mark.
[[nodiscard]] bool is_mark(const event &e) noexcept;
[[nodiscard]] std::string_view mark_of(const event &e) noexcept;

// One row an event, in order; rows of detail carry the classes that the page's switches hide.
[[nodiscard]] std::string diagram(std::span<const event> events, const summary &facts);

// The run on a line: whose turn it was, and the marks.
[[nodiscard]] std::string timeline(std::span<const event> events, const summary &facts);
// The windows of all APF channels over time; empty when there was none.
[[nodiscard]] std::string window_chart(std::span<const event> events);

} // namespace costrand::trace
