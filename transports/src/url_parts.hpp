// SPDX-License-Identifier: Apache-2.0
// What the URLs of the websocket, of HTTP and of a proxy have in common.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace costrand::transports::detail {

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 'a' - 'A');
    return out;
}

// Visible characters only: anything else could break a request line.
inline bool is_clean(std::string_view text) {
    for (char c : text)
        if (c <= 0x20 || c >= 0x7f)
            return false;
    return true;
}

inline bool parse_port(std::string_view text, std::uint16_t &port) {
    const auto *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    return parsed.ec == std::errc() && parsed.ptr == end && port != 0;
}

// HOST, HOST:PORT, [IPv6], [IPv6]:PORT. The host comes without brackets; without a port `port`
// stays what it is.
inline bool parse_host_port(std::string_view text, std::string &host, std::uint16_t &port) {
    std::string_view behind;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos)
            return false;
        host = text.substr(1, end - 1);
        behind = text.substr(end + 1);
        if (host.find_first_not_of("0123456789abcdefABCDEF:.%") != std::string::npos)
            return false;
    } else {
        const auto colon = text.find(':');
        host = text.substr(0, colon);
        behind = colon == text.npos ? std::string_view() : text.substr(colon);
        if (host.find_first_of("[]\"<>\\^`{|}") != std::string::npos)
            return false;
    }
    if (host.empty())
        return false;
    return behind.empty() || (behind.starts_with(':') && parse_port(behind.substr(1), port));
}

// As it stands in a URL or a Host header.
inline std::string bracketed(const std::string &host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// SCHEME://HOST[:PORT][/PATH][?QUERY][#FRAGMENT] with one of two schemes, of ports 80 and 443.
enum class url_fault { none, malformed, user_info };

inline constexpr std::uint16_t plain_server_port = 80, secure_server_port = 443;

inline bool consume(std::string_view &text, std::string_view prefix) {
    if (lower(text.substr(0, prefix.size())) != prefix)
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

// The members are those that websocket_url and http_url have in common.
template <typename Url>
url_fault parse_server_url(std::string_view text, std::string_view plain, std::string_view secure,
                           Url &url) {
    url.secure = consume(text, secure);
    if ((!url.secure && !consume(text, plain)) || !is_clean(text))
        return url_fault::malformed;
    const auto path = text.find_first_of("/?#");
    const auto authority = text.substr(0, path);
    if (authority.find('@') != authority.npos)
        return url_fault::user_info;
    url.port = url.secure ? secure_server_port : plain_server_port;
    if (!parse_host_port(authority, url.host, url.port))
        return url_fault::malformed;
    auto target = path == text.npos ? std::string_view() : text.substr(path);
    target = target.substr(0, target.find('#')); // a fragment is the client's own
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url_fault::none;
}

template <typename Url>
std::string authority_of(const Url &url) {
    std::string text = bracketed(url.host);
    if (url.port != (url.secure ? secure_server_port : plain_server_port))
        text += ":" + std::to_string(url.port);
    return text;
}

} // namespace costrand::transports::detail
