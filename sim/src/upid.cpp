// SPDX-License-Identifier: Apache-2.0
// The UPID client: the platform's unique identifier, which must be switched on before it is read
// (heci.md 11). Header: u8 feature, u8 command, u16 count of the bytes that follow.
#include "encoding.hpp"

#include <costrand/sim/amthi.hpp>

namespace costrand::sim {
namespace {

constexpr std::size_t id_size = 32;
enum : std::uint8_t { platform_id = 0 };
enum : std::uint8_t {
    get_support = 0,
    get_state = 1,
    set_state = 2,
    get_os_control = 3,
    get_id = 5,
};
// Which of them refuses what: assumed.
enum : std::uint32_t { done = 0, not_supported = 1, invalid_parameter = 2, invalid_state = 7 };

struct upid_request {
    std::uint8_t feature, command;
    core::const_bytes data;
};

std::vector<std::byte> reply_to(const upid_request &asked, std::uint32_t status,
                                core::const_bytes data = {}) {
    std::vector<std::byte> reply;
    core::byte_writer to(reply);
    to.u8(asked.feature);
    to.u8(asked.command);
    to.le(static_cast<std::uint16_t>(sizeof status + data.size()));
    to.le(status);
    to.bytes(data);
    return reply;
}

std::vector<std::byte> flag(const upid_request &asked, bool value) {
    const std::byte data[] = {std::byte{value}};
    return reply_to(asked, done, data);
}

std::vector<std::byte> switch_feature(const upid_request &asked, const command_context &on) {
    const auto wanted = std::to_integer<unsigned>(asked.data[0]);
    if (wanted > 1)
        return reply_to(asked, invalid_parameter);
    if (!on.device.upid.os_control)
        return reply_to(asked, invalid_state);
    on.state.upid_enabled = wanted == 1;
    return reply_to(asked, done);
}

std::vector<std::byte> tell_id(const upid_request &asked, const command_context &on) {
    if (!on.state.upid_enabled)
        return reply_to(asked, invalid_state);
    const auto &upid = on.device.upid;
    const auto mine = from_hex(upid.csme_id).value_or(std::vector<std::byte>());
    if (mine.empty())
        return reply_to(asked, done); // not provisioned: the short answer
    auto oem = from_hex(upid.oem_id).value_or(std::vector<std::byte>());
    oem.resize(id_size);
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.le(upid.id_type);
    to.bytes(oem);
    to.bytes(mine);
    return reply_to(asked, done, data);
}

} // namespace

command_reply answer_upid(core::const_bytes request, const command_context &on) {
    core::byte_reader from(request);
    upid_request asked{};
    asked.feature = from.u8();
    asked.command = from.u8();
    const auto count = from.le<std::uint16_t>();
    if (from.failed())
        return std::nullopt;
    asked.data = from.bytes(from.remaining());
    const std::size_t wanted = asked.command == set_state ? 1 : 0;
    if (count != asked.data.size() || asked.data.size() != wanted)
        return reply_to(asked, invalid_parameter);
    if (asked.feature != platform_id)
        return reply_to(asked, not_supported);
    if (asked.command == get_support)
        return flag(asked, on.device.upid.supported);
    if (!on.device.upid.supported)
        return reply_to(asked, not_supported);
    switch (asked.command) {
    case get_state:
        return flag(asked, on.state.upid_enabled);
    case set_state:
        return switch_feature(asked, on);
    case get_os_control:
        return flag(asked, on.device.upid.os_control);
    case get_id:
        return tell_id(asked, on);
    default:
        return reply_to(asked, not_supported);
    }
}

} // namespace costrand::sim
