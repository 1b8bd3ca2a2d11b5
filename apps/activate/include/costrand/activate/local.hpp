// SPDX-License-Identifier: Apache-2.0
// local: activation and deactivation of this machine without any server: HECI device and LMS or LME
// from the environment, the steps from wsman/setup.hpp, the exit codes from the published table.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/wsman/provisioning_certificate.hpp>
#include <costrand/wsman/setup_result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::activate {

enum class local_goal {
    client_control,
    admin_control, // of a device in client control mode: the upgrade
    deactivation,
    stop_configuration, // only leave a provisioning that was begun
};

struct local_request {
    local_request() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    local_goal goal = local_goal::client_control;
    core::secret certificate;          // of admin control: a PFX, base64
    core::secret certificate_password; // empty: it has none
    core::secret mebx_password;        // of admin control over TLS only; empty: see admin_setup.hpp
    bool partial = false;              // of a deactivation: in admin control mode only
    bool skip_amt_cert_check = false;  // over TLS: whatever AMT shows is believed
    std::int64_t now = 0;              // seconds since 1970, for the dates of certificates
    // Of a deactivation; may be empty. Is awaited when the device is known to be activated, and
    // before anything of it changes. What it throws ends the run.
    std::function<awaitable<void>(std::string uuid)> before_change;
};

struct local_report {
    local_goal goal{};
    wsman::setup_result done;
    std::string uuid;                  // read before
    std::optional<rps::amt_path> path; // when AMT itself was asked
    std::string note;                  // what else is to be said; usually empty
    bool over_tls = false;             // of AMT; an activation to admin control sets the menu's
                                       // password then, if it was given one
};

// One activation or deactivation. Of `options` it takes the password (asked for when it is needed
// and empty), the transport and the device's names; `env.connect_server` is not used. Throws
// activate::error for every failure; whatever was opened is closed in every case. Cancellation:
// closes, comes out as operation_aborted; the device may have changed. Limits: those of the parts.
// `env` and `options` outlive the call.
[[nodiscard]] awaitable<local_report> run_locally(const environment &env, const settings &options,
                                                  local_request what);

// A provisioning certificate with its key and chain, from a PFX in base64. Throws error 121, which
// calls it by `name`, for no base64, and wsman::setup_error for a PFX that cannot be used.
[[nodiscard]] wsman::provisioning_certificate
read_certificate(const core::secret &pfx, const core::secret &password, std::string_view name);

// A set-up that failed, as exit code and text.
[[nodiscard]] failure explain(const wsman::setup_error &e);

// The result for stdout: text, or a JSON object (rpc-cli.md 6: status, mode, message,
// friendly_name). Ends with a newline.
[[nodiscard]] std::string result_text(const local_report &r);
[[nodiscard]] std::string result_json(const local_report &r, const settings &options);

} // namespace costrand::activate
