// SPDX-License-Identifier: Apache-2.0
// The fields of each APF message in the order of the wire, after the message number (and, for
// global requests, after name and want_reply). codec.hpp's reader and writer both walk these
// functions, so a layout is written once. All integers are big-endian; a string is a u32 length
// and its bytes.
#pragma once

#include <costrand/apf/messages.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace costrand::apf::detail {

// T when it is read, const T when it is written.
template <typename M, typename T>
concept message_of = std::same_as<std::remove_const_t<M>, T>;

// Values that fill the place of fields of the protocol this one descends from. Ignored on receipt.
inline constexpr std::uint32_t reserved_packet_size = 0xffffffff;
inline constexpr std::size_t version_reserved = 64;

void layout(auto &f, message_of<disconnect> auto &m) {
    f.u32(m.reason);
    f.reserved_zeros(2);
}
void layout(auto &f, message_of<service_request> auto &m) {
    f.string(m.service);
}
void layout(auto &f, message_of<service_accept> auto &m) {
    f.string(m.service);
}
void layout(auto &f, message_of<userauth_request> auto &m) {
    f.string(m.user);
    f.string(m.service);
    f.string(m.method);
    if (m.method != method_password)
        return;
    f.zero_flag();
    f.secret(m.password);
}
void layout(auto &f, message_of<userauth_failure> auto &m) {
    f.string(m.methods);
    f.u8(m.partial_success);
}
void layout(auto &, message_of<userauth_success> auto &) {}
void layout(auto &f, message_of<tcpip_forward> auto &m) {
    f.string(m.address);
    f.u32(m.port);
}
void layout(auto &f, message_of<cancel_tcpip_forward> auto &m) {
    f.string(m.address);
    f.u32(m.port);
}
void layout(auto &f, message_of<udp_send_to> auto &m) {
    f.string(m.address);
    f.u32(m.port);
    f.string(m.originator_address);
    f.u32(m.originator_port);
    f.data(m.data);
}
void layout(auto &, message_of<unknown_global_request> auto &) {}
void layout(auto &f, message_of<request_success> auto &m) {
    f.success_port(m.port);
}
void layout(auto &, message_of<request_failure> auto &) {}
void layout(auto &f, message_of<channel_open> auto &m) {
    f.string(m.type);
    f.u32(m.sender);
    f.u32(m.window);
    f.reserved(reserved_packet_size);
    f.string(m.connected_address);
    f.u32(m.connected_port);
    f.string(m.originator_address);
    f.u32(m.originator_port);
}
void layout(auto &f, message_of<channel_open_confirmation> auto &m) {
    f.u32(m.recipient);
    f.u32(m.sender);
    f.u32(m.window);
    f.reserved(reserved_packet_size);
}
void layout(auto &f, message_of<channel_open_failure> auto &m) {
    f.u32(m.recipient);
    f.u32(m.reason);
    f.reserved_zeros(8);
}
void layout(auto &f, message_of<channel_window_adjust> auto &m) {
    f.u32(m.recipient);
    f.u32(m.bytes_to_add);
}
void layout(auto &f, message_of<channel_data> auto &m) {
    f.u32(m.recipient);
    f.data(m.data);
}
void layout(auto &f, message_of<channel_close> auto &m) {
    f.u32(m.recipient);
}
void layout(auto &f, message_of<protocol_version> auto &m) {
    f.u32(m.major);
    f.u32(m.minor);
    f.u32(m.trigger_reason);
    f.raw(m.system.wire);
    f.reserved_zeros(version_reserved);
}
void layout(auto &f, message_of<keepalive_request> auto &m) {
    f.u32(m.cookie);
}
void layout(auto &f, message_of<keepalive_reply> auto &m) {
    f.u32(m.cookie);
}
void layout(auto &f, message_of<keepalive_options_request> auto &m) {
    f.u32(m.interval_seconds);
    f.u32(m.timeout_seconds);
}
void layout(auto &f, message_of<keepalive_options_reply> auto &m) {
    f.u32(m.interval_seconds);
    f.u32(m.timeout_seconds);
}

} // namespace costrand::apf::detail
