// SPDX-License-Identifier: Apache-2.0
// 802.1x: what AMT says to a switch or an access point.
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

enum class eap_protocol : std::uint32_t {
    tls = 0,
    ttls_mschapv2 = 1,
    peap_mschapv2 = 2,
    eap_gtc = 3,
    eap_fast_mschapv2 = 4,
    eap_fast_gtc = 5,
    eap_fast_tls = 6,
};
constexpr std::string_view texts(eap_protocol) {
    return "0 TLS, 1 TTLSMSCHAPv2, 2 PEAPMSCHAPv2, 3 EAPGTC, 4 EAPFASTMSCHAPv2, 5 EAPFASTGTC, "
           "6 EAPFASTTLS";
}

enum class certificate_name_comparison : std::uint32_t {
    full_name = 0,
    domain_suffix = 1,
};
constexpr std::string_view texts(certificate_name_comparison) {
    return "0 FullName, 1 DomainSuffix";
}

struct ieee8021x_profile : described<ieee8021x_profile> {
    static constexpr std::string_view wire_name = "AMT_8021XProfile";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<bool> enabled;
    std::optional<bool> active_in_s0;
    std::optional<amt::eap_protocol> authentication_protocol;
    std::optional<std::string> roaming_identity;
    std::optional<std::string> server_certificate_name;
    std::optional<amt::certificate_name_comparison> server_certificate_name_comparison;
    std::optional<std::string> username;  // at most 128
    std::optional<core::secret> password; // at most 32
    std::optional<std::string> domain;
    std::vector<core::secret> protected_access_credential;
    std::optional<core::secret> pac_password; // at most 256
    std::optional<std::string> client_certificate;
    std::optional<std::string> server_certificate_issue;
    std::optional<std::int64_t> pxe_timeout; // seconds

    static consteval auto fields() {
        using s = ieee8021x_profile;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::enabled>("Enabled"),
            row<&s::active_in_s0>("ActiveInS0"),
            row<&s::authentication_protocol>("AuthenticationProtocol"),
            row<&s::roaming_identity>("RoamingIdentity"),
            row<&s::server_certificate_name>("ServerCertificateName"),
            row<&s::server_certificate_name_comparison>("ServerCertificateNameComparison"),
            row<&s::username>("Username"),
            row<&s::password>("Password"),
            row<&s::domain>("Domain"),
            row<&s::protected_access_credential>("ProtectedAccessCredential"),
            row<&s::pac_password>("PACPassword"),
            row<&s::client_certificate>("ClientCertificate"),
            row<&s::server_certificate_issue>("ServerCertificateIssue"),
            row<&s::pxe_timeout>("PxeTimeout")};
    }
};

struct ieee8021x_credential_context : described<ieee8021x_credential_context> {
    static constexpr std::string_view wire_name = "AMT_8021xCredentialContext";

    std::optional<endpoint_reference> element_in_context;
    std::optional<endpoint_reference> element_providing_context;

    static consteval auto fields() {
        using s = ieee8021x_credential_context;
        return std::array{row<&s::element_in_context>("ElementInContext"),
                          row<&s::element_providing_context>("ElementProvidingContext")};
    }
};

} // namespace costrand::wsman::amt

namespace costrand::wsman::cim {

// Of a wireless profile: InstanceID "Intel(r) AMT: 8021X Settings <name>".
struct ieee8021x_settings : described<ieee8021x_settings> {
    static constexpr std::string_view wire_name = "CIM_IEEE8021xSettings";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<amt::eap_protocol> authentication_protocol;
    std::optional<std::string> roaming_identity;
    std::optional<std::string> server_certificate_name;
    std::optional<amt::certificate_name_comparison> server_certificate_name_comparison;
    std::optional<std::string> username;
    std::optional<core::secret> password;
    std::optional<std::string> domain;
    std::optional<core::secret> protected_access_credential;
    std::optional<core::secret> pac_password;
    std::optional<core::secret> psk;
    std::optional<std::int64_t> enabled;
    std::optional<bool> available_in_s0;
    std::optional<std::int64_t> pxe_timeout; // seconds

