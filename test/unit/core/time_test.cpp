// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/time.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using test::coro_environment;
using test::run_coro;

namespace {

using trace_ptr = std::shared_ptr<std::string>;

awaitable<void> sleep_and_note(core::duration d, trace_ptr trace, char name) {
    co_await core::sleep_for(d);
    *trace += name;
}

class bell final : public core::detail::alarm_target {
  public:
    bell(trace_ptr trace, char name) : trace_(std::move(trace)), name_(name) {}

  private:
    void ring() override { *trace_ += name_; }

    trace_ptr trace_;
    char name_;
};

// FNV-1a over 64-bit words.
struct trace_hash {
    std::uint64_t value = 1469598103934665603ull;
    void add(std::uint64_t x) { value = (value ^ x) * 1099511628211ull; }
};

// Writes after a random time in random pieces; what it writes is random too.
awaitable<void> random_writer(core::byte_stream &to, core::random_source &random, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        std::array<std::byte, 40> data{};
        random.fill(data);
        co_await core::sleep_for(std::to_integer<int>(data[0]) * 1ms);
        const std::size_t size = 1 + std::to_integer<std::size_t>(data[1]) % 39;
        co_await core::write_all(to, net::buffer(data.data(), size));
    }
    co_await to.shutdown();
}

awaitable<void> hash_reader(core::byte_stream &from, core::virtual_time &time, trace_hash &hash) {
    std::array<std::byte, 64> data{};
    for (;;) {
        auto got = co_await core::as_result(from.read_some(net::buffer(data)));
        if (!got)
            co_return;
        hash.add(*got);
        hash.add(static_cast<std::uint64_t>(time.elapsed().count()));
        for (std::size_t i = 0; i < *got; ++i)
            hash.add(std::to_integer<std::uint64_t>(data[i]));
    }
}

struct seeded_run {
    std::uint64_t hash;
    core::duration elapsed;
    std::size_t handlers;
};

seeded_run run_seeded(std::uint64_t seed) {
    test::detail::test_context context;
    core::virtual_time time(context);
    auto random = core::seeded_random(seed);
    trace_hash hash;
    sim::memory_options slow;
    slow.chop = 7;
    slow.latency = 3ms;
    const auto ex = core::make_session_strand(context);
    auto pairs = std::make_unique<std::vector<sim::byte_stream_pair>>();
    int ended = 0;
    auto on_end = [&ended](std::exception_ptr e) {
        if (e)
            std::rethrow_exception(e);
        ++ended;
    };
    for (int i = 0; i < 4; ++i)
        pairs->push_back(sim::memory_byte_pair(ex, slow, slow));
    for (auto &[near, far] : *pairs) {
        net::co_spawn(ex, random_writer(*near, *random, 50), on_end);
        net::co_spawn(ex, hash_reader(*far, time, hash), on_end);
    }
    const std::size_t handlers = time.run();
    CHECK(ended == 8);
    return {hash.value, time.elapsed(), handlers};
}

} // namespace

TEST_CASE("a thousand virtual seconds pass without waiting") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto real = std::chrono::steady_clock::now();
            for (int i = 0; i < 1000; ++i)
                co_await core::sleep_for(1s);
            CHECK(env.time.elapsed() == 1000s);
            // The bound is generous: it must only tell apart waiting from jumping.
            CHECK(std::chrono::steady_clock::now() - real < 100s);
        },
        20);
}

TEST_CASE("sleepers wake by time, at one time in the order in which they fell asleep") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        core::task_group group(env.executor);
        group.spawn(sleep_and_note(30ms, trace, 'd'));
        group.spawn(sleep_and_note(10ms, trace, 'a'));
        group.spawn(sleep_and_note(20ms, trace, 'b'));
        group.spawn(sleep_and_note(20ms, trace, 'c'));
        co_await group.join();
        CHECK(*trace == "abcd");
        CHECK(env.time.elapsed() == 30ms);
    });
}

TEST_CASE("time moves only when every coroutine waits") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        core::task_group group(env.executor);
        group.spawn(sleep_and_note(1ms, trace, 't'));
        for (int i = 0; i < 100; ++i)
            co_await net::post(env.executor, use_awaitable);
        CHECK(env.time.elapsed() == 0s);
        CHECK(trace->empty());
        co_await group.join();
        CHECK(*trace == "t");
    });
}

TEST_CASE("an alarm rings once, after those who sleep to the same time; without the alarm nobody") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        bell kept(trace, 'k'), dropped(trace, 'd'), past(trace, 'p');
        const auto start = env.time.now();
        core::task_group group(env.executor);
        const auto first = env.time.set_alarm(env.executor, start + 10ms, kept);
        std::optional<core::alarm> second;
        second.emplace(env.time.set_alarm(env.executor, start + 5ms, dropped));
        group.spawn(sleep_and_note(10ms, trace, 's'));
        second.reset();
        co_await group.join();
        CHECK(*trace == "s");
        const auto third = env.time.set_alarm(env.executor, start, past);
        CHECK(*trace == "s"); // never inside the call
        co_await core::sleep_for(1h);
        CHECK(*trace == "spk"); // by their times
    });
}

