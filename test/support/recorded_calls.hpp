// SPDX-License-Identifier: Apache-2.0
// The recorded call lists of test/data/rps-transcripts/sequences.md, in a form that compares with
// what the small provisioning server asked for.
#pragma once

#include <costrand/sim/rps.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

// One list, its repetitions written out. Throws when there is none of that name.
std::vector<sim::rps_call> recorded_calls(std::string_view name);

// For messages of a failing test.
std::string to_text(const std::vector<sim::rps_call> &calls);

} // namespace costrand::test
