// SPDX-License-Identifier: Apache-2.0
// errand: what a run asks the provisioning server for, as its options have it: an activation, a
// deactivation, or one of the server's maintenance tasks (rps-session.md 4.1).
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/payload.hpp>

#include <string_view>

namespace costrand::activate {

enum class maintenance { sync_clock, sync_host_name, sync_ip, change_password, sync_device_info };

// As the command line has it: "syncclock".
[[nodiscard]] std::string_view to_string(maintenance what) noexcept;

struct errand {
    errand() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    rps::task kind = rps::task::activate;
    maintenance what = maintenance::sync_clock; // of a maintenance
    // Not of an activation: the server does not compare the password with the one it has stored.
    bool force = false;
    core::secret new_password; // of change_password; empty: the server makes one and keeps it
    rps::ip_configuration ip;  // of sync_ip; what is empty is this system's, as far as it is known
};

// The method of the first message. `profile` is of an activation, `password` of the others. Errors:
// those of rps/command.hpp.
[[nodiscard]] core::result<rps::command> command_of(const errand &asked, std::string_view profile,
                                                    const core::secret &password);

} // namespace costrand::activate
