// SPDX-License-Identifier: Apache-2.0
#include "wsman_methods.hpp"

#include "encoding.hpp"
#include "properties.hpp"
#include "tls_state.hpp"
#include "wsman_faults.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

method_outcome commit_changes(method_call &call) {
    commit_tls(call.state, call.device, call.keys, call.clock);
    return returns(success);
}

method_outcome get_uuid(method_call &call) {
    return returns(success, {{"UUID", base64(wire_uuid(call.device.uuid))}});
}

method_outcome unprovision_device(method_call &call) {
    const auto mode = number(call.input, "ProvisioningMode");
    if (!call.input.child("ProvisioningMode"))
        return missing_values();
    if (mode != 1u)
        return returns(invalid_parameter);
    if (call.state.provisioning == provisioning_state::pre)
        return returns(not_permitted); // assumed: of the values that the method has
    unprovision(call.state, call.device);
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
    if (!call.input.child("Password"))
        return missing_values();
    if (call.state.mode != control_mode::admin || call.user != wsman_user::administrator)
        return returns(not_permitted);
    const auto password = call.input.value("Password");
    if (!is_strong(password))
        return returns(invalid_password);
    call.state.mebx_password = core::secret(password);
    return returns(success);
}

// DigestPassword: base64 of the 16 bytes of MD5(user:realm:password).
method_outcome set_admin_acl_entry(method_call &call) {
    if (!call.input.child("Username") || !call.input.child("DigestPassword"))
        return missing_values();
    if (call.input.value("Username") != call.state.admin_user)
        return returns(invalid_name); // renaming is not simulated
    const auto digest = from_base64(call.input.value("DigestPassword"));
    if (!digest || digest->size() != 16)
        return returns(invalid_password);
    call.state.admin_ha1 = core::secret(hex(*digest));
    return returns(success);
}

method_outcome get_admin_acl_entry(method_call &call) {
    return returns(success, {{"Username", call.state.admin_user}});
}

method_outcome get_low_accuracy_time(method_call &call) {
    return returns(success, {{"Ta0", std::to_string(call.clock)}});
}

// The device's clock is set so that Ta0 falls in the middle of Tm1 and Tm2.
method_outcome set_high_accuracy_time(method_call &call) {
    for (const auto *name : {"Ta0", "Tm1", "Tm2"})
        if (!call.input.child(name))
            return missing_values();
    const auto ta0 = number(call.input, "Ta0"), tm1 = number(call.input, "Tm1"),
               tm2 = number(call.input, "Tm2");
    if (!ta0 || !tm1 || !tm2)
        return returns(invalid_parameter);
    call.state.clock_base += (std::int64_t{*tm1} + std::int64_t{*tm2}) / 2 - std::int64_t{*ta0};
    return returns(success);
}

// RequestStateChange of the services whose EnabledState is the state asked for.
method_outcome change_enabled_state(method_call &call, std::uint32_t lowest,
                                    std::uint32_t highest) {
    if (!call.input.child("RequestedState"))
        return missing_values();
    if (!first_instance(call.state.objects, call.request.class_name))
        return destination_unreachable();
    const auto state = number(call.input, "RequestedState");
    if (!state || *state < lowest || *state > highest)
        return returns(cim_invalid_parameter);
    call.state.objects.change(call.request.class_name, [&](auto &instance) {
        set_property(instance, "EnabledState", std::to_string(*state));
        set_property(instance, "RequestedState", std::to_string(*state));
    });
    return returns(success);
}
method_outcome change_redirection(method_call &call) {
    return change_enabled_state(call, 32768, 32771);
}
method_outcome change_wifi_port(method_call &call) {
    const auto state = number(call.input, "RequestedState");
    if (state == 3u)
        return change_enabled_state(call, 3, 3);
    return change_enabled_state(call, 32768, 32769);
}
method_outcome change_kvm(method_call &call) {
    const auto state = number(call.input, "RequestedState");
    auto outcome = change_enabled_state(call, 2, 3);
    // Recorded of a device whose KVM was enabled: EnabledState 6 (enabled but offline).
    if (state == 2u)
        call.state.objects.change(call.request.class_name, [](auto &instance) {
            set_property(instance, "EnabledState", "6");
        });
    return outcome;
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_AuthorizationService.GetAdminAclEntry", &get_admin_acl_entry},
    {"AMT_AuthorizationService.SetAdminAclEntryEx", &set_admin_acl_entry},
    {"AMT_RedirectionService.RequestStateChange", &change_redirection},
    {"AMT_SetupAndConfigurationService.CommitChanges", &commit_changes},
    {"AMT_SetupAndConfigurationService.GetUuid", &get_uuid},
    {"AMT_SetupAndConfigurationService.SetMEBxPassword", &set_mebx_password},
    {"AMT_SetupAndConfigurationService.Unprovision", &unprovision_device},
    {"AMT_TimeSynchronizationService.GetLowAccuracyTimeSynch", &get_low_accuracy_time},
    {"AMT_TimeSynchronizationService.SetHighAccuracyTimeSynch", &set_high_accuracy_time},
    {"AMT_UserInitiatedConnectionService.RequestStateChange", &change_redirection},
    {"CIM_KVMRedirectionSAP.RequestStateChange", &change_kvm},
    {"CIM_WiFiPort.RequestStateChange", &change_wifi_port},
});

} // namespace

const method *find_method(std::string_view name, const object_store &objects) {
    const auto is_here = [&](std::string_view needed) {
        return needed.empty() || objects.find_name(needed) != nullptr;
    };
    for (const auto table :
         {std::span<const named_method>(methods), key_methods(), network_methods(),
          remote_access_methods(), setup_methods(), wifi_methods()})
        if (const auto found = std::ranges::find(table, name, &named_method::name);
            found != table.end())
            return std::ranges::all_of(found->needs, is_here) ? &found->function : nullptr;
    return nullptr;
}

method_outcome returns(std::uint32_t value, std::vector<out_parameter> out) {
    out.push_back({"ReturnValue", std::to_string(value)});
    return out;
}

std::optional<std::uint32_t> number(const wsman::xml_element &input, std::string_view name) {
    const auto text = input.value(name);
    std::uint32_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

bool has_all(const wsman::xml_element &input, std::initializer_list<std::string_view> names) {
    return std::ranges::all_of(names, [&](auto name) { return input.child(name) != nullptr; });
}

void after_put(device_state &state, wsman::xml_element &instance, const wsman::xml_element &body) {
    if (instance.name == "AMT_TLSCredentialContext")
        write_tls_context(state, instance, body);
    if (instance.name == "IPS_IEEE8021xSettings" && instance.value("Enabled") != "2")
        forget_8021x_certificates(state); // assumed
    // Recorded: the reply to Put on AMT_RedirectionService tells the state as requested, too.
    if (instance.name == "AMT_RedirectionService")
        set_property(instance, "RequestedState", std::string(instance.value("EnabledState")));
}

} // namespace costrand::sim
