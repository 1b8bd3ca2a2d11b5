// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/task_group.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace costrand;
using namespace std::chrono_literals;
using core::as_result;
using core::errc;
using core::task_group;
using test::coro_environment;
using test::failure_of;
using test::run_coro;
using test::settle;

namespace {

using trace_ptr = std::shared_ptr<std::string>;

awaitable<void> work(core::duration d, trace_ptr trace, char name) {
    auto slept = co_await as_result(core::sleep_for(d));
    if (!slept) {
        *trace += std::string("x") + name;
        throw system_error(slept.error());
    }
    *trace += name;
}

awaitable<void> fail(core::duration d, error_code why) {
    co_await core::sleep_for(d);
    throw system_error(why);
}

awaitable<void> bug() {
    co_await core::sleep_for(1ms);
    throw std::logic_error("a bug");
}

// Cleans up for a while when it is cancelled, then fails with `why` or ends well.
awaitable<void> slow_to_stop(core::duration d, trace_ptr trace, error_code why) {
    (void)co_await as_result(core::sleep_for(1h)); // its end is what is waited for
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await core::sleep_for(d);
    *trace += 's';
    if (why)
        throw system_error(why);
}

struct join_outcome {
    error_code code;
    core::duration at{};
    bool next_await_throws = false;
};

awaitable<void> joiner(std::shared_ptr<join_outcome> to, trace_ptr trace,
                       core::virtual_time *time) {
    task_group group(co_await net::this_coro::executor);
    group.spawn(slow_to_stop(30ms, trace, error_code()));
    group.spawn(work(1h, trace, 'w'));
    auto joined = co_await as_result(group.join());
    to->code = joined ? error_code() : joined.error();
    to->at = time->elapsed();
    CHECK(group.empty());
    to->next_await_throws = true;
    co_await core::sleep_for(1ms);
    to->next_await_throws = false;
}

awaitable<void> runner(std::shared_ptr<join_outcome> to, trace_ptr trace, core::virtual_time *time,
                       awaitable<void> body) {
    task_group group(co_await net::this_coro::executor);
    group.spawn(slow_to_stop(30ms, trace, error_code()));
    auto ended = co_await as_result(group.run(std::move(body)));
    to->code = ended ? error_code() : ended.error();
    to->at = time->elapsed();
    CHECK(group.empty());
    to->next_await_throws = true;
    co_await core::sleep_for(1ms);
    to->next_await_throws = false;
}

} // namespace

TEST_CASE("join completes when the last child has ended") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        CHECK(group.empty());
        group.spawn(work(20ms, trace, 'b'));
        group.spawn(work(10ms, trace, 'a'));
        CHECK_FALSE(group.empty());
        co_await group.join();
        CHECK(*trace == "ab");
        CHECK(group.empty());
        CHECK(env.time.elapsed() == 20ms);
    });
}

TEST_CASE("join of an empty group completes at once, and again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        co_await group.join();
        group.spawn(work(1ms, trace, 'a'));
        co_await group.join();
        co_await group.join();
        CHECK(*trace == "a");
    });
}

TEST_CASE("a child runs inside spawn up to its first wait, and its end is never inside") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        auto child = [](trace_ptr to) -> awaitable<void> {
            *to += 'a';
            co_await core::sleep_for(1ms);
            *to += 'b';
        };
        group.spawn(child(trace));
        CHECK(*trace == "a");
        group.spawn(work(0ms, trace, 'c'));
        CHECK(*trace == "ac");
        CHECK_FALSE(group.empty());
        co_await group.join();
        CHECK(*trace == "acb");
    });
}

TEST_CASE("the first error cancels the other children and comes out of join") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(work(1h, trace, 'a'));
        group.spawn(fail(10ms, errc::malformed));
        group.spawn(fail(10ms, errc::overloaded));
        const auto why = co_await failure_of(group.join());
        CHECK(why == errc::malformed);
        CHECK(*trace == "xa");
        CHECK(group.empty());
        CHECK(env.time.elapsed() == 10ms);
    });
}

TEST_CASE("an exception that is no system_error comes out of join as it is") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(work(1h, trace, 'a'));
        group.spawn(bug());
        bool seen = false;
        try {
            co_await group.join();
        } catch (const std::logic_error &) {
            seen = true;
        }
        CHECK(seen);
        CHECK(*trace == "xa");
    });
}

TEST_CASE("after cancel the children's cancellation is no error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(work(1h, trace, 'a'));
        group.spawn(work(1h, trace, 'b'));
        co_await core::sleep_for(5ms);
        group.cancel();
        group.cancel();
        co_await group.join();
        CHECK(*trace == "xaxb");
        CHECK(env.time.elapsed() == 5ms);
    });
}

TEST_CASE("a child that fails otherwise after cancel is told by join") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(slow_to_stop(10ms, trace, errc::malformed));
        group.spawn(slow_to_stop(20ms, trace, errc::overloaded));
        co_await core::sleep_for(1ms);
        group.cancel();
        const auto why = co_await failure_of(group.join());
        CHECK(why == errc::malformed);
        CHECK(*trace == "ss");
        CHECK(env.time.elapsed() == 21ms);
    });
}

