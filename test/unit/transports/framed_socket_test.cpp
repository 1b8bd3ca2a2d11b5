// SPDX-License-Identifier: Apache-2.0
// The streams of the pipe over a real socket pair, with a raw peer at the other end.
#include <src/framed_socket.hpp>
#include <src/received_bytes.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include <support/hex.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using test::failure_of;
using transports::framed_socket;
using transports::pipe_framing;

namespace {

struct framed_and_raw {
    std::unique_ptr<framed_socket> framed;
    heci::unique_fd raw;
};

framed_and_raw make(const test::coro_environment &env, pipe_framing framing) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    return {std::make_unique<framed_socket>(env.executor, heci::unique_fd(ends[0]), framing),
            heci::unique_fd(ends[1])};
}

void put(const heci::unique_fd &raw, const std::string &hex) {
    const auto bytes = test::from_hex(hex);
    REQUIRE(::send(raw.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
}

// All that is there now.
std::string take(const heci::unique_fd &raw) {
    std::vector<std::byte> bytes(1 << 20);
    const auto n = ::recv(raw.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return test::to_hex(bytes);
}

awaitable<std::string> receive_hex(framed_socket &from, std::size_t room) {
    std::vector<std::byte> bytes(room);
    bytes.resize(co_await from.receive(net::buffer(bytes)));
    co_return test::to_hex(bytes);
}

awaitable<void> send_hex(framed_socket &to, std::string hex) {
    const auto bytes = test::from_hex(hex);
    co_await to.send(net::buffer(bytes));
}

constexpr pipe_framing small{100};

// Shared: a test that is cancelled may be gone when its senders end.
using ends_ptr = std::shared_ptr<std::vector<error_code>>;

awaitable<void> send_large(framed_socket &to, std::size_t size, ends_ptr ends) {
    const std::vector<std::byte> message(size);
    const auto end = co_await failure_of(to.send(net::buffer(message)));
    ends->push_back(end);
}

} // namespace

TEST_CASE("a pipe's message travels behind its length") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        co_await send_hex(*s.framed, "aabbcc");
        co_await send_hex(*s.framed, "");
        CHECK(take(s.raw) == "00000003aabbcc00000000");
        put(s.raw, "00000002ddee");
        const auto got = co_await receive_hex(*s.framed, 100);
        CHECK(got == "ddee");
    });
}

TEST_CASE("a KCM reply's length does not count the outer code, a request's counts all") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto server = make(env, transports::kcm_server_framing);
        put(server.raw, "0000000402000014");
        const auto request = co_await receive_hex(*server.framed, 100);
        CHECK(request == "02000014");
        co_await send_hex(*server.framed, "0000000096c73ac3");
        CHECK(take(server.raw) == "000000040000000096c73ac3");

        auto client = make(env, transports::kcm_client_framing);
        co_await send_hex(*client.framed, "02000014");
        CHECK(take(client.raw) == "0000000402000014");
        put(client.raw, "000000040000000096c73ac3");
        const auto reply = co_await receive_hex(*client.framed, 100);
        CHECK(reply == "0000000096c73ac3");
    });
}

TEST_CASE("bytes that come one by one make the same message, and two in one write are two") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        auto drip = [](const heci::unique_fd &raw) -> awaitable<void> {
            for (const char *byte : {"00", "00", "00", "03", "aa", "bb", "cc"}) {
                put(raw, byte);
                co_await core::sleep_for(1h);
            }
            put(raw, "00000001dd00000001ee");
        };
        core::task_group peer(env.executor);
        peer.spawn(drip(s.raw));
        const auto first = co_await receive_hex(*s.framed, 100);
        const auto second = co_await receive_hex(*s.framed, 100);
        const auto third = co_await receive_hex(*s.framed, 100);
        CHECK(first == "aabbcc");
        CHECK(second == "dd");
        CHECK(third == "ee");
        co_await peer.join();
    });
}

TEST_CASE("a receive that was cancelled amid a frame has lost nothing of it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        put(s.raw, "00000003aa");
        std::vector<std::byte> buffer(100);
        const auto late =
            co_await failure_of(core::with_deadline(1s, s.framed->receive(net::buffer(buffer))));
        CHECK(late == core::cond::timed_out);
        put(s.raw, "bbcc");
        const auto got = co_await receive_hex(*s.framed, 100);
        CHECK(got == "aabbcc");
    });
}

