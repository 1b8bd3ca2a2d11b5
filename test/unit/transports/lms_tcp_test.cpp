// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/lms_tcp.hpp>

#include "run_real.hpp"

#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

using namespace costrand;
using namespace std::chrono_literals;
using transports::lms_errc;

namespace {

using stream_ptr = std::unique_ptr<core::byte_stream>;

awaitable<void> answer_with(stream_ptr stream, std::string reply) {
    std::string seen;
    char c = 0;
    while (!seen.ends_with("\r\n\r\n")) {
        co_await core::read_exactly(*stream, net::buffer(&c, 1));
        seen += c;
    }
    CHECK(seen == "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    co_await core::write_all(*stream, net::buffer(reply));
}

// Serves one connection.
awaitable<void> accept_and_answer(transports::tcp_acceptor &acceptor, std::string reply) {
    auto stream = co_await acceptor.accept();
    co_await answer_with(std::move(stream), std::move(reply));
}

} // namespace

TEST_CASE("any answer of HTTP is an LMS that works") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = sim::memory_byte_pair(env.executor);
        core::task_group servers(env.executor);
        servers.spawn(answer_with(std::move(there), "HTTP/1.1 401 Unauthorized\r\n\r\n"));
        const auto why = co_await transports::ask_lms(*here, 5s);
        CHECK(!why);
        co_await servers.join();
    });
}

TEST_CASE("an LMS that says nothing is mute after the limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = sim::memory_byte_pair(env.executor);
        const auto why = co_await transports::ask_lms(*here, 5s);
        CHECK(why == lms_errc::mute);
        CHECK(env.time.elapsed() == 5s);
    });
}

TEST_CASE("an LMS that ends the connection hangs up, at once or after the question") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [first, gone] = sim::memory_byte_pair(env.executor);
        gone.reset();
        const auto at_once = co_await transports::ask_lms(*first, 5s);
        CHECK(at_once == lms_errc::hangs_up);
        auto [second, there] = sim::memory_byte_pair(env.executor);
        core::task_group servers(env.executor);
        servers.spawn(answer_with(std::move(there), ""));
        const auto later = co_await transports::ask_lms(*second, 5s);
        CHECK(later == lms_errc::hangs_up);
        CHECK(env.time.elapsed() == 0s);
        co_await servers.join();
    });
}

TEST_CASE("a port that nobody serves is an LMS that is not running") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        const auto port = transports::tcp_acceptor(executor, "127.0.0.1", 0).port();
        const auto dialled =
            co_await test::failure_of(transports::dial_lms(port, transports::lms_options()));
        CHECK(dialled == lms_errc::not_running);
    });
}

TEST_CASE("a port that takes connections can be asked, and says so when it hangs up") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        core::task_group servers(executor);
        servers.spawn(accept_and_answer(acceptor, "HTTP/1.1 404 Not Found\r\n\r\n"));
        const auto first =
            co_await transports::dial_lms(acceptor.port(), transports::lms_options());
        const auto asked = co_await transports::ask_lms(*first, 5s);
        CHECK(!asked);
        co_await servers.join();
        servers.spawn(accept_and_answer(acceptor, ""));
        const auto second =
            co_await transports::dial_lms(acceptor.port(), transports::lms_options());
        const auto hung_up = co_await transports::ask_lms(*second, 5s);
        CHECK(hung_up == lms_errc::hangs_up);
        co_await servers.join();
    });
}
