// SPDX-License-Identifier: Apache-2.0
// device_state: all that changes in a simulated device's life, in one place: what AMTHI and
// WS-Management read and write, and what will be saved between runs. No I/O, no waiting.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/objects.hpp>
#include <costrand/sim/profile.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace costrand::sim {

// As AMTHI tells them, and IPS_HostBasedSetupService.CurrentControlMode.
using heci::control_mode;
using heci::provisioning_state;

struct device_state {
    control_mode mode = control_mode::none;
    provisioning_state provisioning = provisioning_state::pre;
    std::string digest_realm; // "Digest:" and 32 upper-case hexadecimal digits

    std::string local_user = "$$OsAdmin";
    core::secret local_password;
    std::string admin_user = "admin";
    core::secret admin_ha1; // hexadecimal; empty before the activation

    object_store objects;
    // The device's clock: seconds since 1970 when the source of time said zero.
    std::int64_t clock_base = 0;
    bool amt_enabled = true;
};

// A new device: nothing set up, realm and local password made of the random source.
[[nodiscard]] device_state factory_state(const profile &p, core::random_source &random);

// The same, of a device whose clock nobody has set yet.
[[nodiscard]] device_state new_device(const profile &p, core::random_source &random,
                                      core::time_point now);

// What a successful Setup does.
void enter_client_control(device_state &state, core::secret admin_ha1);
// Back to pre-provisioning: settings as from the factory; realm and local password stay.
void unprovision(device_state &state, const profile &p);

} // namespace costrand::sim
