// SPDX-License-Identifier: Apache-2.0
// Real sockets on loopback, in real time: each case ends when its peers have spoken.
#include <costrand/transports/tcp.hpp>

#include "run_real.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include <sys/socket.h>

using namespace costrand;
using namespace std::chrono_literals;

namespace {

awaitable<void> echo_once(transports::tcp_acceptor &acceptor) {
    auto stream = co_await acceptor.accept();
    const auto data = co_await core::read_until_eof(*stream, 1 << 20);
    co_await core::write_all(*stream, net::buffer(data));
    co_await stream->shutdown();
}

} // namespace

TEST_CASE("TCP carries bytes both ways and half-closes") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        core::task_group group(executor);
        group.spawn(echo_once(acceptor));
        auto client = co_await transports::tcp_connect("localhost", acceptor.port(), 10s);
        const std::string sent(100'000, 'e');
        co_await core::write_all(*client, net::buffer(sent));
        co_await client->shutdown();
        const auto back = co_await core::read_until_eof(*client, 1 << 20);
        CHECK((core::as_text(back) == sent));
        co_await group.join();
    });
}

TEST_CASE("a port where nobody listens is refused") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        std::uint16_t port = 0;
        {
            transports::tcp_acceptor gone(executor, "127.0.0.1", 0);
            port = gone.port();
        }
        auto got = co_await core::as_result(transports::tcp_connect("127.0.0.1", port, 10s));
        REQUIRE(got.has_error());
        CHECK(got.error() == net::error::make_error_code(net::error::connection_refused));
    });
}

TEST_CASE("a host that does not exist is told by the resolver") {
    test::run_real([]() -> awaitable<void> {
        auto got = co_await core::as_result(transports::tcp_connect("no-such.invalid", 80, 10s));
        REQUIRE(got.has_error());
        CHECK(got.error() != core::cond::timed_out);
    });
}

TEST_CASE("close ends a pending accept and a pending read with cond::closed") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        auto client = co_await transports::tcp_connect("127.0.0.1", acceptor.port(), 10s);
        auto server = co_await acceptor.accept();
        auto closing = [](core::byte_stream &s, transports::tcp_acceptor &a) -> awaitable<void> {
            s.close();
            a.close();
            co_return;
        };
        core::task_group group(executor);
        group.spawn(closing(*client, acceptor));
        char c = 0;
        auto read = co_await core::as_result(client->read_some(net::buffer(&c, 1)));
        auto accepted = co_await core::as_result(acceptor.accept());
        co_await group.join();
        REQUIRE(read.has_error());
        REQUIRE(accepted.has_error());
        CHECK(read.error() == core::cond::closed);
        CHECK(accepted.error() == core::cond::closed);
    });
}

TEST_CASE("a reset is no end of stream for the peer") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        auto client = co_await transports::tcp_connect("127.0.0.1", acceptor.port(), 10s);
        auto server = co_await acceptor.accept();
        transports::reset(*server);
        char c = 0;
        auto read = co_await core::as_result(client->read_some(net::buffer(&c, 1)));
        REQUIRE(read.has_error());
        CHECK(read.error() == net::error::make_error_code(net::error::connection_reset));
        auto closed = co_await core::as_result(server->read_some(net::buffer(&c, 1)));
        REQUIRE(closed.has_error());
        CHECK(closed.error() == core::cond::closed);
    });
}

TEST_CASE("an acceptor takes over a socket that listens, and no other descriptor") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        for (const int family : {AF_INET, AF_INET6}) {
            const int listening = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (listening < 0 && family == AF_INET6)
                continue; // a kernel without it
            REQUIRE(listening >= 0);
            CHECK_THROWS_AS(transports::tcp_acceptor(executor, listening), system_error);
            REQUIRE(::listen(listening, 1) == 0); // binds to a free port
            transports::tcp_acceptor acceptor(executor, listening);
            const std::string here = family == AF_INET ? "127.0.0.1" : "::1";
            auto client =
                co_await core::as_result(transports::tcp_connect(here, acceptor.port(), 10s));
            if (!client && family == AF_INET6)
                continue; // no ::1 here
            REQUIRE(client.has_value());
            auto server = co_await acceptor.accept();
            co_await core::write_all(**client, net::buffer("x", 1));
            char c = 0;
            co_await core::read_exactly(*server, net::buffer(&c, 1));
            CHECK(c == 'x');
        }
        CHECK_THROWS_AS(transports::tcp_acceptor(executor, -1), system_error);
    });
}
