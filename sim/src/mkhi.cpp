// SPDX-License-Identifier: Apache-2.0
// The MKHI client: firmware version and capability rules (heci.md 14). The header is four bytes:
// group, command (bit 7: reply), reserved, result.
#include <costrand/sim/amthi.hpp>

#include <charconv>
#include <string_view>

namespace costrand::sim {
namespace {

enum : std::uint8_t { capabilities_group = 0x03, general_group = 0xff };
enum : std::uint8_t { get_rule = 0x02, get_version = 0x02 };
// Which of them refuses what: assumed.
enum : std::uint8_t { done = 0, size_error = 0x05, not_found = 0x81, invalid_command = 0x8d };
enum : std::uint32_t {
    rule_capable = 0,
    rule_update = 7,
    rule_platform = 29,
    rule_enabled = 32,
    rule_available = 39,
};

struct mkhi_request {
    std::uint8_t group, command;
    core::const_bytes data;
};

std::vector<std::byte> header(const mkhi_request &asked, std::uint8_t result) {
    std::vector<std::byte> reply;
    core::byte_writer to(reply);
    to.u8(asked.group);
    to.u8(asked.command | 0x80);
    to.u8(0);
    to.u8(result);
    return reply;
}

std::vector<std::byte> version(const mkhi_request &asked, const profile &device) {
    if (!asked.data.empty())
        return header(asked, size_error);
    std::uint16_t parts[3] = {};
    const char *at = device.amt_version.data(), *end = at + device.amt_version.size();
    for (auto &part : parts) {
        at = std::from_chars(at, end, part).ptr;
        at += at != end ? 1 : 0;
    }
    std::uint16_t build = 0;
    std::from_chars(device.build_number.data(),
                    device.build_number.data() + device.build_number.size(), build);
    auto reply = header(asked, done);
    core::byte_writer to(reply);
    for (int image = 0; image < 2; ++image) // code, recovery: minor, major, build, hotfix
        for (const auto part : {parts[1], parts[0], build, parts[2]})
            to.le(part);
    return reply;
}

std::optional<std::uint32_t> rule_value(std::uint32_t rule, const command_context &on) {
    constexpr std::uint32_t amt = 1u << 2;
    const auto &mkhi = on.device.mkhi;
    switch (rule) {
    case rule_capable:
        return mkhi.features;
    case rule_enabled:
    case rule_available: // nothing here takes time to get ready
        return on.state.amt_enabled ? mkhi.features : mkhi.features & ~amt;
    case rule_update:
        return mkhi.firmware_update;
    case rule_platform:
        return mkhi.platform;
    default:
        return std::nullopt;
    }
}

std::vector<std::byte> capabilities(const mkhi_request &asked, const command_context &on) {
    core::byte_reader from(asked.data);
    const auto rule = from.le<std::uint32_t>();
    if (from.failed() || from.remaining() > 0)
        return header(asked, size_error);
    const auto value = rule_value(rule, on);
    if (!value)
        return header(asked, not_found);
    auto reply = header(asked, done);
    core::byte_writer to(reply);
    to.le(rule);
    to.u8(sizeof(*value));
    to.le(*value);
    return reply;
}

} // namespace

command_reply answer_mkhi(core::const_bytes request, const command_context &on) {
    core::byte_reader from(request);
    mkhi_request asked{};
    asked.group = from.u8();
    asked.command = from.u8();
    from.skip(2); // reserved, result
    if (from.failed() || (asked.command & 0x80) != 0)
        return std::nullopt;
    asked.data = from.bytes(from.remaining());
    if (asked.group == general_group && asked.command == get_version)
        return version(asked, on.device);
    if (asked.group == capabilities_group && asked.command == get_rule)
        return capabilities(asked, on);
    return header(asked, invalid_command);
}

} // namespace costrand::sim
