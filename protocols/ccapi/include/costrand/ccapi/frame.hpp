// SPDX-License-Identifier: Apache-2.0
// The frame of the CCAPI pipe, docs/spec/ccapi.md 11.2: what a client or server sends over its
// message_stream. The stream itself puts the length in front (u32, big-endian), which does not
// count itself.
//
//   offset  size  here, without the length's 4 bytes
//        0     1  magic 0x43
//        1     1  frame version 1
//        2     2  frame type
//        4     8  TSP: opaque to the server, echoed
//       12    16  client UUID, binary
//       28     8  SST: the server's start, microseconds since 1970; 0: unknown
//       36     4  status: 0 or an errc
//       40     4  sequence number: the client's, from 1; echoed; 0 in LISTEN
//       44     4  payload length
//       48     .  payload
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace costrand::ccapi {

enum class frame_type : std::uint16_t {
    connect = 1,             // c>s
    request = 2,             // c>s: a request of messages.hpp
    connect_reply = 3,       // s>c
    request_reply = 4,       // s>c: its reply if status is 0, else nothing; also to PING and QUIT
    disconnect = 5,          // c>s: a polite goodbye, no reply
    listen = 6,              // s>c, once, behind connect_reply; stands while the client lives
    ping = 7,                // c>s: echoed, with or without CONNECT
    quit = 8,                // c>s: the server ends when no client is left
    authenticate = 9,        // c>s, before CONNECT: name of a challenge file
    authenticate_reply = 10, // s>c: u32
    cancel = 11,             // c>s: forget the waiting request of this sequence number
    // Ours alone, of no specification, and far from what one may give out. c>s, with or without
    // CONNECT: the answer is a request_reply with the payload of status.hpp.
    status = 256,
};

[[nodiscard]] constexpr bool exists(frame_type type) noexcept {
    return (type >= frame_type::connect && type <= frame_type::cancel) ||
           type == frame_type::status;
}

// The server takes these; the others are its own.
[[nodiscard]] constexpr bool is_from_client(frame_type type) noexcept {
    return type == frame_type::connect || type == frame_type::request ||
           type == frame_type::disconnect || type == frame_type::ping || type == frame_type::quit ||
           type == frame_type::authenticate || type == frame_type::cancel ||
           type == frame_type::status;
}

struct frame_header {
    frame_type type = frame_type::request;
    std::uint64_t tsp = 0;
    uuid client;
    std::uint64_t sst = 0;
    errc status = errc::no_error;
    std::uint32_t sequence = 0;
};

inline constexpr std::size_t frame_header_size = 48;
inline constexpr std::size_t max_frame_size = frame_header_size + max_payload;

struct frame_view {
    frame_header header;
    const_bytes payload; // into the message given to decode_frame
};

// Error bad_internal_message: too short, wrong magic or version, a type that does not exist, a
// status that is not published, a payload length that is not what is there.
[[nodiscard]] inline core::result<frame_view> decode_frame(const_bytes message) noexcept {
    core::byte_reader in(message);
    const auto magic = in.u8();
    const auto version = in.u8();
    frame_view out;
    out.header.type = static_cast<frame_type>(in.be<std::uint16_t>());
    out.header.tsp = in.be<std::uint64_t>();
    const auto client = in.bytes(out.header.client.bytes.size());
    std::copy(client.begin(), client.end(), out.header.client.bytes.begin());
    out.header.sst = in.be<std::uint64_t>();
    const auto status = static_cast<std::int32_t>(in.be<std::uint32_t>());
    out.header.status = static_cast<errc>(status);
    out.header.sequence = in.be<std::uint32_t>();
    const auto size = in.be<std::uint32_t>();
    if (in.failed() || magic != 0x43 || version != 1 || !exists(out.header.type) ||
        !is_published(status) || size > max_payload || size != in.remaining())
        return make_error_code(errc::bad_internal_message);
    out.payload = in.bytes(size);
    return out;
}

// The payload is at most max_payload. The result is the message for message_stream::send.
[[nodiscard]] inline wiped_bytes encode_frame(const frame_header &header, const_bytes payload) {
    wiped_bytes out(frame_header_size + payload.size());
    std::byte *p = out.data();
    p[0] = std::byte{0x43};
    p[1] = std::byte{1};
    core::store_be(p + 2, static_cast<std::uint16_t>(header.type));
    core::store_be(p + 4, header.tsp);
    std::copy(header.client.bytes.begin(), header.client.bytes.end(), p + 12);
    core::store_be(p + 28, header.sst);
    core::store_be(p + 36, static_cast<std::uint32_t>(to_wire(header.status)));
    core::store_be(p + 40, header.sequence);
    core::store_be(p + 44, static_cast<std::uint32_t>(payload.size()));
    std::copy(payload.begin(), payload.end(), p + frame_header_size);
    return out;
}

} // namespace costrand::ccapi
