// SPDX-License-Identifier: Apache-2.0
#include "wire_text.hpp"

#include "encoding.hpp"

#include <costrand/apf/codec.hpp>
#include <costrand/core/log.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/wsman/xml.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <variant>

namespace costrand::sim {
namespace {

constexpr std::string_view mask = "***";

// What the peer chose must not break the line.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
        out += c >= ' ' && c < 127 && c != '"' ? c : '?';
    return out + "\"";
}

// One line for each kind of APF message.
struct apf_line {
    std::string operator()(const apf::channel_data &m) const {
        return core::concat("CHANNEL_DATA channel ", m.recipient, ", ", m.data.size(), " bytes");
    }
    std::string operator()(const apf::channel_window_adjust &m) const {
        return core::concat("CHANNEL_WINDOW_ADJUST channel ", m.recipient, ", ", m.bytes_to_add,
                            " bytes more");
    }
    std::string operator()(const apf::channel_close &m) const {
        return core::concat("CHANNEL_CLOSE channel ", m.recipient);
    }
    std::string operator()(const apf::channel_open &m) const {
        return core::concat("CHANNEL_OPEN ", quoted(m.type), " sender ", m.sender, ", window ",
                            m.window, ", to ", quoted(m.connected_address), " port ",
                            m.connected_port);
    }
    std::string operator()(const apf::channel_open_confirmation &m) const {
        return core::concat("CHANNEL_OPEN_CONFIRMATION channel ", m.recipient, ", sender ",
                            m.sender, ", window ", m.window);
    }
    std::string operator()(const apf::channel_open_failure &m) const {
        return core::concat("CHANNEL_OPEN_FAILURE channel ", m.recipient, ", reason ", m.reason);
    }
    std::string operator()(const apf::protocol_version &m) const {
        return core::concat("PROTOCOLVERSION ", m.major, ".", m.minor, ", trigger ",
                            m.trigger_reason);
    }
    std::string operator()(const apf::disconnect &m) const {
        return core::concat("DISCONNECT reason ", m.reason);
    }
    std::string operator()(const apf::service_request &m) const {
        return "SERVICE_REQUEST " + quoted(m.service);
    }
    std::string operator()(const apf::service_accept &m) const {
        return "SERVICE_ACCEPT " + quoted(m.service);
    }
    std::string operator()(const apf::userauth_request &m) const {
        const bool password = m.method == apf::method_password;
        return core::concat("USERAUTH_REQUEST user ", quoted(m.user), ", method ", quoted(m.method),
                            password ? ", password " : "", password ? mask : "");
    }
    std::string operator()(const apf::userauth_failure &m) const {
        return "USERAUTH_FAILURE, methods " + quoted(m.methods);
    }
    std::string operator()(const apf::userauth_success &) const { return "USERAUTH_SUCCESS"; }
    std::string operator()(const apf::tcpip_forward &m) const {
        return core::concat("GLOBAL_REQUEST tcpip-forward ", quoted(m.address), " port ", m.port);
    }
    std::string operator()(const apf::cancel_tcpip_forward &m) const {
        return core::concat("GLOBAL_REQUEST cancel-tcpip-forward ", quoted(m.address), " port ",
                            m.port);
    }
    std::string operator()(const apf::udp_send_to &m) const {
        return core::concat("GLOBAL_REQUEST udp-send-to ", quoted(m.address), " port ", m.port,
                            ", ", m.data.size(), " bytes");
    }
    std::string operator()(const apf::unknown_global_request &m) const {
        return "GLOBAL_REQUEST " + quoted(m.name);
    }
    std::string operator()(const apf::request_success &m) const {
        return m.port ? core::concat("REQUEST_SUCCESS port ", *m.port) : "REQUEST_SUCCESS";
    }
    std::string operator()(const apf::request_failure &) const { return "REQUEST_FAILURE"; }
    std::string operator()(const apf::keepalive_request &m) const {
        return core::concat("KEEPALIVE_REQUEST cookie ", m.cookie);
    }
    std::string operator()(const apf::keepalive_reply &m) const {
        return core::concat("KEEPALIVE_REPLY cookie ", m.cookie);
    }
    std::string operator()(const apf::keepalive_options_request &m) const {
        return core::concat("KEEPALIVE_OPTIONS_REQUEST interval ", m.interval_seconds,
                            " s, timeout ", m.timeout_seconds, " s");
    }
    std::string operator()(const apf::keepalive_options_reply &m) const {
        return core::concat("KEEPALIVE_OPTIONS_REPLY interval ", m.interval_seconds, " s, timeout ",
                            m.timeout_seconds, " s");
    }
};

std::string not_decoded(core::const_bytes message) {
    return core::concat("no message of this client: ", message.size(), " bytes");
}

std::string apf_text(core::const_bytes message) {
    const auto decoded = apf::decode(message);
    return decoded ? std::visit(apf_line{}, decoded->what) : not_decoded(message);
}

// docs/spec/heci.md 9.
struct command_text {
    std::uint32_t operation;
    std::string_view name;
    bool secret = false; // in its data, whoever sends it
};
constexpr auto commands = std::to_array<command_text>({
    {0x06, "Get TCP/IP parameters"},
    {0x08, "Get provisioning mode"},
    {0x10, "Unprovision"},
    {0x11, "Get provisioning state"},
    {0x1a, "Get code versions"},
    {0x1b, "Get security parameters"},
    {0x25, "Get MAC addresses"},
    {0x29, "Start configuration", true}, // a one-time password may be in it
    {0x2c, "Enumerate certificate hash handles"},
    {0x2d, "Get certificate hash entry"},
    {0x30, "Get zero-touch configuration"},
    {0x36, "Get PKI FQDN suffix"},
    {0x3e, "Get DNS suffix list"},
    {0x3f, "Get enterprise access"},
    {0x44, "Open user-initiated connection"},
    {0x45, "Close user-initiated connection"},
    {0x46, "Get remote access connection status"},
    {0x47, "Get power policy"},
    {0x48, "Get LAN interface settings"},
    {0x49, "Get features state"},
    {0x4a, "Get last reset reason"},
    {0x4d, "Get user-initiated connection interfaces"},
    {0x4e, "Get configuration server"},
    {0x50, "Get setup audit record"},
    {0x52, "Get IPv6 status"},
    {0x56, "Get FQDN"},
    {0x58, "Get redirection state"},
    {0x5b, "Set host FQDN"},
    {0x5c, "Get UUID"},
    {0x5e, "Stop configuration"},
    {0x67, "Get local system account", true}, // a password is in the reply
    {0x6b, "Get control mode"},
    {0x84, "Get EHBC state"},
    {0x8b, "Start host-based configuration"},
    {0x8e, "Get CIRA log"},
});

std::string amthi_text(sent_by who, core::const_bytes message) {
    std::uint32_t operation = 0;
    std::string status;
    core::const_bytes data;
    if (who == sent_by::host) {
        const auto request = heci::decode_request(message);
        if (!request)
            return not_decoded(message);
        operation = static_cast<std::uint32_t>(request->what);
        data = request->data;
    } else {
        const auto reply = heci::decode_reply(message);
        if (!reply)
            return not_decoded(message);
        operation = static_cast<std::uint32_t>(reply->what);
        status = core::concat(", status ", static_cast<std::uint32_t>(reply->status));
        data = reply->data;
    }
    const auto *known = std::ranges::find(commands, operation, &command_text::operation);
    const bool shown = known != commands.end() && !known->secret;
    const auto name =
        known == commands.end() ? core::concat("command ", operation) : std::string(known->name);
    const auto bytes = data.empty() ? std::string()
                       : shown      ? ", data " + hex(data)
                                    : core::concat(", ", data.size(), " bytes: ", mask);
    return name + status + bytes;
}

// Elements whose content is nobody's business (wsman.md: passwords, pre-shared and private keys).
bool is_secret(std::string_view element) {
    constexpr std::string_view words[] = {"pass", "secret", "key", "psk", "credential"};
    if (element.find('_') != element.npos)
        return false; // a class or a method: what is in it is looked at by itself
    std::string name(element);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::ranges::any_of(words,
                               [&](std::string_view w) { return name.find(w) != name.npos; });
}

// The depth is bounded by the parser.
void mask_secrets(wsman::xml_element &element) {
    if (!is_secret(element.name)) {
        std::ranges::for_each(element.children, mask_secrets);
        return;
    }
    element.children.clear();
    if (!element.text.empty())
        element.text = mask;
}

} // namespace

std::string wire_text(heci::client_id client, sent_by who, core::const_bytes message) {
    if (client == heci::client::lme)
        return apf_text(message);
    if (client == heci::client::amthi)
        return amthi_text(who, message);
    return core::concat(message.size(), " bytes: ", hex(message)); // they carry no secret
}

std::string masked_xml(std::string_view document) {
    auto root = wsman::parse_xml(document);
    if (!root)
        return core::concat(document.size(), " bytes that are no XML");
    mask_secrets(*root);
    wsman::xml_writer out;
    wsman::write_tree(out, *root, {});
    auto text = std::move(out.finish().value()); // it was XML when it came in
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' '; }, ' ');
    return text;
}

} // namespace costrand::sim
