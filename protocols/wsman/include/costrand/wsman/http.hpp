// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 for both ends of WS-Management: values, parsers and serialisers (sans-io, included from
// here), and the drivers that read one message from a byte_stream. They apply no time limit.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/wsman/http_message.hpp>
#include <costrand/wsman/http_parser.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace costrand::wsman {

// A stream and the bytes that were read from it beyond the last message. One for each connection
// that carries several messages; it lives as long as the connection and is used by one reader.
// The stream is the caller's.
class http_connection {
  public:
    explicit http_connection(core::byte_stream &stream) : stream_(stream) {}
    http_connection(const http_connection &) = delete;
    http_connection &operator=(const http_connection &) = delete;

    [[nodiscard]] core::byte_stream &stream() noexcept { return stream_; }
    // Bytes that came in beyond the last message.
    [[nodiscard]] std::size_t surplus() const noexcept { return end_ - begin_; }

  private:
    friend class http_reader;
    core::byte_stream &stream_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

struct request_in {
    http_request request;
    bool keep_alive = false; // the client wants to go on with this connection
};
struct response_in {
    http_response response;
    bool keep_alive = false;
};

// The next request; nothing when the client ended the stream in good order between two requests.
// The connection outlives the call. Errors: errc::http_* for what cannot be understood (the stream
// is then somewhere within a message: answer 400 if you like, and close), or the stream's own.
// Cancellation: close the stream afterwards.
[[nodiscard]] awaitable<std::optional<request_in>> read_request(http_connection &connection,
                                                                http_limits limits);

// The next final reply. Errors: core::end_of_stream when the stream ended before its first byte
// (a connection that was idle too long: connect anew and repeat once), else as read_request.
[[nodiscard]] awaitable<response_in> read_response(http_connection &connection, http_limits limits);

// The untouched bytes of one whole final HTTP response: status line, header, body and its framing,
// for passing on. The end is found by HTTP framing, never by silence: a stream that neither goes
// on nor ends keeps the call waiting, so wrap it in with_deadline. At most `limit` bytes, else
// errc::http_too_large. Interim (1xx) replies are left out. For one exchange a stream: bytes behind
// the response are dropped. Errors and cancellation: as read_response.
[[nodiscard]] awaitable<std::vector<std::byte>> read_raw_response(core::byte_stream &stream,
                                                                  std::size_t limit);

} // namespace costrand::wsman
