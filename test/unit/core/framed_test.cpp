// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/framed.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include "support.hpp"

#include <support/hex.hpp>
#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::framed_stream;
using core::write_all;
using test::coro_environment;
using test::failure_of;
using test::from_hex;
using test::run_coro;

namespace {

// A framed stream, and the raw other end of what is below it.
struct framed_and_raw {
    std::unique_ptr<framed_stream> framed;
    std::unique_ptr<core::byte_stream> raw;
};

framed_and_raw make(net::any_io_executor ex, std::size_t limit, sim::memory_options ours = {},
                    sim::memory_options theirs = {}) {
    auto [near, far] = sim::memory_byte_pair(std::move(ex), ours, theirs);
    return {std::make_unique<framed_stream>(std::move(near), limit), std::move(far)};
}

sim::memory_options chopped(std::size_t n) {
    sim::memory_options options;
    options.chop = n;
    return options;
}

awaitable<std::string> receive_text(core::message_stream &from, std::size_t room) {
    std::string text(room, '?');
    text.resize(co_await from.receive(net::buffer(text)));
    co_return text;
}

awaitable<void> send_hex(core::byte_stream &to, std::string hex) {
    const auto bytes = from_hex(hex);
    co_await write_all(to, net::buffer(bytes));
}

awaitable<void> send_text(core::message_stream &to, std::string text) {
    co_await to.send(net::buffer(text));
}

awaitable<void> send_shared(std::shared_ptr<core::message_stream> to, std::string text) {
    co_await send_text(*to, std::move(text));
}

awaitable<std::string> read_hex(core::byte_stream &from, std::size_t n) {
    std::vector<std::byte> bytes(n);
    co_await core::read_exactly(from, net::buffer(bytes));
    co_return test::to_hex(bytes);
}

} // namespace

TEST_CASE("a message travels behind its length, four bytes big-endian, not counting themselves") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100);
        co_await send_text(*s.framed, "abc");
        const auto wire = co_await read_hex(*s.raw, 7);
        CHECK(wire == "00000003616263");
        co_await send_hex(*s.raw, "00000002 7879");
        const auto text = co_await receive_text(*s.framed, 100);
        CHECK(text == "xy");
        CHECK(s.framed->max_message_size() == 100);
    });
}

TEST_CASE("messages keep their bounds, however the bytes come") {
    for (std::size_t chop : {1u, 3u, 7u, 4096u})
        run_coro(
            [chop](coro_environment env) -> awaitable<void> {
                auto s = make(env.executor, 5000, {}, chopped(chop));
                framed_stream peer(std::move(s.raw), 5000);
                core::task_group group(env.executor);
                auto sender = [](core::message_stream &to) -> awaitable<void> {
                    for (std::size_t n : {1u, 0u, 511u, 512u, 513u, 1500u})
                        co_await send_text(to, std::string(n, static_cast<char>('a' + n % 26)));
                };
                group.spawn(sender(peer));
                for (std::size_t n : {1u, 0u, 511u, 512u, 513u, 1500u}) {
                    const auto text = co_await receive_text(*s.framed, 5000);
                    CHECK(text == std::string(n, static_cast<char>('a' + n % 26)));
                }
                co_await group.join();
            },
            30);
}

TEST_CASE("a message longer than one read step arrives whole") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            constexpr std::size_t size = 200'000;
            auto s = make(env.executor, size);
            framed_stream peer(std::move(s.raw), size);
            core::task_group group(env.executor);
            group.spawn(send_text(peer, std::string(size, 'm')));
            const auto text = co_await receive_text(*s.framed, size);
            CHECK(text == std::string(size, 'm'));
            co_await group.join();
        },
        20);
}

TEST_CASE("a cancelled receive in the middle of a message loses nothing of it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100);
        const char *pieces[] = {"0000", "0004", "6162", "63"};
        for (const char *piece : pieces) {
            co_await send_hex(*s.raw, piece);
            const auto why =
                co_await failure_of(core::with_deadline(5ms, receive_text(*s.framed, 100)));
            CHECK(why == core::errc::timed_out);
        }
        co_await send_hex(*s.raw, "64 00000001 7a");
        const auto whole = co_await receive_text(*s.framed, 100);
        CHECK(whole == "abcd");
        const auto next = co_await receive_text(*s.framed, 100);
        CHECK(next == "z");
    });
}

