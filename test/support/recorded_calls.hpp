// SPDX-License-Identifier: Apache-2.0
// The recorded call lists of test/data/rps-transcripts/sequences.md, in a form that compares with
// what the small provisioning server asked for.
#pragma once

#include <costrand/sim/rps.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

// The lines below the heading of that name. Throws when there is none.
std::vector<std::string> recorded_section(std::string_view name);

// A list as the sequences have it: "AMT_X Get 401, Get · [12 s] IPS_Y Delete "z" ×2".
std::vector<sim::rps_call> calls_in(std::string_view list);

// One list, its repetitions written out. Throws when there is none of that name.
std::vector<sim::rps_call> recorded_calls(std::string_view name);

// A recorded run through the TLS tunnel: its calls as to_text writes them, a line each, and among
// them "ClientHello" and "port_switch" where the server sent them.
std::vector<std::string> recorded_steps(std::string_view name);

// The same of a run of ours. `beside`: what was sent beside the calls, each with the number of
// calls that were made before it.
std::vector<std::string> steps_of(const std::vector<sim::rps_call> &calls,
                                  const std::vector<std::pair<std::size_t, std::string>> &beside);

// For messages of a failing test.
std::string to_text(const std::vector<std::string> &steps);
std::string to_text(const std::vector<sim::rps_call> &calls);

} // namespace costrand::test
