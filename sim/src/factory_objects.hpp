// SPDX-License-Identifier: Apache-2.0
// The instances of a device as it leaves the factory: the recorded ones, with what its profile says
// about it. Private to sim.
#pragma once

#include <costrand/sim/objects.hpp>
#include <costrand/sim/profile.hpp>

#include <string>

namespace costrand::sim {

[[nodiscard]] object_store factory_objects(const profile &p, const std::string &digest_realm);

} // namespace costrand::sim
