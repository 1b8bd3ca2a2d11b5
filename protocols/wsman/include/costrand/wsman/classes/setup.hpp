// SPDX-License-Identifier: Apache-2.0
// Activation: AMT_SetupAndConfigurationService, IPS_HostBasedSetupService,
// IPS_ProvisioningRecordLog.
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

enum class provisioning_mode : std::uint32_t {
    admin_control_mode = 1,
    client_control_mode = 4,
};
constexpr std::string_view texts(provisioning_mode) {
    return "1 AdminControlMode, 4 ClientControlMode";
}

enum class provisioning_state : std::uint32_t {
    pre_provisioning = 0,
    in_provisioning = 1,
    post_provisioning = 2,
};
constexpr std::string_view texts(provisioning_state) {
    return "0 PreProvisioning, 1 InProvisioning, 2 PostProvisioning";
}

enum class password_model : std::uint32_t {
    coupled_password_model = 0,
    separate_password_model = 1,
    separate_hash_password_model = 2,
};
constexpr std::string_view texts(password_model) {
    return "0 CoupledPasswordModel, 1 SeparatePasswordModel, 2 SeparateHashPasswordModel";
}

struct setup_and_configuration_service : described<setup_and_configuration_service> {
    static constexpr std::string_view wire_name = "AMT_SetupAndConfigurationService";

    std::optional<cim::requested_state> requested_state;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> element_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> name;
    std::optional<amt::provisioning_mode> provisioning_mode;
    std::optional<amt::provisioning_state> provisioning_state;
    std::optional<bool> zero_touch_configuration_enabled;
    std::optional<std::string> provisioning_server_otp; // base64, readable in state 1 only
    std::optional<std::string> configuration_server_fqdn;
    std::optional<amt::password_model> password_model;
    std::optional<std::string> dhcp_dns_suffix;
    std::optional<std::string> trusted_dns_suffix;

    static consteval auto fields() {
        using s = setup_and_configuration_service;
        return std::array{
            row<&s::requested_state>("RequestedState"),
            row<&s::enabled_state>("EnabledState"),
            row<&s::element_name>("ElementName"),
            row<&s::system_creation_class_name>("SystemCreationClassName"),
            row<&s::system_name>("SystemName"),
            row<&s::creation_class_name>("CreationClassName"),
            row<&s::name>("Name"),
            row<&s::provisioning_mode>("ProvisioningMode"),
            row<&s::provisioning_state>("ProvisioningState"),
            row<&s::zero_touch_configuration_enabled>("ZeroTouchConfigurationEnabled"),
            row<&s::provisioning_server_otp>("ProvisioningServerOTP"),
            row<&s::configuration_server_fqdn>("ConfigurationServerFQDN"),
            row<&s::password_model>("PasswordModel"),
            row<&s::dhcp_dns_suffix>("DhcpDNSSuffix"),
            row<&s::trusted_dns_suffix>("TrustedDNSSuffix")};
    }
};

struct get_uuid_output : described<get_uuid_output> {
    static constexpr std::string_view wire_name = "GetUuid_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";

    std::optional<std::string> uuid; // base64 of 16 bytes, in the mixed byte order of apf.md
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = get_uuid_output;
        return std::array{row<&s::uuid>("UUID"), row<&s::return_value>("ReturnValue")};
    }
};

struct unprovision_input : described<unprovision_input> {
    static constexpr std::string_view wire_name = "Unprovision_INPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";

    std::optional<amt::provisioning_mode> provisioning_mode;

    static consteval auto fields() {
        using s = unprovision_input;
        return std::array{row<&s::provisioning_mode>("ProvisioningMode")};
    }
};

struct set_mebx_password_input : described<set_mebx_password_input> {
    static constexpr std::string_view wire_name = "SetMEBxPassword_INPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";

    std::optional<core::secret> password; // clear text

    static consteval auto fields() {
        using s = set_mebx_password_input;
        return std::array{row<&s::password>("Password")};
    }
};

struct unprovision_output : returns<unprovision_output, pt_status> {
    static constexpr std::string_view wire_name = "Unprovision_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";
};

struct partial_unprovision_output : returns<partial_unprovision_output, pt_status> {
    static constexpr std::string_view wire_name = "PartialUnprovision_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";
};

