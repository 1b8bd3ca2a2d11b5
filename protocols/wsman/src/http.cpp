// SPDX-License-Identifier: Apache-2.0
// Drivers of http.hpp: one loop that feeds a parser from a connection's buffer.
#include <costrand/wsman/http.hpp>

#include <costrand/core/as_result.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

namespace costrand::wsman {

namespace {

// Two reads for a usual reply over an APF channel; the buffer does not grow.
constexpr std::size_t buffer_size = 8 * 1024;

} // namespace

// Gives the drivers access to a connection's buffer.
class http_reader {
  public:
    explicit http_reader(http_connection &connection) : c_(connection) {}

    // Feeds the parser until its message is complete; false when the stream ended before its first
    // byte. Bytes that the parser took are appended to `raw` if there is one.
    awaitable<bool> read(detail::message_parser &parser, std::vector<std::byte> *raw,
                         std::size_t raw_limit) {
        while (!parser.done()) {
            if (c_.begin_ == c_.end_ && !co_await refill()) {
                if (!parser.started())
                    co_return false;
                if (auto ended = parser.end_of_stream(); !ended)
                    throw system_error(ended.error());
                break;
            }
            const core::const_bytes data(c_.buffer_.data() + c_.begin_, c_.end_ - c_.begin_);
            const auto used = parser.feed(data);
            if (!used)
                throw system_error(used.error());
            c_.begin_ += *used;
            if (raw == nullptr)
                continue;
            if (*used > raw_limit - raw->size())
                throw system_error(errc::http_too_large);
            raw->insert(raw->end(), data.begin(),
                        data.begin() + static_cast<std::ptrdiff_t>(*used));
        }
        co_return true;
    }

  private:
    // False at the end of the stream.
    awaitable<bool> refill() {
        c_.buffer_.resize(buffer_size);
        auto got = co_await core::as_result(c_.stream_.read_some(net::buffer(c_.buffer_)));
        c_.begin_ = 0;
        c_.end_ = got ? *got : 0;
        if (!got && got.error() != core::end_of_stream)
            throw system_error(got.error());
        co_return got.has_value();
    }

    http_connection &c_;
};

awaitable<std::optional<request_in>> read_request(http_connection &connection, http_limits limits) {
    request_parser parser(limits);
    http_reader reader(connection);
    const bool any = co_await reader.read(parser, nullptr, 0);
    if (!any)
        co_return std::nullopt;
    std::optional<request_in> in;
    in.emplace();
    in->request = parser.release();
    in->keep_alive = parser.keep_alive();
    co_return in;
}

awaitable<response_in> read_response(http_connection &connection, http_limits limits) {
    response_parser parser(limits);
    http_reader reader(connection);
    const bool any = co_await reader.read(parser, nullptr, 0);
    if (!any)
        throw system_error(core::end_of_stream);
    response_in in;
    in.response = parser.release();
    in.keep_alive = parser.keep_alive();
    co_return in;
}

awaitable<std::vector<std::byte>> read_raw_response(core::byte_stream &stream, std::size_t limit) {
    http_limits limits;
    limits.body_bytes = limit;
    limits.keep_body = false;
    response_parser parser(limits);
    http_connection connection(stream);
    http_reader reader(connection);
    std::vector<std::byte> raw;
    const bool any = co_await reader.read(parser, &raw, limit);
    if (!any)
        throw system_error(core::end_of_stream);
    raw.erase(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(parser.interim_bytes()));
    co_return raw;
}

} // namespace costrand::wsman
