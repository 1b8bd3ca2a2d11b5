// SPDX-License-Identifier: Apache-2.0
// exit_code: the published table of process exit codes (rpc-cli section 11), whole, and the way
// from an error of any part of costrand to one of them (error_map.cpp; rps::errc brings its code
// along, protocols/rps/src/errc.cpp). No Asio in here.
#pragma once

#include <boost/system/error_code.hpp>

#include <span>
#include <string_view>

namespace costrand::activate {

enum class exit_code : int {
    success = 0,
    incorrect_permissions = 1,
    heci_driver_not_detected = 2,
    amt_not_detected = 3,
    amt_not_ready = 4,
    help_requested = 5,
    generic_failure = 10,
    missing_or_incorrect_url = 20,
    missing_or_incorrect_profile = 21,
    server_certificate_verification_failed = 22,
    missing_or_incorrect_password = 23,
    missing_dns_suffix = 24,
    missing_hostname = 25,
    missing_proxy_address_and_port = 26,
    missing_or_incorrect_static_ip = 27,
    incorrect_command_line_parameters = 28,
    missing_or_incorrect_network_mask = 29,
    missing_or_incorrect_gateway = 30,
    missing_or_incorrect_primary_dns = 31,
    missing_or_incorrect_secondary_dns = 32,
    invalid_parameter_combination = 33,
    failed_reading_configuration = 34,
    missing_or_invalid_configuration = 35,
    invalid_user_input = 36,
    invalid_uuid = 37,
    passwords_do_not_match = 38,
    rps_authentication_failed = 70,
    amt_connection_failed = 71,
    os_network_interfaces_lookup_failed = 72,
    amt_authentication_failed = 100,
    wsman_message_error = 101,
    activation_failed = 102,
    network_configuration_failed = 103,
    cira_configuration_failed = 104,
    tls_configuration_failed = 105,
    wifi_configuration_failed = 106,
    amt_features_configuration_failed = 107,
    ieee8021x_configuration_failed = 108,
    unable_to_deactivate = 109,
    deactivation_failed = 110,
    unable_to_activate = 111,
    wifi_configuration_with_warnings = 112,
    unmarshal_message_failed = 113,
    delete_configs_failed = 114,
    device_not_activated = 115,
    missing_or_incorrect_wifi_profile_name = 116,
    missing_ieee8021x_configuration = 117,
    set_mebx_password_failed = 118,
    change_amt_password_failed = 119,
    unable_to_configure = 120,
    certificate_not_base64 = 121,
    wrong_certificate_password = 122,
    provisioning_certificate_invalid = 123,
    no_certificates_in_pfx = 124,
    no_private_key_in_pfx = 125,
    root_certificate_not_in_pfx = 126,
    cannot_read_amt_hashes = 127,
    root_not_trusted_by_amt = 128,
    activation_general_settings = 129,
    activation_setup_service = 130,
    activation_adding_certificate = 131,
    activation_nonce = 132,
    activation_signing = 133,
    activation_reading_control_mode = 134,
    activation_control_mode_invalid = 135,
    duplicate_key = 136,
    wired_configuration_failed = 137,
    unsupported_amt_version = 138,
    lms_connection_failed = 139,
    sync_clock_failed = 150,
    sync_hostname_failed = 151,
    sync_ip_failed = 152,
    change_password_failed = 153,
    sync_device_info_failed = 154,
    amt_status_base = 1000, // + the PTHI status
};

struct exit_code_entry {
    exit_code code;
    std::string_view name;    // as in the published table
    std::string_view meaning; // empty: the name says it
};

// The whole table, in rising order.
[[nodiscard]] std::span<const exit_code_entry> exit_codes() noexcept;

// The published name; "AmtPtStatusCode" for amt_status_base + n.
[[nodiscard]] std::string_view name(exit_code code) noexcept;

// What the process hands to the shell, which keeps 8 bits of it: a failure never becomes 0.
[[nodiscard]] int process_status(exit_code code) noexcept;

// How an error of a costrand category, Asio or the system ends the program, and what its user can
// do about it.
struct error_mapping {
    exit_code code = exit_code::generic_failure;
    std::string_view advice; // empty when the error's own text says it all
    bool known = false;      // false: the table does not name this error
};
[[nodiscard]] error_mapping map_error(const boost::system::error_code &error) noexcept;

} // namespace costrand::activate
