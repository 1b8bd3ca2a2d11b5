// SPDX-License-Identifier: Apache-2.0
// Activation of a device from its own host, without any server, and the way back. Linear exchanges
// with one client; what only the host interface of the firmware knows is handed in as callables, so
// nothing here knows how AMT is reached. The order of the steps: rpc-cli.md 7 and 8.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/setup_result.hpp>

#include <functional>
#include <utility>

namespace costrand::core {
class random_source;
}

namespace costrand::wsman {

// The firmware's host interface, as far as it is needed here. What the callables refer to outlives
// the operation.
struct setup_means {
    setup_means() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::function<awaitable<control_mode>()> read_mode;
    // The rest is needed by deactivate(); without the first, a provisioning that was begun is not
    // looked for.
    std::function<awaitable<provisioning_state>()> read_provisioning_state;
    std::function<awaitable<void>()> unprovision_by_host;
    std::function<awaitable<void>()> stop_configuration;
    timeouts times; // mode_look
    core::log log;
};

struct activation {
    explicit activation(core::secret admin_password) : password(std::move(admin_password)) {}

    core::secret password; // of `admin`, from now on: see check_password()
    // The local ports take TLS only: the device wants CommitChanges, too.
    bool tls_enforced = false;
};

// Whether AMT would take it as a password: 8 to 32 printable ASCII characters, among them a capital
// and a small letter, a digit and another character that is not the underscore. Throws setup_error
// with setup_errc::password_missing or ::password_unacceptable, whose text names the rule that is
// broken, and never the password.
void check_password(const core::secret &password);

// 16 characters that check_password() takes.
[[nodiscard]] core::secret random_admin_password(core::random_source &random);

// Into client control mode. `amt` logs in as the local system account; it goes on as `admin` with
// the new password. `amt` and `means` outlive the call.
//
// The password and the control mode are looked at before anything is sent. After an error of a call
// that may have acted, the control mode is read again, up to three times, timeouts::mode_look
// apart: a device that is in client control mode then, and lets `admin` in with this password, was
// activated, and that is the result. Nothing that changes the device is sent twice.
//
// With TLS enforced: when CommitChanges fails, the device is unprovisioned again, and the failure
// is reported.
//
// Errors: setup_error. Cancellation: reported; the device may have been activated. Limits: those of
// client for each call, and those of the means.
[[nodiscard]] awaitable<setup_result> activate_client(client &amt, activation what,
                                                      const setup_means &means);

struct deactivation {
    explicit deactivation(core::secret admin_password = core::secret())
        : password(std::move(admin_password)) {}

    core::secret password; // of `admin`; needed in admin control mode only
    bool partial = false;  // PartialUnprovision; in admin control mode only
};

// Back to no control mode. Client control mode is left through the host interface: `amt` is not
// used. Admin control mode by Unprovision, or PartialUnprovision, as `admin`. A provisioning that
// was begun and not finished is stopped. After an error the control mode is read again, as above: a
// device that is in none then was deactivated. `amt` and `means` outlive the call.
//
// Errors: setup_error; setup_errc::not_activated when there is nothing to deactivate.
// Cancellation: reported; the device may have been deactivated.
[[nodiscard]] awaitable<setup_result> deactivate(client &amt, deactivation what,
                                                 const setup_means &means);

} // namespace costrand::wsman
