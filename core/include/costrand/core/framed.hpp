// SPDX-License-Identifier: Apache-2.0
// framed_stream: messages over a byte_stream, each behind a 4-byte big-endian length that does not
// count itself. The frame of the CCAPI pipe.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/async_mutex.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/stream_ops.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace costrand::core {

// receive is cancel-safe: the part of a message that was read stays inside until the next receive.
// An end of the stream inside a message is errc::malformed. A send that was cancelled or failed
// closes the stream: the peer could not tell where the next frame begins.
class framed_stream : public message_stream {
  public:
    // limit: the largest message in bytes, in either direction. A longer announced length is
    // errc::message_too_large, before anything of it is read.
    framed_stream(std::unique_ptr<byte_stream> below, std::size_t limit)
        : below_(std::move(below)),
          limit_(limit) {}

    [[nodiscard]] awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        if (closed_)
            throw system_error(errc::closed);
        co_await fill(length_size);
        const std::size_t size = load_be<std::uint32_t>(partial_.data());
        if (size > limit_ || size > buffer.size()) {
            close();
            throw system_error(errc::message_too_large);
        }
        co_await fill(length_size + size);
        if (size > 0)
            std::memcpy(buffer.data(), partial_.data() + length_size, size);
        partial_.clear();
        co_return size;
    }

    [[nodiscard]] awaitable<void> send(net::const_buffer message) override {
        if (message.size() > limit_)
            throw system_error(errc::message_too_large);
        const auto turn = co_await sending_.lock();
        std::vector<std::byte> frame(length_size + message.size());
        store_be(frame.data(), static_cast<std::uint32_t>(message.size()));
        if (message.size() > 0)
            std::memcpy(frame.data() + length_size, message.data(), message.size());
        auto written = co_await as_result(write_all(*below_, net::buffer(frame)));
        if (!written) {
            close();
            throw system_error(written.error());
        }
    }

    [[nodiscard]] std::size_t max_message_size() const noexcept override { return limit_; }
    void close() noexcept override {
        closed_ = true;
        below_->close();
    }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    static constexpr std::size_t length_size = 4;

    // Reads until partial_ holds `size` bytes, never more: the next message stays below.
    awaitable<void> fill(std::size_t size) {
        constexpr std::size_t step = 64 * 1024; // grow as bytes come, not as the peer announces
        while (partial_.size() < size) {
            const std::size_t had = partial_.size();
            partial_.resize(had + std::min(size - had, step));
            auto got = co_await as_result(
                below_->read_some(net::buffer(partial_.data() + had, partial_.size() - had)));
            partial_.resize(had + (got ? *got : 0));
            if (got)
                continue;
            if (got.error() == end_of_stream && had > 0)
                throw system_error(errc::malformed);
            throw system_error(got.error());
        }
    }

    std::unique_ptr<byte_stream> below_;
    std::size_t limit_;
    std::vector<std::byte> partial_;
    bool closed_ = false;
    async_mutex sending_;
};

} // namespace costrand::core
