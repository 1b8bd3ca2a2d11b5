// SPDX-License-Identifier: Apache-2.0
// The in-memory streams keep the contracts of stream.hpp, and misbehave when ordered to.
#include <costrand/sim/memory.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

using namespace costrand;
using namespace std::chrono_literals;
using core::write_all;
using sim::memory_byte_pair;
using sim::memory_message_pair;
using sim::memory_options;
using test::coro_environment;
using test::failure_of;
using test::run_coro;
using test::settle;

namespace {

awaitable<std::string> read_some(core::byte_stream &from) {
    std::string text(16, '?');
    text.resize(co_await from.read_some(net::buffer(text)));
    co_return text;
}
awaitable<std::string> receive(core::message_stream &from) {
    std::string text(16, '?');
    text.resize(co_await from.receive(net::buffer(text)));
    co_return text;
}
awaitable<void> write(core::byte_stream &to, std::string text) {
    co_await write_all(to, net::buffer(text));
}
awaitable<void> send(core::message_stream &to, std::string text) {
    co_await to.send(net::buffer(text));
}

using message_ptr = std::shared_ptr<core::message_stream>;
awaitable<void> send_shared(message_ptr to, std::string text) {
    co_await to->send(net::buffer(text));
}

awaitable<void> note_failure(awaitable<std::string> op, std::shared_ptr<error_code> to) {
    auto got = co_await core::as_result(std::move(op));
    *to = got ? error_code() : got.error();
}

} // namespace

TEST_CASE("bytes arrive in order, in both directions, in pieces of at most the chop") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options chopped;
        chopped.chop = 3;
        auto [a, b] = memory_byte_pair(env.executor, {}, chopped);
        co_await write(*a, "abcdefg");
        for (const char *piece : {"abc", "def", "g"}) {
            const auto got = co_await read_some(*b);
            CHECK(got == piece);
        }
        const auto taken = co_await b->write_some(net::buffer("12345", 5));
        CHECK(taken == 3);
        const auto back = co_await read_some(*a);
        CHECK(back == "123");
    });
}

TEST_CASE("messages arrive whole and one by one, empty ones too") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_message_pair(env.executor);
        for (const char *text : {"one", "", "three"})
            co_await send(*a, text);
        for (const char *text : {"one", "", "three"}) {
            const auto got = co_await receive(*b);
            CHECK(got == text);
        }
    });
}

TEST_CASE("an empty buffer completes at once, beside a pending call too") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_byte_pair(env.executor);
        auto [m, n] = memory_message_pair(env.executor);
        core::task_group group(env.executor);
        auto read = std::make_shared<error_code>(), received = std::make_shared<error_code>();
        group.spawn(note_failure(read_some(*a), read));
        group.spawn(note_failure(receive(*m), received));
        co_await settle();
        const auto bytes = co_await a->read_some(net::mutable_buffer());
        const auto message = co_await m->receive(net::mutable_buffer());
        CHECK(bytes == 0);
        CHECK(message == 0);
        a->close();
        m->close();
        co_await group.join();
        CHECK(*read == core::cond::closed);
        CHECK(*received == core::cond::closed);
    });
}

TEST_CASE("what was written before the end is read, then comes the end of the stream") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_byte_pair(env.executor);
        co_await write(*a, "rest");
        co_await a->shutdown();
        const auto refused = co_await failure_of(write(*a, "more"));
        CHECK(refused == net::error::broken_pipe);
        const auto rest = co_await read_some(*b);
        CHECK(rest == "rest");
        for (int i = 0; i < 2; ++i) {
            const auto end = co_await failure_of(read_some(*b));
            CHECK(end == core::end_of_stream);
        }
        co_await write(*b, "back"); // the other direction goes on
        const auto back = co_await read_some(*a);
        CHECK(back == "back");
    });
}

TEST_CASE("after a close the peer reads the rest and cannot write") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_message_pair(env.executor);
        co_await send(*a, "rest");
        co_await send(*b, "unread");
        a->close();
        a->close();
        const auto ours = co_await failure_of(receive(*a));
        CHECK(ours == core::cond::closed);
        const auto sent = co_await failure_of(send(*a, "x"));
        CHECK(sent == core::cond::closed);
        const auto rest = co_await receive(*b);
        CHECK(rest == "rest");
        const auto end = co_await failure_of(receive(*b));
        CHECK(end == core::end_of_stream);
        const auto broken = co_await failure_of(send(*b, "x"));
        CHECK(broken == net::error::broken_pipe);
    });
}

TEST_CASE("the end of one object is the end of the stream for the other") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_byte_pair(env.executor);
        core::task_group group(env.executor);
        auto seen = std::make_shared<error_code>();
        group.spawn(note_failure(read_some(*b), seen));
        co_await settle();
        a.reset();
        co_await group.join();
        CHECK(*seen == core::end_of_stream);
    });
}

