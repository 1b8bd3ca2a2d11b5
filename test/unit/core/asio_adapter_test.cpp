// SPDX-License-Identifier: Apache-2.0
// The bridge to Asio with Asio's own operations. Beast and TLS over it:
// asio_adapter_beast_test.cpp.
#include <costrand/core/asio_adapter.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/framed.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include "support.hpp"

#include <support/run_coro.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::as_async_stream;
using core::async_stream;
using net::ip::tcp;
using test::coro_environment;
using test::failure_of;
using test::run_coro;
using test::settle;

namespace {

// What a handler was called with.
struct completion {
    int calls = 0;
    error_code code;
    std::size_t bytes = 99;
};
using completion_ptr = std::shared_ptr<completion>;

auto note(completion_ptr to) {
    return [to = std::move(to)](error_code code, std::size_t bytes) {
        ++to->calls;
        to->code = code;
        to->bytes = bytes;
    };
}

// Memory for an operation that outlives the coroutine that began it.
struct shared_pair {
    explicit shared_pair(net::any_io_executor ex, sim::memory_options far_options = {})
        : ends(sim::memory_byte_pair(std::move(ex), {}, far_options)) {}
    sim::byte_stream_pair ends;
    std::array<char, 16> buffer{};
};

// Keeps the pair alive until the operation's end.
auto note(std::shared_ptr<shared_pair> pair, completion_ptr to) {
    return [pair = std::move(pair), noted = note(std::move(to))](
               error_code code, std::size_t bytes) mutable { noted(code, bytes); };
}

} // namespace

TEST_CASE("Asio's composed operations run over a byte stream") {
    for (std::size_t chop : {1u, 7u, 4096u})
        run_coro(
            [chop](coro_environment env) -> awaitable<void> {
                sim::memory_options chopped;
                chopped.chop = chop;
                auto [near, far] = sim::memory_byte_pair(env.executor, chopped, chopped);
                async_stream out = as_async_stream(*near), in = as_async_stream(*far);
                const std::string head = "head", body(300, 'b');
                std::array<net::const_buffer, 3> message{net::buffer(head), net::const_buffer(),
                                                         net::buffer(body)};
                const auto written = co_await net::async_write(out, message, use_awaitable);
                CHECK(written == 304);
                std::string got(304, '?');
                const auto read = co_await net::async_read(in, net::buffer(got), use_awaitable);
                CHECK(read == 304);
                CHECK(got == head + body);
            },
            40);
}

TEST_CASE("a plain handler is called once, later, on the stream's executor") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto pair = std::make_shared<shared_pair>(env.executor);
        auto seen = std::make_shared<completion>();
        auto on_strand = std::make_shared<bool>(false);
        auto *strand = env.executor.target<core::session_strand>();
        REQUIRE(strand);
        auto handler = [noted = note(pair, seen), on_strand, s = *strand](error_code code,
                                                                          std::size_t n) mutable {
            *on_strand = s.running_in_this_thread();
            noted(code, n);
        };
        as_async_stream(*pair->ends.first)
            .async_read_some(net::buffer(pair->buffer), std::move(handler));
        co_await core::write_all(*pair->ends.second, net::buffer("abc", 3));
        CHECK(seen->calls == 0);
        co_await settle();
        CHECK(seen->calls == 1);
        CHECK(seen->code == error_code());
        CHECK(seen->bytes == 3);
        CHECK(*on_strand);
        CHECK(std::string_view(pair->buffer.data(), 3) == "abc");
    });
}

TEST_CASE("a handler with an executor of its own is called there") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto &context = net::query(env.executor, net::execution::context);
        const auto other = net::make_strand(static_cast<net::io_context &>(context));
        auto pair = std::make_shared<shared_pair>(env.executor);
        auto seen = std::make_shared<completion>();
        auto on_other = std::make_shared<bool>(false);
        auto handler = [noted = note(pair, seen), on_other, other](error_code code,
                                                                   std::size_t n) mutable {
            *on_other = other.running_in_this_thread();
            noted(code, n);
        };
        as_async_stream(*pair->ends.first)
            .async_write_some(net::buffer("abc", 3), net::bind_executor(other, std::move(handler)));
        co_await settle();
        CHECK(seen->calls == 1);
        CHECK(seen->bytes == 3);
        CHECK(*on_other);
    });
}

TEST_CASE("the first buffer that is not empty is used, and none at all completes with 0") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        async_stream out = as_async_stream(*near);
        std::array<net::const_buffer, 3> message{net::const_buffer(), net::buffer("ab", 2),
                                                 net::buffer("cd", 2)};
        const auto some = co_await out.async_write_some(message, use_awaitable);
        CHECK(some == 2);
        const std::vector<net::const_buffer> none;
        const auto nothing = co_await out.async_write_some(none, use_awaitable);
        CHECK(nothing == 0);
    });
}

