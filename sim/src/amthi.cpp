// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/amthi.hpp>

#include "encoding.hpp"

#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using heci::command;
using heci::status;
using bytes = std::vector<std::byte>;

bytes refused(command what, status s) {
    return heci::encode_reply(what, s);
}
bytes success(command what, core::const_bytes data) {
    return heci::encode_reply(what, status::success, data);
}

bytes code_versions(const profile &device) {
    heci::version_table table;
    table.bios = device.bios_version;
    const std::pair<const char *, std::string> entries[] = {
        {"Flash", device.amt_version},
        {"Netstack", device.amt_version},
        {"AMTApps", device.amt_version},
        {"AMT", device.amt_version},
        {"Sku", device.sku},
        {"VendorID", "8086"},
        {"Build Number", device.build_number},
        {"Recovery Version", device.amt_version},
        {"Recovery Build Num", device.build_number},
        {"Legacy Mode", "False"},
    };
    for (const auto &[key, value] : entries)
        table.entries.push_back({key, value});
    return heci::encode(table);
}

bytes uuid_of(const profile &device) {
    return heci::encode(heci::device_uuid{wire_uuid(device.uuid)});
}

bytes hash_handles(const profile &device) {
    std::vector<std::uint32_t> handles;
    for (std::size_t i = 0; i < device.roots.size(); ++i)
        handles.push_back(static_cast<std::uint32_t>(i));
    return heci::encode_handles(handles);
}

bytes hash_entry(core::const_bytes data, const profile &device) {
    const auto handle = heci::decode_number(data);
    if (!handle || data.size() != sizeof(std::uint32_t))
        return refused(command::hash_entry, status::invalid_message_length);
    if (*handle >= device.roots.size())
        return refused(command::hash_entry, status::not_found);
    const auto &root = device.roots[*handle];
    heci::certificate_hash entry;
    entry.is_default = root.is_default;
    entry.is_active = root.active;
    entry.algorithm = static_cast<std::uint8_t>(root.hash_algorithm);
    entry.hash = from_hex(root.hash).value_or(bytes());
    entry.name = root.name;
    return success(command::hash_entry, heci::encode(entry));
}

bytes lan_settings(core::const_bytes data, const profile &device) {
    const auto index = heci::decode_number(data);
    if (!index || data.size() != sizeof(std::uint32_t))
        return refused(command::lan_settings, status::invalid_message_length);
    if (*index > 1) // assumed
        return refused(command::lan_settings, status::invalid_index);
    const auto &lan = *index == 0 ? device.wired : device.wireless;
    heci::lan_settings told;
    if (lan.present()) {
        told.enabled = lan.enabled;
        told.address = lan.ipv4;
        told.dhcp_enabled = lan.dhcp;
        told.dhcp_mode = lan.dhcp_active ? 1 : 2;
        told.link_up = lan.link_up;
        std::ranges::transform(lan.mac, told.mac.begin(), [](auto b) { return std::byte{b}; });
    }
    return success(command::lan_settings, heci::encode(told));
}

bytes local_account(core::const_bytes data, const device_state &state) {
    if (data.size() != heci::local_account_request_size)
        return refused(command::local_account, status::invalid_message_length);
    return success(command::local_account,
                   heci::encode(heci::local_account{state.local_user, state.local_password}));
}

// Client control mode can be left by the host; admin control mode cannot (heci.md 9.11).
bytes unprovision_by_host(core::const_bytes data, device_state &state, const profile &device) {
    const auto mode = heci::decode_number(data);
    if (!mode || data.size() != sizeof(std::uint32_t))
        return refused(command::unprovision, status::invalid_message_length);
    if (*mode != 0) // the only one that is defined; which status says so is assumed
        return refused(command::unprovision, status::invalid_parameter);
    // Which status: assumed.
    if (state.mode == control_mode::admin || state.provisioning == provisioning_state::pre)
        return heci::encode_reply(command::unprovision, status::invalid_mode,
                                  heci::encode_number(0));
    unprovision(state, device);
    return success(command::unprovision, heci::encode_number(0));
}

bytes stop_configuration(device_state &state) {
    if (state.provisioning == provisioning_state::in)
        state.provisioning = provisioning_state::pre;
    return success(command::stop_configuration, {});
}

// No presence server is ever configured here: directly on the LAN, not connected.
bytes remote_access() {
    return heci::encode(heci::remote_access_status());
}

