// SPDX-License-Identifier: Apache-2.0
// The URL of a proxy, and the words of its errors.
#include <costrand/transports/proxy.hpp>

#include "proxy_talk.hpp"
#include "url_parts.hpp"

#include <utility>

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "proxy"; }
    std::string message(int value) const override {
        switch (static_cast<proxy_errc>(value)) {
        case proxy_errc::bad_url:
            return "the proxy's URL is not http://HOST:PORT or socks5://HOST:PORT, with "
                   "USER:PASSWORD@ before the host or without";
        case proxy_errc::unsupported_kind:
            return "proxies of this kind are not supported: only http://, socks5:// and socks5h://";
        case proxy_errc::unreachable:
            return "the proxy cannot be reached";
        case proxy_errc::bad_target:
            return "the server's host name cannot be told to the proxy";
        case proxy_errc::ended:
            return "the proxy ended the connection before it led to the server";
        case proxy_errc::not_http:
            return "the proxy's answer is no HTTP";
        case proxy_errc::header_too_large:
            return "the header of the proxy's answer is too large";
        case proxy_errc::authentication_required:
            return "the proxy wants a user and password";
        case proxy_errc::authentication_failed:
            return "the proxy does not take the user and password";
        case proxy_errc::authentication_unsupported:
            return "the proxy wants a kind of authentication that is not supported";
        case proxy_errc::not_allowed:
            return "the proxy's rules do not allow a connection to the server";
        case proxy_errc::refused:
            return "the proxy refused to connect to the server";
        case proxy_errc::not_socks5:
            return "the proxy's answer is no SOCKS5";
        case proxy_errc::socks_failure:
            return "the proxy failed to connect to the server, and does not say why";
        case proxy_errc::network_unreachable:
            return "the proxy has no way to the server's network";
        case proxy_errc::host_unreachable:
            return "the proxy cannot reach the server, or does not know its name";
        case proxy_errc::connection_refused:
            return "the server refused the proxy's connection";
        case proxy_errc::ttl_expired:
            return "the proxy's packets do not arrive at the server, or not in its time";
        case proxy_errc::command_not_supported:
            return "the proxy makes no outgoing connections";
        case proxy_errc::address_not_supported:
            return "the proxy does not take this form of the server's address";
        case proxy_errc::unknown_reply:
            return "the proxy failed to connect to the server, with an unknown reply";
        }
        return "unknown proxy error";
    }
};

// curl's for every kind of proxy; Go has others for each.
constexpr std::uint16_t default_port = 1080;

std::optional<int> hex_digit(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto found = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 'a' - 'A') : c);
    if (found == digits.npos)
        return std::nullopt;
    return static_cast<int>(found);
}

// Nothing when a % has no two hexadecimal digits behind it.
std::optional<core::secret> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size()); // growing would leave copies behind
    while (!text.empty()) {
        std::size_t taken = 1;
        char c = text[0];
        if (c == '%') {
            const auto high = text.size() < 3 ? std::nullopt : hex_digit(text[1]);
            const auto low = text.size() < 3 ? std::nullopt : hex_digit(text[2]);
            if (!high || !low)
                return std::nullopt;
            c = static_cast<char>(*high * 16 + *low);
            taken = 3;
        }
        out += c;
        text.remove_prefix(taken);
    }
    return core::secret(std::move(out));
}

bool parse_credentials(std::string_view text, proxy_url &url) {
    const auto colon = text.find(':');
    const auto user = percent_decoded(text.substr(0, colon));
    auto password =
        percent_decoded(colon == text.npos ? std::string_view() : text.substr(colon + 1));
    if (!user || !password)
        return false;
    url.user = user->reveal();
    url.password = std::move(*password);
    if (url.kind == proxy_kind::socks5)
        return url.user.size() <= detail::longest_socks_text &&
               url.password.reveal().size() <= detail::longest_socks_text;
    return url.user.find(':') == std::string::npos; // RFC 7617 2: it would end the user's name
}

std::optional<proxy_kind> kind_of(std::string_view scheme) {
    const std::string word = detail::lower(scheme);
    if (word == "http")
        return proxy_kind::http;
    if (word == "socks5" || word == "socks5h")
        return proxy_kind::socks5;
    return std::nullopt;
}

} // namespace

const boost::system::error_category &proxy_category() noexcept {
    static const category instance;
    return instance;
}

std::string proxy_url::name() const {
    return (kind == proxy_kind::http ? "http://" : "socks5://") + detail::bracketed(host) + ":" +
           std::to_string(port);
}

core::result<proxy_url> parse_proxy_url(std::string_view text) {
    proxy_url url;
    const auto scheme = text.find("://");
    if (scheme != text.npos) {
        const auto kind = kind_of(text.substr(0, scheme));
        if (!kind)
            return proxy_errc::unsupported_kind;
        url.kind = *kind;
        url.port = default_port;
        text.remove_prefix(scheme + 3);
    }
    if (text.ends_with('/'))
        text.remove_suffix(1);
    const auto at = text.rfind('@');
    const auto host = at == text.npos ? text : text.substr(at + 1);
    if (!detail::is_clean(text) || host.find_first_of("/?#") != host.npos)
        return proxy_errc::bad_url;
    if (at != text.npos && !parse_credentials(text.substr(0, at), url))
        return proxy_errc::bad_url;
    // A word alone is more likely a slip than a host: curl and Go take different ports for it.
    if (!detail::parse_host_port(host, url.host, url.port) || url.port == 0)
        return proxy_errc::bad_url;
    return url;
}

} // namespace costrand::transports
