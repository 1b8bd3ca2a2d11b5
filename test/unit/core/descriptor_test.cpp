// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/descriptor.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::descriptor;
using test::failure_of;

namespace {

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    return ends;
}

std::array<int, 2> make_packet_pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) == 0);
    return ends;
}

bool is_open_fd(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

// Runs body(first, second) with both ends of `ends` as descriptors, in real time.
template <typename Body>
void with_descriptors(std::array<int, 2> ends, Body body) {
    net::io_context context(1);
    const auto ex = core::make_session_strand(context);
    descriptor first(ex, ends[0]), second(ex, ends[1]);
    bool done = false;
    net::co_spawn(ex, body(first, second), [&done](std::exception_ptr e) {
        core::rethrow(e);
        done = true;
    });
    context.run();
    CHECK(done);
}

awaitable<std::string> read_text(descriptor &from) {
    std::string text(64, '?');
    auto attempt = [&text](int fd) { return ::read(fd, text.data(), text.size()); };
    text.resize(co_await from.when_readable(attempt));
    co_return text;
}

awaitable<void> write_text(descriptor &to, std::string text) {
    auto attempt = [&text](int fd) { return ::write(fd, text.data(), text.size()); };
    const auto n = co_await to.when_writable(attempt);
    CHECK(n == text.size());
}

struct outcome {
    bool ended = false;
    error_code code;
    std::string text;
};
using outcome_ptr = std::shared_ptr<outcome>;

awaitable<void> note_read(descriptor &from, outcome_ptr to) {
    auto got = co_await core::as_result(read_text(from));
    to->ended = true;
    to->code = got ? error_code() : got.error();
    to->text = got ? *got : "";
}

awaitable<void> note_wait(awaitable<void> wait, outcome_ptr to) {
    auto done = co_await core::as_result(std::move(wait));
    to->ended = true;
    to->code = done ? error_code() : done.error();
}

// Gives every other coroutine a few turns, a look at the reactor included.
awaitable<void> few_turns() {
    for (int i = 0; i < 10; ++i)
        co_await net::post(co_await net::this_coro::executor, use_awaitable);
}

} // namespace

TEST_CASE("a read waits for data and gives it") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &out) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        auto seen = std::make_shared<outcome>();
        group.spawn(note_read(in, seen));
        co_await few_turns();
        CHECK_FALSE(seen->ended);
        co_await write_text(out, "hello");
        co_await group.join();
        CHECK(seen->text == "hello");
    });
}

TEST_CASE("data that is there is read without a wait") {
    with_descriptors(make_packet_pair(), [](descriptor &a, descriptor &b) -> awaitable<void> {
        co_await write_text(a, "one");
        co_await write_text(a, "two");
        // One packet a read: their bounds are kept.
        const auto one = co_await read_text(b);
        const auto two = co_await read_text(b);
        CHECK(one == "one");
        CHECK(two == "two");
    });
}

TEST_CASE("a read that found nothing is not tried again before the wait for data") {
    with_descriptors(make_packet_pair(), [](descriptor &a, descriptor &b) -> awaitable<void> {
        char byte = '?';
        int calls = 0;
        auto attempt = [&](int fd) {
            ++calls;
            return ::read(fd, &byte, 1);
        };
        const auto nothing = b.try_read(attempt);
        CHECK_FALSE(nothing.has_value());
        co_await write_text(a, "x");
        const auto still_nothing = b.try_read(attempt);
        CHECK_FALSE(still_nothing.has_value());
        CHECK(calls == 1);
        const auto n = co_await b.when_readable(attempt);
        CHECK(n == 1);
        CHECK(byte == 'x');
        CHECK(calls == 2);
        co_await write_text(a, "y");
        const auto at_once = b.try_read(attempt);
        CHECK(at_once == std::size_t{1});
        CHECK(byte == 'y');
    });
}

TEST_CASE("reads that always find something let others run now and then") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &out) -> awaitable<void> {
        co_await write_text(out, "x"); // never taken: the pipe stays readable
        auto others = std::make_shared<int>(0);
        core::task_group group(co_await net::this_coro::executor);
        auto count_turns = [](std::shared_ptr<int> turns) -> awaitable<void> {
            for (; *turns < 3; ++*turns)
                co_await net::post(co_await net::this_coro::executor, use_awaitable);
        };
        group.spawn(count_turns(others));
        auto found = [](int) { return 1; };
        int reads = 0;
        while (*others < 3 && reads < 10000) {
            co_await in.when_readable(found);
            ++reads;
        }
        CHECK(*others == 3);
        int in_a_row = 0;
        while (in_a_row < 10000 && in.try_read(found))
            ++in_a_row;
        CHECK(in_a_row < 10000);
        co_await group.join();
    });
}

