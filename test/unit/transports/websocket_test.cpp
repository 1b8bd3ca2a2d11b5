// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/websocket.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using transports::websocket_errc;

namespace {

using bytes_ptr = std::unique_ptr<core::byte_stream>;
using messages_ptr = std::unique_ptr<core::message_stream>;

awaitable<void> accept_into(bytes_ptr below, messages_ptr &out) {
    const transports::websocket_options defaults;
    out = co_await transports::websocket_accept(std::move(below), defaults);
}

struct websocket_pair {
    messages_ptr client, server;
};

awaitable<websocket_pair> connected(net::any_io_executor executor, std::size_t chop) {
    sim::memory_options options;
    options.chop = chop;
    auto below = sim::memory_byte_pair(executor, options, options);
    websocket_pair pair;
    core::task_group group(executor);
    group.spawn(accept_into(std::move(below.second), pair.server));
    const transports::websocket_options defaults;
    pair.client = co_await transports::websocket_upgrade(std::move(below.first), "rps.example",
                                                         "/activate", defaults);
    co_await group.join();
    co_return pair;
}

awaitable<std::string> receive_text(core::message_stream &stream) {
    auto buffer = std::make_unique_for_overwrite<std::byte[]>(stream.max_message_size());
    const auto n = co_await stream.receive(net::buffer(buffer.get(), stream.max_message_size()));
    co_return std::string(core::as_text({buffer.get(), n}));
}

awaitable<void> send_text(core::message_stream &stream, std::string text) {
    co_await stream.send(net::buffer(text));
}

// Reads the request's header and answers with `reply`.
awaitable<void> answer_with(bytes_ptr below, std::string reply) {
    std::string seen;
    char c = 0;
    while (!seen.ends_with("\r\n\r\n")) {
        co_await core::read_exactly(*below, net::buffer(&c, 1));
        seen += c;
    }
    co_await core::write_all(*below, net::buffer(reply));
}

awaitable<error_code> upgrade_answered_with(net::any_io_executor executor, std::string reply) {
    auto below = sim::memory_byte_pair(executor);
    core::task_group group(executor);
    group.spawn(answer_with(std::move(below.second), std::move(reply)));
    const transports::websocket_options defaults;
    auto got = co_await core::as_result(transports::websocket_upgrade(
        std::move(below.first), "rps.example", "/activate", defaults));
    (void)co_await core::as_result(group.join());
    co_return got ? error_code() : got.error();
}

} // namespace

TEST_CASE("messages pass whole in both directions, whatever the stream below chops") {
    for (std::size_t chop : {1UL, 7UL, 4096UL}) {
        CAPTURE(chop);
        test::run_coro(
            [chop](test::coro_environment env) -> awaitable<void> {
                auto pair = co_await connected(env.executor, chop);
                co_await send_text(*pair.client, "{\"method\":\"activate\"}");
                const auto up = co_await receive_text(*pair.server);
                CHECK(up == "{\"method\":\"activate\"}");
                co_await send_text(*pair.server, std::string(3000, 'x'));
                co_await send_text(*pair.server, "second");
                const auto first = co_await receive_text(*pair.client);
                const auto second = co_await receive_text(*pair.client);
                CHECK(first == std::string(3000, 'x'));
                CHECK(second == "second");
            },
            30);
    }
}

TEST_CASE("a message of 16 MiB passes, one byte more is too large for the receiver") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            auto pair = co_await connected(env.executor, 1024 * 1024);
            constexpr std::size_t limit = 16 * 1024 * 1024;
            core::task_group group(env.executor);
            group.spawn(send_text(*pair.server, std::string(limit, 'm')));
            const auto got = co_await receive_text(*pair.client);
            CHECK(got.size() == limit);
            co_await group.join();
            auto refused =
                co_await core::as_result(send_text(*pair.server, std::string(limit + 1, 'm')));
            REQUIRE(refused.has_error());
            CHECK(refused.error() == core::errc::message_too_large);
        },
        3);
}

TEST_CASE("a receive that was cancelled has taken nothing") {
    using namespace std::chrono_literals;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, 4096);
        auto late = co_await core::as_result(core::with_deadline(3s, receive_text(*pair.client)));
        REQUIRE(late.has_error());
        CHECK(late.error() == core::cond::timed_out);
        co_await send_text(*pair.server, "later");
        const auto got = co_await receive_text(*pair.client);
        CHECK(got == "later");
    });
}

TEST_CASE("an upgrade that is refused tells the HTTP status") {
    for (int status : {401, 404, 502}) {
        CAPTURE(status);
        test::run_coro([status](test::coro_environment env) -> awaitable<void> {
            const std::string reply =
                "HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 0\r\n\r\n";
            auto below = sim::memory_byte_pair(env.executor);
            core::task_group group(env.executor);
            group.spawn(answer_with(std::move(below.second), reply));
            int seen = 0;
            const transports::websocket_options defaults;
            try {
                auto stream = co_await transports::websocket_upgrade(
                    std::move(below.first), "rps.example", "/activate", defaults);
            } catch (const transports::upgrade_error &e) {
                seen = e.status();
            }
            co_await group.join();
            CHECK(seen == status);
        });
    }
}

TEST_CASE("a server that answers something else is told as no websocket") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto ssh = co_await upgrade_answered_with(env.executor, "SSH-2.0-OpenSSH_9.2\r\n");
        CHECK(ssh == websocket_errc::not_websocket);
        const auto bad_key = co_await upgrade_answered_with(
            env.executor, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n");
        CHECK(bad_key != error_code());
    });
}

TEST_CASE("the peer's end is an error of the next receive") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, 4096);
        pair.server->close();
        auto got = co_await core::as_result(receive_text(*pair.client));
        REQUIRE(got.has_error());
        CHECK(got.error() == core::end_of_stream);
    });
}

TEST_CASE("messages that came before the peer's end are still received") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, 4096);
        co_await send_text(*pair.server, "last words");
        pair.server.reset();
        const auto got = co_await receive_text(*pair.client);
        CHECK(got == "last words");
    });
}

TEST_CASE("close ends a pending receive with cond::closed") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, 4096);
        auto close_later = [](core::message_stream &stream) -> awaitable<void> {
            co_await core::sleep_for(std::chrono::seconds(1));
            stream.close();
        };
        core::task_group group(env.executor);
        group.spawn(close_later(*pair.client));
        auto got = co_await core::as_result(receive_text(*pair.client));
        co_await group.join();
        REQUIRE(got.has_error());
        CHECK(got.error() == core::cond::closed);
    });
}

TEST_CASE("a server that never answers the upgrade is left when the limit passes") {
    using namespace std::chrono_literals;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto below = sim::memory_byte_pair(env.executor);
        const transports::websocket_options defaults;
        auto upgrade = transports::websocket_upgrade(std::move(below.first), "rps.example",
                                                     "/activate", defaults);
        const auto got = co_await test::failure_of(core::with_deadline(60s, std::move(upgrade)));
        CHECK(got == core::cond::timed_out);
    });
}
