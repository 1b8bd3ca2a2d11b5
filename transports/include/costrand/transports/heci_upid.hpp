// SPDX-License-Identifier: Apache-2.0
// The UPID client's one question that is asked here: the platform's unique identifier. Its messages
// have a format of their own, without the AMTHI frame (heci.md 11). All integers are little-endian.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace costrand::heci {

struct platform_id {
    enum class oem_type : std::uint32_t { not_set = 0, binary = 1, printable = 2 };

    oem_type type = oem_type::not_set; // other values may come
    std::array<std::byte, 32> oem{};
    std::array<std::byte, 32> csme{};
};

// "Get UPID": u8 feature, u8 command, u16 count of the bytes that follow
inline constexpr std::array<std::byte, 4> platform_id_request = {std::byte{0x00}, std::byte{0x05},
                                                                 std::byte{0x00}, std::byte{0x00}};

//   0  1  feature    4  4  status         12  32  identifier of the computer's maker
//   1  1  command    8  4  its type       44  32  identifier of the CSME
//   2  2  count
// Nothing: the firmware refused (the feature may be switched off), or the platform was never
// provisioned with one. Error: errc::bad_reply.
[[nodiscard]] inline core::result<std::optional<platform_id>>
decode_platform_id(core::const_bytes reply) {
    core::byte_reader r(reply);
    const auto header = r.bytes(2);
    const std::size_t count = r.le<std::uint16_t>();
    const auto status = r.le<std::uint32_t>();
    if (r.failed() || !std::equal(header.begin(), header.end(), platform_id_request.begin()) ||
        count != reply.size() - platform_id_request.size())
        return make_error_code(errc::bad_reply);
    if (status != 0 || r.remaining() == 0)
        return std::optional<platform_id>();
    platform_id id;
    id.type = static_cast<platform_id::oem_type>(r.le<std::uint32_t>());
    const auto oem = r.bytes(id.oem.size());
    const auto csme = r.bytes(id.csme.size());
    if (r.failed())
        return make_error_code(errc::bad_reply);
    std::copy(oem.begin(), oem.end(), id.oem.begin());
    std::copy(csme.begin(), csme.end(), id.csme.begin());
    return std::optional<platform_id>(id);
}

// One attempt. Older firmware has no such client, another program may hold it: any failure but
// cancellation gives nothing, and is written to the log. `dev` and `limits` outlive the call.
[[nodiscard]] awaitable<std::optional<platform_id>>
query_platform_id(device &dev, const timeouts &limits, core::log log);

} // namespace costrand::heci