TEST_CASE("the largest message is taken, one byte more or a length near 2^32 ends the stream") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        std::vector<std::byte> buffer(1000);
        for (const char *length : {"00000065", "7fffffff", "80000000", "fffffffc", "ffffffff"})
            for (const std::size_t uncounted : {0U, 4U}) {
                auto s = make(env, pipe_framing{100, 0, uncounted});
                put(s.raw, length);
                const auto why = co_await failure_of(s.framed->receive(net::buffer(buffer)));
                CHECK(why == core::errc::message_too_large);
                const auto again = co_await failure_of(s.framed->receive(net::buffer(buffer)));
                CHECK(again == core::cond::closed);
                CHECK(::send(s.raw.get(), "x", 1, MSG_NOSIGNAL) == -1); // the peer sees it, too
            }
        auto s = make(env, small);
        put(s.raw, "00000064" + std::string(200, '7'));
        const auto size = co_await s.framed->receive(net::buffer(buffer));
        CHECK(size == 100);
    });
}

TEST_CASE("a frame that is cut at any byte is malformed, an end between frames is the end") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const std::string frame = "00000003aabbcc";
        for (std::size_t bytes = 0; bytes < frame.size() / 2; ++bytes) {
            auto s = make(env, small);
            put(s.raw, "00000001dd" + frame.substr(0, bytes * 2));
            REQUIRE(::shutdown(s.raw.get(), SHUT_WR) == 0); // half a close counts
            const auto whole = co_await receive_hex(*s.framed, 100);
            CHECK(whole == "dd");
            const auto why = co_await failure_of(receive_hex(*s.framed, 100));
            CHECK(why == (bytes == 0 ? core::end_of_stream
                                     : core::make_error_code(core::errc::malformed)));
        }
    });
}

TEST_CASE("a peer that does not read costs no more than the limit of unsent bytes") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            pipe_framing framing{1 << 20};
            framing.unsent_limit = 3 << 20;
            auto s = make(env, framing);
            const std::vector<std::byte> message(1 << 20);
            const auto ends = std::make_shared<std::vector<error_code>>();
            core::task_group senders(env.executor);
            for (int i = 0; i < 4; ++i)
                senders.spawn(send_large(*s.framed, message.size(), ends));
            co_await test::settle();
            CHECK(ends->empty());
            const auto why = co_await failure_of(s.framed->send(net::buffer(message)));
            CHECK(why == core::errc::limit_exceeded);
            co_await senders.join();
            CHECK(ends->size() == 4);
            for (const auto &end : *ends)
                CHECK(end == core::cond::closed);
        },
        40);
}

TEST_CASE("large messages of several senders stay whole while the peer reads slowly") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            int ends[2];
            REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
            const pipe_framing framing{1 << 20};
            framed_socket a(env.executor, heci::unique_fd(ends[0]), framing);
            framed_socket b(env.executor, heci::unique_fd(ends[1]), framing);
            auto send = [](framed_socket &to, char mark) -> awaitable<void> {
                const std::string message(500'000, mark);
                co_await to.send(net::buffer(message));
            };
            core::task_group senders(env.executor);
            for (const char mark : {'a', 'b', 'c'})
                senders.spawn(send(a, mark));
            std::string got(1 << 20, ' '), order;
            for (int i = 0; i < 3; ++i) {
                const auto size = co_await b.receive(net::buffer(got));
                const auto text = std::string_view(got).substr(0, size);
                if (size == 500'000 && text.find_first_not_of(text[0]) == text.npos)
                    order += text[0];
            }
            CHECK(order == "abc");
            co_await senders.join();
        },
        40);
}

TEST_CASE("a message to a peer that is gone fails with broken_pipe and raises no signal") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        s.raw.reset();
        const auto why = co_await failure_of(send_hex(*s.framed, "aa"));
        CHECK(why == net::error::broken_pipe);
        const auto again = co_await failure_of(send_hex(*s.framed, "aa"));
        CHECK(again == net::error::broken_pipe);
    });
}

TEST_CASE("what a peer sent before it went is received after a send that failed") {
    for (const bool left_unread : {false, true})
        test::run_coro([left_unread](test::coro_environment env) -> awaitable<void> {
            auto s = make(env, small);
            if (left_unread)
                co_await send_hex(*s.framed, "bb");
            put(s.raw, "00000001aa00000002bbcc");
            s.raw.reset();
            const auto why = co_await failure_of(send_hex(*s.framed, "aa"));
            CHECK(why);
            std::vector<std::byte> buffer(100);
            const auto first = co_await s.framed->receive(net::buffer(buffer));
            const auto second = co_await s.framed->receive(net::buffer(buffer));
            const auto end = co_await failure_of(s.framed->receive(net::buffer(buffer)));
            CHECK(first == 1);
            CHECK(second == 2);
            // The system tells a peer that left replies unread so.
            const auto reset = net::error::make_error_code(net::error::connection_reset);
            CHECK(end == (left_unread ? reset : core::end_of_stream));
        });
}

