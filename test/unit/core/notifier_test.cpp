// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/notifier.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

using namespace costrand;
using namespace std::chrono_literals;
using test::coro_environment;
using test::failure_of;
using test::run_coro;
using test::settle;

namespace {

struct shared_trace {
    core::notifier bell;
    std::string trace;
};
using trace_ptr = std::shared_ptr<shared_trace>;

// Waits once and writes its name, in capitals what went wrong.
awaitable<void> sleeper(trace_ptr t, char name) {
    auto woken = co_await core::as_result(t->bell.wait());
    if (woken)
        t->trace += name;
    else if (woken.error() == core::cond::cancelled)
        t->trace += std::string("x") + name;
    else if (woken.error() == core::cond::closed)
        t->trace += std::string("c") + name;
}

awaitable<void> close_only(std::shared_ptr<core::notifier> bell, std::shared_ptr<error_code> seen) {
    auto *raw = bell.get();
    bell.reset();
    auto woken = co_await core::as_result(raw->wait());
    *seen = woken.error();
}

} // namespace

TEST_CASE("sleepers wake in the order in which they came") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        for (char name : {'a', 'b', 'c'})
            group.spawn(sleeper(t, name));
        co_await settle();
        CHECK(t->bell.has_sleepers());
        t->bell.notify_one();
        CHECK(t->trace.empty()); // never inside the call
        co_await settle();
        CHECK(t->trace == "a");
        t->bell.notify_one();
        t->bell.notify_one();
        co_await settle();
        CHECK(t->trace == "abc");
        CHECK_FALSE(t->bell.has_sleepers());
        co_await group.join();
    });
}

TEST_CASE("who was woken into a list runs inside the list's run, in order") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        for (char name : {'a', 'b', 'c'})
            group.spawn(sleeper(t, name));
        co_await settle();
        core::wake_list woken;
        t->bell.notify_one(woken);
        t->bell.notify_all(woken);
        CHECK_FALSE(t->bell.has_sleepers());
        CHECK(t->trace.empty());
        woken.run();
        CHECK(t->trace == "abc");
        woken.run();
        CHECK(t->trace == "abc");
        co_await group.join();
    });
}

TEST_CASE("who is left in a wake list runs later") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        group.spawn(sleeper(t, 'a'));
        co_await settle();
        {
            core::wake_list woken;
            t->bell.notify_all(woken);
        }
        CHECK(t->trace.empty());
        co_await group.join();
        CHECK(t->trace == "a");
    });
}

TEST_CASE("who was woken into a list stays woken when it is cancelled before its turn") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        group.spawn(sleeper(t, 'a'));
        co_await settle();
        core::wake_list woken;
        t->bell.notify_all(woken);
        group.cancel();
        CHECK(t->trace.empty());
        woken.run();
        CHECK(t->trace == "a");
        (void)co_await core::as_result(group.join());
    });
}

TEST_CASE("what a woken coroutine's end throws does not reach the one that woke it") {
    net::io_context context(1);
    auto t = std::make_shared<shared_trace>();
    auto fail = [](trace_ptr to) -> awaitable<void> {
        co_await to->bell.wait();
        throw system_error(core::errc::malformed);
    };
    auto wake = [](trace_ptr to) -> awaitable<void> {
        core::wake_list woken;
        to->bell.notify_all(woken);
        woken.run();
        to->trace += "on";
        co_return;
    };
    const auto strand = core::make_session_strand(context);
    core::spawn(strand, fail(t), core::rethrow);
    context.poll();
    core::spawn(strand, wake(t), core::rethrow);
    CHECK_THROWS_AS(context.run(), system_error);
    CHECK(t->trace == "on");
}

TEST_CASE("a notification without a sleeper is forgotten") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        t->bell.notify_one();
        t->bell.notify_all();
        core::task_group group(env.executor);
        group.spawn(sleeper(t, 'a'));
        co_await settle();
        CHECK(t->trace.empty());
        t->bell.notify_one();
        co_await group.join();
        CHECK(t->trace == "a");
    });
}

