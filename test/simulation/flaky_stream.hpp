// SPDX-License-Identifier: Apache-2.0
// Streams between programs that come in pieces and end in the middle, as their scenario says.
#pragma once

#include "scenario.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace costrand::simulation {

// Of all streams of one kind in a run.
struct stream_plan {
    stream_conditions conditions;
    std::size_t reads = 0, writes = 0;
    std::size_t failed = 0;

    void reading(auto &stream) {
        if (++reads == conditions.fail_read_at)
            end(stream);
    }
    void writing(auto &stream) {
        if (++writes == conditions.fail_write_at)
            end(stream);
    }

  private:
    void end(auto &stream) {
        ++failed;
        stream.close();
        throw system_error(net::error::make_error_code(net::error::connection_reset));
    }
};

class flaky_bytes final : public core::byte_stream {
  public:
    flaky_bytes(std::unique_ptr<core::byte_stream> below, std::shared_ptr<stream_plan> plan)
        : below_(std::move(below)),
          plan_(std::move(plan)) {}

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        plan_->reading(*below_);
        co_return co_await below_->read_some(net::buffer(buffer, plan_->conditions.chop));
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        plan_->writing(*below_);
        co_return co_await below_->write_some(net::buffer(buffer, plan_->conditions.chop));
    }
    awaitable<void> shutdown() override { co_await below_->shutdown(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::byte_stream> below_;
    std::shared_ptr<stream_plan> plan_;
};

class flaky_messages final : public core::message_stream {
  public:
    flaky_messages(std::unique_ptr<core::message_stream> below, std::shared_ptr<stream_plan> plan)
        : below_(std::move(below)),
          plan_(std::move(plan)) {}

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        plan_->reading(*below_);
        co_return co_await below_->receive(buffer);
    }
    awaitable<void> send(net::const_buffer message) override {
        plan_->writing(*below_);
        co_await below_->send(message);
    }
    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::message_stream> below_;
    std::shared_ptr<stream_plan> plan_;
};

} // namespace costrand::simulation