TEST_CASE("an empty buffer completes at once and takes no message") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100);
        const auto none = co_await s.framed->receive(net::mutable_buffer());
        CHECK(none == 0);
        co_await send_hex(*s.raw, "00000001 61");
        const auto still_none = co_await s.framed->receive(net::mutable_buffer());
        CHECK(still_none == 0);
        const auto text = co_await receive_text(*s.framed, 10);
        CHECK(text == "a");
    });
}

TEST_CASE("a message beyond the buffer or the limit is refused and ends the stream") {
    for (const char *frame : {"0000000b 6162636465666768696a6b", "00000065", "ffffffff"})
        run_coro([frame](coro_environment env) -> awaitable<void> {
            auto s = make(env.executor, 100);
            co_await send_hex(*s.raw, frame);
            const auto why = co_await failure_of(receive_text(*s.framed, 10));
            CHECK(why == core::errc::message_too_large);
            const auto dead = co_await failure_of(receive_text(*s.framed, 100));
            CHECK(dead == core::cond::closed);
            const auto unsent = co_await failure_of(send_text(*s.framed, "a"));
            CHECK(unsent == core::cond::closed);
        });
}

TEST_CASE("a message of exactly the limit passes, a longer one is not sent at all") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 3);
        const auto why = co_await failure_of(send_text(*s.framed, "abcd"));
        CHECK(why == core::errc::message_too_large);
        co_await send_text(*s.framed, "abc");
        const auto wire = co_await read_hex(*s.raw, 7);
        CHECK(wire == "00000003616263");
    });
}

TEST_CASE("an end between messages is the end of the stream, one inside a message is an error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100);
        co_await send_hex(*s.raw, "00000001 61");
        s.raw->close();
        const auto text = co_await receive_text(*s.framed, 10);
        CHECK(text == "a");
        const auto end = co_await failure_of(receive_text(*s.framed, 10));
        CHECK(end == core::end_of_stream);
    });
    for (const char *part : {"0000", "00000002", "00000002 61"})
        run_coro([part](coro_environment env) -> awaitable<void> {
            auto s = make(env.executor, 100);
            co_await send_hex(*s.raw, part);
            s.raw->close();
            const auto end = co_await failure_of(receive_text(*s.framed, 10));
            CHECK(end == core::errc::malformed);
        });
}

TEST_CASE("sends never interleave") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100, chopped(3));
        core::task_group group(env.executor);
        const std::shared_ptr<framed_stream> ours = std::move(s.framed);
        for (char c : {'a', 'b', 'c'})
            group.spawn(send_shared(ours, std::string(10, c)));
        framed_stream peer(std::move(s.raw), 100);
        for (char c : {'a', 'b', 'c'}) {
            const auto text = co_await receive_text(peer, 100);
            CHECK(text == std::string(10, c));
        }
        co_await group.join();
    });
}

// The peer would take what follows a broken-off frame for the rest of it.
TEST_CASE("a send cancelled inside its frame closes the stream: a waiting send writes nothing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sim::memory_options slow;
        slow.chop = 3;
        slow.latency = 10ms;
        auto s = make(env.executor, 100, slow);
        core::task_group first(env.executor), second(env.executor);
        // The children share the stream: when run_coro cancels this body, it unwinds before them.
        const std::shared_ptr<framed_stream> ours = std::move(s.framed);
        first.spawn(send_shared(ours, std::string(20, 'a')));
        co_await test::settle();
        second.spawn(send_shared(ours, "b"));
        co_await core::sleep_for(25ms); // two chunks are out
        first.cancel();
        co_await first.join();
        const auto why = co_await failure_of(second.join());
        CHECK(why == core::cond::closed);
        const auto wire = co_await core::read_until_eof(*s.raw, 100);
        CHECK(test::to_hex(wire) == "000000146161");
    });
}

TEST_CASE("close ends a pending receive with closed") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto s = make(env.executor, 100);
        core::task_group group(env.executor);
        auto why = std::make_shared<error_code>();
        auto receiver = [](std::shared_ptr<core::message_stream> from,
                           std::shared_ptr<error_code> to) -> awaitable<void> {
            auto got = co_await core::as_result(receive_text(*from, 10));
            *to = got.error();
        };
        const std::shared_ptr<framed_stream> ours = std::move(s.framed);
        group.spawn(receiver(ours, why));
        co_await send_hex(*s.raw, "0000");
        co_await test::settle();
        ours->close();
        ours->close();
        co_await group.join();
        CHECK(*why == core::cond::closed);
    });
}
