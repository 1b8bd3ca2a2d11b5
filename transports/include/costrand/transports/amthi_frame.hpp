// SPDX-License-Identifier: Apache-2.0
// The frame of AMT host commands (AMTHI, also called PTHI): requests and replies, encoded and
// decoded in both directions. What is inside the replies is in amthi_messages.hpp. Sans-io,
// header-only. All integers are little-endian.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/result.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_status.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace costrand::heci {

// Operation numbers: bits 0 to 22 of the command word.
enum class command : std::uint32_t {
    tcpip_parameters = 0x06,
    provisioning_mode = 0x08,
    unprovision = 0x10,
    provisioning_state = 0x11,
    code_versions = 0x1a,
    security_parameters = 0x1b,
    mac_addresses = 0x25,
    start_configuration = 0x29,
    hash_handles = 0x2c,
    hash_entry = 0x2d,
    zero_touch = 0x30,
    dns_suffix = 0x36, // "Get PKI FQDN suffix"
    dns_suffix_list = 0x3e,
    enterprise_access = 0x3f,
    open_user_connection = 0x44, // "user-initiated", to a presence server
    close_user_connection = 0x45,
    remote_access_status = 0x46,
    power_policy = 0x47,
    lan_settings = 0x48,
    features_state = 0x49,
    last_reset_reason = 0x4a,
    user_interfaces = 0x4d, // that may open a user-initiated connection
    configuration_server = 0x4e,
    setup_record = 0x50, // "ME setup audit record"
    ipv6_status = 0x52,
    fqdn = 0x56,
    redirection_state = 0x58,
    set_host_fqdn = 0x5b,
    uuid = 0x5c,
    stop_configuration = 0x5e,
    local_account = 0x67,
    control_mode = 0x6b,
    ehbc_state = 0x84,
    start_host_based_configuration = 0x8b,
    cira_log = 0x8e,
};

// Header, 12 bytes:
//   0  1  major version, 1        4  4  command word: class 0x04 in the top byte, bit 23 = reply
//   1  1  minor version, 1        8  4  length of what follows this header
//   2  2  reserved, 0            12  4  replies only: status
inline constexpr std::size_t amthi_header_size = 12;

struct amthi_request {
    command what{};
    core::const_bytes data; // view into the message
};

struct amthi_reply {
    command what{};
    heci::status status{};
    core::const_bytes data; // view into the message; may be empty when status is not success
};

namespace detail {

inline constexpr std::uint32_t command_class = 0x04000000;
inline constexpr std::uint32_t command_class_mask = 0xff000000;
inline constexpr std::uint32_t reply_bit = 0x00800000;
inline constexpr std::uint32_t operation_mask = 0x007fffff;

inline void put_header(core::byte_writer &w, std::uint32_t word, std::size_t length) {
    w.u8(1);
    w.u8(1);
    w.le(std::uint16_t{0});
    w.le(word);
    w.le(static_cast<std::uint32_t>(length));
}

// The command word of a message whose header is in order, else 0.
inline std::uint32_t take_header(core::byte_reader &r) noexcept {
    const auto major = r.u8(), minor = r.u8();
    r.skip(2); // reserved
    const auto word = r.le<std::uint32_t>();
    const auto length = r.le<std::uint32_t>();
    const bool good = !r.failed() && major == 1 && minor == 1 && length == r.remaining() &&
                      (word & command_class_mask) == command_class;
    return good ? word : 0;
}

} // namespace detail

[[nodiscard]] inline std::vector<std::byte> encode_request(command what,
                                                           core::const_bytes data = {}) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    detail::put_header(w, detail::command_class | static_cast<std::uint32_t>(what), data.size());
    w.bytes(data);
    return out;
}

// For commands whose data is one number: unprovision (mode), hash_entry (handle), lan_settings
// (index).
[[nodiscard]] inline std::vector<std::byte> encode_request(command what, std::uint32_t number) {
    std::array<std::byte, 4> data;
    core::store_le(data.data(), number);
    return encode_request(what, core::const_bytes(data));
}

// Error: errc::bad_reply for anything that is not a well-formed request. The operation may be one
// that `command` does not name.
[[nodiscard]] inline core::result<amthi_request> decode_request(core::const_bytes message) {
    core::byte_reader r(message);
    const auto word = detail::take_header(r);
    if (word == 0 || (word & detail::reply_bit) != 0)
        return make_error_code(errc::bad_reply);
    return amthi_request{static_cast<command>(word & detail::operation_mask),
                         r.bytes(r.remaining())};
}

[[nodiscard]] inline std::vector<std::byte> encode_reply(command what, status s,
                                                         core::const_bytes data = {}) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    detail::put_header(w,
                       detail::command_class | detail::reply_bit | static_cast<std::uint32_t>(what),
                       sizeof(std::uint32_t) + data.size());
    w.le(static_cast<std::uint32_t>(s));
    w.bytes(data);
    return out;
}

// Error: errc::bad_reply when the header is wrong or its length is not that of the message.
[[nodiscard]] inline core::result<amthi_reply> decode_reply(core::const_bytes message) {
    core::byte_reader r(message);
    const auto word = detail::take_header(r);
    const auto s = static_cast<status>(r.le<std::uint32_t>());
    if (word == 0 || (word & detail::reply_bit) == 0 || r.failed())
        return make_error_code(errc::bad_reply);
    return amthi_reply{static_cast<command>(word & detail::operation_mask), s,
                       r.bytes(r.remaining())};
}

// The number in a request or reply whose data begins with a u32.
[[nodiscard]] inline core::result<std::uint32_t> decode_number(core::const_bytes data) {
    core::byte_reader r(data);
    const auto number = r.le<std::uint32_t>();
    if (r.failed())
        return make_error_code(errc::bad_reply);
    return number;
}
[[nodiscard]] inline std::vector<std::byte> encode_number(std::uint32_t number) {
    std::vector<std::byte> out;
    core::byte_writer(out).le(number);
    return out;
}

} // namespace costrand::heci
