// SPDX-License-Identifier: Apache-2.0
// What the tests of the RPS drivers share: an AMT whose every connection a test scripts, a server
// end to play, and a session between them. Everything in memory and in virtual time.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/session.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/wsman/http.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

// AMT's management port. Each dial makes a fresh connection and runs the script on its far end.
class scripted_amt {
  public:
    using script = std::function<awaitable<void>(core::byte_stream &far, std::size_t dial)>;

    scripted_amt(net::any_io_executor executor, script what, sim::memory_options near = {})
        : executor_(executor),
          script_(std::move(what)),
          near_(near),
          children_(executor) {}

    rps::amt_dialer dialer() {
        return [this](std::uint16_t port) { return dial(port); };
    }

    // Ends the scripts that still wait.
    awaitable<void> finish() {
        children_.cancel();
        co_await children_.join();
    }

  private:
    // Shared with the connections: a frame that holds one may be destroyed behind this object.
    std::shared_ptr<std::size_t> open_count_ = std::make_shared<std::size_t>(0);

  public:
    std::size_t dials = 0;            // so far, the failed ones included
    std::vector<std::uint16_t> ports; // of each
    std::size_t &open = *open_count_; // near ends not yet destroyed
    error_code dial_failure;
    core::time_point heals_at = core::time_point::max(); // dial_failure is over then
    core::duration dial_time{};

  private:
    // Counts itself, so that a test sees a connection that was left open.
    class counted : public core::byte_stream {
      public:
        counted(std::unique_ptr<core::byte_stream> below, std::shared_ptr<std::size_t> open)
            : below_(std::move(below)),
              open_(std::move(open)) {
            ++*open_;
        }
        ~counted() override { --*open_; }
        awaitable<std::size_t> read_some(net::mutable_buffer b) override {
            return below_->read_some(b);
        }
        awaitable<std::size_t> write_some(net::const_buffer b) override {
            return below_->write_some(b);
        }
        awaitable<void> shutdown() override { return below_->shutdown(); }
        void close() noexcept override { below_->close(); }
        net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

      private:
        std::unique_ptr<core::byte_stream> below_;
        std::shared_ptr<std::size_t> open_;
    };

    awaitable<std::unique_ptr<core::byte_stream>> dial(std::uint16_t port) {
        ++dials;
        ports.push_back(port);
        co_await core::sleep_for(dial_time);
        if (dial_failure && core::now(executor_) < heals_at)
            throw system_error(dial_failure, "no channel");
        auto [near, far] = sim::memory_byte_pair(executor_, near_);
        children_.spawn(serve(std::move(far), dials));
        co_return std::make_unique<counted>(std::move(near), open_count_);
    }
    awaitable<void> serve(std::unique_ptr<core::byte_stream> far, std::size_t number) {
        auto served = co_await core::as_result(script_(*far, number));
        (void)served; // our side closing amid the script is what many tests are about
    }

    net::any_io_executor executor_;
    script script_;
    sim::memory_options near_;
    core::task_group children_;
};

inline awaitable<std::string> read_text(core::byte_stream &stream, std::size_t size) {
    std::string text(size, '\0');
    co_await core::read_exactly(stream, net::buffer(text));
    co_return text;
}
inline awaitable<void> write_text(core::byte_stream &stream, std::string text) {
    co_await core::write_all(stream, net::buffer(text));
}

inline rps::reply_reader http_reader() {
    constexpr std::size_t limit = 1u << 20;
    return [](core::byte_stream &stream) { return wsman::read_raw_response(stream, limit); };
}

// The server's end of the websocket.
class server_end {
  public:
    explicit server_end(std::unique_ptr<core::message_stream> stream)
        : stream_(std::move(stream)) {}

    awaitable<void> send(std::string text) { co_await stream_->send(net::buffer(text)); }
    // The client's next message. Error: end_of_stream when it closed.
    awaitable<std::string> receive() {
        const std::size_t size = co_await stream_->receive(net::buffer(buffer_));
        co_return buffer_.substr(0, size);
    }
    void close() { stream_->close(); }

  private:
    std::unique_ptr<core::message_stream> stream_;
    std::string buffer_ = std::string(rps::max_client_message, '\0');
};

// What came out of session::run.
struct run_result {
    std::optional<rps::outcome> outcome;
    error_code error, cause;
    std::string detail, what;
};

// Cancellation passes through, as it must in a test coroutine.
inline awaitable<run_result> run_session(rps::session &session) {
    run_result r;
    try {
        r.outcome = co_await session.run();
    } catch (const rps::session_error &e) {
        r.error = e.code();
        r.cause = e.cause();
        r.detail = e.detail();
        r.what = e.what();
    }
    co_return r;
}

inline sim::memory_options websocket_options() {
    sim::memory_options o;
    o.max_message_size = 20u << 20;
    o.capacity = 64u << 20;
    return o;
}

inline rps::session_options activation_options() {
    rps::session_options o;
    o.request.what = *rps::make_activate("ccm");
    o.request.facts = core::secret("{}");
    o.request.app_version = "3.0.0";
    return o;
}

inline std::string server_text(std::string_view method, std::optional<std::string> payload,
                               std::string_view message = "") {
    rps::frame f = rps::make_server_frame(method, "2.40.0");
    f.message = message;
    if (payload)
        f.payload = core::secret(*payload);
    return std::string(rps::format(f).reveal());
}
inline std::string base64(std::string_view bytes) {
    return std::string(rps::encode_payload(core::as_bytes(bytes)).reveal());
}
inline std::string wsman_text(std::string_view request) {
    return server_text("wsman", base64(request));
}
inline std::string success_text() {
    return server_text("success", std::nullopt, R"({"Status":"Client control mode."})");
}

// The decoded payload of a frame.
inline std::string payload_of(const std::string &text) {
    const auto f = rps::parse_frame(text).value();
    const auto bytes = rps::decode_payload(f.payload.value().reveal()).value();
    return std::string(core::as_text(bytes));
}

} // namespace costrand::test
