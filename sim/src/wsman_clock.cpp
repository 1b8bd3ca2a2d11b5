// SPDX-License-Identifier: Apache-2.0
// The device's clock by WS-Management.
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace costrand::sim {
namespace {

method_outcome get_low_accuracy_time(method_call &call) {
    return returns(success, {{"Ta0", std::to_string(call.clock)}});
}

// The device's clock is set so that Ta0 falls in the middle of Tm1 and Tm2.
method_outcome set_high_accuracy_time(method_call &call) {
    const auto ta0 = number(call.input, "Ta0"), tm1 = number(call.input, "Tm1"),
               tm2 = number(call.input, "Tm2");
    if (!ta0 || !tm1 || !tm2)
        return returns(invalid_parameter);
    call.state.objects.change("AMT_TimeSynchronizationService", [](auto &service) {
        set_property(service, "TimeSource", "1"); // configured, no longer the BIOS's clock
    });
    call.state.clock_base += (std::int64_t{*tm1} + std::int64_t{*tm2}) / 2 - std::int64_t{*ta0};
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_TimeSynchronizationService.GetLowAccuracyTimeSynch", &get_low_accuracy_time},
    {"AMT_TimeSynchronizationService.SetHighAccuracyTimeSynch", &set_high_accuracy_time,
     "Ta0 Tm1 Tm2"},
});

} // namespace

std::span<const named_method> clock_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
