// SPDX-License-Identifier: Apache-2.0
// The messages of the RPS websocket, both directions: one JSON object a text frame. Used by the
// client's session and by the small server in sim/. Knows no sequence and does no I/O.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::rps {

// rps-session section 2. RPS compares major, minor and revision of the first message with its own.
inline constexpr std::string_view spoken_version = "4.0.0";

// The largest message taken from a server, in bytes. The reference has no limit; RPS sends some
// kilobytes (recorded: 5,913 characters).
inline constexpr std::size_t max_server_message = 16u << 20;

// RPS drops a client whose text message is longer, in characters (rps-session section 1).
inline constexpr std::size_t max_client_message = 102'400;

namespace method {
inline constexpr std::string_view wsman = "wsman", response = "response", tls_data = "tls_data",
                                  port_switch = "port_switch", port_switch_ack = "port_switch_ack",
                                  connection_reset = "connection_reset", success = "success",
                                  error = "error", progress = "progress",
                                  heartbeat_request = "heartbeat_request",
                                  heartbeat_response = "heartbeat_response";
} // namespace method

// One message. On the wire all values are strings in this order: method, apiKey, appVersion,
// protocolVersion, status, message, fqdn, payload, tenantId.
// Passwords stand in payloads, and in the method of deactivate and maintenance: both are wiped.
struct frame {
    std::string method;
    std::string api_key;
    std::string app_version;
    std::string protocol_version = std::string(spoken_version);
    std::string status;
    std::string message;
    std::optional<std::string> fqdn;     // nothing: the key is absent (RPS never sends it)
    std::optional<core::secret> payload; // nothing: null
    std::string tenant_id;

    frame() = default;
    frame(const frame &) = default;
    frame(frame &&) noexcept = default;
    frame &operator=(const frame &) = default;
    frame &operator=(frame &&) noexcept = default;
    ~frame() { core::wipe(method); }
};

// A frame with the constant fields of its sender: apiKey, status, message, fqdn.
[[nodiscard]] frame make_client_frame(std::string_view method, std::string_view app_version);
[[nodiscard]] frame make_server_frame(std::string_view method, std::string_view app_version);

// The answer to a heartbeat_request: the same message with method and status changed.
[[nodiscard]] frame make_heartbeat_response(const frame &request);

// The text of one frame: compact JSON, keys in the order above, `<`, `>` and `&` escaped as the
// reference does. Bytes that are no UTF-8 become U+FFFD (a text frame must be UTF-8).
[[nodiscard]] core::secret format(const frame &f);

// The same with the payload's characters replaced by their number and what follows the first word
// of the method masked: fit for a log.
[[nodiscard]] std::string format_for_log(const frame &f);

// Any frame of either end. Null and absent keys give empty strings (payload: nothing); keys not
// listed above are ignored. Errors: errc::not_json, errc::malformed_message (not an object, or a
// value that is not a string), errc::message_too_large.
[[nodiscard]] core::result<frame> parse_frame(std::string_view text);

// Standard alphabet, padded. Error: errc::bad_base64.
[[nodiscard]] core::secret encode_payload(core::const_bytes data);
[[nodiscard]] core::result<std::vector<std::byte>> decode_payload(std::string_view text);

// What a port_switch orders: its payload is plain JSON text, {"port":"16993","delay":15}.
struct port_switch_order {
    std::uint16_t port = 0;
    std::chrono::seconds delay{}; // as the server said, below zero too
};

// Port: a string or a number, 1 to 65535. Delay: a whole number; absent or null is 0. Other keys
// are ignored. Error: errc::bad_port_switch.
[[nodiscard]] core::result<port_switch_order> parse_port_switch(std::string_view payload);

// Text of a peer for a person's eyes: control characters become blanks, broken UTF-8 is replaced,
// and it ends after `limit` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 1000);

} // namespace costrand::rps
