// SPDX-License-Identifier: Apache-2.0
// What Intel's Local Management Service asks besides (heci.md 9.15). Most of it is about things
// that never happen here: sessions of redirection and KVM, system defence, a reset by remote
// control.
#include "amthi_commands.hpp"
#include "properties.hpp"

#include <costrand/core/endian.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace costrand::sim {
namespace {

using heci::status;

constexpr std::size_t address_field = 46; // an IPv4 or IPv6 address as text

// "1.2.3.4" is 0x01020304; 0 for what is no address.
std::uint32_t ipv4_number(std::string_view text) {
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) {
        std::uint8_t part = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), part);
        if (failed != std::errc())
            return 0;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty())
            text.remove_prefix(1);
        number = number << 8 | part;
    }
    return number;
}

} // namespace

// AMT_EthernetPortSettings of the wired port.
amthi_outcome tell_tcpip_parameters(const amthi_call &call) {
    enum : std::uint32_t { dhcp_disabled = 1, dhcp_enabled = 2 };
    const auto &objects = call.state().objects;
    const auto *port = first_instance(objects, "AMT_EthernetPortSettings");
    if (!port)
        return status::internal_error; // no generation lacks the class
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.le(port->value("DHCPEnabled") == "true" ? std::uint32_t{dhcp_enabled}
                                               : std::uint32_t{dhcp_disabled});
    for (const auto *name :
         {"IPAddress", "SubnetMask", "DefaultGateway", "PrimaryDNS", "SecondaryDNS"})
        to.le(ipv4_number(port->value(name)));
    const auto domain = heci::encode_text(property(objects, "AMT_GeneralSettings", "DomainName"));
    data.insert(data.end(), domain.begin(), domain.end());
    return data;
}

// Whether the device may be configured remotely: it trusts somebody. Assumed.
amthi_outcome tell_zero_touch(const amthi_call &call) {
    const auto trusts = [](const trusted_root &root) { return root.active; };
    return heci::encode_number(std::ranges::any_of(call.device().roots, trusts) ? 1 : 0);
}

amthi_outcome tell_power_policy(const amthi_call &call) {
    return heci::encode_text(
        property(call.state().objects, "AMT_SystemPowerScheme", "Description"));
}

// By number: redirection sessions, system defence, web interface, endpoint access control, KVM.
amthi_outcome tell_features_state(const amthi_call &call) {
    enum : std::uint32_t { redirection = 0, defence = 1, web_ui = 2, access_control = 3, kvm = 4 };
    const auto which = *heci::decode_number(call.data);
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.le(which);
    switch (which) {
    case redirection: // IDER, SOL, reserved
        to.zeros(3 * sizeof(std::uint32_t));
        return data;
    case web_ui:
        to.le(std::uint32_t{call.device().amthi.web_ui});
        return data;
    case defence:
    case access_control:
    case kvm:
        to.le(std::uint32_t{0});
        return data;
    default:
        return status::invalid_parameter;
    }
}

amthi_outcome tell_last_reset_reason(const amthi_call &) {
    auto data = heci::encode_number(1); // other than remote control
    core::byte_writer(data).le(std::uint32_t{0});
    return data;
}

// Bit 0 from the BIOS, bit 1 from the operating system; EnabledState is 32768 and those bits.
amthi_outcome tell_user_interfaces(const amthi_call &call) {
    const auto enabled =
        property(call.state().objects, "AMT_UserInitiatedConnectionService", "EnabledState");
    std::uint32_t bits = 0;
    std::from_chars(enabled.data(), enabled.data() + enabled.size(), bits);
    return heci::encode_number(bits & 3);
}

// The port is what Intel's documentation has as the default of provisioning servers; no server was
// ever given.
amthi_outcome tell_configuration_server(const amthi_call &) {
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.le(std::uint16_t{9971});
    to.zeros(address_field);
    to.le(std::uint16_t{0});
    return data;
}

// No server ever configured it over TLS.
amthi_outcome tell_setup_record(const amthi_call &) {
    return status::data_missing;
}

amthi_outcome tell_ipv6_status(const amthi_call &call) {
    constexpr auto interface_disabled = static_cast<status>(2500);
    return *heci::decode_number(call.data) > 1 ? status::invalid_index : interface_disabled;
}

// Bit 0 SOL, bit 1 IDER, bit 2 KVM.
amthi_outcome tell_redirection_state(const amthi_call &call) {
    const auto on = enabled_redirection(call.state().objects);
    return heci::encode_number((on.sol ? 1u : 0u) | (on.ider ? 2u : 0u) | (on.kvm ? 4u : 0u));
}

// The host's VPN may not be used by the firmware.
amthi_outcome set_enterprise_access(const amthi_call &) {
    constexpr auto host_vpn_disabled = static_cast<status>(0x201);
    return host_vpn_disabled;
}

// Header as of all commands, another class in its word. The one variable that is known is the
// link's state: an identifier whose last byte is 1, then a count and five bytes.
command_reply answer_state_query(core::const_bytes request, const command_context &on) {
    constexpr std::uint32_t asked = 0x01000001, answered = 0x01800001;
    constexpr std::size_t id_size = 16;
    core::byte_reader from(request);
    from.skip(4);
    if (from.le<std::uint32_t>() != asked)
        return std::nullopt;
    const auto length = from.le<std::uint32_t>();
    const auto id = from.bytes(id_size);
    auto result = status::success;
    if (from.failed() || from.remaining() > 0 || length != id_size)
        result = status::invalid_message_length;
    else if (id.back() != std::byte{1} ||
             std::ranges::any_of(id.first(id_size - 1), [](auto b) { return b != std::byte{0}; }))
        result = status::not_found; // assumed
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.le(static_cast<std::uint32_t>(result));
    if (result == status::success) {
        to.bytes(id);
        to.le(std::uint32_t{5});
        to.u8(on.device.wired.link_up ? 1 : 0);
        to.u8(0);
        to.u8(on.device.amthi.hardware_crypto ? 1 : 0);
        to.u8(1); // the flash is protected: assumed
        to.u8(0); // no reset of the firmware so far
    }
    std::vector<std::byte> reply;
    core::byte_writer out(reply);
    out.le(std::uint32_t{0x00000101}); // version 1.1, reserved
    out.le(answered);
    out.le(static_cast<std::uint32_t>(data.size()));
    out.bytes(data);
    return reply;
}

} // namespace costrand::sim
