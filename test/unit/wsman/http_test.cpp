// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/http.hpp>

#include "recorded.hpp"
#include "script_stream.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

using namespace costrand;
using namespace costrand::wsman;
using namespace std::chrono_literals;
using test::script_stream;
using test::then;

namespace {

const std::string reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "0004\r\n0\r\n\r\r\n0\r\n\r\n"; // the body looks like a last chunk
const std::string request = "POST /wsman HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
constexpr std::size_t no_limit = 1 << 20;

// As core::as_result, but a cancellation ends the test: run_coro asks for one.
template <typename T>
awaitable<core::result<T>> outcome(awaitable<T> op) {
    auto r = co_await core::as_result(std::move(op));
    if (!r && r.error() == core::cond::cancelled)
        throw system_error(r.error());
    co_return r;
}

struct raw_result {
    error_code error;
    std::string text;
};

awaitable<raw_result> read_raw(net::any_io_executor executor, std::string text, std::size_t piece,
                               then after, std::size_t limit) {
    script_stream stream(executor, std::move(text), piece, after);
    auto got = co_await outcome(read_raw_response(stream, limit));
    raw_result out;
    if (got)
        out.text = std::string(core::as_text(*got));
    else
        out.error = got.error();
    co_return out;
}

} // namespace

TEST_CASE("a raw response is the untouched bytes up to its end, in any pieces, without waiting") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        for (std::size_t piece = 1; piece <= reply.size(); piece += 3) {
            auto r = co_await read_raw(env.executor, reply, piece, then::silence, no_limit);
            CHECK(r.text == reply);
        }
        auto surplus =
            co_await read_raw(env.executor, reply + "XYZ", 4096, then::silence, no_limit);
        CHECK(surplus.text == reply);
    });
}

TEST_CASE("every recorded response comes out as it went in") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            for (const auto &m : test::recorded_conversations()) {
                if (m.request)
                    continue;
                auto r = co_await read_raw(env.executor, m.bytes, 1460, then::silence, no_limit);
                CHECK(r.text == m.bytes);
            }
        },
        3);
}

TEST_CASE("interim replies are left out of a raw response") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const std::string text = "HTTP/1.1 100 Continue\r\n\r\n" + reply;
        for (std::size_t piece : {1u, 30u, 4096u}) {
            auto r = co_await read_raw(env.executor, text, piece, then::silence, no_limit);
            CHECK(r.text == reply);
        }
    });
}

TEST_CASE("a raw response that the end of the stream delimits is taken whole") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const std::string text = "HTTP/1.1 200 OK\r\n\r\nall of it";
        auto r = co_await read_raw(env.executor, text, 5, then::end, no_limit);
        CHECK(r.text == text);
    });
}

TEST_CASE("an end before the first byte, within the message, and a failure are told apart") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto none = co_await read_raw(env.executor, "", 1, then::end, no_limit);
        CHECK(none.error == core::end_of_stream);
        const auto start = reply.substr(0, 20);
        auto cut = co_await read_raw(env.executor, start, 9, then::end, no_limit);
        CHECK(cut.error == errc::http_truncated);
        auto failed = co_await read_raw(env.executor, start, 9, then::fail, no_limit);
        CHECK(failed.error == net::error::connection_reset);
        auto other = co_await read_raw(env.executor, "SSH-2.0-x\r\n", 9, then::silence, no_limit);
        CHECK(other.error == errc::http_malformed);
    });
}

TEST_CASE("a raw response above the limit is refused, one of exactly the limit is not") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        for (std::size_t piece : {1u, 4096u}) {
            auto fits = co_await read_raw(env.executor, reply, piece, then::end, reply.size());
            CHECK(fits.text == reply);
            auto large = co_await read_raw(env.executor, reply, piece, then::end, reply.size() - 1);
            CHECK(large.error == errc::http_too_large);
        }
    });
}

TEST_CASE("a peer that falls silent within a response is bounded by the caller's deadline") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        script_stream stream(env.executor, reply.substr(0, 60), 7, then::silence);
        auto r = co_await outcome(core::with_deadline(11s, read_raw_response(stream, no_limit)));
        REQUIRE_FALSE(r.has_value());
        CHECK(r.error() == core::cond::timed_out);
        CHECK(env.time.elapsed() >= 11s);
        CHECK(env.time.elapsed() < 12s);
    });
}

TEST_CASE("several requests on one connection are read one by one, and the end is no error") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const std::string text = request + "\r\n" + request + request;
        for (std::size_t piece : {1u, 11u, 4096u}) {
            script_stream stream(env.executor, text, piece, then::end);
            http_connection connection(stream);
            for (int n = 0; n < 3; ++n) {
                auto in = co_await read_request(connection, http_limits());
                REQUIRE(in.has_value());
                CHECK(in->request.body == "abc");
                CHECK(in->keep_alive);
            }
            CHECK(connection.surplus() == 0);
            auto last = co_await read_request(connection, http_limits());
            CHECK_FALSE(last.has_value());
        }
    });
}

TEST_CASE("a request that was read with its predecessor needs no further read") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        script_stream stream(env.executor, request + request, 4096, then::silence);
        http_connection connection(stream);
        auto first = co_await read_request(connection, http_limits());
        CHECK(first.has_value());
        CHECK(connection.surplus() == request.size());
        auto second = co_await read_request(connection, http_limits());
        CHECK(second.has_value());
        CHECK(stream.reads() == 1);
    });
}

TEST_CASE("a client reads replies one after the other and is told when there is none") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        script_stream stream(env.executor, reply + reply, 13, then::end);
        http_connection connection(stream);
        auto first = co_await read_response(connection, http_limits());
        CHECK(first.response.status == 200);
        CHECK(first.response.body == "0\r\n\r");
        CHECK(first.keep_alive);
        auto second = co_await read_response(connection, http_limits());
        CHECK(second.response.body == "0\r\n\r");
        auto none = co_await outcome(read_response(connection, http_limits()));
        REQUIRE_FALSE(none.has_value());
        CHECK(none.error() == core::end_of_stream);
    });
}

TEST_CASE("a request that ends within itself is an error") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        script_stream stream(env.executor, request.substr(0, request.size() - 1), 4096, then::end);
        http_connection connection(stream);
        auto r = co_await outcome(read_request(connection, http_limits()));
        REQUIRE_FALSE(r.has_value());
        CHECK(r.error() == errc::http_truncated);
    });
}
