// SPDX-License-Identifier: Apache-2.0
// Classes that only list the instances of classes derived from them. Private to sim.
#pragma once

#include <costrand/sim/objects.hpp>

#include <vector>

namespace costrand::sim {

// What Get, Enumerate and Pull on a class see: its own instances or, of such a class, the others'.
// The pointers live until a class is changed.
[[nodiscard]] std::vector<const wsman::xml_element *> listed(const object_store &objects,
                                                             const object_class &known);

} // namespace costrand::sim
