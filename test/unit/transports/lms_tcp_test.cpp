// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/lms_tcp.hpp>

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
using transports::lms_question;

namespace {

using stream_ptr = std::unique_ptr<core::byte_stream>;

awaitable<void> answer_with(stream_ptr stream, std::string reply) {
    std::string seen;
    char c = 0;
    while (!seen.ends_with("\r\n\r\n")) {
        co_await core::read_exactly(*stream, net::buffer(&c, 1));
        seen += c;
    }
    co_await core::write_all(*stream, net::buffer(reply));
}

std::uint16_t unused_port(net::any_io_executor executor) {
    return transports::tcp_acceptor(std::move(executor), "127.0.0.1", 0).port();
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
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto port = unused_port(env.executor);
        const auto stream = co_await test::failure_of(transports::dial_lms(port, {}));
        CHECK(stream == lms_errc::not_running);
        const auto why = co_await transports::probe_lms(port, lms_question::dial, {});
        CHECK(why == lms_errc::not_running);
    });
}

TEST_CASE("a port that takes connections answers the dial; more is asked only on order") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const transports::tcp_acceptor acceptor(env.executor, "127.0.0.1", 0);
        const auto dialled =
            co_await transports::probe_lms(acceptor.port(), lms_question::dial, {});
        CHECK(!dialled);
        const auto asked = co_await transports::probe_lms(acceptor.port(), lms_question::http, {});
        CHECK(asked == lms_errc::mute);
        CHECK(env.time.elapsed() == 5s);
    });
}
