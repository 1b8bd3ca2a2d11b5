// SPDX-License-Identifier: Apache-2.0
// What values the properties of a Put may have, by class. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/wsman/fault.hpp>
#include <costrand/wsman/xml.hpp>

#include <optional>

namespace costrand::sim {

// Nothing: the body may be put on the instance. `instance` is what is there now.
[[nodiscard]] std::optional<wsman::fault> refuse_put(const device_state &state,
                                                     const wsman::xml_element &instance,
                                                     const wsman::xml_element &body);

} // namespace costrand::sim
