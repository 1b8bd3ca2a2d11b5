// SPDX-License-Identifier: Apache-2.0
// Descriptors that share a readiness set, over real socket pairs.
#include <costrand/core/readiness.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::descriptor;
using core::readiness;
using test::failure_of;

namespace {

// One of many, and its peer, a plain socket.
struct pair {
    pair(const net::any_io_executor &executor, const std::shared_ptr<readiness> &set) {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
        own.emplace(executor, ends[0], set);
        peer = ends[1];
    }
    pair(const pair &) = delete;
    pair &operator=(const pair &) = delete;
    ~pair() { hang_up(); }

    void say(const std::string &text) const {
        REQUIRE(::send(peer, text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    void hang_up() {
        if (peer >= 0)
            ::close(std::exchange(peer, -1));
    }

    std::optional<descriptor> own;
    int peer = -1;
};

// As a stream reads: a short read is known to have left nothing.
awaitable<std::string> read_text(descriptor &from) {
    std::string text(64, '?');
    auto attempt = [&text](int fd) { return ::recv(fd, text.data(), text.size(), 0); };
    const std::size_t n = co_await from.when_readable(attempt);
    if (n < text.size())
        from.drained();
    text.resize(n);
    co_return text;
}

struct heard {
    std::vector<std::string> texts;
    error_code code;
    bool ended = false;
};
using heard_ptr = std::shared_ptr<heard>;

// All that comes; an empty text is the peer's end.
awaitable<void> listen(descriptor &from, heard_ptr to) {
    try {
        for (;;) {
            const auto text = co_await read_text(from);
            to->texts.push_back(text);
            if (text.empty())
                break;
        }
    } catch (const system_error &e) {
        to->code = e.code();
    }
    to->ended = true;
}

// Gives every other coroutine a few turns, a look at the reactor included.
awaitable<void> few_turns() {
    for (int i = 0; i < 10; ++i)
        co_await net::post(co_await net::this_coro::executor, use_awaitable);
}

awaitable<void> until_ended(heard_ptr who) {
    while (!who->ended)
        co_await few_turns();
}
awaitable<void> until_heard(heard_ptr who, std::size_t count) {
    while (who->texts.size() < count)
        co_await few_turns();
}

// Runs body(executor, set) in real time.
template <typename Body>
void with_set(Body body) {
    net::io_context context(1);
    const auto ex = core::make_session_strand(context);
    bool done = false;
    net::co_spawn(ex, body(ex, std::make_shared<readiness>(ex)), [&done](std::exception_ptr e) {
        core::rethrow(e);
        done = true;
    });
    context.run();
    CHECK(done);
}

using executor = net::any_io_executor;
using set_ptr = std::shared_ptr<readiness>;

} // namespace

TEST_CASE("of many descriptors each that something arrives for is told") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        constexpr std::size_t many = 300; // more than are asked for at once
        core::task_group group(ex);
        std::vector<std::unique_ptr<pair>> pairs;
        std::vector<heard_ptr> all;
        for (std::size_t i = 0; i < many; ++i) {
            pairs.push_back(std::make_unique<pair>(ex, set));
            all.push_back(std::make_shared<heard>());
            group.spawn(listen(*pairs.back()->own, all.back()));
        }
        for (int round = 0; round < 3; ++round)
            for (std::size_t i = 0; i < many; ++i)
                if (i != 7)
                    pairs[i]->say("x");
        for (std::size_t i = 0; i < many; ++i)
            if (i != 7)
                pairs[i]->hang_up();
        for (std::size_t i = 0; i < many; ++i)
            if (i != 7)
                co_await until_ended(all[i]);
        CHECK(all[7]->texts.empty());
        CHECK(all[8]->texts.back().empty());
        pairs[7]->hang_up();
        co_await group.join();
    });
}

TEST_CASE("a last message and the end behind it are both told, whenever they come") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        core::task_group group(ex);
        pair before(ex, set), together(ex, set), after(ex, set);
        const auto a = std::make_shared<heard>(), b = std::make_shared<heard>(),
                   c = std::make_shared<heard>();
        before.say("last");
        before.hang_up();
        group.spawn(listen(*before.own, a));
        group.spawn(listen(*together.own, b));
        group.spawn(listen(*after.own, c));
        co_await until_ended(a);
        together.say("last");
        together.hang_up();
        co_await until_ended(b);
        after.say("last");
        co_await until_heard(c, 1);
        after.hang_up();
        co_await group.join();
        const std::vector<std::string> all{"last", ""};
        CHECK(a->texts == all);
        CHECK(b->texts == all);
        CHECK(c->texts == all);
    });
}

TEST_CASE("what arrived while nobody waited is read without a wait") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        pair one(ex, set), other(ex, set);
        const auto seen = std::make_shared<heard>();
        core::task_group group(ex);
        group.spawn(listen(*other.own, seen));
        one.say("a");
        const auto first = co_await read_text(*one.own);
        one.say("b");
        other.say("x"); // the set is asked, and tells of both
        co_await until_heard(seen, 1);
        const auto second = co_await read_text(*one.own);
        CHECK(first == "a");
        CHECK(second == "b");
        other.hang_up();
        co_await group.join();
    });
}

