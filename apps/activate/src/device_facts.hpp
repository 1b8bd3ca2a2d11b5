// SPDX-License-Identifier: Apache-2.0
// What the first message to the server tells of the device, read over HECI. Private to the wiring.
#pragma once

#include <costrand/activate/wiring.hpp>

namespace costrand::activate {

struct device_reading {
    rps::device_facts facts;
    bool watchdog_asked = false; // facts.tls_enforced is known
};

// Reads it all; asks for the password when the device is activated and none was given. Throws
// activate::error: no device, no AMT, a firmware status, an unusable UUID, no password. `env` and
// `options` outlive the call.
[[nodiscard]] awaitable<device_reading> read_device(const environment &env,
                                                    const settings &options);

} // namespace costrand::activate
