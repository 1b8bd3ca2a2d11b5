// SPDX-License-Identifier: Apache-2.0
// Serial over LAN, storage redirection and KVM.
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

namespace costrand::wsman::amt {

// EnabledState, and of 32768 to 32771 RequestedState.
enum class redirection_state : std::uint32_t {
    unknown = 0,
    other = 1,
    enabled = 2,
    disabled = 3,
    shutting_down = 4,
    not_applicable = 5,
    enabled_but_offline = 6,
    in_test = 7,
    deferred = 8,
    quiesce = 9,
    starting = 10,
    dmtf_reserved = 11,
    ider_and_sol_are_disabled = 32768,
    ider_is_enabled_and_sol_is_disabled = 32769,
    sol_is_enabled_and_ider_is_disabled = 32770,
    ider_and_sol_are_enabled = 32771,
};
constexpr std::string_view texts(redirection_state) {
    return "0 Unknown, 1 Other, 2 Enabled, 3 Disabled, 4 ShuttingDown, 5 NotApplicable, "
           "6 EnabledButOffline, 7 InTest, 8 Deferred, 9 Quiesce, 10 Starting, "
           "11 DMTFReserved, 32768 IDERAndSOLAreDisabled, 32769 IDERIsEnabledAndSOLIsDisabled, "
           "32770 SOLIsEnabledAndIDERIsDisabled, 32771 IDERAndSOLAreEnabled";
}

// ListenerEnabled must be on, too: by Put.
struct redirection_service : described<redirection_service> {
    static constexpr std::string_view wire_name = "AMT_RedirectionService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<redirection_state> enabled_state;
    std::optional<bool> listener_enabled;
    std::optional<std::string> name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::vector<std::string> access_log; // MM/DD/YYYY, time, IP:port

    static consteval auto fields() {
        using s = redirection_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::listener_enabled>("ListenerEnabled"),
                          row<&s::name>("Name"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::access_log>("AccessLog", field_rule::read_only)};
    }
};

struct request_redirection_state_input : described<request_redirection_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "AMT_RedirectionService";

    std::optional<redirection_state> requested_state;

    static consteval auto fields() {
        using s = request_redirection_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_redirection_state_output
    : returns<request_redirection_state_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_RedirectionService";
};

} // namespace costrand::wsman::amt

namespace costrand::wsman::cim {

struct redirection_service : described<redirection_service> {
    static constexpr std::string_view wire_name = "CIM_RedirectionService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> name;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::vector<std::string> access_log;
    std::optional<std::int64_t> max_current_enabled_saps;
    std::vector<std::int64_t> redirection_service_type;
    std::optional<std::int64_t> sharing_mode;

    static consteval auto fields() {
        using s = redirection_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::access_log>("AccessLog"),
                          row<&s::max_current_enabled_saps>("MaxCurrentEnabledSAPs"),
                          row<&s::redirection_service_type>("RedirectionServiceType"),
                          row<&s::sharing_mode>("SharingMode")};
    }
};

enum class kvm_protocol : std::uint32_t {
    unknown = 0,
    other = 1,
    raw = 2,
    rdp = 3,
    vnc_rfb = 4,
};
constexpr std::string_view texts(kvm_protocol) {
    return "0 Unknown, 1 Other, 2 Raw, 3 RDP, 4 VNCRFB";
}

struct kvm_redirection_sap : described<kvm_redirection_sap> {
    static constexpr std::string_view wire_name = "CIM_KVMRedirectionSAP";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<cim::requested_state> requested_state;
    std::optional<cim::kvm_protocol> kvm_protocol;

    static consteval auto fields() {
        using s = kvm_redirection_sap;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::name>("Name"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::kvm_protocol>("KVMProtocol")};
    }
};

struct request_kvm_state_input : described<request_kvm_state_input> {
    static constexpr std::string_view wire_name = "RequestStateChange_INPUT";
    static constexpr std::string_view wire_owner = "CIM_KVMRedirectionSAP";

    std::optional<cim::requested_state> requested_state; // enabled or disabled

    static consteval auto fields() {
        using s = request_kvm_state_input;
        return std::array{row<&s::requested_state>("RequestedState")};
    }
};

struct request_kvm_state_output : returns<request_kvm_state_output, state_change_status> {
    static constexpr std::string_view wire_name = "RequestStateChange_OUTPUT";
    static constexpr std::string_view wire_owner = "CIM_KVMRedirectionSAP";
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::ips {

// Firmware spells the last names in two ways (wsman.md 14).
struct kvm_redirection_setting_data : described<kvm_redirection_setting_data> {
    static constexpr std::string_view wire_name = "IPS_KVMRedirectionSettingData";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<bool> enabled_by_mebx;
    std::optional<bool> back_to_back_fb_mode;
    std::optional<bool> is5900_port_enabled;
    std::optional<bool> opt_in_policy;
    std::optional<std::int64_t> session_timeout;
    std::optional<core::secret> rfb_password; // only written
    std::optional<std::int64_t> default_screen;
    std::optional<std::int64_t> initial_decimation_mode_for_low_res;
    std::optional<bool> greyscale_pixel_format_supported;
    std::optional<bool> zlib_control_supported;
    std::optional<bool> double_buffer_mode;
    std::optional<bool> double_buffer_state;
    std::optional<std::int64_t> opt_in_policy_timeout;
    std::optional<bool> double_buffer_active;
    std::optional<bool> double_buffer_enabled;
    std::optional<bool> grayscale_pixel_format_supported;

    static consteval auto fields() {
        using s = kvm_redirection_setting_data;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::enabled_by_mebx>("EnabledByMEBx"),
            row<&s::back_to_back_fb_mode>("BackToBackFbMode"),
            row<&s::is5900_port_enabled>("Is5900PortEnabled"),
            row<&s::opt_in_policy>("OptInPolicy"),
            row<&s::session_timeout>("SessionTimeout"),
            row<&s::rfb_password>("RFBPassword"),
            row<&s::default_screen>("DefaultScreen"),
            row<&s::initial_decimation_mode_for_low_res>("InitialDecimationModeForLowRes"),
            row<&s::greyscale_pixel_format_supported>("GreyscalePixelFormatSupported"),
            row<&s::zlib_control_supported>("ZlibControlSupported"),
            row<&s::double_buffer_mode>("DoubleBufferMode"),
            row<&s::double_buffer_state>("DoubleBufferState"),
            row<&s::opt_in_policy_timeout>("OptInPolicyTimeout"),
            row<&s::double_buffer_active>("DoubleBufferActive"),
            row<&s::double_buffer_enabled>("DoubleBufferEnabled"),
            row<&s::grayscale_pixel_format_supported>("GrayscalePixelFormatSupported")};
    }
};

struct terminate_kvm_session_output : returns<terminate_kvm_session_output, pt_status> {
    static constexpr std::string_view wire_name = "TerminateSession_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_KVMRedirectionSettingData";
};

} // namespace costrand::wsman::ips
