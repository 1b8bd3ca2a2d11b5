// SPDX-License-Identifier: Apache-2.0
// The one place where Beast's websocket is instantiated: over a byte_stream, so that plain TCP, TLS
// and in-memory streams share the code.
#include <costrand/transports/websocket.hpp>

#include "server_dial.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/asio_adapter.hpp>
#include <costrand/core/async_mutex.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/mailbox.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstring>
#include <utility>
#include <vector>

// What Beast asks of a lowest layer: how to end it. Found by argument-dependent lookup.
namespace costrand::core {

inline void beast_close_socket(async_stream &stream) {
    stream.stream().close();
}

inline void teardown(boost::beast::role_type, async_stream &stream, error_code &ec) {
    stream.stream().close();
    ec = {};
}

template <typename Handler>
void async_teardown(boost::beast::role_type, async_stream &stream, Handler &&handler) {
    stream.stream().close();
    auto executor = net::get_associated_executor(handler, stream.get_executor());
    net::post(executor, [handler = std::forward<Handler>(handler)]() mutable {
        std::move(handler)(error_code());
    });
}

} // namespace costrand::core

namespace costrand::transports {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// Messages read ahead of the user. The peer's next one waits below.
constexpr std::size_t messages_ahead = 2;

error_code translate(error_code ec) {
    if (ec == websocket::error::closed)
        return core::end_of_stream;
    if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow)
        return core::errc::message_too_large;
    if (ec == websocket::condition::handshake_failed ||
        ec == websocket::condition::protocol_violation)
        return websocket_errc::not_websocket;
    return ec;
}

// Shared with the reading coroutine: Beast's operations are never cancelled in the middle of a
// frame, they end when the stream below is closed.
class connection : public std::enable_shared_from_this<connection> {
  public:
    connection(std::unique_ptr<core::byte_stream> below, websocket_options options)
        : below_(std::move(below)),
          stream_(*below_),
          max_message_size_(options.max_message_size),
          arrived_(messages_ahead),
          reader_(below_->get_executor()) {
        websocket::stream_base::timeout none{};
        none.handshake_timeout = websocket::stream_base::none();
        none.idle_timeout = websocket::stream_base::none();
        none.keep_alive_pings = false;
        stream_.set_option(none);
        stream_.read_message_max(max_message_size_);
        stream_.auto_fragment(false);
        stream_.text(true);
    }

    websocket::stream<core::async_stream> &stream() noexcept { return stream_; }
    core::mailbox<std::vector<std::byte>> &arrived() noexcept { return arrived_; }
    std::size_t max_message_size() const noexcept { return max_message_size_; }
    net::any_io_executor get_executor() noexcept { return below_->get_executor(); }

    void start_reading() { reader_.spawn(read(shared_from_this())); }

    static awaitable<void> send(std::shared_ptr<connection> self, net::const_buffer message) {
        const auto turn = co_await self->sending_.lock();
        if (self->closed_)
            throw system_error(core::errc::closed);
        auto written = co_await core::as_result(self->stream_.async_write(message, use_awaitable));
        if (!written)
            throw system_error(self->closed_ ? make_error_code(core::errc::closed)
                                             : translate(written.error()));
    }

    void close() noexcept {
        closed_ = true;
        arrived_.close();
        below_->close();
    }

  private:
    static awaitable<void> read(std::shared_ptr<connection> self) {
        for (;;) {
            beast::flat_buffer buffer;
            auto got = co_await core::as_result(self->stream_.async_read(buffer, use_awaitable));
            if (!got) {
                self->arrived_.close(translate(got.error()));
                co_return;
            }
            const auto data = buffer.data();
            const auto *begin = static_cast<const std::byte *>(data.data());
            std::vector<std::byte> message(begin, begin + data.size());
            auto taken = co_await core::as_result(self->arrived_.send(std::move(message)));
            if (!taken)
                co_return; // closed on our side
        }
    }

    std::unique_ptr<core::byte_stream> below_;
    websocket::stream<core::async_stream> stream_;
    std::size_t max_message_size_;
    core::mailbox<std::vector<std::byte>> arrived_;
    core::task_group reader_;
    core::async_mutex sending_;
    bool closed_ = false;
};

class websocket_stream : public core::message_stream {
  public:
    explicit websocket_stream(std::shared_ptr<connection> c) : connection_(std::move(c)) {}
    ~websocket_stream() override { connection_->close(); }

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        const auto message = co_await connection_->arrived().receive();
        if (message.size() > buffer.size()) {
            close();
            throw system_error(core::errc::message_too_large);
        }
        if (!message.empty())
            std::memcpy(buffer.data(), message.data(), message.size());
        co_return message.size();
    }

    awaitable<void> send(net::const_buffer message) override {
        if (message.size() > max_message_size())
            throw system_error(core::errc::message_too_large);
        co_await connection::send(connection_, message);
    }

    std::size_t max_message_size() const noexcept override {
        return connection_->max_message_size();
    }
    void close() noexcept override { connection_->close(); }
    net::any_io_executor get_executor() noexcept override { return connection_->get_executor(); }

  private:
    std::shared_ptr<connection> connection_;
};

awaitable<std::unique_ptr<core::message_stream>> connect(websocket_url url,
                                                         websocket_options options, core::log log) {
    detail::server_way way;
    way.host = url.host;
    way.port = url.port;
    way.secure = url.secure;
    way.trust = options.trust;
    way.proxy = std::move(options.proxy);
    way.limit = options.handshake_limit;
    way.component = "websocket";
    auto below = co_await detail::dial_server(std::move(way), std::move(log));
    co_return co_await websocket_upgrade(std::move(below), url.authority(), url.target,
                                         std::move(options));
}

} // namespace

awaitable<std::unique_ptr<core::message_stream>>
websocket_connect(websocket_url url, websocket_options options, core::log log) {
    const auto limit = options.handshake_limit;
    co_return co_await core::with_deadline(
        limit, connect(std::move(url), std::move(options), std::move(log)));
}

awaitable<std::unique_ptr<core::message_stream>>
websocket_upgrade(std::unique_ptr<core::byte_stream> below, std::string authority,
                  std::string target, websocket_options options) {
    auto c = std::make_shared<connection>(std::move(below), std::move(options));
    auto stream = std::make_unique<websocket_stream>(c); // closes when the upgrade fails
    websocket::response_type answer;
    auto done = co_await core::as_result(
        c->stream().async_handshake(answer, authority, target, use_awaitable));
    if (!done && done.error() == websocket::error::upgrade_declined)
        throw upgrade_error(static_cast<int>(answer.result_int()));
    if (!done &&
        done.error().category() == make_error_code(beast::http::error::bad_version).category())
        throw system_error(websocket_errc::not_websocket, done.error().message());
    if (!done)
        throw system_error(translate(done.error()), done.error().message());
    c->start_reading();
    co_return stream;
}

awaitable<std::unique_ptr<core::message_stream>>
websocket_accept(std::unique_ptr<core::byte_stream> below, websocket_options options) {
    auto c = std::make_shared<connection>(std::move(below), std::move(options));
    auto stream = std::make_unique<websocket_stream>(c);
    auto done = co_await core::as_result(c->stream().async_accept(use_awaitable));
    if (!done)
        throw system_error(translate(done.error()));
    c->start_reading();
    co_return stream;
}

} // namespace costrand::transports