TEST_CASE("a full stream makes the writer wait until the peer reads") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options small;
        small.capacity = 8;
        auto [a, b] = memory_byte_pair(env.executor, small);
        co_await write(*a, "12345678");
        const auto full = co_await failure_of(core::with_deadline(5ms, write(*a, "9")));
        CHECK(full == core::errc::timed_out);
        const auto got = co_await read_some(*b);
        CHECK(got == "12345678");
        co_await write(*a, "9");
        const auto next = co_await read_some(*b);
        CHECK(next == "9");
    });
}

TEST_CASE("a writer that waits for room learns that the peer has closed") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options small;
        small.capacity = 1;
        auto [a, b] = memory_message_pair(env.executor, small);
        const message_ptr ours = std::move(a);
        co_await send(*ours, "x");
        core::task_group group(env.executor);
        group.spawn(send_shared(ours, "y"));
        co_await settle();
        b->close();
        const auto why = co_await failure_of(group.join());
        CHECK(why == net::error::broken_pipe);
    });
}

TEST_CASE("each write takes the latency, and sends wait for their turn") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options slow;
        slow.latency = 10ms;
        auto [a, b] = memory_message_pair(env.executor, slow);
        const message_ptr ours = std::move(a);
        core::task_group group(env.executor);
        for (const char *text : {"1", "2", "3"})
            group.spawn(send_shared(ours, text));
        for (const char *text : {"1", "2", "3"}) {
            const auto got = co_await receive(*b);
            CHECK(got == text);
        }
        CHECK(env.time.elapsed() == 30ms);
        co_await group.join();
    });
}

TEST_CASE("a message beyond the limit is not sent, one beyond the buffer ends the stream") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options limited;
        limited.max_message_size = 20;
        auto [a, b] = memory_message_pair(env.executor, limited, limited);
        CHECK(a->max_message_size() == 20);
        const auto refused = co_await failure_of(send(*a, std::string(21, 'x')));
        CHECK(refused == core::errc::message_too_large);
        co_await send(*a, std::string(20, 'x'));
        const auto large = co_await failure_of(receive(*b)); // its buffer holds 16
        CHECK(large == core::errc::message_too_large);
        const auto dead = co_await failure_of(receive(*b));
        CHECK(dead == core::cond::closed);
    });
}

TEST_CASE("the ordered read fails with the ordered error, and the stream is dead for both") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options failing;
        failing.fail_read_at = 2;
        failing.failure = error_code(ENODEV, boost::system::system_category());
        auto [a, b] = memory_byte_pair(env.executor, failing);
        co_await write(*b, "ab");
        const auto first = co_await read_some(*a);
        CHECK(first == "ab");
        const auto second = co_await failure_of(read_some(*a));
        CHECK(second == failing.failure);
        const auto third = co_await failure_of(read_some(*a));
        CHECK(third == failing.failure);
        const auto written = co_await failure_of(write(*a, "x"));
        CHECK(written == failing.failure);
        const auto peer = co_await failure_of(read_some(*b));
        CHECK(peer == core::end_of_stream);
    });
}

TEST_CASE("the ordered send fails") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options failing;
        failing.fail_write_at = 2;
        auto [a, b] = memory_message_pair(env.executor, failing);
        co_await send(*a, "1");
        const auto second = co_await failure_of(send(*a, "2"));
        CHECK(second == net::error::connection_reset);
        const auto got = co_await receive(*b);
        CHECK(got == "1");
        const auto end = co_await failure_of(receive(*b));
        CHECK(end == core::end_of_stream);
    });
}

TEST_CASE("a cancelled read or receive has taken nothing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [a, b] = memory_byte_pair(env.executor);
        auto [m, n] = memory_message_pair(env.executor);
        const auto read = co_await failure_of(core::with_deadline(1ms, read_some(*b)));
        const auto received = co_await failure_of(core::with_deadline(1ms, receive(*n)));
        CHECK(read == core::errc::timed_out);
        CHECK(received == core::errc::timed_out);
        co_await write(*a, "x");
        co_await send(*m, "y");
        const auto byte = co_await read_some(*b);
        const auto message = co_await receive(*n);
        CHECK(byte == "x");
        CHECK(message == "y");
    });
}

TEST_CASE("a pending call ends with closed when its own end is closed") {
    run_coro([](coro_environment env) -> awaitable<void> {
        memory_options small;
        small.capacity = 1;
        auto [a, b] = memory_message_pair(env.executor, small);
        const message_ptr ours = std::move(a);
        co_await send(*ours, "x");
        core::task_group group(env.executor);
        group.spawn(send_shared(ours, "y"));
        co_await settle();
        ours->close();
        const auto why = co_await failure_of(group.join());
        CHECK(why == core::cond::closed);
    });
}
