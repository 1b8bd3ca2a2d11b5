// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/stream_ops.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::as_bytes;
using core::as_text;
using core::read_exactly;
using core::read_until_eof;
using core::write_all;
using test::coro_environment;
using test::failure_of;
using test::run_coro;

namespace {

sim::memory_options chopped(std::size_t n) {
    sim::memory_options options;
    options.chop = n;
    return options;
}

std::string counted(std::size_t n) {
    std::string text;
    while (text.size() < n)
        text += std::to_string(text.size()) + ' ';
    text.resize(n);
    return text;
}

awaitable<void> write_and_end(core::byte_stream &to, std::string text) {
    co_await write_all(to, net::buffer(text));
    co_await to.shutdown();
}

} // namespace

TEST_CASE("write_all and read_exactly move whole blocks over short reads and writes") {
    for (std::size_t chop : {1u, 7u, 4096u})
        run_coro(
            [chop](coro_environment env) -> awaitable<void> {
                const std::string text = counted(500);
                auto [near, far] =
                    sim::memory_byte_pair(env.executor, chopped(chop), chopped(chop));
                core::task_group group(env.executor);
                group.spawn(write_and_end(*near, text));
                std::string first(200, '?'), second(300, '?');
                co_await read_exactly(*far, net::buffer(first));
                co_await read_exactly(*far, net::buffer(second));
                CHECK(first + second == text);
                co_await group.join();
            },
            60);
}

TEST_CASE("reading or writing nothing completes at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        co_await read_exactly(*near, net::mutable_buffer());
        co_await write_all(*near, net::const_buffer());
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("read_exactly tells of an end inside the block") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        co_await write_and_end(*near, "abc");
        std::array<char, 4> block{};
        const auto why = co_await failure_of(read_exactly(*far, net::buffer(block)));
        CHECK(why == core::end_of_stream);
    });
}

// Why a stream is closed after a cancelled read_exactly.
TEST_CASE("a cancelled read_exactly keeps what it has read, and the stream goes on behind it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        co_await write_all(*near, net::buffer("ab", 2));
        std::array<char, 4> block{};
        const auto why =
            co_await failure_of(core::with_deadline(10ms, read_exactly(*far, net::buffer(block))));
        CHECK(why == core::errc::timed_out);
        co_await write_all(*near, net::buffer("cdef", 4));
        co_await read_exactly(*far, net::buffer(block));
        CHECK(std::string_view(block.data(), 4) == "cdef");
    });
}

TEST_CASE("read_until_eof gives everything up to the end") {
    for (std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 20000u})
        run_coro(
            [size](coro_environment env) -> awaitable<void> {
                const std::string text = counted(size);
                auto [near, far] = sim::memory_byte_pair(env.executor, chopped(1000));
                core::task_group group(env.executor);
                group.spawn(write_and_end(*near, text));
                const auto data = co_await read_until_eof(*far, 20000);
                CHECK(as_text(data) == text);
                co_await group.join();
            },
            40);
}

TEST_CASE("read_until_eof gives exactly the limit and not one byte more") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        co_await write_and_end(*near, counted(101));
        const auto why = co_await failure_of(read_until_eof(*far, 100));
        CHECK(why == core::errc::limit_exceeded);
    });
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        co_await write_and_end(*near, counted(100));
        const auto data = co_await read_until_eof(*far, 100);
        CHECK(data.size() == 100);
    });
}

TEST_CASE("read_until_eof does not take a broken stream for a finished one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sim::memory_options breaks;
        breaks.fail_read_at = 2;
        auto [near, far] = sim::memory_byte_pair(env.executor, chopped(3), breaks);
        co_await write_and_end(*near, "abcdef");
        const auto why = co_await failure_of(read_until_eof(*far, 100));
        CHECK(why == net::error::connection_reset);
    });
}
