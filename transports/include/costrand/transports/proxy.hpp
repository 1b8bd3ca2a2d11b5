// SPDX-License-Identifier: Apache-2.0
// A way to a server through a proxy: HTTP CONNECT (RFC 9110 9.3.6) or SOCKS5 (RFC 1928, user and
// password by RFC 1929). Its URL, the environment variables that name one, and the tunnel as a
// byte_stream. The websocket connector and programs use it; it knows nothing of what is tunnelled.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace costrand::transports {

enum class proxy_errc {
    bad_url = 1,                // not http://[user:password@]host[:port] or the same with socks5
    unsupported_kind,           // a URL of another kind: https, socks4, ...
    unreachable,                // no connection to the proxy itself
    bad_target,                 // a host name that the proxy's protocol cannot carry
    ended,                      // the proxy ended the connection before the tunnel was there
    not_http,                   // the answer is no HTTP
    header_too_large,           // the answer's header is longer than connect_header_limit
    authentication_required,    // it wants user and password, and the URL has none
    authentication_failed,      // it does not take those of the URL
    authentication_unsupported, // it wants another kind of authentication
    not_allowed,                // its rules forbid this connection: HTTP 403, SOCKS reply 2
    refused,                    // any other HTTP status than 2xx; see proxy_error::reason
    not_socks5,                 // the answer is no SOCKS5
    socks_failure,              // SOCKS reply 1: general failure
    network_unreachable,        // SOCKS reply 3
    host_unreachable,           // SOCKS reply 4; many answer so to a name they cannot look up
    connection_refused,         // SOCKS reply 5: by the server
    ttl_expired,                // SOCKS reply 6; many answer so when their own time limit passes
    command_not_supported,      // SOCKS reply 7
    address_not_supported,      // SOCKS reply 8
    unknown_reply,              // any other SOCKS reply
};

const boost::system::error_category &proxy_category() noexcept;

inline error_code make_error_code(proxy_errc e) noexcept {
    return {static_cast<int>(e), proxy_category()};
}

// A proxy_errc with what is known beyond it, such as "HTTP status 502"; never user or password.
class proxy_error : public system_error {
  public:
    proxy_error(proxy_errc e, const std::string &reason = {})
        : system_error(make_error_code(e), reason),
          reason_(reason) {}
    [[nodiscard]] const std::string &reason() const noexcept { return reason_; }

  private:
    std::string reason_;
};

enum class proxy_kind { http, socks5 };

struct proxy_url {
    proxy_url() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    proxy_kind kind = proxy_kind::http;
    std::string host; // a name or address; IPv6 without its brackets
    std::uint16_t port = 0;
    std::string user; // empty with an empty password: the URL has neither
    core::secret password;

    [[nodiscard]] bool has_credentials() const noexcept {
        return !user.empty() || !password.empty();
    }
    // "http://proxy:3128": for logs, without user and password.
    [[nodiscard]] std::string name() const;
};

// http://, socks5:// or socks5h://, then [user:password@]host[:port], user and password
// percent-encoded. Without a port it is 1080, as with curl. HOST:PORT alone is an HTTP proxy.
// Errors: proxy_errc::bad_url, unsupported_kind.
[[nodiscard]] core::result<proxy_url> parse_proxy_url(std::string_view text);

// As getenv: nullptr when the variable is not set. An empty one counts as not set.
using environment_reader = std::function<const char *(const char *)>;

struct environment_proxy {
    std::string variable; // "https_proxy"
    core::secret url;     // its value, as found
};

// The proxy that the environment names for a server; nothing: connect directly. Of a secure
// server https_proxy, then HTTPS_PROXY; else http_proxy, in small letters only, because a web
// server's CGI sets HTTP_PROXY from a header of the request; then all_proxy, ALL_PROXY. no_proxy,
// then NO_PROXY, holds exceptions. A server on this machine (localhost, *.localhost, loopback
// addresses) is never behind a proxy of the environment.
[[nodiscard]] std::optional<environment_proxy>
proxy_of_environment(bool secure, std::string_view host, std::uint16_t port,
                     const environment_reader &environment);

// Whether a list as that of no_proxy holds the server: names and addresses parted by commas or
// blanks. example.com means that name and all below it, .example.com and *.example.com those below
// only; addresses and networks (10.0.0.0/8) mean servers given by address; a port behind an entry
// limits it to that port; * means every server. These are the rules of Go's net/http.
[[nodiscard]] bool is_exempt(std::string_view list, std::string_view host, std::uint16_t port);

// An answer to CONNECT has at most so many bytes of header: what HTTP servers commonly take of a
// request (Node.js: 16 KiB). Proxies send a few hundred.
inline constexpr std::size_t connect_header_limit = 16 * 1024;

// Makes a connection to the proxy one to `host`:`port`, which is looked up by the proxy, with
// socks5:// too: this machine's resolver often knows no outside names. Errors: proxy_error, those
// of `below`. No limit of its own: bound it with with_deadline. Cancelled: `below` is closed.
//
// The stream is `below` itself: not a byte behind the proxy's answer has been read.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
proxy_tunnel(std::unique_ptr<core::byte_stream> below, proxy_url via, std::string host,
             std::uint16_t port);

// TCP to the proxy within `limit`, then the tunnel, which has no limit of its own. Errors:
// proxy_error (unreachable with the system's words), cond::timed_out.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
proxy_connect(proxy_url via, std::string host, std::uint16_t port, core::duration limit);

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::proxy_errc> : std::true_type {};
