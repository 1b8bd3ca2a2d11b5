// SPDX-License-Identifier: Apache-2.0
// Plays one scenario: the client of costrand-activate, a simulated device and a small server in one
// process, over in-memory streams, in virtual time; then looks whether every promise was kept.
#pragma once

#include "scenario.hpp"

#include <costrand/core/time.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::simulation {

struct verdict {
    std::vector<std::string> violations; // empty: all was kept
    std::string outcome;                 // "success", or the name of the cause
    std::uint64_t trace_hash = 0;        // of every line with its time
    core::duration elapsed{};            // virtual, of the faulty run
    // (fault, phase in which it acted) of this run
    std::vector<std::pair<std::string, std::string>> hits;
};

// A line of the trace, with the virtual time since the start.
using trace_sink = std::function<void(core::duration, std::string_view)>;

[[nodiscard]] verdict play(const scenario &s, const trace_sink &trace);

} // namespace costrand::simulation
