// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/async_mutex.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace costrand;
using namespace std::chrono_literals;
using core::async_mutex;
using core::task_group;
using test::coro_environment;
using test::run_coro;
using test::settle;

namespace {

struct shared_room {
    async_mutex mutex;
    std::string trace;
};
using room_ptr = std::shared_ptr<shared_room>;

// Goes in, stays, goes out; both are noted.
awaitable<void> visit(room_ptr room, char name, core::duration stay) {
    const auto turn = co_await room->mutex.lock();
    room->trace += name;
    co_await core::sleep_for(stay);
    room->trace += '.';
}

} // namespace

TEST_CASE("one at a time is inside, in the order of arrival") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto room = std::make_shared<shared_room>();
        task_group group(env.executor);
        for (char name : {'a', 'b', 'c'})
            group.spawn(visit(room, name, 10ms));
        co_await group.join();
        CHECK(room->trace == "a.b.c.");
        CHECK(env.time.elapsed() == 30ms);
    });
}

TEST_CASE("a free mutex is taken without waiting, again and again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        async_mutex mutex;
        for (int i = 0; i < 3; ++i) {
            const auto turn = co_await mutex.lock();
            (void)turn;
        }
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("a newcomer does not overtake the one that is being woken") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto room = std::make_shared<shared_room>();
        task_group group(env.executor);
        {
            const auto turn = co_await room->mutex.lock();
            group.spawn(visit(room, 'a', 0ms));
            co_await settle();
        }
        // 'a' is woken and has not run.
        group.spawn(visit(room, 'b', 0ms));
        co_await group.join();
        CHECK(room->trace == "a.b.");
    });
}

TEST_CASE("one who gives up waiting holds up nobody") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto room = std::make_shared<shared_room>();
        task_group group(env.executor), impatient(env.executor);
        group.spawn(visit(room, 'a', 10ms));
        co_await settle();
        impatient.spawn(visit(room, 'x', 10ms));
        co_await settle();
        group.spawn(visit(room, 'b', 10ms));
        impatient.cancel();
        co_await group.join();
        co_await impatient.join();
        CHECK(room->trace == "a.b.");
    });
}

TEST_CASE("one cancelled as its turn comes passes the turn on") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto room = std::make_shared<shared_room>();
        task_group group(env.executor), unlucky(env.executor);
        {
            const auto turn = co_await room->mutex.lock();
            unlucky.spawn(visit(room, 'x', 10ms));
            co_await settle();
            group.spawn(visit(room, 'b', 10ms));
            co_await settle();
        }
        unlucky.cancel();
        co_await group.join();
        co_await unlucky.join();
        CHECK(room->trace == "xb.");
    });
}

TEST_CASE("a guard may outlive its mutex") {
    run_coro([](coro_environment) -> awaitable<void> {
        auto mutex = std::make_unique<async_mutex>();
        const auto turn = co_await mutex->lock();
        mutex.reset();
        (void)turn;
    });
}