TEST_CASE("one of many that is closed ends its wait with closed, and not the others'") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        pair one(ex, set), other(ex, set);
        const auto a = std::make_shared<heard>(), b = std::make_shared<heard>();
        core::task_group group(ex);
        group.spawn(listen(*one.own, a));
        group.spawn(listen(*other.own, b));
        co_await few_turns();
        one.own->close();
        co_await until_ended(a);
        CHECK(a->code == core::cond::closed);
        const auto later = co_await failure_of(one.own->wait_readable());
        CHECK(later == core::cond::closed);
        other.say("x");
        other.hang_up();
        co_await group.join();
        CHECK(b->texts.size() == 2);
    });
}

TEST_CASE("a wait of one of many can be cancelled, and made again") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        pair one(ex, set);
        for (int i = 0; i < 3; ++i) {
            const auto why = co_await failure_of(core::with_deadline(1ms, read_text(*one.own)));
            CHECK(why == core::errc::timed_out);
        }
        one.say("x");
        const auto text = co_await read_text(*one.own);
        CHECK(text == "x");
    });
}

namespace {

awaitable<void> read_and_close(descriptor &from, descriptor &other) {
    const auto text = co_await read_text(from);
    CHECK(text == "x");
    other.close();
}

} // namespace

TEST_CASE("who runs first may close another that was told in the same turn") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        pair first(ex, set), second(ex, set);
        const auto seen = std::make_shared<heard>();
        core::task_group group(ex);
        group.spawn(read_and_close(*first.own, *second.own));
        group.spawn(listen(*second.own, seen));
        co_await few_turns();
        first.say("x");
        second.say("y");
        co_await group.join();
        CHECK(seen->code == core::cond::closed);
    });
}

TEST_CASE("a set that was empty for a moment tells of who comes next") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        for (int i = 0; i < 5; ++i) {
            { pair gone(ex, set); }
            pair next(ex, set);
            const auto seen = std::make_shared<heard>();
            core::task_group group(ex);
            group.spawn(listen(*next.own, seen));
            co_await few_turns();
            next.say("x");
            next.hang_up();
            co_await group.join();
            CHECK(seen->texts.size() == 2);
        }
    });
}

namespace {

awaitable<void> fill_and_go_on(descriptor &to, std::size_t size) {
    const std::string text(size, 'x');
    for (std::size_t sent = 0; sent < size;) {
        auto attempt = [&](int fd) {
            return ::send(fd, text.data() + sent, size - sent, MSG_NOSIGNAL);
        };
        sent += co_await to.when_writable(attempt);
    }
}

} // namespace

TEST_CASE("one of many waits to write, and hears of what arrives before and after it") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        constexpr std::size_t size = std::size_t{4} << 20;
        pair one(ex, set);
        const auto seen = std::make_shared<heard>();
        core::task_group group(ex);
        group.spawn(listen(*one.own, seen));
        group.spawn(fill_and_go_on(*one.own, size));
        co_await few_turns();
        one.say("before");
        co_await until_heard(seen, 1);
        std::vector<char> taken(size);
        for (std::size_t got = 0; got < size;) {
            const auto n = ::recv(one.peer, taken.data(), taken.size(), 0);
            if (n > 0)
                got += static_cast<std::size_t>(n);
            else
                co_await few_turns();
        }
        one.say("after");
        co_await until_heard(seen, 2);
        one.hang_up();
        co_await group.join();
        CHECK(seen->texts == std::vector<std::string>{"before", "after", ""});
    });
}

TEST_CASE("a peer that never pauses does not keep out the others") {
    with_set([](executor ex, set_ptr set) -> awaitable<void> {
        pair busy(ex, set);
        bool others_ran = false;
        const auto note = [&others_ran] { others_ran = true; };
        net::post(ex, note);
        auto endless = [](int) { return ssize_t{1}; };
        for (int i = 0; i < 200; ++i)
            (void)co_await busy.own->when_readable(endless);
        CHECK(others_ran);
    });
}

TEST_CASE("a context that ends over members that wait leaves nothing behind") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    const auto seen = std::make_shared<heard>();
    {
        net::io_context context(1);
        auto body = [](executor ex, int fd, heard_ptr to) -> awaitable<void> {
            descriptor in(ex, fd, std::make_shared<readiness>(ex));
            co_await listen(in, to);
        };
        net::co_spawn(context, body(context.get_executor(), ends[0], seen), core::rethrow);
        context.poll();
    }
    CHECK_FALSE(seen->ended);
    CHECK(seen.use_count() == 1);
    CHECK(::fcntl(ends[0], F_GETFD) == -1);
    ::close(ends[1]);
}
