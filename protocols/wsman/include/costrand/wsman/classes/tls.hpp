// SPDX-License-Identifier: Apache-2.0
// TLS of AMT: its settings and which certificate it shows.
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::amt {

// Two instances: InstanceID "Intel(r) AMT 802.3 TLS Settings" and, for local connections,
// "Intel(r) AMT LMS TLS Settings". In force after CommitChanges.
struct tls_setting_data : described<tls_setting_data> {
    static constexpr std::string_view wire_name = "AMT_TLSSettingData";

    std::optional<std::string> element_name;
    std::optional<std::string> instance_id;
    std::optional<bool> mutual_authentication;
    std::optional<bool> enabled;
    std::vector<std::string> trusted_cn;               // names that a client's certificate may have
    std::optional<bool> accept_non_secure_connections; // ports 16992 and 623 as well
    std::optional<bool> non_secure_connections_supported; // from 16.1

    static consteval auto fields() {
        using s = tls_setting_data;
        return std::array{row<&s::element_name>("ElementName"),
                          row<&s::instance_id>("InstanceID"),
                          row<&s::mutual_authentication>("MutualAuthentication"),
                          row<&s::enabled>("Enabled"),
                          row<&s::trusted_cn>("TrustedCN"),
                          row<&s::accept_non_secure_connections>("AcceptNonSecureConnections"),
                          row<&s::non_secure_connections_supported>("NonSecureConnectionsSupported",
                                                                    field_rule::read_only)};
    }
};

struct tls_credential_context : described<tls_credential_context> {
    static constexpr std::string_view wire_name = "AMT_TLSCredentialContext";

    std::optional<endpoint_reference> element_in_context; // an AMT_PublicKeyCertificate
    std::optional<endpoint_reference>
        element_providing_context; // the AMT_TLSProtocolEndpointCollection

    static consteval auto fields() {
        using s = tls_credential_context;
        return std::array{row<&s::element_in_context>("ElementInContext"),
                          row<&s::element_providing_context>("ElementProvidingContext")};
    }
};

struct tls_protocol_endpoint_collection : described<tls_protocol_endpoint_collection> {
    static constexpr std::string_view wire_name = "AMT_TLSProtocolEndpointCollection";

    std::optional<std::string> element_name;

    static consteval auto fields() {
        using s = tls_protocol_endpoint_collection;
        return std::array{row<&s::element_name>("ElementName")};
    }
};

} // namespace costrand::wsman::amt

namespace costrand::wsman::cim {

// Base of the contexts of TLS and 802.1x: an enumeration gives those.
struct credential_context : described<credential_context> {
    static constexpr std::string_view wire_name = "CIM_CredentialContext";

    std::optional<endpoint_reference> element_in_context;
    std::optional<endpoint_reference> element_providing_context;

    static consteval auto fields() {
        using s = credential_context;
        return std::array{row<&s::element_in_context>("ElementInContext"),
                          row<&s::element_providing_context>("ElementProvidingContext")};
    }
};

} // namespace costrand::wsman::cim
