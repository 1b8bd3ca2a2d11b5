// SPDX-License-Identifier: Apache-2.0
// The HOTHAM client: size and contents of the flash log (heci.md 12). The header is a little-endian
// u32: class 2 bits, target 3, sequence 3, request or reply code 8, length 12, reserved 3, type 1.
#include "encoding.hpp"

#include <costrand/sim/amthi.hpp>

namespace costrand::sim {
namespace {

enum : std::uint32_t { command_class = 2, csme_target = 1 };
enum : std::uint8_t { get_size = 0x80, get_log = 0x81 };
enum : std::uint32_t { done = 0x10, not_supported = 0x89 };

std::vector<std::byte> reply_to(std::uint32_t request, core::const_bytes data) {
    constexpr std::uint32_t sequence_bits = 7u << 5;
    std::vector<std::byte> reply;
    core::byte_writer to(reply);
    to.le(static_cast<std::uint32_t>((request & sequence_bits) | done << 8 | data.size() << 16));
    to.bytes(data);
    return reply;
}

// One client looks for the code in its place, another for it in the last byte.
std::vector<std::byte> refuse() {
    std::vector<std::byte> reply;
    core::byte_writer(reply).le(std::uint32_t{not_supported << 8 | not_supported << 24});
    return reply;
}

} // namespace

command_reply answer_hotham(core::const_bytes request, const command_context &on) {
    core::byte_reader from(request);
    const auto header = from.le<std::uint32_t>();
    if (from.failed())
        return std::nullopt;
    const bool ours = (header & 3) == command_class && (header >> 2 & 7) == csme_target;
    const auto log = from_hex(on.device.flash_log).value_or(std::vector<std::byte>());
    if (!ours || from.remaining() > 0)
        return refuse();
    switch (header >> 8 & 0xff) {
    case get_size: {
        std::vector<std::byte> size;
        core::byte_writer(size).le(static_cast<std::uint32_t>(log.size()));
        return reply_to(header, size);
    }
    case get_log:
        return reply_to(header, log);
    default:
        return refuse();
    }
}

} // namespace costrand::sim
