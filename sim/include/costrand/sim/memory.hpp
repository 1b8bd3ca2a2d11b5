// SPDX-License-Identifier: Apache-2.0
// Connected in-memory streams: the transport of simulations and tests. They chop, delay and fail
// on order, and are deterministic: no descriptor, no thread.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

namespace costrand::sim {

// How one end behaves. Counts are of that end's own calls, from 1; 0 means never.
struct memory_options {
    std::size_t chop = std::numeric_limits<std::size_t>::max(); // most bytes of one call
    core::duration latency{};                                   // each write or send takes this
    std::size_t capacity = 256 * 1024; // unread bytes (messages' sizes) before a writer waits
    std::size_t max_message_size = 64 * 1024;
    std::size_t fail_read_at = 0;  // this read_some or receive fails with `failure`...
    std::size_t fail_write_at = 0; // ... or this write_some or send; the stream is then dead
    error_code failure = net::error::make_error_code(net::error::connection_reset);
};

using byte_stream_pair =
    std::pair<std::unique_ptr<core::byte_stream>, std::unique_ptr<core::byte_stream>>;
using message_stream_pair =
    std::pair<std::unique_ptr<core::message_stream>, std::unique_ptr<core::message_stream>>;

// Two ends of one connection. What one writes the other reads; close or destruction of one end is
// end_of_stream at the other, after what was written.
[[nodiscard]] byte_stream_pair memory_byte_pair(net::any_io_executor executor,
                                                memory_options first = {},
                                                memory_options second = {});
[[nodiscard]] message_stream_pair memory_message_pair(net::any_io_executor executor,
                                                      memory_options first = {},
                                                      memory_options second = {});

} // namespace costrand::sim
