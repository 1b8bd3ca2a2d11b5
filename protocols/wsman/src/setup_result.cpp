// SPDX-License-Identifier: Apache-2.0
// Words for what a set-up meets: control modes, return values, errors.
#include <costrand/wsman/setup_result.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace costrand::wsman {

namespace {

struct value_text {
    std::uint32_t value;
    std::string_view text;
};

// wsman.md 9.3. The three lists differ: the same number means something else in each.
constexpr auto setup_values = std::to_array<value_text>({
    {1, "internal error"},
    {2, "invalid state"},
    {3, "invalid parameter"},
    {4, "method disabled"},
    {5, "authentication failed"},
    {6, "flash write limit exceeded"},
});
constexpr auto admin_setup_values = std::to_array<value_text>({
    {1, "internal error"},
    {2, "invalid state"},
    {3, "invalid parameter"},
    {5, "authentication failed"},
    {6, "flash write limit exceeded"},
});
constexpr auto add_certificate_values = std::to_array<value_text>({
    {1, "invalid parameter"},
    {2, "internal error"},
    {3, "invalid state"},
    {4, "certificate verification failed"},
    {5, "certificate chain too long"},
});
// wsman.md 12, AMT_SetupAndConfigurationService.
constexpr auto service_values = std::to_array<value_text>({
    {1, "internal error"},
    {16, "not permitted"},
    {36, "invalid parameter"},
    {38, "flash write limit exceeded"},
    {2054, "invalid password"},
    {2057, "data missing: AMT needs a MEBx password first"},
    {2076, "blocked by another component"},
});

std::span<const value_text> values_of(std::string_view method) {
    if (method == "AddNextCertInChain")
        return add_certificate_values;
    if (method == "AdminSetup")
        return admin_setup_values;
    if (method == "Setup" || method == "UpgradeClientToAdmin")
        return setup_values;
    return service_values;
}

bool is_after_a_call(setup_step step) {
    return step >= setup_step::read_general_settings;
}

std::string whole_text(const setup_failure &why, const std::optional<control_mode> &mode) {
    if (!is_after_a_call(why.step))
        return why.text;
    if (!mode)
        return why.text +
               "; the device's control mode cannot be read: look at it before the next attempt";
    const bool active = *mode != control_mode::none;
    return why.text + "; the device is " + (active ? "now in " : "") + to_string(*mode);
}

} // namespace

std::string to_string(control_mode mode) {
    switch (mode) {
    case control_mode::none:
        return "not activated";
    case control_mode::client:
        return "client control mode";
    case control_mode::admin:
        return "admin control mode";
    }
    return "control mode " + std::to_string(static_cast<std::uint32_t>(mode));
}

std::string setup_return_text(std::string_view method, std::uint32_t value) {
    const auto table = values_of(method);
    const auto found = std::ranges::find(table, value, &value_text::value);
    auto out = std::to_string(value);
    if (found != table.end())
        out += " (" + std::string(found->text) + ")";
    return out;
}

setup_error::setup_error(setup_failure why, std::optional<control_mode> mode_now)
    : system_error(why.code, whole_text(why, mode_now)),
      why_(std::move(why)),
      mode_(mode_now),
      text_(whole_text(why_, mode_)) {}

} // namespace costrand::wsman
