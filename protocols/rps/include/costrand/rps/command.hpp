// SPDX-License-Identifier: Apache-2.0
// The command that stands in the method of the first message. RPS cuts it at blanks, so a name or a
// password with a blank cannot be sent: that is refused here, before anything is opened.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>

#include <string_view>

namespace costrand::rps {

enum class task { activate, deactivate, maintenance };

struct command {
    task kind = task::activate;
    core::secret text; // as sent
};

// `activate --profile NAME`. Error: errc::unsendable_profile.
[[nodiscard]] core::result<command> make_activate(std::string_view profile);

// `deactivate --password PW`, with ` -f` when forced. Error: errc::unsendable_password.
[[nodiscard]] core::result<command> make_deactivate(const core::secret &password, bool force);

enum class maintenance_task { sync_time, sync_hostname, sync_ip, sync_device_info };

// `maintenance -password PW --synctime` and the like. Error: errc::unsendable_password.
[[nodiscard]] core::result<command> make_maintenance(const core::secret &password,
                                                     maintenance_task what, bool force);
// `maintenance -password PW --changepassword [NEW]`; without a new one RPS makes a random one.
[[nodiscard]] core::result<command>
make_change_password(const core::secret &password, const core::secret &new_password, bool force);

} // namespace costrand::rps
