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

} // namespace

const boost::system::error_category &websocket_category() noexcept {
    static const category instance;
    return instance;
}

std::string websocket_url::authority() const {
    return detail::authority_of(*this);
}

core::result<websocket_url> parse_websocket_url(std::string_view text) {
    websocket_url url;
    switch (detail::parse_server_url(text, "ws://", "wss://", url)) {
    case detail::url_fault::none:
        return url;
    case detail::url_fault::user_info:
        return websocket_errc::url_user_info;
    case detail::url_fault::malformed:
        break;
    }
    return websocket_errc::bad_url;
}

} // namespace costrand::transports
