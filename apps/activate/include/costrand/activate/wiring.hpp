// SPDX-License-Identifier: Apache-2.0
// wiring: builds the chain of one errand, an activation or another, and runs it. HECI device ->
// facts; LMS or LME -> one stream per request; server -> rps::session. Everything from outside
// comes in through `environment`, so that the simulator and virtual time run the very same wiring.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/rps/outcome.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/rps/timeouts.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace costrand::activate {

// The world around an activation. All members but the optional ones are set.
struct environment {
    // The strand of the run.
    net::any_io_executor executor;
    // Outlives the run.
    heci::device *device = nullptr;
    // One attempt to reach the LMS, with a time limit of its own.
    std::function<awaitable<std::unique_ptr<core::byte_stream>>(std::uint16_t port)> dial_lms;
    std::function<awaitable<std::unique_ptr<core::message_stream>>()> connect_server;
    // Of a run with a management console.
    console_exchange ask_console;
    // Of the operating system; the second may block for a lookup.
    std::function<std::string()> hostname;
    std::function<awaitable<std::string>()> dns_suffix;
    // Of the system's interface with that address; may be empty: none is known.
    std::function<os_interface(const std::array<std::byte, 6> &mac)> interface_of;
    // Empty: there is nobody to ask.
    std::function<awaitable<core::secret>()> ask_password;
    core::log log;
    // What happens now, for a person. `quiet`: it only means waiting, or comes too often for a line
    // of its own. May be empty.
    std::function<void(std::string_view what, bool quiet)> on_step;
    void step(std::string_view what, bool quiet = false) const {
        if (on_step)
            on_step(what, quiet);
    }
    rps::timeouts limits;
    heci::timeouts heci_limits;
};

// How a run ended that the server called a success or an error.
struct report {
    errand asked; // without the new password
    rps::outcome outcome;
    rps::device_facts device; // without the password
    rps::amt_path path = rps::amt_path::lms;
    std::size_t rounds = 0; // requests that AMT answered or should have
    // What the device itself says that the server does not know: " ...". Usually empty.
    std::string device_note;
};

// One activation, or the other errand that options.asked names: a device that is not activated has
// none of those, error 109 (deactivation) or 115. Completes with the server's last word: read
// outcome::error. Throws activate::error for everything that ended the run before. After a failure
// behind Setup or Unprovision the device is asked for its mode (up to heci::timeouts::amthi_reply):
// when the answer was lost, only the device knows what it did. The HECI link, the APF session and
// the connection to the server are closed in every case. Cancellation: closes all of them, comes
// out as operation_aborted. Own limits: those of the parts. `env` and `options` outlive the call.
[[nodiscard]] awaitable<report> activate_device(const environment &env, const settings &options);

// The failure that a report amounts to; nothing when all was done.
[[nodiscard]] bool succeeded(const report &r) noexcept;
[[nodiscard]] failure why_not(const report &r);

// The result of a success for stdout: text for a person, or the reference's JSON object. Ends with
// a newline.
[[nodiscard]] std::string result_text(const report &r);
[[nodiscard]] std::string result_json(const report &r, const settings &options);
// The same place when there is no success: status, code, name and message.
[[nodiscard]] std::string failure_json(const failure &why);
// Of a run that a signal ended: status, signal and message.
[[nodiscard]] std::string interrupted_json(const failure &why, std::string_view signal);

} // namespace costrand::activate
