// SPDX-License-Identifier: Apache-2.0
// The one place where Beast's HTTP parser is instantiated. It is fed by hand: what it keeps of a
// message, token and passwords included, is in memory that is wiped when it is given back.
#include <costrand/transports/http.hpp>

#include "server_dial.hpp"
#include "url_parts.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace costrand::transports {
namespace {

namespace http = boost::beast::http;

template <typename T>
struct wiping_allocator {
    using value_type = T;
    using is_always_equal = std::true_type;

    wiping_allocator() = default;
    template <typename U>
    wiping_allocator(const wiping_allocator<U> &) noexcept {}

    T *allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T *p, std::size_t n) noexcept {
        core::wipe(p, n * sizeof(T));
        std::allocator<T>().deallocate(p, n);
    }
    friend bool operator==(const wiping_allocator &, const wiping_allocator &) noexcept {
        return true;
    }
    friend bool operator!=(const wiping_allocator &, const wiping_allocator &) noexcept {
        return false;
    }
};

using wiped_text = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;
using wiped_body = http::basic_string_body<char, std::char_traits<char>, wiping_allocator<char>>;

// Interim answers before the real one (RFC 9110 15.2): a server sends one or two.
constexpr int most_interim_answers = 16;

http_errc translate(error_code why) {
    if (why == http::error::header_limit)
        return http_errc::header_too_large;
    if (why == http::error::body_limit || why == http::error::buffer_overflow)
        return http_errc::body_too_large;
    return why == http::error::partial_message ? http_errc::ended_early : http_errc::not_http;
}

[[noreturn]] void fail(error_code why) {
    throw system_error(translate(why), why.message());
}

// One message. Bytes behind it stay in the buffer, which goes to the reader of the next.
template <bool is_request>
class reader {
  public:
    using parser = http::parser<is_request, wiped_body, wiping_allocator<char>>;

    reader(const http_options &options, wiped_text buffer)
        : header_limit_(options.header_limit),
          buffer_(std::move(buffer)) {
        parser_.eager(true);
        parser_.header_limit(static_cast<std::uint32_t>(options.header_limit));
        parser_.body_limit(options.body_limit);
    }

    awaitable<void> read(core::byte_stream &from) {
        feed();
        while (!parser_.is_done()) {
            constexpr std::size_t step = 4096;
            const auto had = buffer_.size();
            if (had > header_limit_) // of a chunk
                throw system_error(http_errc::header_too_large);
            buffer_.resize(had + step);
            auto got = co_await core::as_result(from.read_some(net::buffer(&buffer_[had], step)));
            buffer_.resize(had + (got ? *got : 0));
            if (got)
                feed();
            else
                end(got.error());
        }
    }

    typename parser::value_type &message() { return parser_.get(); }
    [[nodiscard]] wiped_text rest() { return std::move(buffer_); }

  private:
    void feed() {
        if (buffer_.empty())
            return;
        error_code why;
        const auto used = parser_.put(net::const_buffer(buffer_.data(), buffer_.size()), why);
        buffer_.erase(0, used);
        if (why && why != http::error::need_more)
            fail(why);
        fed_ += used;
        // The parser's own limit is on what it is given at once.
        if (!parser_.is_header_done() && fed_ + buffer_.size() > header_limit_)
            throw system_error(http_errc::header_too_large);
    }

    // A cut TLS connection is no end of a body: who cut it may have been anybody.
    void end(error_code why) {
        if (why == make_error_code(tls_errc::truncated))
            throw system_error(http_errc::ended_early);
        if (why != core::end_of_stream)
            throw system_error(why);
        if (!parser_.got_some())
            throw system_error(http_errc::ended_early);
        error_code incomplete;
        parser_.put_eof(incomplete);
        if (incomplete)
            fail(incomplete);
    }

    std::size_t header_limit_;
    std::size_t fed_ = 0; // bytes
    wiped_text buffer_;
    parser parser_;
};

std::string text_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

core::secret body_of(const wiped_text &body) {
    return core::secret(std::string_view(body.data(), body.size()));
}

