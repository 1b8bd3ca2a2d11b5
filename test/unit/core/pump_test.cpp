// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/pump.hpp>

#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

using namespace costrand;
using namespace std::chrono_literals;
using core::pump_end;
using test::coro_environment;
using test::run_coro;
using test::settle;

namespace {

struct counter {
    std::size_t taken = 0, given = 0, most_in_hand = 0;

    void took(std::size_t n) {
        taken += n;
        most_in_hand = std::max(most_in_hand, taken - given);
    }
    void gave(std::size_t n) { given += n; }
};

// A source and a sink, each with the test at its other end, and a pump between them.
struct relay {
    explicit relay(coro_environment env, sim::memory_options source_end = {},
                   sim::memory_options sink_end = {})
        : source(sim::memory_byte_pair(env.executor, source_end)),
          sink(sim::memory_byte_pair(env.executor, sink_end)),
          tasks(env.executor) {}

    awaitable<void> run() {
        end = co_await core::pump(*source.first, *sink.first, net::buffer(buffer), seen);
    }

    sim::byte_stream_pair source, sink; // .first is the pump's
    std::array<std::byte, 64> buffer;
    counter seen;
    std::optional<pump_end> end;
    core::task_group tasks;
};

awaitable<void> write(core::byte_stream &to, std::string text) {
    co_await core::write_all(to, net::buffer(text));
}

sim::memory_options ten_at_a_time() {
    sim::memory_options o;
    o.chop = o.capacity = 10;
    return o;
}

} // namespace

TEST_CASE("a pump carries everything, and ends with its source") {
    for (std::size_t chop : {1u, 5u, 4096u})
        run_coro([chop](coro_environment env) -> awaitable<void> {
            sim::memory_options chopped;
            chopped.chop = chop;
            relay r(env, chopped, chopped);
            r.tasks.spawn(r.run());
            const std::string text(500, 'x');
            r.tasks.spawn(write(*r.source.second, text));
            std::string got(500, '\0');
            co_await core::read_exactly(*r.sink.second, net::buffer(got));
            CHECK((got == text));
            CHECK_FALSE(r.end);
            co_await r.source.second->shutdown();
            co_await r.tasks.join();
            REQUIRE(r.end);
            CHECK(r.end->where == pump_end::side::source);
            CHECK(r.end->why == core::end_of_stream);
            CHECK(r.seen.taken == 500);
            CHECK(r.seen.given == 500);
        });
}

TEST_CASE("a sink that takes nothing stops the source: no more than the buffer is in hand") {
    run_coro([](coro_environment env) -> awaitable<void> {
        relay r(env, {}, ten_at_a_time());
        r.tasks.spawn(r.run());
        r.tasks.spawn(write(*r.source.second, std::string(1000, 'x')));
        co_await settle();
        CHECK(r.seen.given == 10);
        CHECK(r.seen.taken == r.buffer.size());
        const auto stalled_at = r.seen.taken;
        co_await core::sleep_for(1h);
        CHECK(r.seen.taken == stalled_at);
        std::string got(1000, '\0');
        co_await core::read_exactly(*r.sink.second, net::buffer(got));
        CHECK(r.seen.most_in_hand <= r.buffer.size());
        r.source.second->close();
        co_await r.tasks.join();
    });
}

TEST_CASE("whose side failed, and why, is told") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto lost = net::error::make_error_code(net::error::connection_reset);
        sim::memory_options failing;
        failing.fail_read_at = 1;
        failing.failure = lost;
        relay source_fails(env, failing);
        co_await source_fails.run();
        CHECK(source_fails.end->where == pump_end::side::source);
        CHECK(source_fails.end->why == lost);

        failing.fail_read_at = 0;
        failing.fail_write_at = 1;
        relay sink_fails(env, {}, failing);
        co_await write(*sink_fails.source.second, "hello");
        co_await sink_fails.run();
        CHECK(sink_fails.end->where == pump_end::side::sink);
        CHECK(sink_fails.end->why == lost);
        CHECK(sink_fails.seen.taken == 5);
        CHECK(sink_fails.seen.given == 0);

        relay closed(env);
        closed.tasks.spawn(closed.run());
        closed.source.first->close();
        co_await closed.tasks.join();
        CHECK(closed.end->why == core::cond::closed);
    });
}
