// SPDX-License-Identifier: Apache-2.0
// The bridge to Asio's world, both ways. as_async_stream: a byte_stream as AsyncReadStream and
// AsyncWriteStream, so that Beast and ssl::stream run over it. adopt: any Asio stream as a
// byte_stream. Include it only where you need it: it is templates.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/stream.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

namespace costrand::core {

// Refers to a byte_stream that outlives it. Any completion token; terminal cancellation through the
// token's slot. Of a buffer sequence the first non-empty buffer is used.
class async_stream {
  public:
    using executor_type = net::any_io_executor;
    using lowest_layer_type = async_stream;

    explicit async_stream(byte_stream &stream) noexcept : stream_(&stream) {}

    executor_type get_executor() noexcept { return stream_->get_executor(); }
    lowest_layer_type &lowest_layer() noexcept { return *this; }
    const lowest_layer_type &lowest_layer() const noexcept { return *this; }
    byte_stream &stream() noexcept { return *stream_; }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers &buffers, Token &&token) {
        return initiate(first_of<net::mutable_buffer>(buffers), token,
                        [](byte_stream &s, net::mutable_buffer b) { return s.read_some(b); });
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers &buffers, Token &&token) {
        return initiate(first_of<net::const_buffer>(buffers), token,
                        [](byte_stream &s, net::const_buffer b) { return s.write_some(b); });
    }

  private:
    template <typename Buffer, typename Buffers>
    static Buffer first_of(const Buffers &buffers) {
        const auto end = net::buffer_sequence_end(buffers);
        for (auto i = net::buffer_sequence_begin(buffers); i != end; ++i)
            if (Buffer b(*i); b.size() > 0)
                return b;
        return {};
    }

    template <typename Buffer, typename Token, typename Operation>
    auto initiate(Buffer buffer, Token &token, Operation operation) {
        return net::async_initiate<Token, void(error_code, std::size_t)>(
            [stream = stream_, buffer, operation](auto handler) {
                auto executor = stream->get_executor();
                auto target = net::get_associated_executor(handler, executor);
                if (buffer.size() == 0) {
                    net::post(target, [handler = std::move(handler)]() mutable {
                        std::move(handler)(error_code(), std::size_t{0});
                    });
                    return;
                }
                auto slot = net::get_associated_cancellation_slot(handler);
                auto done = [handler = std::move(handler)](std::exception_ptr failure,
                                                           std::size_t n) mutable {
                    const error_code ec = code_of(failure);
                    std::move(handler)(ec, ec ? 0 : n);
                };
                spawn(
                    executor, operation(*stream, buffer),
                    net::bind_cancellation_slot(slot, net::bind_executor(target, std::move(done))));
            },
            token);
    }

    // A stream throws system_error; anything else is a bug and flies on.
    static error_code code_of(const std::exception_ptr &failure) {
        if (!failure)
            return {};
        try {
            std::rethrow_exception(failure);
        } catch (const system_error &e) {
            return e.code();
        }
    }

    byte_stream *stream_;
};

[[nodiscard]] inline async_stream as_async_stream(byte_stream &stream) noexcept {
    return async_stream(stream);
}

// Owns an Asio stream (tcp::socket, local::stream_protocol::socket, ssl::stream, beast::tcp_stream)
// and makes it a byte_stream. A socket is made non-blocking: most writes are then done at once,
// without a turn of the context. shutdown() ends the sending direction where the stream has such a
// call, else does nothing. Cancelling an ssl::stream's operation breaks it, as Asio says; close it
// then.
template <typename AsyncStream>
class adopted_stream : public byte_stream {
  public:
    explicit adopted_stream(AsyncStream stream) : stream_(std::move(stream)) {}

    [[nodiscard]] awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        co_return co_await settle(stream_.async_read_some(buffer, use_awaitable));
    }
    [[nodiscard]] awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        if (const auto n = write_at_once(buffer))
            co_return n;
        co_return co_await settle(stream_.async_write_some(buffer, use_awaitable));
    }
    [[nodiscard]] awaitable<void> shutdown() override {
        if constexpr (requires(error_code ec) {
                          stream_.shutdown(AsyncStream::shutdown_send, ec);
                      }) {
            error_code ignored; // a peer that is gone has seen the end already
            stream_.shutdown(AsyncStream::shutdown_send, ignored);
        }
        co_return;
    }
    void close() noexcept override {
        closed_ = true;
        error_code ignored; // nothing is left to do with a stream whose close failed
        if constexpr (requires { stream_.lowest_layer().close(ignored); })
            stream_.lowest_layer().close(ignored);
        else
            stream_.close(); // beast::tcp_stream
    }
    net::any_io_executor get_executor() noexcept override { return stream_.get_executor(); }

    AsyncStream &next_layer() noexcept { return stream_; }

  private:
    // Writes at once before others of the context have their turn. Our choice.
    static constexpr unsigned most_at_once = 64;

    // 0: it has to wait.
    std::size_t write_at_once(net::const_buffer buffer) {
        std::size_t n = 0;
        if constexpr (requires(error_code ec) { stream_.non_blocking(true, ec); }) {
            if (closed_ || ++done_at_once_ > most_at_once) {
                done_at_once_ = 0;
                return 0;
            }
            error_code failure;
            if (!stream_.non_blocking())
                stream_.non_blocking(true, failure);
            if (!failure)
                n = stream_.write_some(buffer, failure);
            if (failure && failure != net::error::would_block)
                throw system_error(failure);
        }
        return n;
    }

    // What a closed stream's pending call says is cond::closed, not "operation canceled".
    awaitable<std::size_t> settle(awaitable<std::size_t> operation) {
        if (closed_)
            throw system_error(errc::closed);
        auto n = co_await as_result(std::move(operation));
        if (n)
            co_return *n;
        if (closed_)
            throw system_error(errc::closed);
        throw system_error(n.error());
    }

    AsyncStream stream_;
    bool closed_ = false;
    unsigned done_at_once_ = 0;
};

template <typename AsyncStream>
[[nodiscard]] std::unique_ptr<byte_stream> adopt(AsyncStream stream) {
    return std::make_unique<adopted_stream<AsyncStream>>(std::move(stream));
}

} // namespace costrand::core