TEST_CASE("notify_all wakes those who sleep now, and not one who sleeps again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        auto twice = [](trace_ptr to) -> awaitable<void> {
            co_await to->bell.wait();
            to->trace += '1';
            co_await to->bell.wait();
            to->trace += '2';
        };
        group.spawn(twice(t));
        group.spawn(sleeper(t, 'b'));
        co_await settle();
        t->bell.notify_all();
        co_await settle();
        CHECK(t->trace == "1b");
        t->bell.notify_all();
        co_await group.join();
        CHECK(t->trace == "1b2");
    });
}

TEST_CASE("a cancelled sleeper takes no notification from the next one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group first(env.executor), second(env.executor);
        first.spawn(sleeper(t, 'a'));
        co_await settle();
        second.spawn(sleeper(t, 'b'));
        co_await settle();
        first.cancel();
        t->bell.notify_one(); // 'a' is cancelled in this very turn
        co_await settle();
        CHECK(t->trace == "xab");
        co_await first.join();
        co_await second.join();
    });
}

TEST_CASE("a sleeper that was notified and then cancelled in one turn was notified") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group group(env.executor);
        group.spawn(sleeper(t, 'a'));
        co_await settle();
        t->bell.notify_one();
        group.cancel();
        co_await settle();
        CHECK(t->trace == "a");
        co_await group.join();
    });
}

TEST_CASE("the end of a notifier wakes its sleepers with closed") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto bell = std::make_shared<core::notifier>();
        auto seen = std::make_shared<error_code>();
        core::task_group group(env.executor);
        group.spawn(close_only(bell, seen));
        co_await settle();
        bell.reset();
        co_await group.join();
        CHECK(*seen == core::errc::closed);
    });
}

TEST_CASE("a sleeper in the middle of the queue leaves it whole") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto t = std::make_shared<shared_trace>();
        core::task_group outer(env.executor), middle(env.executor);
        outer.spawn(sleeper(t, 'a'));
        co_await settle();
        middle.spawn(sleeper(t, 'b'));
        co_await settle();
        outer.spawn(sleeper(t, 'c'));
        co_await settle();
        middle.cancel();
        co_await settle();
        t->bell.notify_one();
        co_await settle();
        t->bell.notify_one();
        co_await settle();
        CHECK(t->trace == "xbac");
        CHECK_FALSE(t->bell.has_sleepers());
        co_await outer.join();
        co_await middle.join();
    });
}

TEST_CASE("a wait that a deadline gave up is off the list") {
    run_coro([](coro_environment) -> awaitable<void> {
        core::notifier bell;
        for (int i = 0; i < 3; ++i) {
            const auto why = co_await failure_of(core::with_deadline(5ms, bell.wait()));
            CHECK(why == core::errc::timed_out);
            CHECK_FALSE(bell.has_sleepers());
        }
    });
}

// The handler owns the frame, the frame the node, the node the handler: a context that forgot it
// would leak all three, which LeakSanitizer sees.
TEST_CASE("a context destroyed over sleepers destroys their frames") {
    auto alive = std::make_shared<int>(0);
    {
        net::io_context context(1);
        auto waits_in_own_frame = [](std::shared_ptr<int>) -> awaitable<void> {
            core::notifier mine;
            co_await mine.wait();
        };
        auto t = std::make_shared<shared_trace>();
        auto waits_outside = [](std::shared_ptr<int>, trace_ptr to) -> awaitable<void> {
            co_await to->bell.wait();
        };
        auto on_end = [](std::exception_ptr) {};
        for (int i = 0; i < 3; ++i) {
            net::co_spawn(context, waits_in_own_frame(alive), on_end);
            net::co_spawn(context, waits_outside(alive, t), on_end);
        }
        context.poll();
        CHECK(alive.use_count() == 7);
        CHECK(t->bell.has_sleepers());
        // One is woken and has not run when the end comes.
        t->bell.notify_one();
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a notifier may outlive the context of those who slept on it") {
    auto t = std::make_shared<shared_trace>();
    {
        net::io_context context(1);
        net::co_spawn(context, sleeper(t, 'a'), [](std::exception_ptr) {});
        context.poll();
        CHECK(t->bell.has_sleepers());
    }
    CHECK_FALSE(t->bell.has_sleepers());
    t->bell.notify_all();
    CHECK(t->trace.empty());
    CHECK(t.use_count() == 1);
}
