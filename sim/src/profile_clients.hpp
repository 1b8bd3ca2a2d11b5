// SPDX-License-Identifier: Apache-2.0
// The parts of a profile's text that describe the firmware clients. Private to sim.
#pragma once

#include "lined_json.hpp"

#include <costrand/sim/profile.hpp>

#include <string_view>

namespace costrand::sim {

// `whole` is the profile's object; the parts that it does not have stay as they are.
void read_clients(std::string_view file, object_reader &whole, profile &to);

void take_duration(object_reader &from, std::string_view key, core::duration &to);

} // namespace costrand::sim
