// SPDX-License-Identifier: Apache-2.0
// Which elements the body of a Put may have, by class. Private to sim.
#pragma once

#include <costrand/wsman/xml.hpp>

namespace costrand::sim {

// Whether each child is a property that the class has (the instance shows it, or wsman.md 12 to 14
// list it), in the class's namespace, and only an array comes more than once. The order is not
// looked at.
[[nodiscard]] bool fits_schema(const wsman::xml_element &instance, const wsman::xml_element &body);

} // namespace costrand::sim