TEST_CASE("a peer that goes amid a large message is no broken_pipe: a part of it had gone") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            auto s = make(env, pipe_framing{4 << 20});
            auto leave = [](heci::unique_fd &raw) -> awaitable<void> {
                co_await core::sleep_for(1s);
                raw.reset();
            };
            core::task_group peer(env.executor);
            peer.spawn(leave(s.raw));
            const std::vector<std::byte> message(4 << 20);
            const auto why = co_await failure_of(s.framed->send(net::buffer(message)));
            CHECK(why == net::error::connection_reset);
            co_await peer.join();
        },
        40);
}

TEST_CASE("a pipe's messages are received and sent without waiting where that is possible") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        std::vector<std::byte> buffer(100);
        CHECK_FALSE(s.framed->try_receive(net::buffer(buffer)));
        put(s.raw, "00000001aa00000002bbcc00000001");
        std::string got;
        const auto awaited = co_await receive_hex(*s.framed, 100);
        CHECK(awaited == "aa");
        const auto n = s.framed->try_receive(net::buffer(buffer));
        CHECK(n == std::optional<std::size_t>(2));
        CHECK_FALSE(s.framed->try_receive(net::buffer(buffer)));
        CHECK(s.framed->try_send(net::buffer("hello", 5)));
        CHECK(take(s.raw) == "0000000568656c6c6f");
        s.framed->close();
        CHECK_FALSE(s.framed->try_send(net::buffer("hello", 5)));
        CHECK_FALSE(s.framed->try_receive(net::buffer(buffer)));
    });
}

TEST_CASE("a client that sends without end leaves the others their turn") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto s = make(env, small);
        std::string many;
        for (int i = 0; i < 200; ++i)
            many += "0000000141";
        put(s.raw, many);
        bool others_ran = false;
        auto other = [](bool &ran) -> awaitable<void> {
            co_await net::post(use_awaitable);
            ran = true;
        };
        core::task_group others(env.executor);
        int before_others = 0;
        others.spawn(other(others_ran));
        for (int i = 0; i < 200; ++i) {
            co_await receive_hex(*s.framed, 100);
            if (!others_ran)
                ++before_others;
        }
        CHECK(others_ran);
        CHECK(before_others < 100);
        co_await others.join();
    });
}

TEST_CASE("close ends a pipe's pending receive and send with cond::closed") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            auto s = make(env, pipe_framing{4 << 20});
            auto close_later = [](framed_socket &of) -> awaitable<void> {
                co_await core::sleep_for(1s);
                of.close();
            };
            const auto ends = std::make_shared<std::vector<error_code>>();
            core::task_group group(env.executor);
            group.spawn(close_later(*s.framed));
            group.spawn(send_large(*s.framed, std::size_t{4} << 20, ends));
            const auto received = co_await failure_of(receive_hex(*s.framed, 100));
            co_await group.join();
            CHECK(received == core::cond::closed);
            REQUIRE(ends->size() == 1);
            CHECK(ends->front() == core::cond::closed);
        },
        40);
}

TEST_CASE("what was taken from the received bytes is gone from their memory") {
    transports::received_bytes bytes;
    const auto add = [&bytes](std::size_t n, unsigned char value) {
        while (n > 0) {
            const auto room = bytes.room();
            const auto part = std::min(n, room.size());
            std::fill_n(room.begin(), part, std::byte{value});
            bytes.added(part);
            n -= part;
        }
    };
    add(100, 0xaa);
    const auto *first = bytes.view().data();
    bytes.drop(60);
    CHECK(std::all_of(first, first + 60, [](std::byte b) { return b == std::byte{0}; }));
    CHECK(bytes.view().size() == 40);
    CHECK(bytes.view()[0] == std::byte{0xaa});
    bytes.drop(40);
    CHECK(bytes.view().empty());
    CHECK(bytes.room().data() == first); // the same memory again
    CHECK(std::all_of(first, first + 100, [](std::byte b) { return b == std::byte{0}; }));
}

TEST_CASE("received bytes that move within their memory leave no copy behind them") {
    transports::received_bytes bytes;
    const auto room = bytes.room();
    std::fill(room.begin(), room.end(), std::byte{0xaa});
    bytes.added(room.size());
    bytes.drop(room.size() - 10);
    const auto more = bytes.room(); // full at its end: the ten move to the front
    CHECK(bytes.view().size() == 10);
    CHECK(bytes.view().data() == room.data());
    CHECK(more.data() == room.data() + 10);
    CHECK(std::all_of(more.begin(), more.end(), [](std::byte b) { return b == std::byte{0}; }));
}
