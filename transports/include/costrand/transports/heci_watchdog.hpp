// SPDX-License-Identifier: Apache-2.0
// The watchdog ("manageability") client: is AMT enabled, is TLS enforced on the local ports, and
// switching AMT on and off. Its messages have a format of their own, without the AMTHI frame.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
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

// All false when unknown: firmware before CSME 16.1 does not tell.
struct amt_enablement {
    bool known = false;
    bool enabled = false;        // AMT is operational
    bool change_allowed = false; // the host may enable or disable it
    bool tls_enforced = false;   // the local ports speak TLS only (AMT 19 and later)

    friend bool operator==(const amt_enablement &, const amt_enablement &) = default;
};

// "Is change to AMT enabled"
inline constexpr std::array<std::byte, 4> enablement_request = {std::byte{0x05}, std::byte{0x02},
                                                                std::byte{0x51}, std::byte{0x10}};

namespace detail {
inline constexpr unsigned change_allowed_bit = 0x01;
inline constexpr unsigned enabled_bit = 0x02;
inline constexpr unsigned tls_enforced_bit = 0x40;
inline constexpr unsigned new_interface_bit = 0x80; // the other bits mean something
} // namespace detail

// The reply is one byte of flags. Error: errc::bad_reply.
[[nodiscard]] inline core::result<amt_enablement> decode_enablement(core::const_bytes reply) {
    if (reply.size() != 1)
        return make_error_code(errc::bad_reply);
    const auto flags = std::to_integer<unsigned>(reply[0]);
    amt_enablement e;
    e.known = (flags & detail::new_interface_bit) != 0;
    e.enabled = e.known && (flags & detail::enabled_bit) != 0;
    e.change_allowed = e.known && (flags & detail::change_allowed_bit) != 0;
    e.tls_enforced = e.known && (flags & detail::tls_enforced_bit) != 0;
    return e;
}
[[nodiscard]] inline std::byte encode(const amt_enablement &e) {
    if (!e.known)
        return std::byte{0};
    return static_cast<std::byte>(detail::new_interface_bit |
                                  (e.enabled ? detail::enabled_bit : 0) |
                                  (e.change_allowed ? detail::change_allowed_bit : 0) |
                                  (e.tls_enforced ? detail::tls_enforced_bit : 0));
}

// "Set AMT operational state": this and a byte, 1 on, 0 off.
inline constexpr std::array<std::byte, 4> switch_request = {std::byte{0x05}, std::byte{0x03},
                                                            std::byte{0x53}, std::byte{0x10}};

// The reply repeats the four bytes, then has the status, 4 bytes, little endian. Error:
// errc::bad_reply.
[[nodiscard]] inline core::result<std::uint32_t> decode_switched(core::const_bytes reply) {
    constexpr std::size_t size = switch_request.size() + sizeof(std::uint32_t);
    if (reply.size() != size ||
        !std::ranges::equal(reply.first(switch_request.size()), switch_request))
        return make_error_code(errc::bad_reply);
    return core::load_le<std::uint32_t>(reply.data() + switch_request.size());
}

// One attempt. The kernel's own watchdog driver may hold the client, older firmware has none: any
// failure but cancellation gives nothing, and is written to the log. `dev` and `limits` outlive the
// call.
[[nodiscard]] awaitable<std::optional<amt_enablement>>
query_enablement(device &dev, const timeouts &limits, core::log log);

// Switches AMT on or off; firmware lets the host do that before set-up only. Waits for a client
// that another program holds, as `limits` say. Throws what connect_with_retry throws,
// errc::reply_timed_out, errc::bad_reply, and the firmware's status when it says no. Cancellation:
// AMT may have been switched. `dev` and `limits` outlive the call.
[[nodiscard]] awaitable<void> switch_amt(device &dev, const timeouts &limits, core::log log,
                                         bool on);

} // namespace costrand::heci