// 2057: the device wants an MEBx password first.
struct commit_changes_output : returns<commit_changes_output, pt_status> {
    static constexpr std::string_view wire_name = "CommitChanges_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";
};

struct set_mebx_password_output : returns<set_mebx_password_output, pt_status> {
    static constexpr std::string_view wire_name = "SetMEBxPassword_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_SetupAndConfigurationService";
};

} // namespace costrand::wsman::amt

namespace costrand::wsman::ips {

enum class control_mode : std::uint32_t {
    not_provisioned = 0,
    client = 1,
    admin = 2,
};
constexpr std::string_view texts(control_mode) {
    return "0 NotProvisioned, 1 Client, 2 Admin";
}

enum class cert_chain_status : std::uint32_t {
    not_started = 0,
    chain_in_progress = 1,
    chain_complete = 2,
};
constexpr std::string_view texts(cert_chain_status) {
    return "0 NotStarted, 1 ChainInProgress, 2 ChainComplete";
}

enum class admin_pass_encryption_type : std::uint32_t {
    none = 0,
    other = 1,
    http_digest_md5_a1 = 2,
};
constexpr std::string_view texts(admin_pass_encryption_type) {
    return "0 None, 1 Other, 2 HTTPDigestMD5A1";
}

enum class signing_algorithm : std::uint32_t {
    none = 0,
    other = 1,
    rsa_sha256 = 2,
};
constexpr std::string_view texts(signing_algorithm) {
    return "0 None, 1 Other, 2 RSASHA2256";
}

// Setup and UpgradeClientToAdmin. The three lists give one number different meanings.
enum class setup_status : std::uint32_t {
    success = 0,
    internal_error = 1,
    invalid_state = 2,
    invalid_param = 3,
    method_disabled = 4,
    auth_failed = 5,
    flash_write_limit_exceeded = 6,
};
constexpr std::string_view texts(setup_status) {
    return "0 Success, 1 InternalError, 2 InvalidState, 3 InvalidParam, 4 MethodDisabled, "
           "5 AuthFailed, 6 FlashWriteLimitExceeded";
}

enum class admin_setup_status : std::uint32_t {
    success = 0,
    internal_error = 1,
    invalid_state = 2,
    invalid_param = 3,
    auth_failed = 5,
    flash_write_limit_exceeded = 6,
};
constexpr std::string_view texts(admin_setup_status) {
    return "0 Success, 1 InternalError, 2 InvalidState, 3 InvalidParam, 5 AuthFailed, "
           "6 FlashWriteLimitExceeded";
}

enum class add_next_cert_in_chain_status : std::uint32_t {
    success = 0,
    invalid_param = 1,
    internal_error = 2,
    invalid_state = 3,
    cert_verify_failed = 4,
    cert_chain_length_exceeded = 5,
};
constexpr std::string_view texts(add_next_cert_in_chain_status) {
    return "0 Success, 1 InvalidParam, 2 InternalError, 3 InvalidState, 4 CertVerifyFailed, "
           "5 CertChainLengthExceeded";
}

struct host_based_setup_service : described<host_based_setup_service> {
    static constexpr std::string_view wire_name = "IPS_HostBasedSetupService";

    std::optional<std::string> element_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> name;
    std::optional<control_mode> current_control_mode;
    std::vector<control_mode> allowed_control_modes;
    std::optional<std::string> configuration_nonce; // base64 of 20 bytes, new for each attempt
    std::optional<ips::cert_chain_status> cert_chain_status;

    static consteval auto fields() {
        using s = host_based_setup_service;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::name>("Name"),
                          row<&s::current_control_mode>("CurrentControlMode"),
                          row<&s::allowed_control_modes>("AllowedControlModes"),
                          row<&s::configuration_nonce>("ConfigurationNonce"),
                          row<&s::cert_chain_status>("CertChainStatus")};
    }
};

struct setup_input : described<setup_input> {
    static constexpr std::string_view wire_name = "Setup_INPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";

    std::optional<admin_pass_encryption_type> net_admin_pass_encryption_type;
    std::optional<core::secret> network_admin_password; // hex MD5(admin:realm:password)

