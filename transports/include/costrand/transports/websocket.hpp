// SPDX-License-Identifier: Apache-2.0
// A websocket (ws and wss) as a message_stream: client connector, and the server's side for
// simulators. No extensions, no sub-protocols. Beast stays in the .cpp.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tls.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace costrand::transports {

enum class websocket_errc {
    bad_url = 1,     // not ws://host[:port]/path or wss://host[:port]/path
    url_user_info,   // user and password in the URL
    upgrade_refused, // the server answered with something else than 101; see upgrade_error
    not_websocket,   // the answer is no websocket upgrade, or later bytes are no frames
};

const boost::system::error_category &websocket_category() noexcept;

inline error_code make_error_code(websocket_errc e) noexcept {
    return {static_cast<int>(e), websocket_category()};
}

// websocket_errc::upgrade_refused with the server's HTTP status (401, 404, ...).
class upgrade_error : public system_error {
  public:
    explicit upgrade_error(int status)
        : system_error(make_error_code(websocket_errc::upgrade_refused),
                       "HTTP status " + std::to_string(status)),
          status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

  private:
    int status_;
};

struct websocket_url {
    bool secure = false;
    std::string host; // a name or address; IPv6 without its brackets
    std::uint16_t port = 0;
    std::string target; // path and query, "/" when there is none

    // What the Host header says: the port only when it is not the scheme's.
    [[nodiscard]] std::string authority() const;
};

// Errors: websocket_errc::bad_url, url_user_info.
[[nodiscard]] core::result<websocket_url> parse_websocket_url(std::string_view text);

struct websocket_options {
    websocket_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    tls_trust trust; // wss only
    // The way to the server; TLS is with the server, the proxy only carries it.
    std::optional<proxy_url> proxy;
    // One message, in either direction. RPS sends at most a few hundred KiB.
    std::size_t max_message_size = 16 * 1024 * 1024;
    // Dial, the proxy's tunnel, TLS and upgrade together (rps-session.md 1).
    core::duration handshake_limit = std::chrono::seconds(60);
};

// Name lookup, TCP, the proxy's tunnel, TLS for wss, upgrade. Errors: tcp_connect's, proxy_error,
// tls_error, upgrade_error, websocket_errc, core::errc::timed_out. Cancelled: nothing is left open.
//
// The stream: messages go out as one text frame, come in as text or binary; pings are answered
// while the stream lives; the peer's Close is end_of_stream. close() drops the connection without
// a Close frame. receive is cancel-safe.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
websocket_connect(websocket_url url, websocket_options options, core::log log);

// The upgrade only, over a connection that is there already.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
websocket_upgrade(std::unique_ptr<core::byte_stream> below, std::string authority,
                  std::string target, websocket_options options);

// The server's side of the upgrade.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
websocket_accept(std::unique_ptr<core::byte_stream> below, websocket_options options);

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::websocket_errc> : std::true_type {};
