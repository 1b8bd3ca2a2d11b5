// SPDX-License-Identifier: Apache-2.0
// HTTP proxies on the firmware's way to a server.
#pragma once

#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/return_values.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::wsman::ips {

enum class proxy_info_format : std::uint32_t {
    ipv4 = 3,
    ipv6 = 4,
    fqdn = 201,
};
constexpr std::string_view texts(proxy_info_format) {
    return "3 IPv4, 4 IPv6, 201 FQDN";
}

struct http_proxy_access_point : described<http_proxy_access_point> {
    static constexpr std::string_view wire_name = "IPS_HTTPProxyAccessPoint";

    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<std::string> access_info;
    std::optional<proxy_info_format> info_format;
    std::optional<std::int64_t> port;
    std::optional<std::string> network_dns_suffix;

    static consteval auto fields() {
        using s = http_proxy_access_point;
        return std::array{row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::access_info>("AccessInfo"),
                          row<&s::info_format>("InfoFormat"),
                          row<&s::port>("Port"),
                          row<&s::network_dns_suffix>("NetworkDnsSuffix")};
    }
};

struct http_proxy_service : described<http_proxy_service> {
    static constexpr std::string_view wire_name = "IPS_HTTPProxyService";

    std::optional<std::string> name;
    std::optional<std::string> creation_class_name;
    std::optional<std::string> system_name;
    std::optional<std::string> system_creation_class_name;
    std::optional<std::string> element_name;
    std::optional<bool> sync_enabled;

    static consteval auto fields() {
        using s = http_proxy_service;
        return std::array{row<&s::name>("Name"),
                          row<&s::creation_class_name>("CreationClassName"),
                          row<&s::system_name>("SystemName"),
                          row<&s::system_creation_class_name>("SystemCreationClassName"),
                          row<&s::element_name>("ElementName"),
                          row<&s::sync_enabled>("SyncEnabled")};
    }
};

struct add_proxy_access_point_input : described<add_proxy_access_point_input> {
    static constexpr std::string_view wire_name = "AddProxyAccessPoint_INPUT";
    static constexpr std::string_view wire_owner = "IPS_HTTPProxyService";

    std::optional<std::string> access_info; // at most 256
    std::optional<proxy_info_format> info_format;
    std::optional<std::int64_t> port;
    std::optional<std::string> network_dns_suffix; // at most 192

    static consteval auto fields() {
        using s = add_proxy_access_point_input;
        return std::array{row<&s::access_info>("AccessInfo"), row<&s::info_format>("InfoFormat"),
                          row<&s::port>("Port"), row<&s::network_dns_suffix>("NetworkDnsSuffix")};
    }
};

struct add_proxy_access_point_output : described<add_proxy_access_point_output> {
    static constexpr std::string_view wire_name = "AddProxyAccessPoint_OUTPUT";
    static constexpr std::string_view wire_owner = "IPS_HTTPProxyService";

    std::optional<endpoint_reference> proxy_access_point;
    std::optional<pt_status> return_value;

    static consteval auto fields() {
        using s = add_proxy_access_point_output;
        return std::array{row<&s::proxy_access_point>("ProxyAccessPoint"),
                          row<&s::return_value>("ReturnValue")};
    }
};

} // namespace costrand::wsman::ips
