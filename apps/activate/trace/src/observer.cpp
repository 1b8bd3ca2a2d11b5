// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/observer.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace costrand::trace {

namespace {

core::const_bytes bytes_of(net::mutable_buffer buffer, std::size_t n) {
    return {static_cast<const std::byte *>(buffer.data()), n};
}
core::const_bytes bytes_of(net::const_buffer buffer, std::size_t n) {
    return {static_cast<const std::byte *>(buffer.data()), n};
}

// Tells of a failure, and throws it.
[[noreturn]] void pass_on(observer &who, const error_code &why) {
    if (why != core::cond::cancelled && why != core::cond::closed)
        who.ended(why);
    throw system_error(why);
}

class observed_messages final : public core::message_stream {
  public:
    observed_messages(std::unique_ptr<core::message_stream> below, std::unique_ptr<observer> who)
        : below_(std::move(below)),
          who_(std::move(who)) {}
    ~observed_messages() override { close(); }

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        auto n = co_await core::as_result(below_->receive(buffer));
        if (!n)
            pass_on(*who_, n.error());
        if (buffer.size() > 0)
            who_->received(bytes_of(buffer, *n));
        co_return *n;
    }
    std::optional<std::size_t> try_receive(net::mutable_buffer buffer) override {
        const auto n = below_->try_receive(buffer);
        if (n && buffer.size() > 0)
            who_->received(bytes_of(buffer, *n));
        return n;
    }
    // Told before, or an answer could be seen before its question.
    awaitable<void> send(net::const_buffer message) override {
        who_->sent(bytes_of(message, message.size()));
        auto done = co_await core::as_result(below_->send(message));
        if (!done)
            pass_on(*who_, done.error());
    }
    bool try_send(net::const_buffer message) override {
        const bool done = below_->try_send(message);
        if (done)
            who_->sent(bytes_of(message, message.size()));
        return done;
    }
    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override {
        if (!std::exchange(closed_, true))
            who_->ended({});
        below_->close();
    }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::message_stream> below_;
    std::unique_ptr<observer> who_;
    bool closed_ = false;
};

class observed_bytes final : public core::byte_stream {
  public:
    observed_bytes(std::unique_ptr<core::byte_stream> below, std::unique_ptr<observer> who)
        : below_(std::move(below)),
          who_(std::move(who)) {}
    ~observed_bytes() override { close(); }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        auto n = co_await core::as_result(below_->read_some(buffer));
        if (!n)
            pass_on(*who_, n.error());
        if (*n > 0)
            who_->received(bytes_of(buffer, *n));
        co_return *n;
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        auto n = co_await core::as_result(below_->write_some(buffer));
        if (!n)
            pass_on(*who_, n.error());
        if (*n > 0)
            who_->sent(bytes_of(buffer, *n));
        co_return *n;
    }
    awaitable<void> shutdown() override { return below_->shutdown(); }
    void close() noexcept override {
        if (!std::exchange(closed_, true))
            who_->ended({});
        below_->close();
    }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::byte_stream> below_;
    std::unique_ptr<observer> who_;
    bool closed_ = false;
};

} // namespace

std::unique_ptr<core::message_stream> observe(std::unique_ptr<core::message_stream> below,
                                              std::unique_ptr<observer> who) {
    return std::make_unique<observed_messages>(std::move(below), std::move(who));
}

std::unique_ptr<core::byte_stream> observe(std::unique_ptr<core::byte_stream> below,
                                           std::unique_ptr<observer> who) {
    return std::make_unique<observed_bytes>(std::move(below), std::move(who));
}

} // namespace costrand::trace
