// SPDX-License-Identifier: Apache-2.0
// The command faces of a simulated device: AMTHI (AMT host commands), the watchdog client, MKHI,
// UPID and HOTHAM. Each is one function from a request's bytes to the reply's; serve_commands moves
// the messages.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace costrand::sim {

// What a command works on.
struct command_context {
    device_state &state;
    const profile &device;
    core::time_point now;
};

// No value: nothing is sent.
using command_reply = std::optional<std::vector<std::byte>>;

// The reply to one AMT host command. Nothing for bytes that no firmware can answer: without a
// command word in its place. Unknown commands get status invalid_command.
[[nodiscard]] command_reply answer_amthi(core::const_bytes request, const command_context &on);

// The watchdog client: AMT enabled, TLS enforced, the timer (heci.md 10). Nothing for an unknown
// request, and for stopping the timer.
[[nodiscard]] command_reply answer_watchdog(core::const_bytes request, const command_context &on);

// MKHI: firmware version and capabilities (heci.md 14). Nothing for less than a header.
[[nodiscard]] command_reply answer_mkhi(core::const_bytes request, const command_context &on);

// UPID: the platform's identifier (heci.md 11). Nothing for less than a header.
[[nodiscard]] command_reply answer_upid(core::const_bytes request, const command_context &on);

// HOTHAM: the flash log (heci.md 12). Nothing for less than a header.
[[nodiscard]] command_reply answer_hotham(core::const_bytes request, const command_context &on);

using command_face = std::function<command_reply(core::const_bytes)>;

// Answers requests one by one until the link ends; throws its error. The link outlives the call.
[[nodiscard]] awaitable<void> serve_commands(core::message_stream &link, command_face answer);

} // namespace costrand::sim
