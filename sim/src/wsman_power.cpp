// SPDX-License-Identifier: Apache-2.0
// The host's power and what its next boot does. Only what WS-Management tells changes: the host's
// end of the simulator lives on. Which state follows is assumed, see docs/simulated-firmware.md.
#include "wsman_power.hpp"

#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace costrand::sim {
namespace {

using wsman::xml_element;

constexpr std::string_view power_class = "CIM_AssociatedPowerManagementService";
constexpr std::string_view settings_class = "AMT_BootSettingData";

enum : std::uint32_t { on = 2, hibernated = 7, off = 8 }; // PowerState (wsman.md 13)
enum : std::uint32_t { boot_invalid_reference = 4 };      // wsman.md 9.2

struct power_rule {
    std::uint32_t asked, then;
    bool boots = false;
};
constexpr auto power_rules = std::to_array<power_rule>({
    {on, on},
    {3, 3},
    {4, 4},
    {5, on, true},
    {6, on, true},
    {hibernated, hibernated},
    {off, off},
    {9, off},
    {10, on, true},
    {11, on},
    {12, off},
    {13, off},
    {14, on, true},
    {15, on, true},
    {16, on, true},
});

// What a host that is not on may be asked for.
const std::vector<std::string> &when_not_on() {
    static const std::vector<std::string> states{"2"};
    return states;
}

bool is_available(const device_state &state, std::uint32_t asked) {
    const auto *told = first_instance(state.objects, power_class);
    if (!told) // this firmware does not say
        return true;
    return std::ranges::any_of(
        told->children_named("AvailableRequestedPowerStates"),
        [&](const auto *one) { return one->value() == std::to_string(asked); });
}

// Boot options are for one boot.
void boot(device_state &state, const profile &device) {
    state.powered.boot_source.clear();
    if (state.objects.find_name(settings_class))
        restore_class(state, device, settings_class);
}

bool is_host(const xml_element &reference) {
    const auto to = wsman::read_reference(reference);
    return to && to->resource_uri.ends_with("/CIM_ComputerSystem") &&
           std::ranges::any_of(to->selectors, [](const auto &key) {
               return key.name == "Name" && key.value == "ManagedSystem";
           });
}

method_outcome change_power(method_call &call) {
    const auto asked = number(call.input, "PowerState");
    const auto *rule = std::ranges::find(power_rules, asked.value_or(0), &power_rule::asked);
    if (rule == power_rules.end() || !is_host(*call.input.child("ManagedElement")))
        return returns(cim_invalid_parameter);
    if (call.input.child("Time") || call.input.child("TimeoutPeriod"))
        return returns(cim_timeout_not_supported);
    auto &power = call.state.powered.host_power;
    if (!is_available(call.state, rule->asked))
        return returns(cim_invalid_transition);
    if (rule->boots || (rule->asked == on && (power == off || power == hibernated)))
        boot(call.state, call.device);
    power = rule->then;
    return returns(success);
}

method_outcome change_saving(method_call &call) {
    constexpr std::string_view name = "OSPowerSavingState";
    const auto state = number(call.input, name);
    if ((state != 2u && state != 3u) || !is_host(*call.input.child("ManagedElement")))
        return returns(cim_invalid_parameter);
    call.state.objects.change("IPS_PowerManagementService", [&](auto &service) {
        set_property(service, name, std::to_string(*state));
    });
    return returns(success);
}

// Without a source, or with an empty one: the BIOS's own order.
method_outcome change_boot_order(method_call &call) {
    const auto *source = call.input.child("Source");
    const bool cleared = !source || (source->children.empty() && source->value().empty());
    const auto *chosen =
        cleared ? nullptr : referred(call.state.objects, source, "CIM_BootSourceSetting");
    if (!cleared && !chosen)
        return returns(boot_invalid_reference);
    call.state.powered.boot_source = chosen ? std::string(chosen->value("InstanceID")) : "";
    return returns(success);
}

// Roles of CIM_BootService: 1 for the next boot only, 32768 not for the next one.
method_outcome set_boot_role(method_call &call) {
    const auto role = number(call.input, "Role");
    if (!referred(call.state.objects, call.input.child("BootConfigSetting"),
                  "CIM_BootConfigSetting"))
        return returns(boot_invalid_reference);
    if (role != 1u && role != 32768u)
        return returns(cim_invalid_parameter);
    if (role == 32768u)
        boot(call.state, call.device);
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"CIM_BootConfigSetting.ChangeBootOrder",
     &change_boot_order,
     "Source?",
     {"CIM_BootSourceSetting"}},
    {"CIM_BootService.SetBootConfigRole",
     &set_boot_role,
     "BootConfigSetting Role",
     {"CIM_BootConfigSetting"}},
    {"CIM_PowerManagementService.RequestPowerStateChange", &change_power,
     "PowerState ManagedElement Time? TimeoutPeriod?"},
    {"IPS_PowerManagementService.RequestOSPowerSavingStateChange", &change_saving,
     "OSPowerSavingState ManagedElement"},
});