core::secret request_text(const http_url &url, const http_request &request) {
    const auto bearer = request.bearer.reveal(), body = request.body.reveal();
    if (!detail::is_clean(bearer))
        throw system_error(http_errc::bad_token);
    std::string text;
    text.reserve(512 + url.target.size() + request.accept.size() + bearer.size() + body.size());
    text.append(request.method).append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ");
    text.append(url.authority()).append("\r\nConnection: close\r\n");
    if (!request.accept.empty())
        text.append("Accept: ").append(request.accept).append("\r\n");
    if (!bearer.empty())
        text.append("Authorization: Bearer ").append(bearer).append("\r\n");
    if (!request.content_type.empty())
        text.append("Content-Type: ").append(request.content_type).append("\r\n");
    if (!request.content_type.empty() || request.method == "POST" || request.method == "PATCH")
        text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append("\r\n").append(body);
    return core::secret(std::move(text));
}

awaitable<http_answer> read_answer(core::byte_stream &from, const http_options &options) {
    wiped_text buffer;
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
        reader<false> one(options, std::move(buffer));
        co_await one.read(from);
        auto &message = one.message();
        if (message.result_int() == 101) // nobody asked for another protocol
            break;
        if (message.result_int() / 100 != 1) {
            http_answer out;
            out.status = static_cast<int>(message.result_int());
            out.content_type = text_of(message[http::field::content_type]);
            out.location = text_of(message[http::field::location]);
            out.body = body_of(message.body());
            co_return out;
        }
        buffer = one.rest();
    }
    throw system_error(http_errc::not_http);
}

awaitable<http_answer> dial_and_ask(http_url url, http_request request, http_options options,
                                    core::log log) {
    detail::server_way way;
    way.host = url.host;
    way.port = url.port;
    way.secure = url.secure;
    way.trust = options.trust;
    way.proxy = std::move(options.proxy);
    way.limit = options.limit;
    way.component = "http";
    const auto connection = co_await detail::dial_server(std::move(way), std::move(log));
    co_return co_await http_ask(*connection, std::move(url), std::move(request),
                                std::move(options));
}

core::secret bearer_of(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (detail::lower(authorization.substr(0, scheme.size())) != scheme)
        return {};
    return core::secret(authorization.substr(scheme.size()));
}

} // namespace

awaitable<http_answer> http_exchange(http_url url, http_request request, http_options options,
                                     core::log log) {
    const auto limit = options.limit;
    co_return co_await core::with_deadline(limit, dial_and_ask(std::move(url), std::move(request),
                                                               std::move(options), std::move(log)));
}

awaitable<http_answer> http_ask(core::byte_stream &over, http_url url, http_request request,
                                http_options options) {
    const auto text = request_text(url, request);
    co_await core::write_all(over, net::buffer(text.reveal()));
    co_return co_await read_answer(over, options);
}

awaitable<http_asked> http_receive(core::byte_stream &from, http_options options) {
    reader<true> one(options, wiped_text());
    co_await one.read(from);
    auto &message = one.message();
    http_asked out;
    out.method = text_of(message.method_string());
    out.target = text_of(message.target());
    out.content_type = text_of(message[http::field::content_type]);
    const auto authorization = message[http::field::authorization];
    out.bearer = bearer_of({authorization.data(), authorization.size()});
    out.body = body_of(message.body());
    co_return out;
}

awaitable<void> http_reply(core::byte_stream &to, http_answer answer) {
    const auto reason = http::obsolete_reason(static_cast<http::status>(answer.status));
    const auto body = answer.body.reveal();
    std::string text;
    text.reserve(512 + answer.location.size() + body.size());
    text.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
    text.append(reason.data(), reason.size()).append("\r\nConnection: close\r\n");
    if (!answer.content_type.empty())
        text.append("Content-Type: ").append(answer.content_type).append("\r\n");
    if (!answer.location.empty())
        text.append("Location: ").append(answer.location).append("\r\n");
    if (answer.status != 204 && answer.status != 304)
        text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append("\r\n").append(body);
    const core::secret whole(std::move(text));
    co_await core::write_all(to, net::buffer(whole.reveal()));
    co_await to.shutdown();
}

} // namespace costrand::transports
