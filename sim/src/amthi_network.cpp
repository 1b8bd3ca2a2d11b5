// SPDX-License-Identifier: Apache-2.0
// AMT host commands about the device's network: interfaces, names, DNS suffixes.
#include "amthi_commands.hpp"
#include "presence.hpp"
#include "properties.hpp"

#include <costrand/core/endian.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

namespace costrand::sim {
namespace {

std::uint32_t number_of(std::string_view text) {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Letters, digits, hyphens and dots: anything else is no name. That firmware looks, and how
// closely, is assumed.
bool is_domain_name(std::string_view name) {
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

// A dotted address; the old one when there is none.
void read_ipv4(std::string_view text, std::array<std::uint8_t, 4> &to) {
    std::array<std::uint8_t, 4> read{};
    for (auto &part : read) {
        const auto dot = text.find('.');
        const auto digits = text.substr(0, dot);
        const auto [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), part);
        if (failed != std::errc() || end != digits.data() + digits.size())
            return;
        text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
    }
    if (text.empty())
        to = read;
}

// As from the factory, with what a Put on AMT_EthernetPortSettings changed.
lan_interface current(const amthi_call &call, lan_interface lan, std::size_t index) {
    const auto *ports = call.state().objects.find_name("AMT_EthernetPortSettings");
    if (ports && index < ports->instances.size()) {
        const auto &port = ports->instances[index];
        lan.dhcp = port.value("DHCPEnabled") == "true";
        read_ipv4(port.value("IPAddress"), lan.ipv4);
    }
    return lan;
}

} // namespace

// AMT's address and the host's: of one network interface they are the same. Assumed.
amthi_outcome tell_mac_addresses(const amthi_call &call) {
    std::vector<std::byte> data;
    core::byte_writer to(data);
    for (int i = 0; i < 2; ++i)
        for (const auto part : call.device().wired.mac)
            to.u8(part);
    return data;
}

amthi_outcome tell_lan_settings(const amthi_call &call) {
    const auto index = *heci::decode_number(call.data);
    if (index > 1)
        return heci::status::invalid_index; // assumed
    const auto lan =
        current(call, index == 0 ? call.device().wired : call.device().wireless, index);
    heci::lan_settings told;
    if (lan.present()) {
        told.enabled = lan.enabled;
        told.address = lan.ipv4;
        told.dhcp_enabled = lan.dhcp;
        told.dhcp_mode = lan.dhcp_active ? 1 : 2;
        told.link_up = lan.link_up;
        std::ranges::transform(lan.mac, told.mac.begin(), [](auto b) { return std::byte{b}; });
    }
    return heci::encode(told);
}

amthi_outcome tell_dns_suffix(const amthi_call &call) {
    return heci::encode_text(call.device().dns_suffix);
}

// A NUL after each suffix: by analogy (heci.md 9.14).
amthi_outcome tell_dns_suffix_list(const amthi_call &call) {
    std::string list;
    for (const auto &suffix : home_suffixes(call.state().objects))
        list += suffix + '\0';
    return heci::encode_text(list);
}

amthi_outcome tell_fqdn(const amthi_call &call) {
    std::vector<std::byte> data;
    core::byte_writer to(data);
    const auto *settings = first_instance(call.state().objects, "AMT_GeneralSettings");
    if (!settings)
        return heci::status::internal_error; // no generation lacks the class
    const auto host = settings->value("HostName"), domain = settings->value("DomainName");
    to.le(std::uint32_t{settings->value("SharedFQDN") == "true"});
    to.le(std::uint32_t{settings->value("DDNSUpdateEnabled") == "true"});
    to.le(number_of(settings->value("DDNSPeriodicUpdateInterval")));
    to.le(number_of(settings->value("DDNSTTL")));
    to.le(static_cast<std::uint32_t>(host.size()));
    std::string name(host);
    if (!domain.empty())
        name += "." + std::string(domain);
    const auto text = heci::encode_text(name);
    data.insert(data.end(), text.begin(), text.end());
    return data;
}

// WS-Management shows it as AMT_GeneralSettings.HostOSFQDN.
amthi_outcome set_host_fqdn(const amthi_call &call) {
    const auto name = heci::decode_text(call.data);
    if (!name || core::load_le<std::uint16_t>(call.data.data()) + 2u != call.data.size())
        return heci::status::invalid_message_length;
    if (!is_domain_name(*name))
        return heci::status::invalid_domain_name;
    call.state().objects.change("AMT_GeneralSettings", [&](auto &settings) {
        set_property(settings, "HostOSFQDN", *name);
    });
    return heci::status::success;
}

} // namespace costrand::sim
