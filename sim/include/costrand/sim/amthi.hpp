// SPDX-License-Identifier: Apache-2.0
// The command faces of a simulated device: AMTHI (AMT host commands), the watchdog client and MKHI.
// Each is one function from a request's bytes to the reply's; serve_commands moves the messages.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace costrand::sim {

// The reply to one AMT host command. Nothing for bytes that no firmware can answer: without a
// command word in its place. Unknown commands get status invalid_command.
[[nodiscard]] std::optional<std::vector<std::byte>>
answer_amthi(core::const_bytes request, device_state &state, const profile &device);

// The watchdog client: AMT enabled, TLS enforced (heci.md 10). Nothing for an unknown request.
[[nodiscard]] std::optional<std::vector<std::byte>>
answer_watchdog(core::const_bytes request, device_state &state, const profile &device);

// MKHI: firmware version only (heci.md 14).
[[nodiscard]] std::optional<std::vector<std::byte>>
answer_mkhi(core::const_bytes request, device_state &state, const profile &device);

using command_face = std::function<std::optional<std::vector<std::byte>>(core::const_bytes)>;

// Answers requests one by one until the link ends; throws its error. The link outlives the call.
[[nodiscard]] awaitable<void> serve_commands(core::message_stream &link, command_face answer);

} // namespace costrand::sim