    static consteval auto fields() {
        using s = setup_input;
        return std::array{row<&s::net_admin_pass_encryption_type>("NetAdminPassEncryptionType"),
                          row<&s::network_admin_password>("NetworkAdminPassword")};
    }
};

struct setup_output : returns<setup_output, ips::setup_status> {
    static constexpr std::string_view wire_name = "Setup_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";
};

struct admin_setup_input : described<admin_setup_input> {
    static constexpr std::string_view wire_name = "AdminSetup_INPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";

    std::optional<admin_pass_encryption_type> net_admin_pass_encryption_type;
    std::optional<core::secret> network_admin_password; // hex MD5(admin:realm:password)
    std::optional<std::string> mc_nonce;                // base64 of 20 bytes
    std::optional<ips::signing_algorithm> signing_algorithm;
    std::optional<std::string> digital_signature; // base64, see wsman.md 11.2

    static consteval auto fields() {
        using s = admin_setup_input;
        return std::array{row<&s::net_admin_pass_encryption_type>("NetAdminPassEncryptionType"),
                          row<&s::network_admin_password>("NetworkAdminPassword"),
                          row<&s::mc_nonce>("McNonce"),
                          row<&s::signing_algorithm>("SigningAlgorithm"),
                          row<&s::digital_signature>("DigitalSignature")};
    }
};

struct admin_setup_output : returns<admin_setup_output, ips::admin_setup_status> {
    static constexpr std::string_view wire_name = "AdminSetup_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";
};

struct upgrade_client_to_admin_input : described<upgrade_client_to_admin_input> {
    static constexpr std::string_view wire_name = "UpgradeClientToAdmin_INPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";

    std::optional<std::string> mc_nonce; // base64 of 20 bytes
    std::optional<ips::signing_algorithm> signing_algorithm;
    std::optional<std::string> digital_signature; // base64, see wsman.md 11.2

    static consteval auto fields() {
        using s = upgrade_client_to_admin_input;
        return std::array{row<&s::mc_nonce>("McNonce"),
                          row<&s::signing_algorithm>("SigningAlgorithm"),
                          row<&s::digital_signature>("DigitalSignature")};
    }
};

struct upgrade_client_to_admin_output : returns<upgrade_client_to_admin_output, ips::setup_status> {
    static constexpr std::string_view wire_name = "UpgradeClientToAdmin_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";
};

struct add_next_cert_in_chain_input : described<add_next_cert_in_chain_input> {
    static constexpr std::string_view wire_name = "AddNextCertInChain_INPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";

    std::optional<std::string> next_certificate; // base64 of DER
    std::optional<bool> is_leaf_certificate;
    std::optional<bool> is_root_certificate;

    static consteval auto fields() {
        using s = add_next_cert_in_chain_input;
        return std::array{row<&s::next_certificate>("NextCertificate"),
                          row<&s::is_leaf_certificate>("IsLeafCertificate"),
                          row<&s::is_root_certificate>("IsRootCertificate")};
    }
};

struct add_next_cert_in_chain_output
    : returns<add_next_cert_in_chain_output, ips::add_next_cert_in_chain_status> {
    static constexpr std::string_view wire_name = "AddNextCertInChain_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_HostBasedSetupService";
};

struct provisioning_record_log : described<provisioning_record_log> {
    static constexpr std::string_view wire_name = "IPS_ProvisioningRecordLog";

    std::optional<std::int64_t> current_number_of_records;
    std::optional<std::string> element_name;
    std::optional<std::int64_t> enabled_state;
    std::optional<std::int64_t> health_state;
    std::optional<std::string> instance_id;
    std::optional<std::int64_t> log_state;
    std::optional<std::int64_t> max_number_of_records;
    std::optional<std::string> name;
    std::optional<std::int64_t> overwrite_policy;
    std::optional<std::int64_t> requested_state;

    static consteval auto fields() {
        using s = provisioning_record_log;
        return std::array{row<&s::current_number_of_records>("CurrentNumberOfRecords"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::health_state>("HealthState"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::log_state>("LogState"),
                          row<&s::max_number_of_records>("MaxNumberOfRecords"),
                          row<&s::name>("Name"),
                          row<&s::overwrite_policy>("OverwritePolicy"),
                          row<&s::requested_state>("RequestedState")};
    }
};

} // namespace costrand::wsman::ips
