// SPDX-License-Identifier: Apache-2.0
// IPS_OptInService: the code that the host's user reads from the display, and the settings of
// remote screens. There is no redirection session here that a consent could be for. How long a code
// lives and what a wrong one does is assumed, see docs/simulated-firmware.md.
#include "properties.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

namespace costrand::sim {
namespace {

constexpr std::string_view service_class = "IPS_OptInService";
constexpr int most_wrong_codes = 3;

// wsman.md 14.
enum : std::uint32_t { consent_wrong_code = 1, consent_invalid_state = 2, consent_blocked = 3 };

std::uint32_t six_digits(core::random_source &random) {
    std::array<std::byte, 4> bytes;
    random.fill(bytes);
    std::uint32_t value = 0;
    for (const auto b : bytes)
        value = value << 8 | std::to_integer<std::uint32_t>(b);
    return 100'000 + value % 900'000;
}

// Recorded of a device that wants no consent: all three are an invalid state.
method_outcome start_consent(method_call &call) {
    auto &consent = call.state.powered.consent;
    if (consent || property(call.state.objects, service_class, "OptInRequired") == "0")
        return returns(consent_invalid_state);
    consent = user_consent{false, six_digits(call.random), call.now, 0};
    return returns(success);
}

method_outcome send_code(method_call &call) {
    auto &consent = call.state.powered.consent;
    if (!consent || consent->received)
        return returns(consent_invalid_state);
    if (number(call.input, "OptInCode") == consent->code) {
        consent->received = true;
        consent->since = call.now;
        return returns(success);
    }
    if (++consent->wrong_codes < most_wrong_codes)
        return returns(consent_wrong_code);
    consent.reset();
    return returns(consent_blocked);
}

method_outcome cancel_consent(method_call &call) {
    if (!call.state.powered.consent)
        return returns(consent_invalid_state);
    call.state.powered.consent.reset();
    return returns(success);
}

// There is none to end.
method_outcome end_session(method_call &) {
    return returns(success);
}

method_outcome reset_screens(method_call &call) {
    restore_class(call.state, call.device, "IPS_ScreenSettingData");
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"IPS_KVMRedirectionSettingData.TerminateSession", &end_session},
    {"IPS_OptInService.CancelOptIn", &cancel_consent},
    {"IPS_OptInService.SendOptInCode", &send_code, "OptInCode"},
    {"IPS_OptInService.StartOptIn", &start_consent},
    {"IPS_ScreenSettingData.ResetToDefault", &reset_screens},
});

} // namespace

std::span<const named_method> consent_methods() noexcept {
    return methods;
}

void show_consent(device_state &state, core::time_point now) {
    auto &consent = state.powered.consent;
    state.objects.change(service_class, [&](auto &service) {
        if (consent) {
            const auto seconds =
                number(service, consent->received ? "OptInCodeTimeout" : "OptInDisplayTimeout");
            if (now - consent->since >= std::chrono::seconds(seconds.value_or(0)))
                consent.reset();
        }
        set_property(service, "OptInState", !consent ? "0" : consent->received ? "3" : "2");
    });
}

} // namespace costrand::sim
