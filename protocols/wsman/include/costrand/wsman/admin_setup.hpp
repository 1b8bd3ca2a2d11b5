// SPDX-License-Identifier: Apache-2.0
// Activation to admin control mode from the device's own host, by a provisioning certificate: of a
// new device, or of one in client control mode. What setup.hpp says of its operations holds here.
#pragma once

#include <costrand/wsman/provisioning_certificate.hpp>
#include <costrand/wsman/setup.hpp>

#include <cstdint>
#include <utility>

namespace costrand::core {
class random_source;
}

namespace costrand::wsman {

struct admin_activation {
    admin_activation(provisioning_certificate chain_and_key, core::secret admin_password)
        : certificate(std::move(chain_and_key)),
          password(std::move(admin_password)) {}

    provisioning_certificate certificate;
    // Of `admin`, from now on. A device in client control mode keeps the one it has: not used then.
    core::secret password;
    device_trust trust;
    std::int64_t now = 0; // seconds since 1970, for the dates of the certificates
};

// Into admin control mode: AdminSetup, or UpgradeClientToAdmin when the device is in client control
// mode. `amt` logs in as the local system account, for an upgrade as that or as `admin`; after
// AdminSetup it goes on as `admin` with the new password. `amt`, `random` and `means` outlive the
// call.
//
// The password, the control mode and the certificate are looked at before anything is sent. The
// chain goes out leaf first; AMT forgets a chain that was begun when the next leaf comes, so a
// failure there leaves nothing behind. Errors and what is done after one: as activate_client; and
// what check_provisioning_certificate() throws.
[[nodiscard]] awaitable<setup_result> activate_admin(client &amt, admin_activation what,
                                                     core::random_source &random,
                                                     const setup_means &means);

} // namespace costrand::wsman
