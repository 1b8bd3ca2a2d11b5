// SPDX-License-Identifier: Apache-2.0
// byte_stream and message_stream: the two interfaces between transports and protocols.
// Concrete streams derive, protocols take references, tests derive.
//
// For every member of both classes:
//   - it is called on the stream's executor (a session's strand);
//   - a pending call ends with cond::closed when close() is called;
//   - it honours terminal cancellation;
//   - the caller keeps the stream and the buffer alive until the await returns;
//   - an empty buffer completes at once with 0, even beside a pending call of the same kind;
//   - one read and one write may be pending at a time; a second of a kind is a bug (assert).
#pragma once

#include <costrand/core/awaitable.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <cstddef>
#include <optional>

namespace costrand::core {

// The peer ended its direction in good order. Never a 0 from read_some.
inline const error_code end_of_stream = net::error::make_error_code(net::error::eof);

// A connected, ordered, reliable flow of bytes in both directions.
class byte_stream {
  public:
    byte_stream() = default;
    byte_stream(const byte_stream &) = delete;
    byte_stream &operator=(const byte_stream &) = delete;
    // Closes; does not wait.
    virtual ~byte_stream() = default;

    // Gives 1..size bytes as soon as there are any. Error: end_of_stream after the peer's last
    // byte. Cancel-safe: a cancelled read has taken nothing.
    [[nodiscard]] virtual awaitable<std::size_t> read_some(net::mutable_buffer buffer) = 0;

    // Takes 1..size bytes; may be short, core::write_all loops. A cancelled write may have taken
    // bytes: close the stream then.
    [[nodiscard]] virtual awaitable<std::size_t> write_some(net::const_buffer buffer) = 0;

    // No more writes: the peer reads what was written, then end_of_stream. Our reads go on.
    // Where the protocol below has no half-close, the comment of the stream says what happens.
    [[nodiscard]] virtual awaitable<void> shutdown() = 0;

    // Immediate, idempotent, in any state.
    virtual void close() noexcept = 0;

    virtual net::any_io_executor get_executor() noexcept = 0;
};

// A connected, ordered, reliable flow of whole messages in both directions.
class message_stream {
  public:
    message_stream() = default;
    message_stream(const message_stream &) = delete;
    message_stream &operator=(const message_stream &) = delete;
    // Closes; does not wait.
    virtual ~message_stream() = default;

    // Gives exactly one message, its size in bytes; 0 is an empty message (or an empty buffer).
    // Error errc::message_too_large: the buffer is smaller than the message; the stream is dead.
    // Cancel-safe.
    [[nodiscard]] virtual awaitable<std::size_t> receive(net::mutable_buffer buffer) = 0;

    // As receive, but nothing where it would wait, or where the stream cannot tell. After many
    // messages in a row it gives nothing, so that whoever empties the stream with it then awaits
    // receive, and lets others run. Not while a receive is pending.
    [[nodiscard]] virtual std::optional<std::size_t> try_receive(net::mutable_buffer) {
        return std::nullopt;
    }

    // Sends the whole message or fails; sends never interleave. After a cancelled send the stream
    // is closed, not reused.
    [[nodiscard]] virtual awaitable<void> send(net::const_buffer message) = 0;

    // Sends the whole message if that needs no waiting. False: it was not sent; use send, which
    // waits, or tells what is wrong. It saves the hand-over to whoever awaits sends; a stream that
    // cannot tell answers false.
    [[nodiscard]] virtual bool try_send(net::const_buffer) { return false; }

    // The largest message in bytes, of either direction. Constant while the stream is open.
    [[nodiscard]] virtual std::size_t max_message_size() const noexcept = 0;

    // Immediate, idempotent, in any state.
    virtual void close() noexcept = 0;

    virtual net::any_io_executor get_executor() noexcept = 0;
};

} // namespace costrand::core
