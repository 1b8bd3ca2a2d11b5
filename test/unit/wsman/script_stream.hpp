// SPDX-License-Identifier: Apache-2.0
// A byte_stream that gives a prepared text in pieces of a set size, then ends, fails or falls
// silent. Each read goes through the executor, so that teardown and cancellation find a gap.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

namespace costrand::test {

enum class then { end, fail, silence };

class script_stream final : public core::byte_stream {
  public:
    script_stream(net::any_io_executor executor, std::string text, std::size_t piece, then after)
        : executor_(std::move(executor)),
          text_(std::move(text)),
          piece_(piece),
          after_(after) {}

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        co_await core::sleep_for(std::chrono::nanoseconds(1));
        ++reads_;
        if (position_ == text_.size() && after_ == then::silence)
            co_await silent_.wait();
        if (position_ == text_.size() && after_ == then::fail)
            throw system_error(net::error::make_error_code(net::error::connection_reset));
        if (position_ == text_.size())
            throw system_error(core::end_of_stream);
        const auto n = std::min({buffer.size(), piece_, text_.size() - position_});
        std::memcpy(buffer.data(), text_.data() + position_, n);
        position_ += n;
        co_return n;
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        co_return buffer.size();
    }
    awaitable<void> shutdown() override { co_return; }
    void close() noexcept override {}
    net::any_io_executor get_executor() noexcept override { return executor_; }

    [[nodiscard]] std::size_t reads() const noexcept { return reads_; }

  private:
    net::any_io_executor executor_;
    std::string text_;
    std::size_t piece_;
    then after_;
    std::size_t position_ = 0;
    std::size_t reads_ = 0;
    core::notifier silent_;
};

} // namespace costrand::test
