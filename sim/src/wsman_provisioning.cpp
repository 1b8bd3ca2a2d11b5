// SPDX-License-Identifier: Apache-2.0
// AMT_SetupAndConfigurationService: what ends a set-up and what takes it back. Which value refuses
// what is assumed where wsman.md 12 only lists it, see docs/simulated-firmware.md.
#include "encoding.hpp"
#include "tls_state.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace costrand::sim {
namespace {

// The end of a host-based configuration, once the administrator has a password. When firmware wants
// an MEBx password first, which 2057 is said to mean, no source tells: not simulated.
method_outcome commit_changes(method_call &call) {
    if (call.state.host_based) {
        if (call.state.admin_ha1.empty())
            return returns(data_missing);
        call.state.host_based.reset();
        enter_admin_control(call.state, call.state.admin_ha1);
    }
    commit_tls(call.state, call.device, call.keys, call.clock);
    return returns(success);
}

method_outcome get_uuid(method_call &call) {
    return returns(success, {{"UUID", base64(wire_uuid(call.device.uuid))}});
}

method_outcome unprovision_device(method_call &call) {
    const auto mode = number(call.input, "ProvisioningMode");
    if (mode != 1u)
        return returns(invalid_parameter);
    if (call.state.provisioning == provisioning_state::pre)
        return returns(not_permitted); // assumed: of the values that the method has
    unprovision(call.state, call.device);
    return returns(success);
}

// What stays is assumed: the network's settings and the MEBx password.
method_outcome unprovision_partially(method_call &call) {
    auto &state = call.state;
    if (state.mode != control_mode::admin)
        return returns(not_permitted);
    auto mebx = std::move(state.mebx_password);
    std::vector<object_class> kept;
    for (const auto *name : {"AMT_EthernetPortSettings", "AMT_GeneralSettings"})
        if (const auto *known = state.objects.find_name(name))
            kept.push_back(*known);
    unprovision(state, call.device);
    state.mebx_password = std::move(mebx);
    for (auto &one : kept)
        state.objects.edit(one.resource_uri).instances = std::move(one.instances);
    return returns(success);
}

// Intel's rule for all of AMT's passwords: 8 to 32 printable characters, of each kind at least one;
// the underscore is of none.
bool is_strong(std::string_view password) {
    const auto has = [&](auto kind) { return std::ranges::any_of(password, kind); };
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_mark = [&](char c) {
        return c > ' ' && c < 127 && c != '_' && !is_lower(c) && !is_upper(c) && !is_digit(c);
    };
    return password.size() >= 8 && password.size() <= 32 && has(is_lower) && has(is_upper) &&
           has(is_digit) && has(is_mark) &&
           std::ranges::all_of(password, [](char c) { return c >= ' ' && c < 127; });
}

// The MEBx password is the administrator's matter; client control mode may not set it (rpc-cli.md
// 9).
method_outcome set_mebx_password(method_call &call) {
    const bool admin = call.state.mode == control_mode::admin || call.state.host_based;
    if (!admin || call.user != wsman_user::administrator)
        return returns(not_permitted);
    const auto password = call.input.value("Password");
    if (!is_strong(password))
        return returns(invalid_password);
    call.state.mebx_password = core::secret(password);
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_SetupAndConfigurationService.CommitChanges", &commit_changes},
    {"AMT_SetupAndConfigurationService.GetUuid", &get_uuid},
    {"AMT_SetupAndConfigurationService.PartialUnprovision", &unprovision_partially},
    {"AMT_SetupAndConfigurationService.SetMEBxPassword", &set_mebx_password, "Password"},
    {"AMT_SetupAndConfigurationService.Unprovision", &unprovision_device, "ProvisioningMode"},
});

} // namespace

std::span<const named_method> provisioning_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
