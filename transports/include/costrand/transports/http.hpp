// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 exchange (http and https) with a server in the wide world, and the server's side for
// simulators. A connection serves one exchange. Beast stays in the .cpp. AMT's own HTTP, with
// Digest, is wsman's.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
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

enum class http_errc {
    bad_url = 1,      // not http://host[:port]/path or https://host[:port]/path
    url_user_info,    // user and password in the URL
    bad_token,        // a bearer token that is no visible ASCII text
    not_http,         // the peer's bytes are no HTTP/1 message
    header_too_large, // above http_options::header_limit
    body_too_large,   // above http_options::body_limit, as announced or as sent
    ended_early,      // the connection ended before the message was whole
};

const boost::system::error_category &http_category() noexcept;

inline error_code make_error_code(http_errc e) noexcept {
    return {static_cast<int>(e), http_category()};
}

struct http_url {
    http_url() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    bool secure = false;
    std::string host; // a name or address; IPv6 without its brackets
    std::uint16_t port = 0;
    std::string target; // path and query, "/" when there is none

    // What the Host header says: the port only when it is not the scheme's.
    [[nodiscard]] std::string authority() const;
    // "https://host:port": scheme, host and port alone. Equal for two URLs of the same server.
    [[nodiscard]] std::string origin() const;
};

// Errors: http_errc::bad_url, url_user_info.
[[nodiscard]] core::result<http_url> parse_http_url(std::string_view text);

struct http_request {
    http_request() = default;

    std::string method = "GET";
    std::string accept;       // media types; empty: any
    std::string content_type; // of the body; empty: there is no body
    core::secret body;
    core::secret bearer; // the token of "Authorization: Bearer"; empty: no such header
};

struct http_answer {
    int status = 0;
    std::string content_type, location; // as sent; empty: no such header
    core::secret body;
};

struct http_options {
    http_options() = default;

    tls_trust trust; // https only
    // The way to the server; TLS is with the server, the proxy only carries it.
    std::optional<proxy_url> proxy;
    // What HTTP clients commonly take of an answer's header, in bytes.
    std::size_t header_limit = 64 * 1024;
    std::size_t body_limit = 1024 * 1024; // bytes
    // Dial, the proxy's tunnel, TLS, request and the whole answer together.
    core::duration limit = std::chrono::seconds(30);
};

// Name lookup, TCP, the proxy's tunnel, TLS for https, the request, the answer to its last byte.
// Nothing is followed: a redirection is an answer. Interim answers (1xx) are passed over. Errors:
// tcp_connect's, proxy_error, tls_error, http_errc, core::errc::timed_out. Cancelled: nothing is
// left open.
[[nodiscard]] awaitable<http_answer> http_exchange(http_url url, http_request request,
                                                   http_options options, core::log log);

// The request and its answer only, over a connection that is there already and serves no other
// exchange. Without a limit in time. `over` outlives the call.
[[nodiscard]] awaitable<http_answer> http_ask(core::byte_stream &over, http_url url,
                                              http_request request, http_options options);

// The server's side of one exchange.
struct http_asked {
    std::string method, target, content_type;
    core::secret bearer; // empty: none was sent
    core::secret body;
};
// Errors: http_errc. `from` outlives the call.
[[nodiscard]] awaitable<http_asked> http_receive(core::byte_stream &from, http_options options);

// Ends with "Connection: close", and the end of the sending direction. `to` outlives the call.
[[nodiscard]] awaitable<void> http_reply(core::byte_stream &to, http_answer answer);

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::http_errc> : std::true_type {};
