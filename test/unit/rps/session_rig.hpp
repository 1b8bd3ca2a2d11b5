// SPDX-License-Identifier: Apache-2.0
// A session between a scripted AMT and a server that a test plays, and the usual parts of both.
#pragma once

#include "rig.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/time.hpp>

#include <doctest/doctest.h>

#include <chrono>

namespace costrand::test {

using namespace std::chrono_literals;

inline const std::string request =
    "POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n<a:Action>http://x/transfer/Get</a:Action>"
    "<w:ResourceURI>http://x/AMT_GeneralSettings</w:ResourceURI>";
inline const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

inline awaitable<void> answer(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, reply);
}
inline awaitable<void> say_nothing(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size() + 1);
}
inline awaitable<void> answer_after_5_s(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await core::sleep_for(5s);
    co_await write_text(far, reply);
}
inline awaitable<void> answer_second(core::byte_stream &far, std::size_t dial) {
    if (dial == 1)
        co_await say_nothing(far, dial);
    else
        co_await answer(far, dial);
}

// A session, its AMT and its server, whose part is a coroutine of the test.
struct rig {
    using part = awaitable<void> (*)(server_end &);

    rig(coro_environment env, scripted_amt::script script, sim::memory_options ours,
        sim::memory_options theirs)
        : rig(env, std::move(script), sim::memory_message_pair(env.executor, ours, theirs)) {}
    rig(coro_environment env, scripted_amt::script script)
        : rig(env, std::move(script), websocket_options(), websocket_options()) {}

    awaitable<run_result> run(part server_part, rps::session_options options, core::log log) {
        rps::executor amt(device.dialer(), http_reader(), amt_options, log);
        rps::session client(*near, amt, std::move(options), log);
        peers.spawn(play(server_part));
        auto r = co_await run_session(client);
        CHECK(device.open == 0);
        ended_at = time.elapsed();
        co_await device.finish();
        co_await peers.join();
        co_return r;
    }
    awaitable<run_result> run(part server_part) {
        return run(server_part, activation_options(), {});
    }

    core::virtual_time &time;
    std::unique_ptr<core::message_stream> near;
    server_end server;
    scripted_amt device;
    core::task_group peers;
    rps::executor_options amt_options;
    core::duration ended_at{};
    bool server_saw_close = false;

  private:
    rig(coro_environment env, scripted_amt::script script, sim::message_stream_pair ends)
        : time(env.time),
          near(std::move(ends.first)),
          server(std::move(ends.second)),
          device(env.executor, std::move(script)),
          peers(env.executor) {}

    // The part, and then until the client closes.
    awaitable<void> play(part server_part) {
        co_await server_part(server);
        const auto end = co_await core::as_result(server.receive());
        CHECK_FALSE(end.has_value()); // no message that the part did not expect
        server_saw_close = true;
    }
};

// A session that dies of one message of the server.
inline awaitable<run_result> killed_by(coro_environment env, rig::part server_part) {
    rig r(env, answer);
    auto result = co_await r.run(server_part);
    CHECK(r.server_saw_close);
    CHECK(r.ended_at == 0s);
    co_return result;
}

inline awaitable<void> expect_response(server_end &server) {
    const std::string text = co_await server.receive();
    CHECK(rps::parse_frame(text)->method == rps::method::response);
    CHECK(payload_of(text) == reply);
}

} // namespace costrand::test
