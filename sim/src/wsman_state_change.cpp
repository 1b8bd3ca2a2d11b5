// SPDX-License-Identifier: Apache-2.0
// RequestStateChange (wsman.md 7) of the services that have it: EnabledState is then the state that
// was asked for.
#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace costrand::sim {
namespace {

constexpr std::uint32_t on = 2, off = 3;

struct state_rule {
    std::string_view class_name;
    std::array<std::uint32_t, 4> states; // 0: no further one
};
constexpr auto rules = std::to_array<state_rule>({
    {"AMT_RedirectionService", {32768, 32769, 32770, 32771}},
    {"AMT_UserInitiatedConnectionService", {32768, 32769, 32770, 32771}},
    {"CIM_BootService", {32768, 32769, 32770, 32771}},
    {"CIM_KVMRedirectionSAP", {on, off}},
    {"CIM_WiFiPort", {off, 32768, 32769}},
    {"IPS_SecIOService", {on, off}},
});

bool is_state(std::string_view class_name, std::uint32_t state) {
    const auto *rule = std::ranges::find(rules, class_name, &state_rule::class_name);
    return state != 0 && std::ranges::find(rule->states, state) != rule->states.end();
}

method_outcome change_state(method_call &call) {
    const std::string_view name = call.request.class_name;
    auto &objects = call.state.objects;
    if (!first_instance(objects, name))
        return destination_unreachable();
    if (!call.input.value("TimeoutPeriod").empty()) // CIM_BootService has no value for it
        return returns(name == "CIM_BootService" ? cim_not_supported : cim_timeout_not_supported);
    const auto state = number(call.input, "RequestedState");
    if (!state || !is_state(name, *state))
        return returns(cim_invalid_parameter);
    const bool is_kvm = name == "CIM_KVMRedirectionSAP";
    // Recorded of a device whose KVM was enabled: 6, enabled but offline.
    const auto shown = is_kvm && *state == on ? std::string("6") : std::to_string(*state);
    objects.change(name, [&](auto &instance) {
        set_property(instance, "EnabledState", shown);
        set_property(instance, "RequestedState", std::to_string(*state));
    });
    if (is_kvm) // the service has the state of its access point: assumed
        objects.change("CIM_RedirectionService", [&](auto &service) {
            set_property(service, "EnabledState", std::to_string(*state));
        });
    return returns(success);
}

constexpr std::string_view parameters = "RequestedState TimeoutPeriod?";
constexpr auto methods = std::to_array<named_method>({
    {"AMT_RedirectionService.RequestStateChange", &change_state, parameters},
    {"AMT_UserInitiatedConnectionService.RequestStateChange", &change_state, parameters},
    {"CIM_BootService.RequestStateChange", &change_state, parameters},
    {"CIM_KVMRedirectionSAP.RequestStateChange", &change_state, parameters},
    {"CIM_WiFiPort.RequestStateChange", &change_state, parameters},
    {"IPS_SecIOService.RequestStateChange", &change_state, parameters},
});

} // namespace

std::span<const named_method> state_change_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
