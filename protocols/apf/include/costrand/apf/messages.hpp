// SPDX-License-Identifier: Apache-2.0
// One struct for each APF message, message numbers and reason codes. The comment of a struct gives
// the protocol's own name and number. Text and payload are views: of a decoded message they live
// as long as the bytes it was decoded from.
#pragma once

#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace costrand::apf {

using core::const_bytes;

// Limits of the wire and of every robust peer.
inline constexpr std::size_t max_string = 2048;
inline constexpr std::size_t data_header_size = 9; // of CHANNEL_DATA; never counts in a window
inline constexpr std::size_t max_stream_data = 1024 * 1024; // CHANNEL_DATA on a byte stream

inline constexpr std::string_view service_auth = "auth@amt.intel.com";
inline constexpr std::string_view service_forwarding = "pfwd@amt.intel.com";
inline constexpr std::string_view method_none = "none";
inline constexpr std::string_view method_password = "password";
inline constexpr std::string_view request_forward = "tcpip-forward";
inline constexpr std::string_view request_cancel_forward = "cancel-tcpip-forward";
inline constexpr std::string_view request_udp_send = "udp-send-to@amt.intel.com";
inline constexpr std::string_view type_forwarded = "forwarded-tcpip";
inline constexpr std::string_view type_direct = "direct-tcpip";

// The first byte of a message.
enum class message_number : std::uint8_t {
    disconnect = 1,
    service_request = 5,
    service_accept = 6,
    userauth_request = 50,
    userauth_failure = 51,
    userauth_success = 52,
    global_request = 80,
    request_success = 81,
    request_failure = 82,
    channel_open = 90,
    channel_open_confirmation = 91,
    channel_open_failure = 92,
    channel_window_adjust = 93,
    channel_data = 94,
    channel_close = 97,
    protocol_version = 192,
    keepalive_request = 208,
    keepalive_reply = 209,
    keepalive_options_request = 210,
    keepalive_options_reply = 211,
};

// PROTOCOLVERSION's trigger reason; peers send others too, any value is accepted.
namespace trigger {
inline constexpr std::uint32_t user = 1, alert = 2, provisioning = 3, periodic = 4, local = 254;
}

namespace disconnect_reason {
inline constexpr std::uint32_t protocol_error = 2, service_not_available = 7,
                               version_not_supported = 8, connection_lost = 10, by_application = 11;
}

namespace open_failure_reason {
inline constexpr std::uint32_t prohibited = 1, connect_failed = 2, unknown_type = 3,
                               resource_shortage = 4;
}

// 16 bytes in the order of the wire: the first three groups of the printed form are byte-swapped.
struct uuid {
    std::array<std::byte, 16> wire{};

    friend bool operator==(const uuid &, const uuid &) = default;
};

