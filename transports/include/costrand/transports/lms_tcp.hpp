// SPDX-License-Identifier: Apache-2.0
// The local management service (LMS): a program on this machine that forwards TCP ports to the
// firmware. A byte_stream to one of its ports, and the question whether it is there.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace costrand::transports {

inline constexpr std::uint16_t lms_plain_port = 16992, lms_tls_port = 16993;

enum class lms_errc {
    not_running = 1, // the port is refused: no LMS, use LME
    no_answer,       // the connection was not answered in time
    mute,            // it took the connection, and says nothing
    hangs_up,        // it took the connection, and ended or reset it at once
};

const boost::system::error_category &lms_category() noexcept;

inline error_code make_error_code(lms_errc e) noexcept {
    return {static_cast<int>(e), lms_category()};
}

struct lms_options {
    lms_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string address = "127.0.0.1"; // LMS listens on IPv4
    // One dial (rps-session.md 10: "LMS probe dial").
    core::duration limit = std::chrono::seconds(5);
};

// One connection to a port. Errors: lms_errc::not_running, lms_errc::no_answer, other codes of the
// system. Cancelled: nothing is left open.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port,
                                                                     lms_options options);

// Asks a connection to a plain port for an HTTP answer, any answer: LMS takes connections even when
// the firmware behind it is silent. Completes with nothing, lms_errc::mute, lms_errc::hangs_up, or
// another error of the stream. Use the stream for nothing else afterwards. Throws only when
// cancelled.
[[nodiscard]] awaitable<error_code> ask_lms(core::byte_stream &stream, core::duration limit);

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::lms_errc> : std::true_type {};
