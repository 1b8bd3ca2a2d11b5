// SPDX-License-Identifier: Apache-2.0
// The host's power and its next boot, as WS-Management tells and changes them. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/wsman/fault.hpp>

#include <optional>

namespace costrand::sim {

// Brings the properties that tell the host's power up to date.
void show_power(device_state &state, const profile &device);

// A Put on AMT_BootSettingData: what this platform can, and what goes together.
[[nodiscard]] std::optional<wsman::fault> refuse_boot_settings(const device_state &state,
                                                               const wsman::xml_element &body);

} // namespace costrand::sim
