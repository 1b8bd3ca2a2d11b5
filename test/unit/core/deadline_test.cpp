// SPDX-License-Identifier: Apache-2.0
// The whole contract of with_deadline, sentence by sentence.
#include <costrand/core/deadline.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/mailbox.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace costrand;
using namespace std::chrono_literals;
using core::with_deadline;
using test::coro_environment;
using test::failure_of;
using test::run_coro;

namespace {

awaitable<int> value_after(core::duration d, int value) {
    co_await core::sleep_for(d);
    co_return value;
}
awaitable<int> value_now(int value) {
    co_return value;
}
awaitable<std::string> text_after(core::duration d, std::string text) {
    co_await core::sleep_for(d);
    co_return text;
}
awaitable<int> fail_after(core::duration d, error_code why) {
    co_await core::sleep_for(d);
    throw system_error(why);
}
awaitable<void> throw_bug() {
    co_await core::sleep_for(1ms);
    throw std::logic_error("a bug");
}

// Ignores cancellation: goes on for all of d, and succeeds.
awaitable<int> stubborn(core::duration d, int value) {
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await core::sleep_for(d);
    co_return value;
}
awaitable<void> stubborn_void(core::duration d) {
    (void)co_await stubborn(d, 0);
}
awaitable<int> stubborn_failure(core::duration d, error_code why) {
    (void)co_await stubborn(d, 0);
    throw system_error(why);
}

struct no_default {
    explicit no_default(int v) : value(v) {}
    int value;
};
awaitable<std::optional<no_default>> wrapped(int value) {
    co_return no_default(value);
}

struct outcome {
    error_code code;
    core::duration at{};
};
using outcome_ptr = std::shared_ptr<outcome>;

// What an operation says when it is cancelled from outside.
awaitable<void> note_failure(awaitable<int> op, core::virtual_time *time, outcome_ptr to) {
    auto got = co_await core::as_result(std::move(op));
    to->code = got ? error_code() : got.error();
    to->at = time->elapsed();
}

awaitable<int> fail_differently_on_cancel(error_code why) {
    auto slept = co_await core::as_result(core::sleep_for(1h));
    if (!slept)
        throw system_error(why);
    co_return 0;
}

awaitable<int> slow_to_stop(error_code why) {
    (void)co_await core::as_result(core::sleep_for(1h));
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await core::sleep_for(10s);
    throw system_error(why);
}

} // namespace

TEST_CASE("the value of the operation passes as soon as it is there") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const int now = co_await with_deadline(200ms, value_now(43));
        CHECK(now == 43);
        CHECK(env.time.elapsed() == 0s);
        const int later = co_await with_deadline(200ms, value_after(5ms, 42));
        CHECK(later == 42);
        CHECK(env.time.elapsed() == 5ms);
        const auto text = co_await with_deadline(200ms, text_after(5ms, std::string(100, 's')));
        CHECK(text == std::string(100, 's'));
        co_await with_deadline(200ms, core::sleep_for(5ms));
        CHECK(env.time.elapsed() == 15ms);
    });
}

TEST_CASE("a type without a default constructor goes in an optional") {
    run_coro([](coro_environment) -> awaitable<void> {
        const auto got = co_await with_deadline(1s, wrapped(3));
        REQUIRE(got.has_value());
        CHECK(got->value == 3);
    });
}

TEST_CASE("the error of the operation passes as soon as it is there") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto why =
            co_await failure_of(with_deadline(300ms, fail_after(5ms, core::end_of_stream)));
        CHECK(why == core::end_of_stream);
        CHECK(env.time.elapsed() == 5ms);
    });
}

TEST_CASE("an exception that is no system_error passes as it is") {
    run_coro([](coro_environment) -> awaitable<void> {
        bool seen = false;
        try {
            co_await with_deadline(1s, throw_bug());
        } catch (const std::logic_error &e) {
            seen = std::string(e.what()) == "a bug";
        }
        CHECK(seen);
    });
}

TEST_CASE("when the time is up first the operation is cancelled and timed_out is reported") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto value = co_await failure_of(with_deadline(30ms, value_after(1h, 1)));
        CHECK(value == core::errc::timed_out);
        CHECK(value == core::cond::timed_out);
        CHECK(env.time.elapsed() == 30ms);
        const auto nothing = co_await failure_of(with_deadline(30ms, core::sleep_for(1h)));
        CHECK(nothing == core::errc::timed_out);
        CHECK(env.time.elapsed() == 60ms);
    });
}

TEST_CASE("with no time at all an operation that need not wait succeeds, another is timed out") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const int now = co_await with_deadline(0ms, value_now(43));
        CHECK(now == 43);
        const auto waits = co_await failure_of(with_deadline(0ms, value_after(1ms, 1)));
        CHECK(waits == core::errc::timed_out);
        const auto negative = co_await failure_of(with_deadline(-1s, value_after(1ms, 1)));
        CHECK(negative == core::errc::timed_out);
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("the longest limit there is means no limit") {
    run_coro([](coro_environment env) -> awaitable<void> {
        co_await core::sleep_for(1s);
        const int value = co_await with_deadline(core::duration::max(), value_after(1h, 7));
        CHECK(value == 7);
        CHECK(env.time.elapsed() == 1h + 1s);
    });
}

