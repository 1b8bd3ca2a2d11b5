// SPDX-License-Identifier: Apache-2.0
// Certificates and keys in AMT, and the service that makes them.
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

enum class key_algorithm : std::uint32_t {
    rsa = 0,
};
constexpr std::string_view texts(key_algorithm) {
    return "0 RSA";
}

enum class pkcs10_signing_algorithm : std::uint32_t {
    sha1_rsa = 0,
    sha256_rsa = 1,
};
constexpr std::string_view texts(pkcs10_signing_algorithm) {
    return "0 SHA1RSA, 1 SHA256RSA";
}

// InstanceID "Intel(r) AMT Certificate: Handle: 0". Firmware spells TrustedRootCertficate so.
struct public_key_certificate : described<public_key_certificate> {
    static constexpr std::string_view wire_name = "AMT_PublicKeyCertificate";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> x509_certificate; // base64 of DER, at most 4100 bytes
    std::optional<bool> trusted_root_certificate;
    std::optional<std::string> issuer;
    std::optional<std::string> subject;
    std::optional<bool> read_only_certificate; // the firmware's own: cannot be deleted

    static consteval auto fields() {
        using s = public_key_certificate;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::x509_certificate>("X509Certificate"),
            row<&s::trusted_root_certificate>("TrustedRootCertficate"),
            row<&s::trusted_root_certificate>("TrustedRootCertificate", field_rule::other_spelling),
            row<&s::issuer>("Issuer"),
            row<&s::subject>("Subject"),
            row<&s::read_only_certificate>("ReadOnlyCertificate")};
    }
};

struct public_key_management_service : described<public_key_management_service> {
    static constexpr std::string_view wire_name = "AMT_PublicKeyManagementService";

    std::optional<std::string> creation_class_name;
    std::optional<std::string> element_name;
    std::optional<cim::enabled_default> enabled_default;
    std::optional<cim::enabled_state> enabled_state;
    std::optional<std::string> name;
    std::vector<cim::operational_status> operational_status;
    std::optional<cim::requested_state> requested_state;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> system_name;

    static consteval auto fields() {
        using s = public_key_management_service;
        return std::array{row<&s::creation_class_name>("CreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::enabled_default>("EnabledDefault"),
                          row<&s::enabled_state>("EnabledState"),
                          row<&s::name>("Name"),
                          row<&s::operational_status>("OperationalStatus"),
                          row<&s::requested_state>("RequestedState"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::system_name>("SystemName")};
    }
};

struct add_certificate_input : described<add_certificate_input> {
    static constexpr std::string_view wire_name = "AddCertificate_INPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<std::string> certificate_blob; // base64 of DER

    static consteval auto fields() {
        using s = add_certificate_input;
        return std::array{row<&s::certificate_blob>("CertificateBlob")};
    }
};

struct add_certificate_output : described<add_certificate_output> {
    static constexpr std::string_view wire_name = "AddCertificate_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<endpoint_reference> created_certificate;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_certificate_output;
        return std::array{row<&s::created_certificate>("CreatedCertificate"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct add_trusted_root_certificate_input : described<add_trusted_root_certificate_input> {
    static constexpr std::string_view wire_name = "AddTrustedRootCertificate_INPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<std::string> certificate_blob; // base64 of DER

    static consteval auto fields() {
        using s = add_trusted_root_certificate_input;
        return std::array{row<&s::certificate_blob>("CertificateBlob")};
    }
};

struct add_trusted_root_certificate_output : described<add_trusted_root_certificate_output> {
    static constexpr std::string_view wire_name = "AddTrustedRootCertificate_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<endpoint_reference> created_certificate;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_trusted_root_certificate_output;
        return std::array{row<&s::created_certificate>("CreatedCertificate"),
                          row<&s::return_value>("ReturnValue")};
    }
};

struct add_key_input : described<add_key_input> {
    static constexpr std::string_view wire_name = "AddKey_INPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<core::secret> key_blob; // base64 of DER, PKCS#1

    static consteval auto fields() {
        using s = add_key_input;
        return std::array{row<&s::key_blob>("KeyBlob")};
    }
};

struct add_key_output : described<add_key_output> {
    static constexpr std::string_view wire_name = "AddKey_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<endpoint_reference> created_key;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_key_output;
        return std::array{row<&s::created_key>("CreatedKey"), row<&s::return_value>("ReturnValue")};
    }
};

struct generate_key_pair_input : described<generate_key_pair_input> {
    static constexpr std::string_view wire_name = "GenerateKeyPair_INPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<amt::key_algorithm> key_algorithm;
    std::optional<std::int64_t> key_length; // 2048

    static consteval auto fields() {
        using s = generate_key_pair_input;
        return std::array{row<&s::key_algorithm>("KeyAlgorithm"), row<&s::key_length>("KeyLength")};
    }
};

struct generate_key_pair_output : described<generate_key_pair_output> {
    static constexpr std::string_view wire_name = "GenerateKeyPair_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<endpoint_reference> key_pair;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = generate_key_pair_output;
        return std::array{row<&s::key_pair>("KeyPair"), row<&s::return_value>("ReturnValue")};
    }
};

struct generate_pkcs10_request_input : described<generate_pkcs10_request_input> {
    static constexpr std::string_view wire_name = "GeneratePKCS10RequestEx_INPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<endpoint_reference> key_pair;
    std::optional<pkcs10_signing_algorithm> signing_algorithm;
    std::optional<std::string> null_signed_certificate_request; // base64

    static consteval auto fields() {
        using s = generate_pkcs10_request_input;
        return std::array{row<&s::key_pair>("KeyPair"),
                          row<&s::signing_algorithm>("SigningAlgorithm"),
                          row<&s::null_signed_certificate_request>("NullSignedCertificateRequest")};
    }
};

struct generate_pkcs10_request_output : described<generate_pkcs10_request_output> {
    static constexpr std::string_view wire_name = "GeneratePKCS10RequestEx_OUTPUT";
    static constexpr std::string_view wire_owner = "AMT_PublicKeyManagementService";

    std::optional<std::string> signed_certificate_request; // base64
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = generate_pkcs10_request_output;
        return std::array{row<&s::signed_certificate_request>("SignedCertificateRequest"),
                          row<&s::return_value>("ReturnValue")};
    }
};

// InstanceID "Intel(r) AMT Key: Handle: 0".
struct public_private_key_pair : described<public_private_key_pair> {
    static constexpr std::string_view wire_name = "AMT_PublicPrivateKeyPair";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<std::string> der_key; // base64 of the public key

    static consteval auto fields() {
        using s = public_private_key_pair;
        return std::array{row<&s::element_name>("ElementName"), row<&s::instance_id>("InstanceID"),
                          row<&s::der_key>("DERKey")};
    }
};

struct cryptographic_capabilities : described<cryptographic_capabilities> {
    static constexpr std::string_view wire_name = "AMT_CryptographicCapabilities";

    std::optional<std::string> element_name;
    std::optional<std::int64_t> hardware_acceleration;
    std::optional<std::string> instance_id;

    static consteval auto fields() {
        using s = cryptographic_capabilities;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::hardware_acceleration>("HardwareAcceleration"),
                          row<&s::instance_id>("InstanceID")};
    }
};

} // namespace costrand::wsman::amt
