// SPDX-License-Identifier: Apache-2.0
// Who may do what by WS-Management. Private to sim.
#pragma once

#include <costrand/sim/wsman_service.hpp>

namespace costrand::sim {

// False: AccessDenied. What a method itself refuses by its return value is not looked at.
[[nodiscard]] bool is_allowed(const wsman_caller &caller, const wsman::soap_request &request,
                              const device_state &state);

} // namespace costrand::sim
