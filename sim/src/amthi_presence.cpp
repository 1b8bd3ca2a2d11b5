// SPDX-License-Identifier: Apache-2.0
// AMT host commands about presence servers: the connection that a user asks for, what became of it,
// and the log of it. No server is ever reached: an attempt is made for a while, then given up.
#include "amthi_commands.hpp"
#include "presence.hpp"
#include "properties.hpp"

#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <string>

namespace costrand::sim {
namespace {

using heci::status;

enum : std::uint32_t { network_direct = 0, network_outside = 2 };
enum : std::uint32_t { remote_off = 0, remote_connecting = 1 };

// 32770 and 32771: from the operating system; 32769 is from the BIOS only, 32768 off.
bool os_may_connect(const object_store &objects) {
    const auto enabled = property(objects, "AMT_UserInitiatedConnectionService", "EnabledState");
    return enabled == "32770" || enabled == "32771";
}

// With suffixes to tell it by, a device whose network has none of them is outside the enterprise.
std::uint32_t network_status(const amthi_call &call) {
    const auto home = home_suffixes(call.state().objects);
    if (home.empty() || std::ranges::find(home, call.device().dns_suffix) != home.end())
        return network_direct;
    return network_outside;
}

void put_text(core::byte_writer &to, std::string_view text, std::size_t size) {
    text = text.substr(0, size);
    to.text(text);
    to.zeros(size - text.size());
}

constexpr std::size_t name_field = 256;
constexpr std::uint8_t reason_none = 0xff;

// 10 bytes: what ended a tunnel.
void put_no_closure(core::byte_writer &to) {
    to.zeros(4 + 1 + 1);
    to.u8(reason_none);
    to.zeros(3);
}

// 27 bytes behind the version.
void put_summary(core::byte_writer &to, const amthi_call &call) {
    const auto &failed = call.state().last_failed_connection;
    to.u8(0); // no tunnel
    to.u8(static_cast<std::uint8_t>(network_status(call)));
    to.zeros(3 + 4 + 4);
    to.u8(failed ? 1 : 0);
    to.le(failed ? failed->given_up : std::uint32_t{0});
    to.zeros(1 + 4 + 4); // no tunnel was ever opened
}

// 545 bytes.
void put_no_tunnel(core::byte_writer &to) {
    constexpr std::size_t all_but_closure = 535;
    to.zeros(all_but_closure);
    put_no_closure(to);
}

// 676 bytes.
void put_interface(core::byte_writer &to, const lan_interface &lan) {
    constexpr std::size_t size = 676;
    std::vector<std::byte> data;
    core::byte_writer w(data);
    w.u8(lan.present() ? 1 : 0);
    if (lan.present()) {
        w.u8(lan.link_up ? 1 : 0);
        w.u8(lan.dhcp ? 2 : 1);
        w.zeros(3);
        for (const auto part : lan.ipv4) // big-endian here
            w.u8(part);
    }
    w.zeros(size - data.size());
    to.bytes(data);
}

// 269 bytes: one attempt of a connection.
void put_detail(core::byte_writer &to, bool failed) {
    enum : std::uint32_t { none = 0, error_tcp = 3, tcp_timed_out = 2 };
    to.le(failed ? std::uint32_t{error_tcp} : std::uint32_t{none});
    to.zeros(1 + name_field); // no proxy
    to.le(failed ? std::uint32_t{tcp_timed_out} : std::uint32_t{0});
    to.zeros(4);
}

// 2208 bytes.
void put_failed_connection(core::byte_writer &to, const amthi_call &call) {
    enum : std::uint8_t { user_initiated = 0, user_and_password = 2, wired = 0, no_interface = 2 };
    const auto &failed = call.state().last_failed_connection;
    to.u8(failed ? 1 : 0);
    to.le(failed ? failed->begun : std::uint32_t{0});
    to.u8(user_initiated);
    to.zeros(3);
    put_text(to, failed ? std::string_view(failed->server) : std::string_view(), name_field);
    to.u8(failed ? user_and_password : 0); // assumed
    const lan_interface none;
    put_interface(to, failed ? call.device().wired : none);
    put_interface(to, failed ? call.device().wireless : none);
    to.zeros(34 + 4); // wireless and wired details
    to.u8(failed ? wired : no_interface);
    to.zeros(3);
    put_detail(to, failed.has_value());
    put_detail(to, false);
    put_no_closure(to);
}

} // namespace

// One source's own tests take "not valid in this mode" and "not permitted" for refusals (heci.md
// 9.14); which is for what is assumed.
amthi_outcome open_user_connection(const amthi_call &call) {
    auto &state = call.state();
    if (state.provisioning != provisioning_state::post)
        return status::invalid_mode;
    if (!os_may_connect(state.objects) || !user_presence_server(state.objects))
        return status::not_permitted;
    if (state.powered.user_connection)
        return status::request_unexpected;
    state.powered.user_connection = call.on.now;
    return status::success;
}

amthi_outcome close_user_connection(const amthi_call &call) {
    auto &on = call.state().powered;
    if (!on.user_connection)
        return status::request_unexpected;
    on.user_connection.reset();
    return status::success;
}

amthi_outcome tell_remote_access(const amthi_call &call) {
    heci::remote_access_status told;
    told.network = network_status(call);
    told.remote = remote_off;
    if (call.state().powered.user_connection) {
        told.remote = remote_connecting;
        told.server = user_presence_server(call.state().objects).value_or("");
    }
    return heci::encode(told);
}

// 2797 bytes with the header (heci.md 13).
amthi_outcome tell_cira_log(const amthi_call &call) {
    const auto version = std::to_integer<std::uint8_t>(call.data.front());
    if (version > 1)
        return status::unsupported_version;
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.u8(version);
    put_summary(to, call);
    put_no_tunnel(to);
    put_failed_connection(to, call);
    return data;
}

} // namespace costrand::sim