TEST_CASE("an operation that ends with the limit counts, whichever was first") {
    run_coro([](coro_environment) -> awaitable<void> {
        // Its sleep began first, so it wakes first.
        const int first = co_await with_deadline(10ms, value_after(10ms, 1));
        CHECK(first == 1);
        // The timer is first here: the success is the operation's answer to its cancellation.
        const int second = co_await with_deadline(10ms, stubborn(10ms + 1ns, 2));
        CHECK(second == 2);
    });
}

TEST_CASE("an operation that ignores its cancellation is waited for, and its success counts") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const int value = co_await with_deadline(30ms, stubborn(120ms, 5));
        CHECK(value == 5);
        CHECK(env.time.elapsed() == 120ms);
        co_await with_deadline(30ms, stubborn_void(120ms));
        CHECK(env.time.elapsed() == 240ms);
        const auto why = co_await failure_of(
            with_deadline(30ms, stubborn_failure(120ms, core::errc::malformed)));
        CHECK(why == core::errc::timed_out);
        CHECK(env.time.elapsed() == 360ms);
    });
}

TEST_CASE("of nested limits the shorter wins") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto inner =
            co_await failure_of(with_deadline(100ms, with_deadline(20ms, value_after(1h, 1))));
        CHECK(inner == core::errc::timed_out);
        CHECK(env.time.elapsed() == 20ms);
        const auto outer =
            co_await failure_of(with_deadline(20ms, with_deadline(100ms, value_after(1h, 1))));
        CHECK(outer == core::errc::timed_out);
        CHECK(env.time.elapsed() == 40ms);
        const int value = co_await with_deadline(20ms, with_deadline(100ms, value_after(1ms, 9)));
        CHECK(value == 9);
    });
}

TEST_CASE("a cancellation from outside reaches the operation and is reported as it reports it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto plain = std::make_shared<outcome>(), special = std::make_shared<outcome>();
        core::task_group group(env.executor);
        group.spawn(note_failure(with_deadline(5s, value_after(1h, 1)), &env.time, plain));
        group.spawn(
            note_failure(with_deadline(5s, fail_differently_on_cancel(core::errc::overloaded)),
                         &env.time, special));
        co_await core::sleep_for(20ms);
        group.cancel();
        co_await group.join();
        CHECK(plain->code == core::cond::cancelled);
        CHECK(plain->at == 20ms);
        CHECK(special->code == core::errc::overloaded);
        CHECK(special->at == 20ms);
    });
}

TEST_CASE(
    "a cancellation from outside that came before the limit stays one, however long it takes") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto end = std::make_shared<outcome>();
        core::task_group group(env.executor);
        group.spawn(
            note_failure(with_deadline(5s, slow_to_stop(core::errc::overloaded)), &env.time, end));
        co_await core::sleep_for(1s);
        group.cancel();
        co_await group.join();
        CHECK(end->code == core::errc::overloaded);
        CHECK(end->at == 11s);
    });
}

TEST_CASE("after a time-out the coroutine goes on as if nothing had happened") {
    run_coro([](coro_environment env) -> awaitable<void> {
        for (int i = 1; i <= 50; ++i) {
            const auto why = co_await failure_of(with_deadline(1ms, core::sleep_for(1h)));
            CHECK(why == core::errc::timed_out);
        }
        co_await core::sleep_for(1ms);
        CHECK(env.time.elapsed() == 51ms);
    });
}

namespace {

awaitable<void> deliver_at(core::time_point when, core::mailbox<int> *to, int value) {
    const auto ex = co_await net::this_coro::executor;
    co_await core::time_source::of(ex).sleep_until(when);
    CHECK(to->try_send(value));
}

struct race_count {
    int received = 0, left_in_box = 0, lost = 0;
};

// A message and a time limit that fall into one turn of a real reactor, again and again: the
// message is received, or it is still in the mailbox.
awaitable<void> photo_finishes(int times, race_count &count) {
    const auto ex = co_await net::this_coro::executor;
    for (int i = 0; i < times; ++i) {
        core::mailbox<int> box(1);
        core::task_group group(ex);
        const auto when = core::now(ex) + 1ms;
        group.spawn(deliver_at(when, &box, 7));
        auto got = co_await core::as_result(with_deadline(when - core::now(ex), box.receive()));
        co_await group.join();
        if (got)
            count.received += *got == 7;
        else if (box.try_receive())
            ++count.left_in_box;
        else
            ++count.lost;
    }
}

} // namespace

TEST_CASE("in 300 photo finishes on the steady clock no message is lost") {
    net::io_context context(1);
    race_count count;
    net::co_spawn(context, photo_finishes(300, count), [](std::exception_ptr e) {
        if (e)
            std::rethrow_exception(e);
    });
    context.run();
    CHECK(count.lost == 0);
    CHECK(count.received + count.left_in_box == 300);
}