TEST_CASE("a write waits for room") {
    with_descriptors(make_packet_pair(), [](descriptor &a, descriptor &b) -> awaitable<void> {
        const std::string packet(4096, 'p');
        auto write = [&packet](int fd) { return ::write(fd, packet.data(), packet.size()); };
        int sent = 0;
        for (;;) { // until the socket's buffer is full
            auto done = co_await core::as_result(core::with_deadline(5ms, a.when_writable(write)));
            if (!done)
                break;
            ++sent;
        }
        CHECK(sent > 0);
        core::task_group group(co_await net::this_coro::executor);
        auto writable = std::make_shared<outcome>();
        group.spawn(note_wait(a.wait_writable(), writable));
        co_await few_turns();
        CHECK_FALSE(writable->ended);
        std::string got(packet.size(), '?');
        auto read = [&got](int fd) { return ::read(fd, got.data(), got.size()); };
        for (int i = 0; i < sent; ++i) {
            const auto n = co_await b.when_readable(read);
            CHECK(n == packet.size());
        }
        co_await group.join();
        CHECK(writable->code == error_code());
    });
}

TEST_CASE("the peer's close is readable, and the read tells of it") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &out) -> awaitable<void> {
        out.close();
        co_await in.wait_readable();
        const auto text = co_await read_text(in);
        CHECK(text.empty());
    });
}

TEST_CASE("what the system answers comes out as its error") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &out) -> awaitable<void> {
        auto no_such_device = [](int) {
            errno = ENODEV;
            return -1;
        };
        const auto gone = co_await failure_of(in.when_readable(no_such_device));
        CHECK(gone == error_code(ENODEV, boost::system::system_category()));
        // The wrong end of a pipe.
        char c = 'x';
        auto wrong = [&c](int fd) { return ::read(fd, &c, 1); };
        const auto bad = co_await failure_of(out.when_readable(wrong));
        CHECK(bad == error_code(EBADF, boost::system::system_category()));
    });
}

TEST_CASE("an interrupted call is repeated at once") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &) -> awaitable<void> {
        int calls = 0;
        auto interrupted = [&calls](int) {
            errno = EINTR;
            return ++calls < 3 ? -1 : 7;
        };
        const auto n = co_await in.when_readable(interrupted);
        CHECK(n == 7);
        CHECK(calls == 3);
    });
}

TEST_CASE("close ends a pending wait of either direction with closed") {
    with_descriptors(make_packet_pair(), [](descriptor &a, descriptor &) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        auto read = std::make_shared<outcome>();
        group.spawn(note_read(a, read));
        co_await few_turns();
        CHECK(a.is_open());
        a.close();
        a.close();
        CHECK_FALSE(a.is_open());
        co_await group.join();
        CHECK(read->code == core::cond::closed);
        const auto later = co_await failure_of(a.wait_readable());
        CHECK(later == core::cond::closed);
        const auto write = co_await failure_of(write_text(a, "x"));
        CHECK(write == core::cond::closed);
    });
}

TEST_CASE("a cancelled wait is cancelled, and the descriptor can be used again") {
    with_descriptors(make_pipe(), [](descriptor &in, descriptor &out) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        auto seen = std::make_shared<outcome>();
        group.spawn(note_read(in, seen));
        co_await few_turns();
        group.cancel();
        co_await group.join();
        CHECK(seen->code == core::cond::cancelled);
        const auto why = co_await failure_of(core::with_deadline(1ms, in.wait_readable()));
        CHECK(why == core::errc::timed_out);
        co_await write_text(out, "x");
        const auto text = co_await read_text(in);
        CHECK(text == "x");
    });
}

TEST_CASE("both directions may be waited for at once") {
    with_descriptors(make_packet_pair(), [](descriptor &a, descriptor &b) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        auto readable = std::make_shared<outcome>(), writable = std::make_shared<outcome>();
        group.spawn(note_wait(a.wait_readable(), readable));
        group.spawn(note_wait(a.wait_writable(), writable));
        while (!writable->ended)
            co_await few_turns();
        CHECK_FALSE(readable->ended);
        co_await write_text(b, "x");
        co_await group.join();
        CHECK(readable->code == error_code());
    });
}

TEST_CASE("a descriptor owns its file: it is non-blocking, and closed with the object") {
    auto ends = make_pipe();
    {
        net::io_context context(1);
        descriptor in(context.get_executor(), ends[0]);
        CHECK(in.native() == ends[0]);
        CHECK((::fcntl(ends[0], F_GETFL) & O_NONBLOCK) != 0);
    }
    CHECK_FALSE(is_open_fd(ends[0]));
    ::close(ends[1]);
}

TEST_CASE("a descriptor that cannot be watched is refused, and closed all the same") {
    net::io_context context(1);
    CHECK_THROWS_AS(descriptor(context.get_executor(), -1), system_error);
}

TEST_CASE("a context that ends over a waiting descriptor leaves nothing behind") {
    auto ends = make_pipe();
    auto seen = std::make_shared<outcome>();
    {
        net::io_context context(1);
        auto body = [](net::any_io_executor ex, int fd, outcome_ptr to) -> awaitable<void> {
            descriptor in(ex, fd);
            co_await note_read(in, to);
        };
        net::co_spawn(context, body(context.get_executor(), ends[0], seen), core::rethrow);
        context.poll();
    }
    CHECK_FALSE(seen->ended);
    CHECK(seen.use_count() == 1);
    CHECK_FALSE(is_open_fd(ends[0]));
    ::close(ends[1]);
}