bool takes_no_data(command what) {
    constexpr auto with = std::to_array<command>(
        {command::unprovision, command::hash_entry, command::lan_settings, command::local_account});
    return std::ranges::find(with, what) == with.end();
}

template <typename T>
bytes number(T value) {
    return heci::encode_number(static_cast<std::uint32_t>(value));
}

} // namespace

std::optional<bytes> answer_amthi(core::const_bytes request, device_state &state,
                                  const profile &device) {
    const auto asked = heci::decode_request(request);
    if (!asked) {
        // A length that lies is told; without a command word there is nothing to answer to.
        core::byte_reader header(request);
        header.skip(4);
        const auto word = header.le<std::uint32_t>();
        if (header.failed() || (word & ~0x007fffffu) != 0x04000000u)
            return std::nullopt;
        return refused(static_cast<command>(word & 0x007fffffu), status::invalid_message_length);
    }
    const auto what = asked->what;
    switch (what) {
    case command::hash_entry:
        return hash_entry(asked->data, device);
    case command::lan_settings:
        return lan_settings(asked->data, device);
    case command::local_account:
        return local_account(asked->data, state);
    case command::unprovision:
        return unprovision_by_host(asked->data, state, device);
    default:
        break;
    }
    if (takes_no_data(what) && !asked->data.empty())
        return refused(what, status::invalid_message_length);
    switch (what) {
    case command::provisioning_state:
        return success(what, number(state.provisioning));
    case command::control_mode:
        return success(what, number(state.mode));
    case command::code_versions:
        return success(what, code_versions(device));
    case command::hash_handles:
        return success(what, hash_handles(device));
    case command::dns_suffix:
        return success(what, heci::encode_text(device.dns_suffix));
    case command::remote_access_status:
        return success(what, remote_access());
    case command::uuid:
        return success(what, uuid_of(device));
    case command::stop_configuration:
        return stop_configuration(state);
    default:
        return refused(what, status::invalid_command);
    }
}

std::optional<bytes> answer_watchdog(core::const_bytes request, device_state &state,
                                     const profile &device) {
    const auto is = [request](std::initializer_list<unsigned> expected) {
        return std::ranges::equal(request, expected, {},
                                  [](std::byte b) { return std::to_integer<unsigned>(b); });
    };
    if (is({0x05, 0x02, 0x51, 0x10})) {
        unsigned flags = 0;
        if (device.reports_amt_state) {
            constexpr unsigned transition_allowed = 0x01, enabled = 0x02, tls = 0x40,
                               new_face = 0x80;
            flags = new_face | transition_allowed;
            flags |= state.amt_enabled ? enabled : 0u;
            flags |= device.tls_enforced ? tls : 0u;
        }
        return bytes{static_cast<std::byte>(flags)};
    }
    if (is({0x05, 0x03, 0x53, 0x10, 0x00}) || is({0x05, 0x03, 0x53, 0x10, 0x01})) {
        state.amt_enabled = request[4] == std::byte{1};
        bytes reply(request.begin(), request.begin() + 4);
        reply.resize(8); // u32 status 0
        return reply;
    }
    return std::nullopt;
}

std::optional<bytes> answer_mkhi(core::const_bytes request, device_state &, const profile &device) {
    core::byte_reader header(request);
    if (header.le<std::uint32_t>() != 0x000002ffu || header.failed()) // group ff, command 02
        return std::nullopt;
    std::uint16_t version[3] = {};
    const char *at = device.amt_version.data(), *end = at + device.amt_version.size();
    for (auto &part : version) {
        at = std::from_chars(at, end, part).ptr;
        at += at != end ? 1 : 0;
    }
    std::uint16_t build = 0;
    std::from_chars(device.build_number.data(),
                    device.build_number.data() + device.build_number.size(), build);
    bytes reply;
    core::byte_writer to(reply);
    to.le(std::uint32_t{0x000082ffu});
    for (int image = 0; image < 2; ++image) // code, recovery: minor, major, build, hotfix
        for (const auto part : {version[1], version[0], build, version[2]})
            to.le(part);
    return reply;
}

awaitable<void> serve_commands(core::message_stream &link, command_face answer) {
    bytes buffer(link.max_message_size());
    for (;;) {
        const auto n = co_await link.receive(net::buffer(buffer));
        const auto reply = answer(core::const_bytes(buffer).first(n));
        if (reply)
            co_await link.send(net::buffer(*reply));
    }
}

} // namespace costrand::sim
