// SPDX-License-Identifier: Apache-2.0
// The networks of a profile: ports, 802.1x, wireless profiles, proxies.
#include "profile_check.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/wsman/certificate_text.hpp>

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace costrand::activate {

namespace {

using enum exit_code;
using wsman::cim::authentication_method;
using wsman::cim::encryption_method;

std::string quoted(const std::string &text) {
    return '"' + printable(text, 60) + '"';
}

// "WPA3 SAE" and "wpa3-sae" are WPA3SAE.
std::string bare(std::string_view name) {
    std::string out;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

struct method_row {
    std::string_view name; // bare
    authentication_method method;
    bool with_8021x;
};
constexpr std::array methods = {
    method_row{"wpapsk", authentication_method::wpa_psk, false},
    method_row{"wpa2psk", authentication_method::wpa2_psk, false},
    method_row{"wpa3sae", authentication_method::wpa3_sae, false},
    method_row{"wpaieee8021x", authentication_method::wpa_ieee8021x, true},
    method_row{"wpa2ieee8021x", authentication_method::wpa2_ieee8021x, true},
};

const method_row &method_of(const profile_section &in) {
    const auto name = bare(in.text("authenticationMethod"));
    const auto found = std::ranges::find(methods, name, &method_row::name);
    if (found == methods.end())
        in.refuse(missing_or_invalid_configuration, "authenticationMethod",
                  "is " + quoted(in.text("authenticationMethod")) +
                      ": write WPAPSK, WPA2PSK, WPA3SAE, WPAIEEE8021x or WPA2IEEE8021x");
    return *found;
}

encryption_method encryption_of(const profile_section &in) {
    const auto name = bare(in.text("encryptionMethod"));
    if (name == "tkip")
        return encryption_method::tkip;
    if (name == "ccmp")
        return encryption_method::ccmp;
    in.refuse(missing_or_invalid_configuration, "encryptionMethod",
              "is " + quoted(in.text("encryptionMethod")) + ": write CCMP or TKIP");
}

std::vector<std::byte> certificate(const profile_section &in, std::string_view key) {
    if (!in.given(key))
        in.refuse(missing_ieee8021x_configuration, key,
                  "is missing: a certificate, in PEM or base64 (one that an enterprise assistant "
                  "signs is not possible here)");
    try {
        return wsman::certificate_of_text(in.text(key));
    } catch (const system_error &e) {
        in.refuse(missing_or_invalid_configuration, key,
                  std::string("cannot be used: ") + e.what());
    }
}

void read_client_key(const profile_section &in, wsman::ieee8021x &out) {
    constexpr std::string_view key = "privateKey";
    if (!in.given(key))
        in.refuse(missing_ieee8021x_configuration, key, "is missing: the key of clientCert");
    try {
        out.key = wsman::key_of_text(in.secret(key));
    } catch (const system_error &e) {
        in.refuse(missing_or_invalid_configuration, key,
                  std::string("cannot be used: ") + e.what());
    }
    if (!wsman::belong_together(out.certificate, out.key))
        in.refuse(missing_or_invalid_configuration, key, "is not the key of clientCert");
}

wsman::ieee8021x read_8021x(const profile_section &in, std::string name) {
    constexpr std::size_t longest_user = 128, longest_password = 32;
    constexpr unsigned tls = 0, peap = 2;
    wsman::ieee8021x out;
    out.name = std::move(name);
    const auto protocol = in.number("authenticationProtocol", tls, peap, tls);
    if (protocol != tls && protocol != peap)
        in.refuse(missing_or_invalid_configuration, "authenticationProtocol",
                  "is neither 0 (EAP-TLS) nor 2 (PEAPv0/EAP-MSCHAPv2)");
    out.user = in.text("username");
    if (out.user.empty() || out.user.size() > longest_user)
        in.refuse(missing_ieee8021x_configuration, "username", "must be a user of 1 to 128 bytes");
    out.root = certificate(in, "caCert");
    if (protocol == tls) {
        out.certificate = certificate(in, "clientCert");
        read_client_key(in, out);
        return out;
    }
    out.protocol = wsman::eap::peap_mschapv2;
    out.password = in.secret("password");
    const auto length = out.password.reveal().size();
    if (length == 0 || length > longest_password)
        in.refuse(missing_ieee8021x_configuration, "password",
                  "must be a password of 1 to 32 bytes");
    return out;
}

std::string ipv4(const profile_section &in, std::string_view key, exit_code code) {
    auto text = in.text(key);
    error_code failed;
    (void)net::ip::make_address_v4(text, failed);
    if (failed)
        in.refuse(code, key,
                  text.empty() ? std::string("is missing: it goes with ipAddress")
                               : "is " + quoted(text) + ", which is no IPv4 address");
    return text;
}

void read_wired(const profile_section &in, profile &out) {
    constexpr std::array<std::string_view, 5> fixed = {"ipAddress", "subnetMask", "defaultGateway",
                                                       "primaryDNS", "secondaryDNS"};
    if (!in.section("ieee8021x").is_blank())
        out.wired_8021x = read_8021x(in.section("ieee8021x"), "wired_8021x");
    const bool dhcp = in.is_on("dhcpEnabled"), with_system = in.is_on("ipSyncEnabled");
    const auto given = std::ranges::find_if(fixed, [&](auto key) { return in.given(key); });
    if (!dhcp && !with_system && given == fixed.end())
        return;
    auto &port = out.wired.emplace();
    port.dhcp = dhcp;
    port.ip_sync = with_system;
    if (dhcp || with_system) {
        if (given != fixed.end())
            in.refuse(invalid_parameter_combination, *given,
                      std::string("and ") + (dhcp ? "dhcpEnabled" : "ipSyncEnabled") +
                          " exclude each other");
        return;
    }
    port.address = ipv4(in, "ipAddress", missing_or_incorrect_static_ip);
    port.subnet_mask = ipv4(in, "subnetMask", missing_or_incorrect_network_mask);
    port.gateway = ipv4(in, "defaultGateway", missing_or_incorrect_gateway);
    port.primary_dns = ipv4(in, "primaryDNS", missing_or_incorrect_primary_dns);
    if (in.given("secondaryDNS"))
        port.secondary_dns = ipv4(in, "secondaryDNS", missing_or_incorrect_secondary_dns);
}

void read_passphrase(const profile_section &in, core::secret &out) {
    constexpr std::size_t shortest = 8, longest = 63;
    out = in.secret("password");
    const auto length = out.reveal().size();
    if (length < shortest || length > longest)
        in.refuse(missing_or_invalid_configuration, "password",
                  "must be a passphrase of 8 to 63 characters");
}

wireless_order read_wireless(const profile_section &in, unsigned place) {
    constexpr std::size_t longest_ssid = 32;
    wireless_order out;
    auto &to = out.profile;
    to.name = in.text("profileName");
    if (to.name.empty())
        in.refuse(missing_or_incorrect_wifi_profile_name, "profileName", "is missing");
    to.ssid = in.text("ssid");
    if (to.ssid.empty() || to.ssid.size() > longest_ssid)
        in.refuse(missing_or_invalid_configuration, "ssid",
                  "must be the network's name, of 1 to 32 bytes");
    to.priority = in.number("priority", 1, 255, place);
    const auto &method = method_of(in);
    to.authentication = method.method;
    to.encryption = encryption_of(in);
    const auto more = in.section("ieee8021x");
    if (!method.with_8021x) {
        if (!more.is_blank())
            in.refuse(invalid_parameter_combination, "ieee8021x",
                      "is for WPAIEEE8021x and WPA2IEEE8021x");
        read_passphrase(in, to.passphrase);
        return out;
    }
    if (more.is_blank())
        in.refuse(missing_ieee8021x_configuration, "ieee8021x",
                  "is missing: that authenticationMethod needs it");
    out.ieee8021x = read_8021x(more, to.name + "_8021x");
    return out;
}

void read_wireless_profiles(const profile_section &in, profile &out) {
    out.wifi_with_system = in.is_on("wifiSyncEnabled");
    out.wifi_with_uefi = in.is_on("uefiWiFiSyncEnabled");
    for (const auto &one : in.sections("profiles")) {
        auto order = read_wireless(one, static_cast<unsigned>(out.wireless.size() + 1));
        for (const auto &other : out.wireless)
            if (other.profile.name == order.profile.name)
                one.refuse(missing_or_incorrect_wifi_profile_name, "profileName",
                           "is that of another one, too: " + quoted(order.profile.name));
        out.wireless.push_back(std::move(order));
    }
}

wsman::proxy_settings read_proxy(const profile_section &in) {
    constexpr std::size_t longest_address = 256, longest_suffix = 192;
    constexpr unsigned usual_port = 80;
    wsman::proxy_settings out;
    out.address = in.text("address");
    if (out.address.empty() || out.address.size() > longest_address)
        in.refuse(missing_proxy_address_and_port, "address",
                  "must be the proxy's address, of at most 256 bytes");
    // 0 is what programs write that do not know it.
    const auto port = in.number("port", 0, 65535, 0);
    out.port = static_cast<std::uint16_t>(port == 0 ? usual_port : port);
    out.dns_suffix = in.text("networkDnsSuffix");
    if (out.dns_suffix.size() > longest_suffix)
        in.refuse(missing_or_invalid_configuration, "networkDnsSuffix", "has more than 192 bytes");
    return out;
}

} // namespace

void read_network(const profile_section &network, profile &out) {
    read_wired(network.section("wired"), out);
    read_wireless_profiles(network.section("wireless"), out);
    for (const auto &one : network.sections("proxy"))
        out.proxies.push_back(read_proxy(one));
}

} // namespace costrand::activate