TEST_CASE("a child that says it was cancelled though nobody cancelled it has failed") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(work(1h, trace, 'a'));
        group.spawn(fail(1ms, net::error::operation_aborted));
        auto joined = co_await as_result(group.join());
        REQUIRE_FALSE(joined.has_value());
        CHECK(joined.error() == core::cond::cancelled);
        CHECK(group.empty());
    });
}

TEST_CASE("a child spawned after cancel is not started") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.cancel();
        group.spawn(work(0ms, trace, 'a'));
        CHECK(group.empty());
        co_await group.join();
        co_await settle();
        CHECK(trace->empty());
    });
}

TEST_CASE("a child cancelled before its first turn never gets to its first wait") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        group.spawn(work(1h, trace, 'a'));
        group.cancel();
        co_await group.join();
        CHECK(group.empty());
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("a cancelled join cancels the children, waits for them and reports the cancellation") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        auto outcome = std::make_shared<join_outcome>();
        task_group outer(env.executor);
        outer.spawn(joiner(outcome, trace, &env.time));
        co_await core::sleep_for(5ms);
        outer.cancel();
        co_await outer.join();
        CHECK(outcome->code == core::cond::cancelled);
        CHECK(outcome->at == 35ms);
        CHECK(*trace == "xws");
    });
}

TEST_CASE("run cancels the children at the end of its body and waits for them") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        auto outcome = std::make_shared<join_outcome>();
        co_await runner(outcome, trace, &env.time, work(5ms, trace, 'b'));
        CHECK_FALSE(outcome->code);
        CHECK(outcome->at == 35ms);
        CHECK(*trace == "bs");
        CHECK_FALSE(outcome->next_await_throws);
    });
}

TEST_CASE("run throws its body's error after the children's end") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        auto outcome = std::make_shared<join_outcome>();
        co_await runner(outcome, trace, &env.time, fail(5ms, errc::closed));
        CHECK(outcome->code == errc::closed);
        CHECK(outcome->at == 35ms);
        CHECK(*trace == "s");
    });
}

TEST_CASE("a cancelled run waits for its children too, and stays cancelled") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        auto outcome = std::make_shared<join_outcome>();
        task_group outer(env.executor);
        outer.spawn(runner(outcome, trace, &env.time, work(1h, trace, 'b')));
        co_await core::sleep_for(5ms);
        outer.cancel();
        co_await outer.join();
        CHECK(outcome->code == core::cond::cancelled);
        CHECK(outcome->at == 35ms);
        CHECK(*trace == "xbs");
        CHECK(outcome->next_await_throws);
    });
}

// Otherwise `for (;;) { ... auto r = co_await as_result(group.join()); ... }` would never end.
TEST_CASE("after a cancelled join the coroutine is still cancelled") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        auto outcome = std::make_shared<join_outcome>();
        task_group outer(env.executor);
        outer.spawn(joiner(outcome, trace, &env.time));
        co_await core::sleep_for(5ms);
        outer.cancel();
        co_await outer.join();
        CHECK(outcome->next_await_throws);
    });
}

TEST_CASE("the end of a group without a join tells its children to stop") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        {
            task_group group(env.executor);
            group.spawn(work(1h, trace, 'a'));
            co_await settle();
        }
        co_await settle();
        CHECK(*trace == "xa");
    });
}

TEST_CASE("two coroutines may join one group") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor), joiners(env.executor);
        group.spawn(work(10ms, trace, 'a'));
        auto join = [](task_group *g, trace_ptr to) -> awaitable<void> {
            co_await g->join();
            *to += 'j';
        };
        joiners.spawn(join(&group, trace));
        joiners.spawn(join(&group, trace));
        co_await joiners.join();
        CHECK(*trace == "ajj");
    });
}

TEST_CASE("a child may spawn its siblings") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group group(env.executor);
        auto spawner = [](task_group *g, trace_ptr to) -> awaitable<void> {
            for (char name : {'a', 'b', 'c'}) {
                g->spawn(work(10ms, to, name));
                co_await core::sleep_for(1ms);
            }
        };
        group.spawn(spawner(&group, trace));
        co_await group.join();
        CHECK(*trace == "abc");
        CHECK(env.time.elapsed() == 12ms);
    });
}

TEST_CASE("a child may cancel its own group before it has waited for anything") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto trace = std::make_shared<std::string>();
        task_group ending(env.executor), failing(env.executor);
        auto ends = [](task_group *g, trace_ptr to) -> awaitable<void> {
            g->cancel();
            *to += 'e';
            co_return;
        };
        auto fails = [](task_group *g, trace_ptr to) -> awaitable<void> {
            g->cancel();
            *to += 'f';
            throw system_error(errc::malformed);
            co_return;
        };
        ending.spawn(work(1h, trace, 'a'));
        ending.spawn(ends(&ending, trace));
        co_await ending.join();
        failing.spawn(work(1h, trace, 'b'));
        failing.spawn(fails(&failing, trace));
        const auto why = co_await failure_of(failing.join());
        CHECK(why == errc::malformed);
        CHECK(*trace == "exafxb");
    });
}

TEST_CASE("a thousand children end in one cancel") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto trace = std::make_shared<std::string>();
            task_group group(env.executor);
            for (int i = 0; i < 1000; ++i)
                group.spawn(work(1h, trace, 'a'));
            co_await settle();
            group.cancel();
            co_await group.join();
            CHECK(trace->size() == 2000);
            CHECK(env.time.elapsed() == 1ns);
        },
        10);
}