// ssl::stream issues such reads; a stream that waited for data there would hang it.
TEST_CASE("an empty read completes beside a pending one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto pair = std::make_shared<shared_pair>(env.executor);
        auto pending = std::make_shared<completion>(), empty = std::make_shared<completion>();
        auto stream = as_async_stream(*pair->ends.first);
        stream.async_read_some(net::buffer(pair->buffer), note(pair, pending));
        stream.async_read_some(net::mutable_buffer(), note(pair, empty));
        CHECK(empty->calls == 0); // never inside the call
        co_await settle();
        CHECK(empty->calls == 1);
        CHECK(empty->code == error_code());
        CHECK(empty->bytes == 0);
        CHECK(pending->calls == 0);
        co_await core::write_all(*pair->ends.second, net::buffer("a", 1));
        co_await settle();
        CHECK(pending->calls == 1);
    });
}

TEST_CASE("an error of the stream is the handler's code, with no bytes") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        far->close();
        std::array<char, 4> buffer{};
        auto stream = as_async_stream(*near);
        const auto [code, n] =
            co_await stream.async_read_some(net::buffer(buffer), net::as_tuple(use_awaitable));
        CHECK(code == core::end_of_stream);
        CHECK(n == 0);
    });
}

TEST_CASE("terminal cancellation through the token's slot ends the operation") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto pair = std::make_shared<shared_pair>(env.executor);
        auto seen = std::make_shared<completion>();
        auto signal = std::make_shared<net::cancellation_signal>();
        auto handler = [noted = note(pair, seen), signal](error_code code, std::size_t n) mutable {
            noted(code, n);
        };
        as_async_stream(*pair->ends.first)
            .async_read_some(net::buffer(pair->buffer),
                             net::bind_cancellation_slot(signal->slot(), std::move(handler)));
        co_await settle();
        signal->emit(net::cancellation_type::terminal);
        co_await settle();
        CHECK(seen->calls == 1);
        CHECK(seen->code == core::cond::cancelled);
        // Cancel-safe: what comes now is for the next read.
        co_await core::write_all(*pair->ends.second, net::buffer("x", 1));
        std::array<char, 4> buffer{};
        const auto n = co_await pair->ends.first->read_some(net::buffer(buffer));
        CHECK(n == 1);
    });
}

TEST_CASE("a deadline bounds an operation over the adapter") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] = sim::memory_byte_pair(env.executor);
        std::array<char, 4> buffer{};
        auto stream = as_async_stream(*near);
        const auto why = co_await failure_of(
            core::with_deadline(10ms, net::async_read(stream, net::buffer(buffer), use_awaitable)));
        CHECK(why == core::errc::timed_out);
        CHECK(env.time.elapsed() == 10ms);
    });
}

namespace {

struct socket_pair {
    tcp::socket client, server;
};

socket_pair connected(net::any_io_executor ex) {
    tcp::acceptor acceptor(ex, tcp::endpoint(net::ip::address_v4::loopback(), 0));
    tcp::socket client(ex), server(ex);
    client.connect(acceptor.local_endpoint());
    acceptor.accept(server);
    return {std::move(client), std::move(server)};
}

// Runs body(client, server) over a real loopback connection, both adopted.
template <typename Body>
void over_tcp(Body body) {
    net::io_context context(1);
    const auto ex = core::make_session_strand(context);
    auto sockets = connected(ex);
    auto client = core::adopt(std::move(sockets.client));
    auto server = core::adopt(std::move(sockets.server));
    net::co_spawn(ex, body(*client, *server), core::rethrow);
    context.run();
}

awaitable<void> note_read(core::byte_stream &from, completion_ptr to) {
    std::array<char, 16> buffer{};
    auto got = co_await core::as_result(from.read_some(net::buffer(buffer)));
    ++to->calls;
    to->code = got ? error_code() : got.error();
    to->bytes = got ? *got : 0;
}

// Messages of random size and content; the receiver draws the same ones.
awaitable<void> send_random(core::message_stream &to, std::uint64_t seed, int count) {
    auto random = core::seeded_random(seed);
    for (int i = 0; i < count; ++i) {
        std::array<std::byte, 2> size{};
        random->fill(size);
        std::vector<std::byte> message(core::load_be<std::uint16_t>(size.data()) % 9000);
        random->fill(message);
        co_await to.send(net::buffer(message));
    }
}

awaitable<void> expect_random(core::message_stream &from, std::uint64_t seed, int count) {
    auto random = core::seeded_random(seed);
    std::vector<std::byte> got(9000);
    for (int i = 0; i < count; ++i) {
        std::array<std::byte, 2> size{};
        random->fill(size);
        std::vector<std::byte> message(core::load_be<std::uint16_t>(size.data()) % 9000);
        random->fill(message);
        const auto n = co_await from.receive(net::buffer(got));
        const bool same =
            n == message.size() && std::equal(message.begin(), message.end(), got.begin());
        REQUIRE(same);
    }
}

} // namespace

