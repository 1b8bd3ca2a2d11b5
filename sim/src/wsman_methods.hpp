// SPDX-License-Identifier: Apache-2.0
// The extrinsic methods of the simulated firmware, by name. Each is a function of its input and the
// device's state. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/sim/wsman_service.hpp>

#include <cstdint>
#include <string_view>

namespace costrand::sim {

struct method_call {
    const wsman::xml_element &input; // <Method>_INPUT
    const wsman::soap_request &request;
    device_state &state;
    const profile &device;
    std::int64_t clock; // seconds since 1970
};

using method = method_outcome (*)(method_call &);

// nullptr: the class has no such method here. `name` is "Class.Method".
[[nodiscard]] const method *find_method(std::string_view name) noexcept;

// What a Put changes besides the properties themselves.
void after_put(device_state &state, wsman::xml_element &instance);

// The device's own clock.
[[nodiscard]] std::int64_t device_clock(const device_state &state, core::time_point now) noexcept;

} // namespace costrand::sim
