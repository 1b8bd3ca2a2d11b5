// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/websocket.hpp>

#include "url_parts.hpp"

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
    if (detail::lower(text.substr(0, prefix.size())) != prefix)
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

const boost::system::error_category &websocket_category() noexcept {
    static const category instance;
    return instance;
}

std::string websocket_url::authority() const {
    std::string text = detail::bracketed(host);
    if (port != (secure ? wss_port : ws_port))
        text += ":" + std::to_string(port);
    return text;
}

core::result<websocket_url> parse_websocket_url(std::string_view text) {
    websocket_url url;
    url.secure = consume(text, "wss://");
    if ((!url.secure && !consume(text, "ws://")) || !detail::is_clean(text))
        return websocket_errc::bad_url;
    const auto path = text.find_first_of("/?#");
    const auto authority = text.substr(0, path);
    if (authority.find('@') != authority.npos)
        return websocket_errc::url_user_info;
    url.port = url.secure ? wss_port : ws_port;
    if (!detail::parse_host_port(authority, url.host, url.port))
        return websocket_errc::bad_url;
    auto target = path == text.npos ? std::string_view() : text.substr(path);
    target = target.substr(0, target.find('#')); // a fragment is the client's own
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url;
}

} // namespace costrand::transports
