// SPDX-License-Identifier: Apache-2.0
// bounded_writes: a stream whose writes end with core::errc::timed_out when nothing is taken for a
// time. For the sinks of a relay; everything else is the stream's own.
#pragma once

#include <costrand/core/deadline.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>

namespace costrand::lmsd {

// Refers to a stream that outlives it. Not for use after a write that timed out.
class bounded_writes final : public core::byte_stream {
  public:
    bounded_writes(core::byte_stream &stream, core::duration limit)
        : stream_(stream),
          limit_(limit) {}

    [[nodiscard]] awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        return stream_.read_some(buffer);
    }
    [[nodiscard]] awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        return core::with_deadline(limit_, stream_.write_some(buffer));
    }
    [[nodiscard]] awaitable<void> shutdown() override { return stream_.shutdown(); }
    void close() noexcept override { stream_.close(); }
    net::any_io_executor get_executor() noexcept override { return stream_.get_executor(); }

  private:
    core::byte_stream &stream_;
    core::duration limit_;
};

} // namespace costrand::lmsd
