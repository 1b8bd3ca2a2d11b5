// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/websocket.hpp>

#include <charconv>

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "websocket"; }
    std::string message(int value) const override {
        switch (static_cast<websocket_errc>(value)) {
        case websocket_errc::bad_url:
            return "the URL is not ws://host[:port]/path or wss://host[:port]/path";
        case websocket_errc::url_user_info:
            return "the URL holds a user name or password, which is not supported";
        case websocket_errc::upgrade_refused:
            return "the server refused the websocket";
        case websocket_errc::not_websocket:
            return "the server does not speak websocket";
        }
        return "unknown websocket error";
    }
};

constexpr std::uint16_t ws_port = 80, wss_port = 443;

bool consume(std::string_view &text, std::string_view prefix) {
    if (text.size() < prefix.size())
        return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c) != prefix[i])
            return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

// Visible characters only: anything else could break the request line.
bool is_clean(std::string_view text) {
    for (char c : text)
        if (c <= 0x20 || c >= 0x7f)
            return false;
    return true;
}

bool parse_port(std::string_view text, std::uint16_t &port) {
    const auto *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    return parsed.ec == std::errc() && parsed.ptr == end && port != 0;
}

bool parse_authority(std::string_view text, websocket_url &url) {
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos)
            return false;
        url.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (url.host.find_first_not_of("0123456789abcdefABCDEF:.%") != std::string::npos)
            return false;
    } else {
        const auto colon = text.find(':');
        url.host = text.substr(0, colon);
        port = colon == text.npos ? std::string_view() : text.substr(colon);
        if (url.host.find_first_of("[]\"<>\\^`{|}") != std::string::npos)
            return false;
    }
    if (url.host.empty())
        return false;
    url.port = url.secure ? wss_port : ws_port;
    return port.empty() || (port.starts_with(':') && parse_port(port.substr(1), url.port));
}

} // namespace

const boost::system::error_category &websocket_category() noexcept {
    static const category instance;
    return instance;
}

std::string websocket_url::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    std::string text = v6 ? "[" + host + "]" : host;
    if (port != (secure ? wss_port : ws_port))
        text += ":" + std::to_string(port);
    return text;
}

core::result<websocket_url> parse_websocket_url(std::string_view text) {
    websocket_url url;
    url.secure = consume(text, "wss://");
    if ((!url.secure && !consume(text, "ws://")) || !is_clean(text))
        return websocket_errc::bad_url;
    const auto path = text.find_first_of("/?#");
    const auto authority = text.substr(0, path);
    if (authority.find('@') != authority.npos)
        return websocket_errc::url_user_info;
    if (!parse_authority(authority, url))
        return websocket_errc::bad_url;
    auto target = path == text.npos ? std::string_view() : text.substr(path);
    target = target.substr(0, target.find('#')); // a fragment is the client's own
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url;
}

} // namespace costrand::transports