TEST_CASE("on the steady clock an alarm rings, and one that is gone keeps nobody waiting") {
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);
    auto trace = std::make_shared<std::string>();
    bell now(trace, 'n'), never(trace, 'v');
    auto &time = core::time_source::of(strand);
    const auto first = time.set_alarm(strand, time.now(), now);
    std::optional<core::alarm> second;
    second.emplace(time.set_alarm(strand, time.now() + 24h, never));
    second.reset();
    CHECK(trace->empty());
    context.run(); // ends: the day is not waited for
    CHECK(*trace == "n");
}

TEST_CASE("a sleep of nothing or less does not wait") {
    run_coro([](coro_environment env) -> awaitable<void> {
        co_await core::sleep_for(0s);
        co_await core::sleep_for(-5s);
        co_await core::time_source::of(env.executor).sleep_until(core::time_point(-1s));
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("the longest sleep there is does not wrap into the past") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        core::task_group group(env.executor);
        co_await core::sleep_for(1s);
        group.spawn(sleep_and_note(core::duration::max(), trace, 'x'));
        co_await core::sleep_for(24h);
        CHECK(trace->empty());
        group.cancel();
        co_await group.join();
    });
}

TEST_CASE("a cancelled sleep ends at once and does not hold up the clock") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        core::task_group group(env.executor);
        group.spawn(sleep_and_note(1h, trace, 'x'));
        co_await core::sleep_for(1ms);
        group.cancel();
        co_await group.join();
        CHECK(trace->empty());
        CHECK(env.time.elapsed() == 1ms);
        co_await core::sleep_for(1ms);
        CHECK(env.time.elapsed() == 2ms);
    });
}

TEST_CASE("now is the virtual time") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto start = core::now(env.executor);
        co_await core::sleep_for(90s);
        CHECK(core::now(env.executor) - start == 90s);
        CHECK(core::now(env.executor).time_since_epoch() == env.time.elapsed());
    });
}

TEST_CASE("the same seed gives the same run, to the handler; another seed another one") {
    const auto once = run_seeded(7), again = run_seeded(7), other = run_seeded(8);
    CHECK(once.elapsed > 1s);
    CHECK(once.hash == again.hash);
    CHECK(once.elapsed == again.elapsed);
    CHECK(once.handlers == again.handlers);
    CHECK(once.hash != other.hash);
}

TEST_CASE("run stops at the handler limit and can go on") {
    test::detail::test_context context;
    core::virtual_time time(context);
    auto trace = std::make_shared<std::string>();
    auto steps = [](trace_ptr to) -> awaitable<void> {
        for (int i = 0; i < 10; ++i)
            co_await sleep_and_note(1s, to, '.');
    };
    net::co_spawn(context, steps(trace), [](std::exception_ptr) {});
    CHECK(time.run(0) == 0);
    CHECK(trace->empty());
    CHECK(time.run(5) == 5);
    const auto at_limit = trace->size();
    CHECK(at_limit > 0);
    CHECK(at_limit < 10);
    time.run();
    CHECK(trace->size() == 10);
    CHECK(time.elapsed() == 10s);
}

TEST_CASE("without a virtual time a context has the steady clock") {
    net::io_context context(1);
    const auto before = std::chrono::steady_clock::now();
    const auto ours = core::now(context.get_executor());
    CHECK(ours >= before);
    CHECK(ours <= std::chrono::steady_clock::now());
}

TEST_CASE("on the steady clock a sleep lasts at least as long as asked, and can be cancelled") {
    net::io_context context(1);
    core::duration slept{};
    bool cancelled_in_time = false;
    auto body = [](core::duration &to, bool &flag) -> awaitable<void> {
        const auto ex = co_await net::this_coro::executor;
        const auto start = core::now(ex);
        co_await core::sleep_for(2ms);
        to = core::now(ex) - start;
        auto trace = std::make_shared<std::string>();
        core::task_group group(ex);
        group.spawn(sleep_and_note(1h, trace, 'x'));
        group.spawn(sleep_and_note(core::duration::max(), trace, 'y'));
        co_await net::post(ex, use_awaitable);
        group.cancel();
        co_await group.join();
        flag = trace->empty();
    };
    net::co_spawn(context, body(slept, cancelled_in_time), [](std::exception_ptr e) {
        if (e)
            std::rethrow_exception(e);
    });
    context.run();
    CHECK(slept >= 2ms);
    CHECK(cancelled_in_time);
}
