// SPDX-License-Identifier: Apache-2.0
// Consent of the user before redirection, and the screens it is asked for on.
#pragma once

#include <costrand/wsman/classes/common.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::ips {

enum class opt_in_required : std::uint32_t {
    none = 0,
    kvm = 1,
    all = 4294967295,
};
constexpr std::string_view texts(opt_in_required) {
    return "0 None, 1 KVM, 4294967295 All";
}

enum class opt_in_state : std::uint32_t {
    not_started = 0,
    requested = 1,
    displayed = 2,
    received = 3,
    in_session = 4,
};
constexpr std::string_view texts(opt_in_state) {
    return "0 NotStarted, 1 Requested, 2 Displayed, 3 Received, 4 InSession";
}

enum class opt_in_policy_change : std::uint32_t {
    false_ = 0,
    true_ = 1,
};
constexpr std::string_view texts(opt_in_policy_change) {
    return "0 False, 1 True";
}

// What the three methods return.
enum class opt_in_status : std::uint32_t {
    success = 0,
    internal_error = 1,
    invalid_state = 2,
    blocked = 3,
    failed_ffs = 4,
};
constexpr std::string_view texts(opt_in_status) {
    return "0 Success, 1 InternalError, 2 InvalidState, 3 Blocked, 4 FailedFFS";
}

// Consent of whoever sits at the device.
struct opt_in_service : described<opt_in_service> {
    static constexpr std::string_view wire_name = "IPS_OptInService";

    std::optional<opt_in_policy_change> can_modify_opt_in_policy;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> name;
    std::optional<std::int64_t> opt_in_code_timeout;    // seconds
    std::optional<std::int64_t> opt_in_display_timeout; // seconds
    std::optional<ips::opt_in_required> opt_in_required;
    std::optional<ips::opt_in_state> opt_in_state;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;

    static consteval auto fields() {
        using s = opt_in_service;
        return std::array{row<&s::can_modify_opt_in_policy>("CanModifyOptInPolicy"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::name>("Name"),
                          row<&s::opt_in_code_timeout>("OptInCodeTimeout"),
                          row<&s::opt_in_display_timeout>("OptInDisplayTimeout"),
                          row<&s::opt_in_required>("OptInRequired"),
                          row<&s::opt_in_state>("OptInState"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName")};
    }
};

struct start_opt_in_output : returns<start_opt_in_output, opt_in_status> {
    static constexpr std::string_view wire_name = "StartOptIn_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_OptInService";
};

struct send_opt_in_code_input : described<send_opt_in_code_input> {
    static constexpr std::string_view wire_name = "SendOptInCode_INPUT";
    static constexpr std::string_view wire_owner = "IPS_OptInService";

    std::optional<std::int64_t> opt_in_code;

    static consteval auto fields() {
        using s = send_opt_in_code_input;
        return std::array{row<&s::opt_in_code>("OptInCode")};
    }
};

struct send_opt_in_code_output : returns<send_opt_in_code_output, opt_in_status> {
    static constexpr std::string_view wire_name = "SendOptInCode_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_OptInService";
};

struct cancel_opt_in_output : returns<cancel_opt_in_output, opt_in_status> {
    static constexpr std::string_view wire_name = "CancelOptIn_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_OptInService";
};

struct screen_setting_data : described<screen_setting_data> {
    static constexpr std::string_view wire_name = "IPS_ScreenSettingData";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> primary_index;
    std::optional<std::int64_t> secondary_index;
    std::optional<std::int64_t> tertiary_index;
    std::optional<std::int64_t> quadrary_index;
    std::vector<bool> is_active;
    std::vector<std::int64_t> upper_left_x;
    std::vector<std::int64_t> upper_left_y;
    std::vector<std::int64_t> resolution_x;
    std::vector<std::int64_t> resolution_y;

    static consteval auto fields() {
        using s = screen_setting_data;
        return std::array{
            row<&s::element_name>("ElementName"),     row<&s::instance_id>("InstanceID"),
            row<&s::primary_index>("PrimaryIndex"),   row<&s::secondary_index>("SecondaryIndex"),
            row<&s::tertiary_index>("TertiaryIndex"), row<&s::quadrary_index>("QuadraryIndex"),
            row<&s::is_active>("IsActive"),           row<&s::upper_left_x>("UpperLeftX"),
            row<&s::upper_left_y>("UpperLeftY"),      row<&s::resolution_x>("ResolutionX"),
            row<&s::resolution_y>("ResolutionY")};
    }
};

struct reset_screens_to_default_output : returns<reset_screens_to_default_output, pt_status> {
    static constexpr std::string_view wire_name = "ResetToDefault_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_ScreenSettingData";
};

struct sec_io_service : described<sec_io_service> {
    static constexpr std::string_view wire_name = "IPS_SecIOService";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> language;
    std::optional<std::int64_t> requested_language;
    std::optional<std::int64_t> zoom;
    std::optional<std::int64_t> default_screen;
    std::optional<std::string> creation_class_name;
    std::optional<std::int64_t> enabled_state;
    std::optional<std::string> name;
    std::optional<bool> started;
    std::optional<std::string> status;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = sec_io_service;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::language>("language"),
                          row<&s::requested_language>("RequestedLanguage"),
                          row<&s::zoom>("zoom"),
                          row<&s::default_screen>("DefaultScreen"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::started>("Started"),
                          row<&s::status>("Status"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

struct request_sec_io_state_input : described<request_sec_io_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "IPS_SecIOService";

    std::optional<cim::requested_state> requested_state; // enabled or disabled

    static consteval auto fields() {
        using s = request_sec_io_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_sec_io_state_output : returns<request_sec_io_state_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_SecIOService";
};

} // namespace costrand::wsman::ips
