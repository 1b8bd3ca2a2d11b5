// SPDX-License-Identifier: Apache-2.0
// Which proxy the environment names, and which servers it exempts.
#include <costrand/transports/proxy.hpp>

#include "url_parts.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <initializer_list>

namespace costrand::transports {
namespace {

namespace ip = net::ip;

std::string plain_name(std::string_view text) {
    if (text.ends_with('.'))
        text.remove_suffix(1);
    return detail::lower(text);
}

// Without a zone; an IPv4 address within IPv6 is the IPv4 address.
std::optional<ip::address> as_address(std::string_view text) {
    error_code none;
    auto address = ip::make_address(std::string(text.substr(0, text.find('%'))), none);
    if (none)
        return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

bool is_in_network(const ip::address &address, const std::string &text) {
    error_code none;
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(text, none);
        return !none && ip::network_v4(address.to_v4(), network.prefix_length()).canonical() ==
                            network.canonical();
    }
    const auto network = ip::make_network_v6(text, none);
    return !none && ip::network_v6(address.to_v6(), network.prefix_length()).canonical() ==
                        network.canonical();
}

struct server {
    std::string name; // small letters
    std::optional<ip::address> address;
    std::uint16_t port;
};

server describe(std::string_view host, std::uint16_t port) {
    return {plain_name(host), as_address(host), port};
}

bool is_below(std::string_view name, std::string_view domain) {
    return name.size() > domain.size() && name.ends_with(domain) &&
           name[name.size() - domain.size() - 1] == '.';
}

// `entry` has no port.
bool matches(const server &to, std::string_view entry) {
    if (entry.find('/') != entry.npos)
        return to.address && is_in_network(*to.address, std::string(entry));
    if (const auto address = as_address(entry))
        return to.address == address;
    if (to.address)
        return false;
    const bool only_below = entry.starts_with('.') || entry.starts_with("*.");
    if (only_below)
        entry.remove_prefix(entry.find('.') + 1);
    const std::string domain = plain_name(entry);
    return !domain.empty() && (is_below(to.name, domain) || (!only_below && to.name == domain));
}

bool is_exempt_by(const server &to, std::string_view entry) {
    if (entry == "*")
        return true;
    const auto end = entry.starts_with('[') ? entry.find(']') : 0;
    if (end == entry.npos)
        return false;
    const auto colon = entry.find(':', end);
    // Two colons and no brackets: an IPv6 address.
    const bool has_port = colon != entry.npos && (end != 0 || colon == entry.rfind(':'));
    std::uint16_t port = to.port;
    if (has_port && !detail::parse_port(entry.substr(colon + 1), port))
        return false;
    if (has_port)
        entry = entry.substr(0, colon);
    if (entry.starts_with('['))
        entry = entry.substr(1, end - 1);
    return port == to.port && matches(to, entry);
}

bool is_this_machine(const server &to) {
    return to.address ? to.address->is_loopback()
                      : to.name == "localhost" || is_below(to.name, "localhost");
}

bool is_exempt(const server &to, std::string_view list) {
    while (!list.empty()) {
        const auto entry = list.substr(0, list.find_first_of(", \t"));
        if (!entry.empty() && is_exempt_by(to, entry))
            return true;
        list.remove_prefix(std::min(list.size(), entry.size() + 1));
    }
    return false;
}

std::optional<environment_proxy> first_of(std::initializer_list<const char *> variables,
                                          const environment_reader &environment) {
    for (const char *variable : variables)
        if (const char *value = environment(variable); value && *value != '\0')
            return environment_proxy{variable, core::secret(value)};
    return std::nullopt;
}

} // namespace

bool is_exempt(std::string_view list, std::string_view host, std::uint16_t port) {
    return is_exempt(describe(host, port), list);
}

std::optional<environment_proxy> proxy_of_environment(bool secure, std::string_view host,
                                                      std::uint16_t port,
                                                      const environment_reader &environment) {
    const server to = describe(host, port);
    if (is_this_machine(to))
        return std::nullopt;
    if (const auto exceptions = first_of({"no_proxy", "NO_PROXY"}, environment))
        if (is_exempt(to, exceptions->url.reveal()))
            return std::nullopt;
    return secure ? first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, environment)
                  : first_of({"http_proxy", "all_proxy", "ALL_PROXY"}, environment);
}

} // namespace costrand::transports
