// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/mailbox.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::as_result;
using core::errc;
using core::mailbox;
using core::task_group;
using core::with_deadline;
using test::coro_environment;
using test::failure_of;
using test::run_coro;
using test::settle;

namespace {

// A mailbox and what its users saw of it.
struct traced_box {
    explicit traced_box(std::size_t capacity) : box(capacity) {}
    mailbox<int> box;
    std::vector<int> received;
    std::vector<int> sent;
    error_code receiver_end, sender_end;
};
using box_ptr = std::shared_ptr<traced_box>;

awaitable<void> receive_all(box_ptr b) {
    for (;;) {
        auto item = co_await as_result(b->box.receive());
        if (!item) {
            b->receiver_end = item.error();
            co_return;
        }
        b->received.push_back(*item);
    }
}

awaitable<void> send_all(box_ptr b, int from, int to) {
    for (int i = from; i < to; ++i) {
        auto done = co_await as_result(b->box.send(i));
        if (!done) {
            b->sender_end = done.error();
            co_return;
        }
        b->sent.push_back(i);
    }
}

std::vector<int> numbers(int from, int to) {
    std::vector<int> all;
    for (int i = from; i < to; ++i)
        all.push_back(i);
    return all;
}

} // namespace

TEST_CASE("items come out in the order in which they went in") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto b = std::make_shared<traced_box>(3);
        task_group group(env.executor);
        group.spawn(send_all(b, 0, 10));
        group.spawn(receive_all(b));
        co_await settle();
        CHECK(b->received == numbers(0, 10));
        b->box.close();
        co_await group.join();
    });
}

TEST_CASE("an item that can only be moved goes through") {
    run_coro([](coro_environment) -> awaitable<void> {
        mailbox<std::unique_ptr<int>> box(1);
        co_await box.send(std::make_unique<int>(4));
        auto item = co_await box.receive();
        REQUIRE(item);
        CHECK(*item == 4);
        CHECK(box.try_send(std::make_unique<int>(5)));
        auto again = box.try_receive();
        REQUIRE(again.has_value());
        CHECK(**again == 5);
    });
}

TEST_CASE("a full mailbox makes the sender wait, and refuses try_send") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto b = std::make_shared<traced_box>(2);
        task_group group(env.executor);
        group.spawn(send_all(b, 0, 5));
        co_await settle();
        CHECK(b->sent == numbers(0, 2));
        CHECK_FALSE(b->box.try_send(99));
        CHECK(b->box.try_receive() == 0);
        co_await settle();
        CHECK(b->sent == numbers(0, 3));
        group.spawn(receive_all(b));
        co_await settle();
        CHECK(b->received == numbers(1, 5));
        b->box.close();
        co_await group.join();
    });
}

TEST_CASE("try_receive of an empty mailbox gives nothing") {
    mailbox<int> box(1);
    CHECK_FALSE(box.try_receive().has_value());
    CHECK(box.empty());
    CHECK(box.try_send(1));
    CHECK_FALSE(box.empty());
}

TEST_CASE("after close what is inside is still delivered, then comes the reason") {
    run_coro([](coro_environment) -> awaitable<void> {
        mailbox<int> box(5);
        CHECK(box.try_send(1));
        CHECK(box.try_send(2));
        box.close(core::end_of_stream);
        CHECK(box.closed());
        CHECK_FALSE(box.try_send(3));
        const auto refused = co_await failure_of(box.send(3));
        CHECK(refused == core::end_of_stream);
        const int first = co_await box.receive();
        CHECK(first == 1);
        CHECK(box.try_receive() == 2);
        const auto end = co_await failure_of(box.receive());
        CHECK(end == core::end_of_stream);
        const auto still = co_await failure_of(box.receive());
        CHECK(still == core::end_of_stream);
    });
}

TEST_CASE("the first reason of a close stays; without one it is closed") {
    run_coro([](coro_environment) -> awaitable<void> {
        mailbox<int> given(1), plain(1);
        given.close(core::end_of_stream);
        given.close(errc::malformed);
        const auto first = co_await failure_of(given.receive());
        CHECK(first == core::end_of_stream);
        plain.close();
        const auto ours = co_await failure_of(plain.receive());
        CHECK(ours == core::cond::closed);
    });
}

