// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/exit_code.hpp>

#include <algorithm>
#include <array>

namespace costrand::activate {

namespace {

using enum exit_code;

constexpr std::array table = {
    exit_code_entry{success, "Success", ""},
    exit_code_entry{incorrect_permissions, "IncorrectPermissions", "not root"},
    exit_code_entry{heci_driver_not_detected, "HECIDriverNotDetected",
                    "MEI driver or device missing, or AMT client not reachable"},
    exit_code_entry{amt_not_detected, "AmtNotDetected", "no AMT"},
    exit_code_entry{amt_not_ready, "AmtNotReady", "firmware not ready"},
    exit_code_entry{help_requested, "HelpRequested", "internal"},
    exit_code_entry{generic_failure, "GenericFailure", "everything without a better code"},
    exit_code_entry{missing_or_incorrect_url, "MissingOrIncorrectURL", ""},
    exit_code_entry{missing_or_incorrect_profile, "MissingOrIncorrectProfile", ""},
    exit_code_entry{server_certificate_verification_failed, "ServerCertificateVerificationFailed",
                    ""},
    exit_code_entry{missing_or_incorrect_password, "MissingOrIncorrectPassword", ""},
    exit_code_entry{missing_dns_suffix, "MissingDNSSuffix", ""},
    exit_code_entry{missing_hostname, "MissingHostname", ""},
    exit_code_entry{missing_proxy_address_and_port, "MissingProxyAddressAndPort", ""},
    exit_code_entry{missing_or_incorrect_static_ip, "MissingOrIncorrectStaticIP", ""},
    exit_code_entry{incorrect_command_line_parameters, "IncorrectCommandLineParameters", ""},
    exit_code_entry{missing_or_incorrect_network_mask, "MissingOrIncorrectNetworkMask", ""},
    exit_code_entry{missing_or_incorrect_gateway, "MissingOrIncorrectGateway", ""},
    exit_code_entry{missing_or_incorrect_primary_dns, "MissingOrIncorrectPrimaryDNS", ""},
    exit_code_entry{missing_or_incorrect_secondary_dns, "MissingOrIncorrectSecondaryDNS", ""},
    exit_code_entry{invalid_parameter_combination, "InvalidParameterCombination", ""},
    exit_code_entry{failed_reading_configuration, "FailedReadingConfiguration", ""},
    exit_code_entry{missing_or_invalid_configuration, "MissingOrInvalidConfiguration", ""},
    exit_code_entry{invalid_user_input, "InvalidUserInput", ""},
    exit_code_entry{invalid_uuid, "InvalidUUID", ""},
    exit_code_entry{passwords_do_not_match, "PasswordsDoNotMatch", ""},
    exit_code_entry{rps_authentication_failed, "RPSAuthenticationFailed", ""},
    exit_code_entry{amt_connection_failed, "AMTConnectionFailed", ""},
    exit_code_entry{os_network_interfaces_lookup_failed, "OSNetworkInterfacesLookupFailed", ""},
    exit_code_entry{amt_authentication_failed, "AMTAuthenticationFailed", "wrong AMT password"},
    exit_code_entry{wsman_message_error, "WSMANMessageError", ""},
    exit_code_entry{activation_failed, "ActivationFailed", ""},
    exit_code_entry{network_configuration_failed, "NetworkConfigurationFailed", ""},
    exit_code_entry{cira_configuration_failed, "CIRAConfigurationFailed", ""},
    exit_code_entry{tls_configuration_failed, "TLSConfigurationFailed", ""},
    exit_code_entry{wifi_configuration_failed, "WiFiConfigurationFailed", ""},
    exit_code_entry{amt_features_configuration_failed, "AMTFeaturesConfigurationFailed", ""},
    exit_code_entry{ieee8021x_configuration_failed, "Ieee8021xConfigurationFailed", ""},
    exit_code_entry{unable_to_deactivate, "UnableToDeactivate", "e.g. not activated"},
    exit_code_entry{deactivation_failed, "DeactivationFailed", ""},
    exit_code_entry{unable_to_activate, "UnableToActivate", "e.g. already activated"},
    exit_code_entry{wifi_configuration_with_warnings, "WifiConfigurationWithWarnings", ""},
    exit_code_entry{unmarshal_message_failed, "UnmarshalMessageFailed", ""},
    exit_code_entry{delete_configs_failed, "DeleteConfigsFailed", ""},
    exit_code_entry{device_not_activated, "DeviceNotActivated", ""},
    exit_code_entry{missing_or_incorrect_wifi_profile_name, "MissingOrIncorrectWifiProfileName",
                    ""},
    exit_code_entry{missing_ieee8021x_configuration, "MissingIeee8021xConfiguration", ""},
    exit_code_entry{set_mebx_password_failed, "SetMEBXPasswordFailed", ""},
    exit_code_entry{change_amt_password_failed, "ChangeAMTPasswordFailed", ""},
    exit_code_entry{unable_to_configure, "UnableToConfigure", ""},
    exit_code_entry{certificate_not_base64, "ActivationFailed", "certificate not base64"},
    exit_code_entry{wrong_certificate_password, "ActivationFailed", "wrong certificate password"},
    exit_code_entry{provisioning_certificate_invalid, "ActivationFailed",
                    "provisioning certificate invalid"},
    exit_code_entry{no_certificates_in_pfx, "ActivationFailed", "no certificates in the PFX"},
    exit_code_entry{no_private_key_in_pfx, "ActivationFailed", "no private key in the PFX"},
    exit_code_entry{root_certificate_not_in_pfx, "ActivationFailed",
                    "root certificate not in the PFX"},
    exit_code_entry{cannot_read_amt_hashes, "ActivationFailed", "can't read AMT's hashes"},
    exit_code_entry{root_not_trusted_by_amt, "ActivationFailed", "root not trusted by AMT"},
    exit_code_entry{activation_general_settings, "ActivationFailed", "general settings"},
    exit_code_entry{activation_setup_service, "ActivationFailed", "host-based setup service"},
    exit_code_entry{activation_adding_certificate, "ActivationFailed", "adding a certificate"},
    exit_code_entry{activation_nonce, "ActivationFailed", "nonce"},
    exit_code_entry{activation_signing, "ActivationFailed", "signing"},
    exit_code_entry{activation_reading_control_mode, "ActivationFailed", "reading control mode"},
    exit_code_entry{activation_control_mode_invalid, "ActivationFailed", "control mode invalid"},
    exit_code_entry{duplicate_key, "DuplicateKey", ""},
    exit_code_entry{wired_configuration_failed, "WiredConfigurationFailed", ""},
    exit_code_entry{unsupported_amt_version, "UnsupportedAMTVersion",
                    "also: activation failed, leaf hash too long"},
    exit_code_entry{lms_connection_failed, "LMSConnectionFailed", ""},
    exit_code_entry{sync_clock_failed, "SyncClockFailed", ""},
    exit_code_entry{sync_hostname_failed, "SyncHostnameFailed", ""},
    exit_code_entry{sync_ip_failed, "SyncIpFailed", ""},
    exit_code_entry{change_password_failed, "ChangePasswordFailed", ""},
    exit_code_entry{sync_device_info_failed, "SyncDeviceInfoFailed", ""},
    exit_code_entry{amt_status_base, "AmtPtStatusCodeBase", "1000 + the PTHI status"},
};

constexpr bool rising() {
    for (std::size_t i = 1; i < table.size(); ++i)
        if (table[i].code <= table[i - 1].code)
            return false;
    return true;
}
static_assert(rising(), "looked up by binary search");

} // namespace

std::span<const exit_code_entry> exit_codes() noexcept {
    return table;
}

std::string_view name(exit_code code) noexcept {
    if (code > amt_status_base)
        return "AmtPtStatusCode";
    const auto found = std::lower_bound(
        table.begin(), table.end(), code,
        [](const exit_code_entry &entry, exit_code wanted) { return entry.code < wanted; });
    return found != table.end() && found->code == code ? found->name : "GenericFailure";
}

int process_status(exit_code code) noexcept {
    constexpr int kept_by_the_shell = 0xff;
    const int status = static_cast<int>(code) & kept_by_the_shell;
    if (status == 0 && code != success)
        return static_cast<int>(generic_failure);
    return status;
}

} // namespace costrand::activate
