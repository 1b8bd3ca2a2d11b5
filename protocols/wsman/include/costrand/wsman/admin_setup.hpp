// SPDX-License-Identifier: Apache-2.0
// Activation to admin control mode from the device's own host, by a provisioning certificate: of a
// new device, or of one in client control mode. What setup.hpp says of its operations holds here.
#pragma once

#include <costrand/wsman/provisioning_certificate.hpp>
#include <costrand/wsman/setup.hpp>

#include <cstdint>
#include <functional>
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

// How a configuration over TLS is begun. The host interface is told the hash of the certificate
// that the client shows; what it answers is for whoever makes the client's connections, which show
// chain_pem() and believe what fits that answer (or fault_of_on_die_chain).
using configuration_start = std::function<awaitable<void>(leaf_hash ours)>;

struct tls_admin_activation : admin_activation {
    using admin_activation::admin_activation;

    configuration_start start;
    core::secret mebx_password; // empty: only set when AMT wants one, and then it is `password`
};

// Into admin control mode on a device that is not activated and takes TLS only (AMT 19 and later):
// Start configuration, then as `admin` SetAdminAclEntryEx, the MEBx password if there is one, and
// CommitChanges. `amt` connects after the start only; it goes on as `admin`. After an error the
// control mode is read again, as in activate_client; a device that is not in admin control mode
// then is told to stop the configuration (means.stop_configuration). No simulated device plays this
// to its end yet: see docs/local-activation.md. Errors: as activate_admin.
[[nodiscard]] awaitable<setup_result>
activate_admin_over_tls(client &amt, tls_admin_activation what, const setup_means &means);

} // namespace costrand::wsman