TEST_CASE("close wakes every waiting receiver and sender") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto empty = std::make_shared<traced_box>(1), full = std::make_shared<traced_box>(1);
        task_group group(env.executor);
        group.spawn(receive_all(empty));
        group.spawn(receive_all(empty));
        group.spawn(send_all(full, 0, 5));
        group.spawn(send_all(full, 10, 15));
        co_await settle();
        empty->box.close(errc::overloaded);
        full->box.close(errc::malformed);
        co_await group.join();
        CHECK(empty->receiver_end == errc::overloaded);
        CHECK(full->sender_end == errc::malformed);
        // What the first sender put in is still there; the items of those who waited are not.
        CHECK(full->box.try_receive() == 0);
        CHECK_FALSE(full->box.try_receive().has_value());
    });
}

TEST_CASE("a cancelled receive takes nothing") {
    run_coro([](coro_environment) -> awaitable<void> {
        mailbox<int> box(2);
        const auto why = co_await failure_of(with_deadline(5ms, box.receive()));
        CHECK(why == errc::timed_out);
        CHECK(box.try_send(1));
        const int item = co_await box.receive();
        CHECK(item == 1);
    });
}

TEST_CASE("a receive cancelled in the turn of its item's arrival gives the item") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto b = std::make_shared<traced_box>(1);
        task_group group(env.executor);
        group.spawn(receive_all(b));
        co_await settle();
        CHECK(b->box.try_send(7));
        group.cancel();
        co_await group.join();
        CHECK(b->received == std::vector<int>{7});
    });
}

TEST_CASE("an item for a cancelled receiver goes to the next one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto b = std::make_shared<traced_box>(1);
        task_group first(env.executor), second(env.executor);
        first.spawn(receive_all(b));
        co_await settle();
        second.spawn(receive_all(b));
        co_await settle();
        first.cancel();
        CHECK(b->box.try_send(7));
        co_await settle();
        CHECK(b->received == std::vector<int>{7});
        co_await first.join();
        second.cancel();
        co_await second.join();
    });
}

TEST_CASE("a cancelled send has put nothing in") {
    run_coro([](coro_environment) -> awaitable<void> {
        mailbox<int> box(1);
        co_await box.send(1);
        const auto why = co_await failure_of(with_deadline(5ms, box.send(2)));
        CHECK(why == errc::timed_out);
        CHECK(box.try_receive() == 1);
        CHECK_FALSE(box.try_receive().has_value());
        co_await box.send(3);
        CHECK(box.try_receive() == 3);
    });
}

TEST_CASE("room that a cancelled sender was waiting for goes to the next one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto b = std::make_shared<traced_box>(1);
        task_group first(env.executor), second(env.executor);
        CHECK(b->box.try_send(0));
        first.spawn(send_all(b, 1, 2));
        co_await settle();
        second.spawn(send_all(b, 2, 3));
        co_await settle();
        first.cancel();
        CHECK(b->box.try_receive() == 0);
        co_await settle();
        CHECK(b->box.try_receive() == 2);
        co_await first.join();
        co_await second.join();
    });
}

TEST_CASE("many senders and receivers lose and double nothing") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            auto b = std::make_shared<traced_box>(3);
            task_group senders(env.executor), receivers(env.executor);
            for (int i = 0; i < 5; ++i) {
                senders.spawn(send_all(b, i * 100, i * 100 + 20));
                receivers.spawn(receive_all(b));
            }
            co_await senders.join();
            b->box.close();
            co_await receivers.join();
            auto sorted = b->received;
            std::sort(sorted.begin(), sorted.end());
            std::vector<int> expected;
            for (int i = 0; i < 5; ++i)
                for (int n : numbers(i * 100, i * 100 + 20))
                    expected.push_back(n);
            CHECK(sorted == expected);
        },
        60);
}
