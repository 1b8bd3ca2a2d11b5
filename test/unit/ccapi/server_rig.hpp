// SPDX-License-Identifier: Apache-2.0
// A credential cache server in memory, and clients that speak frames to it.
#pragma once

#include "support/run_coro.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/frame.hpp>
#include <costrand/ccapi/server.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace costrand::test {

// As in the frames of docs/spec/ccapi.md 11.2.
inline constexpr std::uint64_t server_start = 0x0006474846222240;

class frame_client {
  public:
    explicit frame_client(std::unique_ptr<core::message_stream> stream, std::uint8_t number)
        : stream_(std::move(stream)) {
        header_.client.bytes.fill(std::byte{number});
        header_.tsp = number;
    }

    awaitable<void> send(ccapi::frame_type type, core::const_bytes payload = {}) {
        header_.type = type;
        ++header_.sequence;
        co_await send_as(header_, payload);
    }
    awaitable<void> send_as(ccapi::frame_header header, core::const_bytes payload = {}) {
        const auto bytes = ccapi::encode_frame(header, payload);
        co_await stream_->send(net::buffer(bytes.data(), bytes.size()));
    }
    // The header of the next frame; its payload is `said` until the next call.
    awaitable<ccapi::frame_header> receive() {
        buffer_.resize(stream_->max_message_size());
        const auto size = co_await stream_->receive(net::buffer(buffer_));
        const auto frame = ccapi::decode_frame(core::const_bytes(buffer_).first(size));
        said = frame.value().payload;
        co_return frame->header;
    }
    awaitable<void> connect() {
        co_await send(ccapi::frame_type::connect);
        const auto reply = co_await receive();
        CHECK(reply.type == ccapi::frame_type::connect_reply);
        CHECK(reply.status == ccapi::errc::no_error);
        header_.sst = reply.sst;
        const auto listen = co_await receive();
        CHECK(listen.type == ccapi::frame_type::listen);
        CHECK(listen.sequence == 0);
    }
    awaitable<void> ask(ccapi::request r) {
        const auto bytes = ccapi::encode_request(r).value();
        co_await send(ccapi::frame_type::request, bytes);
    }
    // The reply to the last request; views are valid until the next one.
    awaitable<ccapi::reply> reply_to(ccapi::message_id what) {
        const auto header = co_await receive();
        CHECK(header.type == ccapi::frame_type::request_reply);
        CHECK(header.sequence == header_.sequence);
        CHECK(header.tsp == header_.tsp);
        CHECK(header.status == ccapi::errc::no_error);
        co_return ccapi::decode_reply(what, said).value();
    }
    awaitable<ccapi::reply> call(ccapi::request r) {
        co_await ask(r);
        co_return co_await reply_to(r.what);
    }
    // Completes when the server has ended the connection.
    awaitable<void> expect_end() {
        auto next = co_await core::as_result(receive());
        CHECK(!next.has_value());
        if (!next && next.error() == core::cond::cancelled)
            throw system_error(next.error());
    }
    void close() { stream_->close(); }

    core::const_bytes said;
    ccapi::frame_header &header() { return header_; }

  private:
    std::unique_ptr<core::message_stream> stream_;
    ccapi::frame_header header_;
    std::vector<std::byte> buffer_;
};

class server_rig {
    std::unique_ptr<core::random_source> random_ = core::seeded_random(1);

  public:
    server_rig(coro_environment env, ccapi::server_options options)
        : server(env.executor, *random_, with_times(std::move(options)), core::log()),
          env_(env),
          sessions_(env.executor) {}

    frame_client client(std::uint8_t number) {
        sim::memory_options link;
        link.max_message_size = 64 * 1024;
        auto [near, far] = sim::memory_message_pair(env_.executor, link, link);
        sessions_.spawn(server.serve(std::move(far)));
        return frame_client(std::move(near), number);
    }
    // What a client's dialer gives: the near end, which fails as ordered.
    std::unique_ptr<core::message_stream> connect(sim::memory_options link) {
        auto [near, far] = sim::memory_message_pair(env_.executor, link, {});
        sessions_.spawn(server.serve(std::move(far)));
        return std::move(near);
    }
    std::unique_ptr<core::message_stream> kcm_client(std::uint32_t user) {
        sim::memory_options link;
        auto [near, far] = sim::memory_message_pair(env_.executor, link, link);
        sessions_.spawn(server.serve_kcm(std::move(far), user));
        return std::move(near);
    }
    awaitable<void> end() {
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        sessions_.cancel();
        (void)co_await core::as_result(sessions_.join());
    }

    [[nodiscard]] core::duration elapsed() const { return env_.time.elapsed(); }
    [[nodiscard]] std::unique_ptr<core::message_stream> raw_client() {
        auto [near, far] = sim::memory_message_pair(env_.executor);
        sessions_.spawn(server.serve(std::move(far)));
        return std::move(near);
    }

    ccapi::server server;

  private:
    static ccapi::server_options with_times(ccapi::server_options options) {
        options.start_time = server_start;
        options.clock = [] { return ccapi::cc_time{1'700'000'000}; };
        return options;
    }

    coro_environment env_;
    core::task_group sessions_;
};

// A test with a server of its own, which is ended whatever happens.
inline void in_rig(const std::function<awaitable<void>(server_rig &)> &body,
                   const ccapi::server_options &options = ccapi::server_options(),
                   std::size_t teardown_points = 50) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            server_rig rig(env, options);
            std::exception_ptr failed;
            try {
                co_await body(rig);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await rig.end();
            if (failed)
                std::rethrow_exception(failed);
        },
        teardown_points);
}

inline ccapi::request create(std::string_view name) {
    ccapi::request r;
    r.what = ccapi::message_id::context_create_ccache;
    r.name = name;
    r.principal = "alice@A.ORG";
    return r;
}
inline ccapi::request of(ccapi::message_id what, const ccapi::identifier &target) {
    ccapi::request r;
    r.what = what;
    r.target = target.view();
    return r;
}
inline ccapi::request write_lock(const ccapi::identifier &target) {
    auto r = of(ccapi::message_id::ccache_lock, target);
    r.lock = static_cast<std::uint32_t>(ccapi::lock_type::write);
    r.mode = static_cast<std::uint32_t>(ccapi::lock_mode::block);
    return r;
}
inline ccapi::identifier kept(const ccapi::identifier_view &id) {
    return {std::string(id.server), std::string(id.object)};
}
// Connects both. A new ccache "shared", whose lock `a` holds for writing and `b` asks for.
inline awaitable<ccapi::identifier> contended(frame_client &a, frame_client &b) {
    co_await a.connect();
    co_await b.connect();
    const auto made = co_await a.call(create("shared"));
    const auto out = kept(made.id);
    (void)co_await a.call(write_lock(out));
    co_await b.ask(write_lock(out));
    co_return out;
}

} // namespace costrand::test
