// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/errand.hpp>

namespace costrand::activate {

namespace {

core::result<rps::command> maintenance_command(const errand &asked, const core::secret &password) {
    const auto plain = [&](rps::maintenance_task what) {
        return rps::make_maintenance(password, what, asked.force);
    };
    switch (asked.what) {
    case maintenance::sync_clock:
        return plain(rps::maintenance_task::sync_time);
    case maintenance::sync_host_name:
        return plain(rps::maintenance_task::sync_hostname);
    case maintenance::sync_ip:
        return plain(rps::maintenance_task::sync_ip);
    case maintenance::sync_device_info:
        return plain(rps::maintenance_task::sync_device_info);
    case maintenance::change_password:
        break;
    }
    return rps::make_change_password(password, asked.new_password, asked.force);
}

} // namespace

std::string_view to_string(maintenance what) noexcept {
    switch (what) {
    case maintenance::sync_clock:
        return "syncclock";
    case maintenance::sync_host_name:
        return "synchostname";
    case maintenance::sync_ip:
        return "syncip";
    case maintenance::change_password:
        return "changepassword";
    case maintenance::sync_device_info:
        return "syncdeviceinfo";
    }
    return "?";
}

core::result<rps::command> command_of(const errand &asked, std::string_view profile,
                                      const core::secret &password) {
    switch (asked.kind) {
    case rps::task::activate:
        return rps::make_activate(profile);
    case rps::task::deactivate:
        return rps::make_deactivate(password, asked.force);
    case rps::task::maintenance:
        break;
    }
    return maintenance_command(asked, password);
}

} // namespace costrand::activate