    static consteval auto fields() {
        using s = ieee8021x_settings;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::authentication_protocol>("AuthenticationProtocol"),
            row<&s::roaming_identity>("RoamingIdentity"),
            row<&s::server_certificate_name>("ServerCertificateName"),
            row<&s::server_certificate_name_comparison>("ServerCertificateNameComparison"),
            row<&s::username>("Username"),
            row<&s::password>("Password"),
            row<&s::domain>("Domain"),
            row<&s::protected_access_credential>("ProtectedAccessCredential"),
            row<&s::pac_password>("PACPassword"),
            row<&s::psk>("PSK"),
            row<&s::enabled>("Enabled"),
            row<&s::available_in_s0>("AvailableInS0"),
            row<&s::pxe_timeout>("PxeTimeout")};
    }
};

} // namespace costrand::wsman::cim

namespace costrand::wsman::ips {

enum class ieee8021x_state : std::uint32_t {
    with_certificates = 2,
    disabled = 3,
    without_certificates = 6,
};
constexpr std::string_view texts(ieee8021x_state) {
    return "2 WithCertificates, 3 Disabled, 6 WithoutCertificates";
}

// Of the wired port (wsman.md 11.6).
struct ieee8021x_settings : described<ieee8021x_settings> {
    static constexpr std::string_view wire_name = "IPS_IEEE8021xSettings";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<amt::eap_protocol> authentication_protocol;
    std::optional<std::string> roaming_identity;
    std::optional<std::string> server_certificate_name;
    std::optional<amt::certificate_name_comparison> server_certificate_name_comparison;
    std::optional<std::string> username;  // at most 128
    std::optional<core::secret> password; // at most 32
    std::optional<std::string> domain;
    std::optional<core::secret> protected_access_credential;
    std::optional<core::secret> pac_password; // at most 256
    std::optional<core::secret> psk;
    std::optional<ieee8021x_state> enabled;
    std::optional<std::int64_t> pxe_timeout; // seconds
    std::optional<bool> available_in_s0;

    static consteval auto fields() {
        using s = ieee8021x_settings;
        return std::array{
            row<&s::element_name>("ElementName"),
            row<&s::instance_id>("InstanceID"),
            row<&s::authentication_protocol>("AuthenticationProtocol"),
            row<&s::roaming_identity>("RoamingIdentity"),
            row<&s::server_certificate_name>("ServerCertificateName"),
            row<&s::server_certificate_name_comparison>("ServerCertificateNameComparison"),
            row<&s::username>("Username"),
            row<&s::password>("Password"),
            row<&s::domain>("Domain"),
            row<&s::protected_access_credential>("ProtectedAccessCredential"),
            row<&s::pac_password>("PACPassword"),
            row<&s::psk>("PSK"),
            row<&s::enabled>("Enabled"),
            row<&s::pxe_timeout>("PxeTimeout"),
            row<&s::available_in_s0>("AvailableInS0")};
    }
};

struct set_certificates_input : described<set_certificates_input> {
    static constexpr std::string_view wire_name = "SetCertificates_INPUT";
    static constexpr std::string_view wire_owner = "IPS_IEEE8021xSettings";

    std::optional<endpoint_reference> server_certificate_issuer; // the root
    std::optional<endpoint_reference> client_certificate; // both are AMT_PublicKeyCertificate

    static consteval auto fields() {
        using s = set_certificates_input;
        return std::array{row<&s::server_certificate_issuer>("ServerCertificateIssuer"),
                          row<&s::client_certificate>("ClientCertificate")};
    }
};

struct set_certificates_output : returns<set_certificates_output, pt_status> {
    static constexpr std::string_view wire_name = "SetCertificates_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_IEEE8021xSettings";
};

struct ieee8021x_credential_context : described<ieee8021x_credential_context> {
    static constexpr std::string_view wire_name = "IPS_8021xCredentialContext";

    std::optional<endpoint_reference> element_in_context;
    std::optional<endpoint_reference> element_providing_context;

    static consteval auto fields() {
        using s = ieee8021x_credential_context;
        return std::array{row<&s::element_in_context>("ElementInContext"),
                          row<&s::element_providing_context>("ElementProvidingContext")};
    }
};

} // namespace costrand::wsman::ips
