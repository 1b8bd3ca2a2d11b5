// SPDX-License-Identifier: Apache-2.0
// The HOTHAM client: the flash log of the CSME, for whoever can read it. Its messages have a header
// of their own (heci.md 12): a little-endian u32 with class (2 bits), target (3), sequence (3),
// request or reply code (8), length (12), reserved (3) and type (1).
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace costrand::heci {

inline constexpr std::array<std::byte, 4> flash_log_size_request = {
    std::byte{0x06}, std::byte{0x80}, std::byte{0x00}, std::byte{0x00}};
inline constexpr std::array<std::byte, 4> flash_log_request = {std::byte{0x06}, std::byte{0x81},
                                                               std::byte{0x00}, std::byte{0x00}};

// What follows the header of a reply; a view into it. Its length field has 12 bits, and a log may
// have 8192 bytes: what counts is the message. One client takes a reply with 0x89 in the last byte
// of its header for a refusal, another any code but 0x10. Errors: errc::unsupported_request,
// errc::bad_reply.
[[nodiscard]] inline core::result<core::const_bytes> decode_hotham(core::const_bytes request,
                                                                   core::const_bytes reply) {
    enum : std::uint32_t { class_and_target = 0x1f, done = 0x10, not_supported = 0x89 };
    core::byte_reader asked(request), r(reply);
    const auto question = asked.le<std::uint32_t>(), header = r.le<std::uint32_t>();
    if (r.failed())
        return make_error_code(errc::bad_reply);
    const auto code = header >> 8 & 0xff;
    if (code == not_supported || header >> 24 == not_supported)
        return make_error_code(errc::unsupported_request);
    const bool echoed =
        ((header ^ question) & class_and_target) == 0 && code == (question >> 8 & 0xff);
    if (code != done && !echoed)
        return make_error_code(errc::bad_reply);
    return r.bytes(r.remaining());
}

struct flash_log {
    std::uint32_t size = 0; // as the firmware has it
    std::vector<std::byte> bytes;
};

// Errors: those of connect_with_retry, errc::no_client where the firmware has no such client,
// errc::unsupported_request, errc::bad_reply, errc::reply_timed_out (each of two replies within
// timeouts::amthi_reply). `dev` and `limits` outlive the call. Cancelled: the link is closed.
[[nodiscard]] awaitable<flash_log> read_flash_log(device &dev, const timeouts &limits,
                                                  core::log log);

} // namespace costrand::heci
