// SPDX-License-Identifier: Apache-2.0
// request_parser and response_parser: feed() them bytes until done(), then release() the message.
// Used by the drivers of http.hpp, and by whoever holds a whole message in memory. Sans-io.
#pragma once

#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/http_framing.hpp>
#include <costrand/wsman/http_grammar.hpp>
#include <costrand/wsman/http_message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::wsman {

class request_parser : public detail::message_parser {
  public:
    explicit request_parser(http_limits limits = {}) : message_parser(limits) {}

    // The request, once done() says so; moves it out.
    [[nodiscard]] http_request release() {
        http_request r;
        r.method = std::move(method_);
        r.target = std::move(target_);
        r.minor_version = minor_version_;
        r.headers = std::move(headers_);
        r.body = std::move(body_);
        return r;
    }

  private:
    bool start_line(std::string_view line) override {
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        if (first == line.npos || first == last)
            return false;
        method_ = std::string(line.substr(0, first));
        target_ = std::string(line.substr(first + 1, last - first - 1));
        const bool visible =
            std::ranges::all_of(target_, [](char c) { return c > 0x20 && c < 0x7f; });
        return detail::is_token(method_) && !target_.empty() && visible &&
               detail::parse_version(line.substr(last + 1), minor_version_);
    }
    bool may_start(std::string_view beginning) const override {
        return detail::is_token_char(beginning[0]) ||
               std::string_view("\r\n").starts_with(beginning);
    }
    body_rule after_header() override {
        if (headers_.count("Host") > 1)
            refuse(errc::http_ambiguous);
        return body_rule::by_header;
    }

    std::string method_;
    std::string target_;
};

// The reply to a request that may have a body in its reply (any but HEAD and CONNECT). Interim
// replies (100 Continue and other 1xx) are skipped.
class response_parser : public detail::message_parser {
  public:
    explicit response_parser(http_limits limits = {}) : message_parser(limits) {}

    // The final reply, once done() says so; moves it out.
    [[nodiscard]] http_response release() {
        http_response r;
        r.status = status_;
        r.reason = std::move(reason_);
        r.minor_version = minor_version_;
        r.headers = std::move(headers_);
        r.body = std::move(body_);
        return r;
    }
    // How many of the bytes taken belong to interim replies, before the final one.
    [[nodiscard]] std::size_t interim_bytes() const noexcept { return message_begin_; }

  private:
    bool start_line(std::string_view line) override {
        std::uint64_t code = 0;
        if (line.size() < 12 || !detail::parse_version(line.substr(0, 8), minor_version_) ||
            line[8] != ' ' || !detail::parse_decimal(line.substr(9, 3), code) || code < 100 ||
            (line.size() > 12 && line[12] != ' '))
            return false;
        status_ = static_cast<int>(code);
        reason_ = line.size() > 13 ? std::string(line.substr(13)) : std::string();
        return detail::is_text(reason_);
    }
    bool may_start(std::string_view beginning) const override {
        return beginning.substr(0, 7) == std::string_view("HTTP/1.").substr(0, beginning.size());
    }
    body_rule after_header() override {
        if (status_ == 101)
            refuse(errc::http_unsupported);
        else if (status_ < 200)
            restart();
        const bool bodiless = status_ == 204 || status_ == 304;
        return bodiless ? body_rule::none : body_rule::until_close;
    }

    int status_ = 0;
    std::string reason_;
};

} // namespace costrand::wsman
