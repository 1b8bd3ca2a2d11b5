// SPDX-License-Identifier: Apache-2.0
// page: a trace as one HTML page that needs nothing else: no network, no script. The sequence
// diagram, where the time went, the APF windows, what went wrong.
#pragma once

#include <costrand/trace/event.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace costrand::trace {

// Whatever the events' texts hold is shown as text. `left_out`: events that happened and are not
// among them, to be told on the page.
[[nodiscard]] std::string make_page(std::span<const event> events, std::size_t left_out);

} // namespace costrand::trace