TEST_CASE("a costrand protocol runs over a tcp::socket, both directions at once") {
    net::io_context context(1);
    const auto ex = core::make_session_strand(context);
    auto sockets = connected(ex);
    core::framed_stream client(core::adopt(std::move(sockets.client)), 9000);
    core::framed_stream server(core::adopt(std::move(sockets.server)), 9000);
    auto all = [](core::framed_stream &c, core::framed_stream &s) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        group.spawn(send_random(c, 1, 300));
        group.spawn(expect_random(s, 1, 300));
        group.spawn(send_random(s, 2, 300));
        group.spawn(expect_random(c, 2, 300));
        co_await group.join();
    };
    bool done = false;
    net::co_spawn(ex, all(client, server), [&done](std::exception_ptr e) {
        core::rethrow(e);
        done = true;
    });
    context.run();
    CHECK(done);
}

TEST_CASE("an adopted socket: shutdown is the peer's end of stream, and its writes go on") {
    over_tcp([](core::byte_stream &client, core::byte_stream &server) -> awaitable<void> {
        co_await core::write_all(client, net::buffer("last", 4));
        co_await client.shutdown();
        const auto seen = co_await core::read_until_eof(server, 100);
        CHECK(core::as_text(seen) == "last");
        co_await core::write_all(server, net::buffer("reply", 5));
        std::array<char, 5> reply{};
        co_await core::read_exactly(client, net::buffer(reply));
        CHECK(std::string_view(reply.data(), 5) == "reply");
    });
}

TEST_CASE("an adopted socket: close ends a pending read with closed, and later calls") {
    over_tcp([](core::byte_stream &client, core::byte_stream &server) -> awaitable<void> {
        core::task_group group(co_await net::this_coro::executor);
        auto seen = std::make_shared<completion>();
        group.spawn(note_read(client, seen));
        co_await net::post(client.get_executor(), use_awaitable);
        client.close();
        client.close();
        co_await group.join();
        CHECK(seen->calls == 1);
        CHECK(seen->code == core::cond::closed);
        const auto write = co_await failure_of(client.write_some(net::buffer("a", 1)));
        CHECK(write == core::cond::closed);
        const auto end = co_await failure_of(core::read_until_eof(server, 1));
        CHECK(end == error_code());
    });
}

TEST_CASE("an adopted socket: who only writes lets the others have their turn") {
    over_tcp([](core::byte_stream &client, core::byte_stream &) -> awaitable<void> {
        bool had_a_turn = false;
        net::post(client.get_executor(), [&had_a_turn] { had_a_turn = true; });
        int written = 0; // a byte each, so that all of them fit
        while (!had_a_turn && written < 1000) {
            co_await core::write_all(client, net::buffer("w", 1));
            ++written;
        }
        CHECK(had_a_turn);
        CHECK(written > 1); // not one of them had to wait
    });
}

TEST_CASE("an adopted socket: a write to a peer that reset the connection tells it once") {
    over_tcp([](core::byte_stream &client, core::byte_stream &server) -> awaitable<void> {
        co_await core::write_all(client, net::buffer("unread", 6));
        std::array<char, 1> first{};
        co_await core::read_exactly(server, net::buffer(first)); // the rest is there, too
        server.close();
        const auto reset = co_await failure_of(client.write_some(net::buffer("a", 1)));
        CHECK(reset == net::error::connection_reset);
        const auto after = co_await failure_of(client.write_some(net::buffer("b", 1)));
        CHECK(after == net::error::broken_pipe);
    });
}

TEST_CASE("an adopted socket: a cancelled read takes nothing, an empty one waits for nothing") {
    over_tcp([](core::byte_stream &client, core::byte_stream &server) -> awaitable<void> {
        std::array<char, 4> buffer{};
        const auto why =
            co_await failure_of(core::with_deadline(1ms, client.read_some(net::buffer(buffer))));
        CHECK(why == core::errc::timed_out);
        const auto none = co_await client.read_some(net::mutable_buffer());
        CHECK(none == 0);
        co_await core::write_all(server, net::buffer("abcd", 4));
        co_await core::read_exactly(client, net::buffer(buffer));
        CHECK(std::string_view(buffer.data(), 4) == "abcd");
    });
}
