// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/memory.hpp>

#include <costrand/core/async_mutex.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <deque>
#include <vector>

namespace costrand::sim {
namespace {

// One direction. Owned by both ends, so that either may go first.
struct pipe {
    std::deque<std::vector<std::byte>> messages; // of a byte stream: chunks as written
    std::size_t head = 0;                        // bytes of the front chunk already read
    std::size_t unread = 0;
    bool ended = false;  // the writer will write no more
    bool broken = false; // the reader will read no more
    core::notifier arrival, room;

    void end() noexcept {
        ended = true;
        arrival.notify_all();
        room.notify_all(); // a writer that waits is told
    }
    void break_off() noexcept {
        broken = true;
        messages.clear();
        unread = 0;
        room.notify_all();
        arrival.notify_all();
    }
    void put(net::const_buffer data) {
        const auto *begin = static_cast<const std::byte *>(data.data());
        messages.emplace_back(begin, begin + data.size());
        unread += data.size();
        arrival.notify_one();
    }
};

// What both kinds of stream share: the two directions, the call counts, the ordered failures. Held
// by the stream and by its pending calls, so that either may go first when a context is torn down.
class end_point {
  public:
    end_point(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out, memory_options options)
        : in_(std::move(in)),
          out_(std::move(out)),
          options_(options) {}

    void close() noexcept {
        if (!failure_)
            failure_ = make_error_code(core::errc::closed);
        in_->break_off();
        out_->end();
    }

    // Waits until there is something to read; throws when there never will be.
    awaitable<void> readable() {
        assert(!reading_ && "one read at a time");
        reading_ = true;
        guard done{reading_};
        count(reads_, options_.fail_read_at);
        while (true) {
            if (failure_)
                throw system_error(failure_);
            if (!in_->messages.empty())
                co_return;
            if (in_->ended)
                throw system_error(core::end_of_stream);
            co_await in_->arrival.wait();
        }
    }

    awaitable<void> writable() {
        assert(!writing_ && "one write at a time");
        writing_ = true;
        guard done{writing_};
        count(writes_, options_.fail_write_at);
        co_await core::sleep_for(options_.latency);
        while (true) {
            if (failure_)
                throw system_error(failure_);
            if (out_->ended || out_->broken)
                throw system_error(net::error::make_error_code(net::error::broken_pipe));
            if (out_->unread < options_.capacity)
                co_return;
            co_await out_->room.wait();
        }
    }

    pipe &in() noexcept { return *in_; }
    pipe &out() noexcept { return *out_; }
    core::async_mutex &sending() noexcept { return sending_; }
    const memory_options &options() const noexcept { return options_; }

  private:
    struct guard {
        bool &busy;
        ~guard() { busy = false; }
    };

    void count(std::size_t &calls, std::size_t fail_at) {
        if (++calls == fail_at) {
            failure_ = options_.failure;
            in_->break_off();
            out_->end();
        }
    }

    std::shared_ptr<pipe> in_, out_;
    memory_options options_;
    error_code failure_;
    std::size_t reads_ = 0, writes_ = 0;
    bool reading_ = false, writing_ = false;
    core::async_mutex sending_;
};

class memory_byte_stream : public core::byte_stream {
  public:
    memory_byte_stream(net::any_io_executor executor, std::shared_ptr<end_point> end)
        : executor_(std::move(executor)),
          end_(std::move(end)) {}
    ~memory_byte_stream() override { end_->close(); }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        return read(end_, buffer);
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        return write(end_, buffer);
    }
    awaitable<void> shutdown() override {
        end_->out().end();
        co_return;
    }
    void close() noexcept override { end_->close(); }
    net::any_io_executor get_executor() noexcept override { return executor_; }

  private:
    static awaitable<std::size_t> read(std::shared_ptr<end_point> end, net::mutable_buffer buffer) {
        if (buffer.size() == 0)
            co_return 0;
        co_await end->readable();
        auto &in = end->in();
        auto &chunk = in.messages.front();
        const std::size_t n =
            std::min({buffer.size(), chunk.size() - in.head, end->options().chop});
        std::memcpy(buffer.data(), chunk.data() + in.head, n);
        in.head += n;
        in.unread -= n;
        if (in.head == chunk.size()) {
            in.messages.pop_front();
            in.head = 0;
        }
        in.room.notify_one();
        co_return n;
    }

    static awaitable<std::size_t> write(std::shared_ptr<end_point> end, net::const_buffer buffer) {
        if (buffer.size() == 0)
            co_return 0;
        co_await end->writable();
        const std::size_t n = std::min(buffer.size(), end->options().chop);
        end->out().put(net::buffer(buffer, n));
        co_return n;
    }

    net::any_io_executor executor_;
    std::shared_ptr<end_point> end_;
};

class memory_message_stream : public core::message_stream {
  public:
    memory_message_stream(net::any_io_executor executor, std::shared_ptr<end_point> end)
        : executor_(std::move(executor)),
          end_(std::move(end)) {}
    ~memory_message_stream() override { end_->close(); }

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        return receive(end_, buffer);
    }
    awaitable<void> send(net::const_buffer message) override { return send(end_, message); }
    std::size_t max_message_size() const noexcept override {
        return end_->options().max_message_size;
    }
    void close() noexcept override { end_->close(); }
    net::any_io_executor get_executor() noexcept override { return executor_; }

  private:
    static awaitable<std::size_t> receive(std::shared_ptr<end_point> end,
                                          net::mutable_buffer buffer) {
        if (buffer.size() == 0)
            co_return 0;
        co_await end->readable();
        auto &in = end->in();
        const auto message = std::move(in.messages.front());
        in.messages.pop_front();
        in.unread -= message.size();
        in.room.notify_one();
        if (message.size() > buffer.size()) {
            end->close();
            throw system_error(core::errc::message_too_large);
        }
        if (!message.empty())
            std::memcpy(buffer.data(), message.data(), message.size());
        co_return message.size();
    }

    static awaitable<void> send(std::shared_ptr<end_point> end, net::const_buffer message) {
        if (message.size() > end->options().max_message_size)
            throw system_error(core::errc::message_too_large);
        const auto turn = co_await end->sending().lock();
        co_await end->writable();
        end->out().put(message);
    }

    net::any_io_executor executor_;
    std::shared_ptr<end_point> end_;
};

template <typename Stream, typename Pair>
Pair connect(net::any_io_executor executor, memory_options first, memory_options second) {
    auto forth = std::make_shared<pipe>(), back = std::make_shared<pipe>();
    return {std::make_unique<Stream>(executor, std::make_shared<end_point>(back, forth, first)),
            std::make_unique<Stream>(executor, std::make_shared<end_point>(forth, back, second))};
}

} // namespace

byte_stream_pair memory_byte_pair(net::any_io_executor executor, memory_options first,
                                  memory_options second) {
    return connect<memory_byte_stream, byte_stream_pair>(std::move(executor), first, second);
}

message_stream_pair memory_message_pair(net::any_io_executor executor, memory_options first,
                                        memory_options second) {
    return connect<memory_message_stream, message_stream_pair>(std::move(executor), first, second);
}

} // namespace costrand::sim
