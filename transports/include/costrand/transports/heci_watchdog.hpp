// SPDX-License-Identifier: Apache-2.0
// The watchdog ("manageability") client's one question that an activation asks: is AMT enabled, is
// TLS enforced on the local ports. Its messages have a format of their own, without the AMTHI
// frame.
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

// One attempt. The kernel's own watchdog driver may hold the client, older firmware has none: any
// failure but cancellation gives nothing, and is written to the log. `dev` and `limits` outlive the
// call.
[[nodiscard]] awaitable<std::optional<amt_enablement>>
query_enablement(device &dev, const timeouts &limits, core::log log);

} // namespace costrand::heci
