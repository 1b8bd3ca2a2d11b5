// SPDX-License-Identifier: Apache-2.0
// Whole reads and writes over a byte_stream.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>
#include <vector>

namespace costrand::core {

// Fills the buffer. Error end_of_stream also when the stream ends inside it. Not cancel-safe: the
// stream is then somewhere within a message, close it.
[[nodiscard]] inline awaitable<void> read_exactly(byte_stream &stream, net::mutable_buffer buffer) {
    while (buffer.size() > 0)
        buffer += co_await stream.read_some(buffer);
}

// Writes all of it. Not cancel-safe: close the stream after a cancelled one.
[[nodiscard]] inline awaitable<void> write_all(byte_stream &stream, net::const_buffer buffer) {
    while (buffer.size() > 0)
        buffer += co_await stream.write_some(buffer);
}

// Everything up to the end of the stream, at most `limit` bytes; one more is
// errc::limit_exceeded.
[[nodiscard]] inline awaitable<std::vector<std::byte>> read_until_eof(byte_stream &stream,
                                                                      std::size_t limit) {
    constexpr std::size_t step = 4096;
    std::vector<std::byte> data;
    for (;;) {
        const std::size_t had = data.size();
        data.resize(had + step);
        auto got = co_await as_result(stream.read_some(net::buffer(data.data() + had, step)));
        data.resize(had + (got ? *got : 0));
        if (data.size() > limit)
            throw system_error(errc::limit_exceeded);
        if (got)
            continue;
        if (got.error() == end_of_stream)
            co_return data;
        throw system_error(got.error());
    }
}

} // namespace costrand::core
