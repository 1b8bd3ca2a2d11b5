// SPDX-License-Identifier: Apache-2.0
// with_console: runs on this machine that a management console is told of. The device is only
// touched when the console is there and takes this user.
#pragma once

#include <costrand/activate/local.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/profile.hpp>
#include <costrand/activate/profile_run.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace costrand::activate {

// The console at options.management, and the way there.
[[nodiscard]] management_console console_of(const environment &env, const settings &options);

// run_locally() for a deactivation, then the record at options.management is deleted. Throws
// activate::error, as run_locally; also when the device is deactivated and its record remains,
// which the text says. Cancellation: as run_locally; the record may remain.
[[nodiscard]] awaitable<local_report>
deactivate_with_console(const environment &env, const settings &options, local_request what);

struct console_order {
    console_order() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::optional<profile> given; // nothing: the one that options.management names is downloaded
    std::string source;           // the name of `given` in texts
    core::secret key;             // of the download, instead of the console's own; may be empty
    // What the command line has to say of a profile, before it is used; may be empty.
    std::function<void(profile &)> amend;
    bool skip_amt_cert_check = false;
    std::function<std::int64_t()> now; // seconds since 1970
    settle_times settling;
};

// run_profile() with a profile of the console at options.management, which has the device's record
// with all passwords before the device gets them; those that the profile leaves to chance are made
// with `random`. Of a device that is activated already the AMT password is told the console only
// when it is in force, and none is made. When the presence server cannot be set, the console
// forgets its password again.
//
// Throws activate::error, as run_profile and management_console; `out` is that of run_profile.
// Cancellation: as run_profile; the record stays. All references outlive the call.
[[nodiscard]] awaitable<void> activate_with_console(const environment &env, const settings &options,
                                                    console_order what, core::random_source &random,
                                                    profile_report &out);

} // namespace costrand::activate