// An option that is on needs this of AMT_BootCapabilities.
struct boot_need {
    std::string_view option, value, capability;
};
constexpr auto boot_needs = std::to_array<boot_need>({
    {"BIOSPause", "true", "BIOSPause"},
    {"BIOSSetup", "true", "BIOSSetup"},
    {"ConfigurationDataReset", "true", "ConfigurationDataReset"},
    {"FirmwareVerbosity", "1", "VerbosityQuiet"},
    {"FirmwareVerbosity", "2", "VerbosityVerbose"},
    {"FirmwareVerbosity", "3", "VerbosityScreenBlank"},
    {"ForcedProgressEvents", "true", "ForcedProgressEvents"},
    {"LockKeyboard", "true", "KeyboardLock"},
    {"LockPowerButton", "true", "PowerButtonLock"},
    {"LockResetButton", "true", "ResetButtonLock"},
    {"LockSleepButton", "true", "SleepButtonLock"},
    {"ReflashBIOS", "true", "BIOSReflash"},
    {"SecureErase", "true", "SecureErase"},
    {"UseIDER", "true", "IDER"},
    {"UseSOL", "true", "SOL"},
    {"UseSafeMode", "true", "ForceHardDriveSafeModeBoot"},
    {"UserPasswordBypass", "true", "UserPasswordBypass"},
});

} // namespace

std::span<const named_method> power_methods() noexcept {
    return methods;
}

void show_power(device_state &state, const profile &device) {
    const auto power = std::to_string(state.powered.host_power);
    const auto *told = first_instance(state.objects, power_class);
    if (!told || told->value("PowerState") == power)
        return;
    restore_class(state, device, power_class);
    if (state.powered.host_power == on)
        return;
    state.objects.change(power_class, [&](auto &service) {
        set_property(service, "PowerState", power);
        set_array(service, "AvailableRequestedPowerStates", when_not_on());
    });
}

std::optional<wsman::fault> refuse_boot_settings(const device_state &state,
                                                 const xml_element &body) {
    const auto is_on = [&](std::string_view name) { return body.value(name) == "true"; };
    const auto *can = first_instance(state.objects, "AMT_BootCapabilities");
    const bool able = !can || std::ranges::all_of(boot_needs, [&](const boot_need &need) {
        return body.value(need.option) != need.value || can->value(need.capability) == "true";
    });
    // "Only when no boot source is set"; "needs TLS": wsman.md 12.
    const bool alone = state.powered.boot_source.empty() ||
                       !(is_on("BIOSPause") || is_on("BIOSSetup") || is_on("ReflashBIOS"));
    const bool safe = !is_on("PlatformErase") || (state.tls && state.tls->enabled);
    return able && alone && safe ? std::nullopt : std::optional(invalid_values());
}

} // namespace costrand::sim
