// SPDX-License-Identifier: Apache-2.0
// The URL of an HTTP server, and the words of HTTP's errors.
#include <costrand/transports/http.hpp>

#include "url_parts.hpp"

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "http"; }
    std::string message(int value) const override {
        switch (static_cast<http_errc>(value)) {
        case http_errc::bad_url:
            return "the URL is not http://host[:port]/path or https://host[:port]/path";
        case http_errc::url_user_info:
            return "the URL holds a user name or password, which is not supported";
        case http_errc::bad_token:
            return "the bearer token holds characters that no token has";
        case http_errc::not_http:
            return "what comes back is no HTTP";
        case http_errc::header_too_large:
            return "the header of the answer is too large";
        case http_errc::body_too_large:
            return "the answer is too large";
        case http_errc::ended_early:
            return "the connection ended before the answer was whole";
        }
        return "unknown HTTP error";
    }
};

} // namespace

const boost::system::error_category &http_category() noexcept {
    static const category instance;
    return instance;
}

std::string http_url::authority() const {
    return detail::authority_of(*this);
}

std::string http_url::origin() const {
    return (secure ? "https://" : "http://") + detail::lower(authority());
}

core::result<http_url> parse_http_url(std::string_view text) {
    http_url url;
    switch (detail::parse_server_url(text, "http://", "https://", url)) {
    case detail::url_fault::none:
        return url;
    case detail::url_fault::user_info:
        return http_errc::url_user_info;
    case detail::url_fault::malformed:
        break;
    }
    return http_errc::bad_url;
}

} // namespace costrand::transports
