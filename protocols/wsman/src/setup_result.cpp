// SPDX-License-Identifier: Apache-2.0
// Words for what a set-up meets: control modes, return values, errors.
#include <costrand/wsman/setup_result.hpp>

#include <costrand/wsman/classes/return_values.hpp>
#include <costrand/wsman/classes/setup.hpp>

namespace costrand::wsman {

namespace {

// The three lists of IPS_HostBasedSetupService differ: the same number means something else in
// each.
std::string_view texts_of(std::string_view method) {
    if (method == "AddNextCertInChain")
        return texts(ips::add_next_cert_in_chain_status{});
    if (method == "AdminSetup")
        return texts(ips::admin_setup_status{});
    if (method == "Setup" || method == "UpgradeClientToAdmin")
        return texts(ips::setup_status{});
    return texts(pt_status{});
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
    const auto text = text_in(texts_of(method), value);
    auto out = std::to_string(value);
    if (!text.empty())
        out += " (" + std::string(text) + ")";
    return out;
}

setup_error::setup_error(setup_failure why, std::optional<control_mode> mode_now)
    : system_error(why.code, whole_text(why, mode_now)),
      why_(std::move(why)),
      mode_(mode_now),
      text_(whole_text(why_, mode_)) {}

} // namespace costrand::wsman