// Lower case, with dashes.
inline std::string to_text(const uuid &id) {
    static constexpr std::size_t order[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out += '-';
        const auto b = std::to_integer<unsigned>(id.wire[order[i]]);
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    return out;
}

// A password that stays where it was received. It is no string, so it cannot slip into a log line.
class secret_view {
  public:
    secret_view() = default;
    explicit secret_view(std::string_view text) noexcept : text_(text) {}
    [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
    friend bool operator==(const secret_view &, const secret_view &) = default;

  private:
    std::string_view text_;
};

// PROTOCOLVERSION (192)
struct protocol_version {
    static constexpr auto number = message_number::protocol_version;
    std::uint32_t major = 1;
    std::uint32_t minor = 0;
    std::uint32_t trigger_reason = trigger::local;
    uuid system;
    friend bool operator==(const protocol_version &, const protocol_version &) = default;
};

// DISCONNECT (1)
struct disconnect {
    static constexpr auto number = message_number::disconnect;
    std::uint32_t reason = 0;
    friend bool operator==(const disconnect &, const disconnect &) = default;
};

// SERVICE_REQUEST (5)
struct service_request {
    static constexpr auto number = message_number::service_request;
    std::string_view service;
    friend bool operator==(const service_request &, const service_request &) = default;
};

// SERVICE_ACCEPT (6)
struct service_accept {
    static constexpr auto number = message_number::service_accept;
    std::string_view service;
    friend bool operator==(const service_accept &, const service_accept &) = default;
};

// USERAUTH_REQUEST (50). The password is there only with method_password.
struct userauth_request {
    static constexpr auto number = message_number::userauth_request;
    std::string_view user;
    std::string_view service;
    std::string_view method;
    secret_view password;
    friend bool operator==(const userauth_request &, const userauth_request &) = default;
};

// USERAUTH_FAILURE (51)
struct userauth_failure {
    static constexpr auto number = message_number::userauth_failure;
    std::string_view methods; // that can continue, separated by commas
    std::uint8_t partial_success = 0;
    friend bool operator==(const userauth_failure &, const userauth_failure &) = default;
};

// USERAUTH_SUCCESS (52)
struct userauth_success {
    static constexpr auto number = message_number::userauth_success;
    friend bool operator==(const userauth_success &, const userauth_success &) = default;
};

// GLOBAL_REQUEST (80) "tcpip-forward"
struct tcpip_forward {
    static constexpr auto number = message_number::global_request;
    static constexpr auto name = request_forward;
    bool want_reply = true;
    std::string_view address;
    std::uint32_t port = 0;
    friend bool operator==(const tcpip_forward &, const tcpip_forward &) = default;
};

// GLOBAL_REQUEST (80) "cancel-tcpip-forward"
struct cancel_tcpip_forward {
    static constexpr auto number = message_number::global_request;
    static constexpr auto name = request_cancel_forward;
    bool want_reply = true;
    std::string_view address;
    std::uint32_t port = 0;
    friend bool operator==(const cancel_tcpip_forward &, const cancel_tcpip_forward &) = default;
};

// GLOBAL_REQUEST (80) "udp-send-to@amt.intel.com"
struct udp_send_to {
    static constexpr auto number = message_number::global_request;
    static constexpr auto name = request_udp_send;
    bool want_reply = false;
    std::string_view address;
    std::uint32_t port = 0;
    std::string_view originator_address;
    std::uint32_t originator_port = 0;
    const_bytes data;
    friend bool operator==(const udp_send_to &a, const udp_send_to &b) {
        return a.want_reply == b.want_reply && a.address == b.address && a.port == b.port &&
               a.originator_address == b.originator_address &&
               a.originator_port == b.originator_port && std::ranges::equal(a.data, b.data);
    }
};

// GLOBAL_REQUEST (80) with any other name: what follows want_reply is not known.
struct unknown_global_request {
    static constexpr auto number = message_number::global_request;
    std::string_view name;
    bool want_reply = true;
    friend bool operator==(const unknown_global_request &,
                           const unknown_global_request &) = default;
};

// REQUEST_SUCCESS (81). With a port it answers tcpip-forward, without one cancel-tcpip-forward.
struct request_success {
    static constexpr auto number = message_number::request_success;
    std::optional<std::uint32_t> port;
    friend bool operator==(const request_success &, const request_success &) = default;
};

// REQUEST_FAILURE (82)
struct request_failure {
    static constexpr auto number = message_number::request_failure;
    friend bool operator==(const request_failure &, const request_failure &) = default;
};

// CHANNEL_OPEN (90)
struct channel_open {
    static constexpr auto number = message_number::channel_open;
    std::string_view type;
    std::uint32_t sender = 0; // the opener's number
    std::uint32_t window = 0; // payload bytes the opener takes
    std::string_view connected_address;
    std::uint32_t connected_port = 0;
    std::string_view originator_address;
    std::uint32_t originator_port = 0;
    friend bool operator==(const channel_open &, const channel_open &) = default;
};

// CHANNEL_OPEN_CONFIRMATION (91)
struct channel_open_confirmation {
    static constexpr auto number = message_number::channel_open_confirmation;
    std::uint32_t recipient = 0; // the opener's number
    std::uint32_t sender = 0;    // the confirming side's number; 0 is legal
    std::uint32_t window = 0;    // payload bytes the confirming side takes
    friend bool operator==(const channel_open_confirmation &,
                           const channel_open_confirmation &) = default;
};

// CHANNEL_OPEN_FAILURE (92)
struct channel_open_failure {
    static constexpr auto number = message_number::channel_open_failure;
    std::uint32_t recipient = 0;
    std::uint32_t reason = 0;
    friend bool operator==(const channel_open_failure &, const channel_open_failure &) = default;
};

// CHANNEL_WINDOW_ADJUST (93)
struct channel_window_adjust {
    static constexpr auto number = message_number::channel_window_adjust;
    std::uint32_t recipient = 0;
    std::uint32_t bytes_to_add = 0;
    friend bool operator==(const channel_window_adjust &, const channel_window_adjust &) = default;
};

// CHANNEL_DATA (94)
struct channel_data {
    static constexpr auto number = message_number::channel_data;
    std::uint32_t recipient = 0;
    const_bytes data;
    friend bool operator==(const channel_data &a, const channel_data &b) {
        return a.recipient == b.recipient && std::ranges::equal(a.data, b.data);
    }
};

// CHANNEL_CLOSE (97)
struct channel_close {
    static constexpr auto number = message_number::channel_close;
    std::uint32_t recipient = 0;
    friend bool operator==(const channel_close &, const channel_close &) = default;
};

// KEEPALIVE_REQUEST (208)
struct keepalive_request {
    static constexpr auto number = message_number::keepalive_request;
    std::uint32_t cookie = 0;
    friend bool operator==(const keepalive_request &, const keepalive_request &) = default;
};

// KEEPALIVE_REPLY (209)
struct keepalive_reply {
    static constexpr auto number = message_number::keepalive_reply;
    std::uint32_t cookie = 0;
    friend bool operator==(const keepalive_reply &, const keepalive_reply &) = default;
};

// KEEPALIVE_OPTIONS_REQUEST (210)
struct keepalive_options_request {
    static constexpr auto number = message_number::keepalive_options_request;
    std::uint32_t interval_seconds = 0;
    std::uint32_t timeout_seconds = 0;
    friend bool operator==(const keepalive_options_request &,
                           const keepalive_options_request &) = default;
};

// KEEPALIVE_OPTIONS_REPLY (211)
struct keepalive_options_reply {
    static constexpr auto number = message_number::keepalive_options_reply;
    std::uint32_t interval_seconds = 0;
    std::uint32_t timeout_seconds = 0;
    friend bool operator==(const keepalive_options_reply &,
                           const keepalive_options_reply &) = default;
};

using message =
    std::variant<channel_data, channel_window_adjust, channel_close, channel_open,
                 channel_open_confirmation, channel_open_failure, protocol_version, disconnect,
                 service_request, service_accept, userauth_request, userauth_failure,
                 userauth_success, tcpip_forward, cancel_tcpip_forward, udp_send_to,
                 unknown_global_request, request_success, request_failure, keepalive_request,
                 keepalive_reply, keepalive_options_request, keepalive_options_reply>;

} // namespace costrand::apf
