// SPDX-License-Identifier: Apache-2.0
// A web server that a test writes: a dialer whose streams hand each whole request to a function and
// give back what it says. It counts what arrives. Every call goes through the executor, so that
// teardown and cancellation find a gap.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/dialer.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/http_parser.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

// What happens to a connection behind the bytes of an answer. `silence` answers nothing any more.
enum class afterwards { stay, end, reset, silence };

struct scripted_answer {
    std::string bytes;
    afterwards then = afterwards::stay;
    core::duration late{}; // before the first byte
};

class scripted_server {
  public:
    // `connection` counts from 1.
    using answerer =
        std::function<scripted_answer(const wsman::http_request &, std::size_t connection)>;

    scripted_server(net::any_io_executor executor, answerer answer) {
        state_->executor = std::move(executor);
        state_->answer = std::move(answer);
    }

    [[nodiscard]] core::dialer dialer() {
        return [s = state_] { return dial(s); };
    }

    // Most bytes of one read. 1 finds every seam.
    void piece(std::size_t n) { state_->piece = n; }
    // That connection takes so many bytes of what is written, then its writes fail.
    void fail_writes(std::size_t connection, std::size_t after) {
        state_->write_failures.emplace_back(connection, after);
    }
    // The requests that arrived whole, on whatever connection.
    [[nodiscard]] const std::vector<wsman::http_request> &requests() const {
        return state_->requests;
    }
    // The connection of each.
    [[nodiscard]] const std::vector<std::size_t> &came_on() const { return state_->came_on; }
    [[nodiscard]] std::size_t dials() const { return state_->dials; }
    [[nodiscard]] std::size_t open() const { return state_->open; }
    // The server's end of that connection ends, as if idle for too long.
    void end(std::size_t connection) {
        for (auto &[number, weak] : state_->links)
            if (auto l = weak.lock(); l && number == connection) {
                l->after = afterwards::end;
                l->arrival.notify_all();
            }
    }

  private:
    struct link {
        std::size_t number = 0;
        std::string waiting; // for the client to read
        std::size_t position = 0;
        std::size_t written = 0;
        afterwards after = afterwards::stay;
        core::duration late{};
        bool closed = false;
        wsman::request_parser parser;
        core::notifier arrival;
    };
    struct state {
        net::any_io_executor executor;
        answerer answer;
        std::size_t piece = std::numeric_limits<std::size_t>::max();
        std::vector<std::pair<std::size_t, std::size_t>> write_failures;
        std::vector<wsman::http_request> requests;
        std::vector<std::size_t> came_on;
        std::vector<std::pair<std::size_t, std::weak_ptr<link>>> links;
        std::size_t dials = 0;
        std::size_t open = 0;
    };

    class stream final : public core::byte_stream {
      public:
        stream(std::shared_ptr<state> s, std::shared_ptr<link> l)
            : state_(std::move(s)),
              link_(std::move(l)) {}
        ~stream() override { close(); }
        awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
            return read(state_, link_, buffer);
        }
        awaitable<std::size_t> write_some(net::const_buffer buffer) override {
            return write(state_, link_, buffer);
        }
        awaitable<void> shutdown() override { co_return; }
        void close() noexcept override {
            if (!std::exchange(link_->closed, true))
                --state_->open;
            link_->arrival.notify_all();
        }
        net::any_io_executor get_executor() noexcept override { return state_->executor; }

      private:
        std::shared_ptr<state> state_;
        std::shared_ptr<link> link_;
    };

    static awaitable<std::unique_ptr<core::byte_stream>> dial(std::shared_ptr<state> s) {
        co_await core::sleep_for(std::chrono::nanoseconds(1));
        auto l = std::make_shared<link>();
        l->number = ++s->dials;
        ++s->open;
        s->links.emplace_back(l->number, l);
        co_return std::make_unique<stream>(std::move(s), std::move(l));
    }

    static awaitable<std::size_t> read(std::shared_ptr<state> s, std::shared_ptr<link> l,
                                       net::mutable_buffer buffer) {
        co_await core::sleep_for(std::chrono::nanoseconds(1));
        for (;;) {
            if (l->closed)
                throw system_error(core::errc::closed);
            if (l->late > core::duration::zero())
                co_await core::sleep_for(std::exchange(l->late, core::duration::zero()));
            const auto left = l->waiting.size() - l->position;
            if (left > 0 && buffer.size() > 0) {
                const auto n = std::min({buffer.size(), left, s->piece});
                std::memcpy(buffer.data(), l->waiting.data() + l->position, n);
                l->position += n;
                co_return n;
            }
            if (l->after == afterwards::end)
                throw system_error(core::end_of_stream);
            if (l->after == afterwards::reset)
                throw system_error(net::error::make_error_code(net::error::connection_reset));
            co_await l->arrival.wait();
        }
    }

    static awaitable<std::size_t> write(std::shared_ptr<state> s, std::shared_ptr<link> l,
                                        net::const_buffer buffer) {
        co_await core::sleep_for(std::chrono::nanoseconds(1));
        if (l->closed)
            throw system_error(core::errc::closed);
        std::size_t room = buffer.size();
        for (const auto &[number, after] : s->write_failures)
            if (number == l->number)
                room = std::min(room, after - l->written);
        if (room == 0) {
            l->after = afterwards::end;
            throw system_error(net::error::make_error_code(net::error::broken_pipe));
        }
        l->written += room;
        take(*s, *l, {static_cast<const std::byte *>(buffer.data()), room});
        co_return room;
    }

    static void take(state &s, link &l, core::const_bytes data) {
        // Who has ended its direction or is silent still takes what is written.
        while (!data.empty() && l.after == afterwards::stay) {
            data = data.subspan(l.parser.feed(data).value());
            if (!l.parser.done())
                continue;
            s.requests.push_back(l.parser.release());
            s.came_on.push_back(l.number);
            l.parser = wsman::request_parser();
            auto reply = s.answer(s.requests.back(), l.number);
            l.waiting += reply.bytes;
            l.after = reply.then;
            l.late = reply.late;
            l.arrival.notify_all();
        }
    }

    std::shared_ptr<state> state_ = std::make_shared<state>();
};

// As core::as_result, but a cancellation ends the test: run_coro asks for one.
template <typename T>
awaitable<core::result<T>> outcome(awaitable<T> op) {
    auto r = co_await core::as_result(std::move(op));
    if (!r && r.error() == core::cond::cancelled)
        throw system_error(r.error());
    co_return r;
}

} // namespace costrand::test
