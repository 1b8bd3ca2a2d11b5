// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/retry.hpp>

#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::errc;
using core::retry;
using core::retry_policy;
using test::coro_environment;
using test::failure_of;
using test::run_coro;

namespace {

// Fails with the given codes in turn, then succeeds with the number of the call.
struct flaky {
    flaky(std::vector<error_code> codes, core::virtual_time *clock)
        : failures(std::move(codes)),
          time(clock) {}

    std::vector<error_code> failures;
    core::virtual_time *time;
    int calls = 0;
    std::vector<core::duration> at;

    awaitable<int> run() {
        at.push_back(time->elapsed());
        co_await core::sleep_for(0s);
        if (const auto n = static_cast<std::size_t>(calls++); n < failures.size())
            throw system_error(failures[n]);
        co_return calls;
    }
};

retry_policy five_times() {
    retry_policy policy;
    policy.attempts = 5;
    policy.first_wait = 100ms;
    policy.passing = [](error_code why) { return why == errc::overloaded; };
    return policy;
}

awaitable<void> note_code(awaitable<int> op, std::shared_ptr<error_code> to) {
    auto got = co_await core::as_result(std::move(op));
    *to = got ? error_code() : got.error();
}

} // namespace

TEST_CASE("a first success is not repeated and costs no wait") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{{}, &env.time};
        auto call = [&f] { return f.run(); };
        const int n = co_await retry(five_times(), call);
        CHECK(n == 1);
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("passing errors are tried again after the wait, and the success comes out") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{{errc::overloaded, errc::overloaded}, &env.time};
        auto call = [&f] { return f.run(); };
        const int n = co_await retry(five_times(), call);
        CHECK(n == 3);
        CHECK(f.at == std::vector<core::duration>{0ms, 100ms, 200ms});
    });
}

TEST_CASE("the waits grow by the factor up to the longest") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{std::vector<error_code>(4, errc::overloaded), &env.time};
        auto policy = five_times();
        policy.growth = 2;
        policy.longest_wait = 300ms;
        auto call = [&f] { return f.run(); };
        const int n = co_await retry(std::move(policy), call);
        CHECK(n == 5);
        CHECK(f.at == std::vector<core::duration>{0ms, 100ms, 300ms, 600ms, 900ms});
    });
}

TEST_CASE("when the attempts are used up the last error comes out, at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{std::vector<error_code>(9, errc::overloaded), &env.time};
        auto call = [&f] { return f.run(); };
        const auto why = co_await failure_of(retry(five_times(), call));
        CHECK(why == errc::overloaded);
        CHECK(f.calls == 5);
        CHECK(env.time.elapsed() == 400ms);
    });
}

TEST_CASE("an error that does not pass with time ends the retry at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{{errc::overloaded, core::end_of_stream}, &env.time};
        auto call = [&f] { return f.run(); };
        const auto why = co_await failure_of(retry(five_times(), call));
        CHECK(why == core::end_of_stream);
        CHECK(f.calls == 2);
    });
}

TEST_CASE("without a filter every error but cancellation is passing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{{errc::malformed, core::end_of_stream}, &env.time};
        retry_policy policy;
        policy.attempts = 3;
        auto call = [&f] { return f.run(); };
        const int n = co_await retry(std::move(policy), call);
        CHECK(n == 3);
    });
}

TEST_CASE("waits that would overflow stay at the longest") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            flaky f{std::vector<error_code>(70, errc::overloaded), &env.time};
            auto policy = five_times();
            policy.attempts = 71;
            policy.first_wait = 1ns;
            policy.growth = 4;
            auto call = [&f] { return f.run(); };
            core::task_group group(env.executor);
            auto code = std::make_shared<error_code>();
            group.spawn(note_code(retry(std::move(policy), call), code));
            // The waits are 4^0 + ... + 4^31 ns, about 194 years; 4^32 ns is beyond the type.
            co_await core::sleep_for(core::duration(std::int64_t(7) << 60));
            CHECK(f.calls == 33);
            group.cancel();
            co_await group.join();
            CHECK(*code == core::cond::cancelled);
        },
        20);
}

TEST_CASE("a cancellation ends the wait between two attempts at once, and is never retried") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{std::vector<error_code>(9, errc::overloaded), &env.time};
        auto policy = five_times();
        policy.passing = [](error_code) { return true; };
        auto code = std::make_shared<error_code>();
        auto call = [&f] { return f.run(); };
        core::task_group group(env.executor);
        group.spawn(note_code(retry(std::move(policy), call), code));
        co_await core::sleep_for(150ms);
        group.cancel();
        co_await group.join();
        CHECK(*code == core::cond::cancelled);
        CHECK(f.calls == 2);
        CHECK(env.time.elapsed() == 150ms);
    });
}

TEST_CASE("retry works for operations without a value") {
    run_coro([](coro_environment env) -> awaitable<void> {
        flaky f{{errc::overloaded}, &env.time};
        auto call = [&f]() -> awaitable<void> { (void)co_await f.run(); };
        co_await retry(five_times(), call);
        CHECK(f.calls == 2);
    });
}
