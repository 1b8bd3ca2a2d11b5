// SPDX-License-Identifier: Apache-2.0
// Kerberos of AMT.
#pragma once

#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::amt {

enum class kerberos_protocol : std::uint32_t {
    http_protocol_definition = 0,
    https_protocol_definition = 1,
    sol_and_ider_protocol_definition = 2,
    sol_and_ider_protocol_definition_using_ssl = 3,
};
constexpr std::string_view texts(kerberos_protocol) {
    return "0 HTTPProtocolDefinition, 1 HTTPSProtocolDefinition, "
           "2 SOLAndIDERProtocolDefinition, 3 SOLAndIDERProtocolDefinitionUsingSSL";
}

enum class kerberos_algorithm : std::uint32_t {
    rc4_encryption_and_hmac_authentication = 0,
};
constexpr std::string_view texts(kerberos_algorithm) {
    return "0 RC4EncryptionAndHMACAuthentication";
}

enum class kerberos_encryption : std::uint32_t {
    rc4_hmac = 0,
    aes128_cts_hmac_sha196 = 1,
    aes256_cts_hmac_sha196 = 2,
};
constexpr std::string_view texts(kerberos_encryption) {
    return "0 RC4HMAC, 1 AES128CTSHMACSHA196, 2 AES256CTSHMACSHA196";
}

enum class kerberos_status : std::uint32_t {
    success = 0,
    not_supported = 1,
    unspecified_error = 2,
    unsupported_parameter = 3,
    no_kerberos_realm_name = 4,
    no_service_principal_name = 5,
    no_service_principal_protocol = 6,
    no_key_version = 7,
    no_encryption_algorithm = 8,
    no_master_key = 9,
    no_maximum_clock_tolerance = 10,
    no_kerberos_enabled = 11,
    no_passphrase = 12,
    no_salt = 13,
    no_iteration_count = 14,
    no_supported_encryption_algorithms = 15,
    no_configured_encryption_algorithms = 16,
};
constexpr std::string_view texts(kerberos_status) {
    return "0 Success, 1 NotSupported, 2 UnspecifiedError, 3 UnsupportedParameter, "
           "4 NoKerberosRealmName, 5 NoServicePrincipalName, 6 NoServicePrincipalProtocol, "
           "7 NoKeyVersion, 8 NoEncryptionAlgorithm, 9 NoMasterKey, "
           "10 NoMaximumClockTolerance, 11 NoKerberosEnabled, 12 NoPassphrase, 13 NoSalt, "
           "14 NoIterationCount, 15 NoSupportedEncryptionAlgorithms, "
           "16 NoConfiguredEncryptionAlgorithms";
}

struct kerberos_setting_data : described<kerberos_setting_data> {
    static constexpr std::string_view wire_name = "AMT_KerberosSettingData";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> realm_name;
    std::vector<std::string> service_principal_name;
    std::vector<kerberos_protocol> service_principal_protocol;
    std::optional<std::int64_t> key_version;
    std::optional<kerberos_algorithm> encryption_algorithm;
    std::vector<core::secret> master_key;
    std::optional<std::int64_t> maximum_clock_tolerance;
    std::optional<bool> krb_enabled;
    std::optional<core::secret> passphrase;
    std::optional<std::string> salt;
    std::optional<std::int64_t> iteration_count;
    std::vector<kerberos_encryption> supported_encryption_algorithms;
    std::vector<kerberos_encryption> configured_encryption_algorithms;

    static consteval auto fields() {
        using s = kerberos_setting_data;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::realm_name>("RealmName"),
            row<&s::service_principal_name>("ServicePrincipalName"),
            row<&s::service_principal_protocol>("ServicePrincipalProtocol"),
            row<&s::key_version>("KeyVersion"),
            row<&s::encryption_algorithm>("EncryptionAlgorithm"),
            row<&s::master_key>("MasterKey"),
            row<&s::maximum_clock_tolerance>("MaximumClockTolerance"),
            row<&s::krb_enabled>("KrbEnabled"),
            row<&s::passphrase>("Passphrase"),
            row<&s::salt>("Salt"),
            row<&s::iteration_count>("IterationCount"),
            row<&s::supported_encryption_algorithms>("SupportedEncryptionAlgorithms"),
            row<&s::configured_encryption_algorithms>("ConfiguredEncryptionAlgorithms")};
    }
};

struct get_credential_cache_state_output : described<get_credential_cache_state_output> {
    static constexpr std::string_view wire_name = "GetCredentialCacheState_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_KerberosSettingData";

    std::optional<bool> enabled;
    std::optional<kerberos_status> return_value;

    static consteval auto fields() {
        using s = get_credential_cache_state_output;
        return std::array{row<&s::enabled>("Enabled"), row<&s::return_value>("ReturnValue")};
    }
};

struct set_credential_cache_state_input : described<set_credential_cache_state_input> {
    static constexpr std::string_view wire_name = "SetCredentialCacheState_INPUT";
    static constexpr std::string_view wire_owner = "AMT_KerberosSettingData";

    std::optional<bool> enabled;

    static consteval auto fields() {
        using s = set_credential_cache_state_input;
        return std::array{row<&s::enabled>("Enabled")};
    }
};

struct set_credential_cache_state_output
    : returns<set_credential_cache_state_output, kerberos_status> {
    static constexpr std::string_view wire_name = "SetCredentialCacheState_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_KerberosSettingData";
};

} // namespace costrand::wsman::amt
