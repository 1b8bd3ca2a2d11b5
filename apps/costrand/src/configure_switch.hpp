// SPDX-License-Identifier: Apache-2.0
// AMT itself on or off, over the management engine's device: before it is activated.
#pragma once

#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>

#include <string>

namespace costrand::commands {

// Gives what is so now, a sentence without a full stop. Throws activate::error: 120 for a device
// that is activated, and for firmware or a BIOS that leaves the switch to the BIOS alone; 1000 +
// the status of firmware that says no; else as the device's errors. `env` outlives the call.
[[nodiscard]] awaitable<std::string> switch_amt(const activate::environment &env, bool on);

} // namespace costrand::commands
