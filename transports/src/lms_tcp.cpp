// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/lms_tcp.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/transports/tcp.hpp>

#include <boost/asio/error.hpp>

#include <string_view>
#include <utility>

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "lms"; }
    std::string message(int value) const override {
        switch (static_cast<lms_errc>(value)) {
        case lms_errc::not_running:
            return "no local management service is running";
        case lms_errc::no_answer:
            return "the local management service does not take connections";
        case lms_errc::mute:
            return "the local management service takes connections and does not answer";
        case lms_errc::hangs_up:
            return "the local management service ends connections at once";
        }
        return "unknown error of the local management service";
    }
};

constexpr std::string_view question = "GET / HTTP/1.1\r\nHost: localhost\r\n"
                                      "Connection: close\r\n\r\n";

awaitable<void> exchange(core::byte_stream &stream) {
    co_await core::write_all(stream, net::buffer(question));
    char first = 0;
    co_await core::read_exactly(stream, net::buffer(&first, 1));
}

bool is_hang_up(error_code why) {
    return why == core::end_of_stream || why == net::error::connection_reset ||
           why == net::error::broken_pipe || why == net::error::connection_aborted;
}

} // namespace

const boost::system::error_category &lms_category() noexcept {
    static const category instance;
    return instance;
}

awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port, lms_options options) {
    auto stream = co_await core::as_result(tcp_connect(options.address, port, options.limit));
    if (stream)
        co_return std::move(*stream);
    if (stream.error() == net::error::connection_refused)
        throw system_error(lms_errc::not_running);
    if (stream.error() == core::cond::timed_out)
        throw system_error(lms_errc::no_answer);
    throw system_error(stream.error());
}

awaitable<error_code> ask_lms(core::byte_stream &stream, core::duration limit) {
    auto answered = co_await core::as_result(core::with_deadline(limit, exchange(stream)));
    if (answered)
        co_return error_code();
    const auto why = answered.error();
    if (why == core::cond::cancelled)
        throw system_error(why);
    if (why == core::cond::timed_out)
        co_return make_error_code(lms_errc::mute);
    if (is_hang_up(why))
        co_return make_error_code(lms_errc::hangs_up);
    co_return why;
}

} // namespace costrand::transports
