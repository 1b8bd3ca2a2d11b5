// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange with peers that keep the rules and peers that break them.
#include <costrand/transports/http.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

using namespace costrand;
using namespace std::chrono_literals;
using transports::http_errc;

namespace {

using bytes_ptr = std::unique_ptr<core::byte_stream>;

transports::http_url url(const char *text) {
    return transports::parse_http_url(text).value();
}

// Reads the header of a request, says `reply`, and ends; or, with `stays`, says nothing more.
awaitable<void> peer(bytes_ptr end, std::string reply, bool stays, std::string &seen) {
    char c = 0;
    while (!seen.ends_with("\r\n\r\n")) {
        co_await core::read_exactly(*end, net::buffer(&c, 1));
        seen += c;
    }
    co_await core::write_all(*end, net::buffer(reply));
    if (stays)
        (void)co_await core::as_result(core::read_exactly(*end, net::buffer(&c, 1)));
}

struct outcome {
    core::result<transports::http_answer> answer = error_code();
    std::string seen; // by the peer
};

awaitable<outcome> ask(net::any_io_executor executor, std::string reply, bool stays,
                       std::size_t chop) {
    sim::memory_options how;
    how.chop = chop;
    auto ends = sim::memory_byte_pair(executor, how, how);
    outcome out;
    core::task_group group(executor);
    group.spawn(peer(std::move(ends.second), std::move(reply), stays, out.seen));
    transports::http_request request;
    request.bearer = core::secret("t0ken");
    transports::http_options options;
    options.header_limit = 4096;
    options.body_limit = 1000;
    out.answer = co_await core::as_result(core::with_deadline(
        30s, transports::http_ask(*ends.first, url("http://console.example:8080/a?b=c"), request,
                                  options)));
    ends.first->close();
    (void)co_await core::as_result(group.join());
    co_return out;
}

// The error of an answer, or none and its body.
void check_answer(const std::string &reply, error_code expected, const std::string &body = {}) {
    CAPTURE(reply.substr(0, 120));
    for (const std::size_t chop : {1UL, 7UL, 65536UL}) {
        test::run_coro(
            [&, chop](test::coro_environment env) -> awaitable<void> {
                const auto got = co_await ask(env.executor, reply, false, chop);
                const error_code why = got.answer ? error_code() : got.answer.error();
                CHECK_MESSAGE(why == expected, why.message());
                if (!expected && got.answer)
                    CHECK(got.answer->body.reveal() == body);
            },
            3);
    }
}

} // namespace

TEST_CASE("an HTTP URL has scheme, host, port and target; the same server has one origin") {
    const auto plain = url("HTTP://Console.Example/x/y?z#w");
    CHECK_FALSE(plain.secure);
    CHECK(plain.host == "Console.Example");
    CHECK(plain.port == 80);
    CHECK(plain.target == "/x/y?z");
    CHECK(plain.authority() == "Console.Example");
    CHECK(plain.origin() == url("http://console.example:80").origin());
    const auto secure = url("https://[2001:db8::1]:8443");
    CHECK(secure.secure);
    CHECK(secure.host == "2001:db8::1");
    CHECK(secure.target == "/");
    CHECK(secure.origin() == "https://[2001:db8::1]:8443");
    CHECK(secure.origin() != url("http://[2001:db8::1]:8443").origin());
    for (const char *bad : {"", "console", "ws://h/", "http://", "http://h:0/", "http://h:x/",
                            "http://h/a b", "http://h/\r\nX: y"})
        CHECK(transports::parse_http_url(bad).error() == http_errc::bad_url);
    CHECK(transports::parse_http_url("http://u:p@h/").error() == http_errc::url_user_info);
}

TEST_CASE("a request has the target, the host and the token, and asks for the end behind it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto got = co_await ask(env.executor,
                                      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                      "Content-Length: 2\r\n\r\n{}",
                                      false, 65536);
        REQUIRE(got.answer.has_value());
        CHECK(got.answer->status == 200);
        CHECK(got.answer->content_type == "application/json");
        CHECK(got.answer->body.reveal() == "{}");
        CHECK(got.seen == "GET /a?b=c HTTP/1.1\r\nHost: console.example:8080\r\n"
                          "Connection: close\r\nAuthorization: Bearer t0ken\r\n\r\n");
    });
}

TEST_CASE("every framing of an answer is read, whatever the stream below chops") {
    const error_code none;
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", none, "hello");
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", none, "hello");
    check_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: r\r\n\r\n",
                 none, "hello");
    check_answer("HTTP/1.0 200 OK\r\n\r\nhello", none, "hello");
    check_answer("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", none);
    check_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                 "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
                 none, "no");
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'), none,
                 std::string(1000, 'x'));
}

TEST_CASE("an answer that is no HTTP, too large or cut off is told as that") {
    check_answer("SSH-2.0-OpenSSH_9.2\r\n\r\n", http_errc::not_http);
    check_answer("HTTP/2 200 OK\r\n\r\n", http_errc::not_http);
    check_answer("HTTP/1.1 2x0 OK\r\n\r\n", http_errc::not_http);
    check_answer("HTTP/1.1 101 Switching Protocols\r\n\r\n", http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                 http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                 http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'x'), http_errc::header_too_large);
    std::string fields = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1000; ++i)
        fields += "A: b\r\n";
    check_answer(fields, http_errc::header_too_large);
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", http_errc::body_too_large);
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                 http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
                 http_errc::body_too_large);
    check_answer("HTTP/1.0 200 OK\r\n\r\n" + std::string(1001, 'x'), http_errc::body_too_large);
    check_answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", http_errc::ended_early);
    check_answer("", http_errc::ended_early);
    std::string interim;
    for (int i = 0; i < 20; ++i)
        interim += "HTTP/1.1 100 Continue\r\n\r\n";
    check_answer(interim, http_errc::not_http);
    check_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(6000, 'x'),
                 http_errc::header_too_large);
}

TEST_CASE("an answer that ends at any byte before its last is no answer") {
    for (const std::string whole :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
        for (std::size_t n = 0; n < whole.size(); ++n) {
            CAPTURE(n);
            test::run_coro(
                [&](test::coro_environment env) -> awaitable<void> {
                    const auto got = co_await ask(env.executor, whole.substr(0, n), false, 65536);
                    REQUIRE(got.answer.has_error());
                    CHECK(got.answer.error() == http_errc::ended_early);
                },
                1);
        }
}

TEST_CASE("a damaged answer is an answer or one of the errors, whatever the damage") {
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n"
                              "b\r\n, hello too\r\n0\r\nTrailer: x\r\n\r\n";
    const auto random = core::seeded_random(11);
    for (int i = 0; i < 600; ++i) {
        std::array<std::byte, 8> dice{};
        random->fill(dice);
        auto text = whole;
        for (std::size_t k = 0; k + 1 < dice.size(); k += 2)
            text[std::to_integer<std::size_t>(dice[k]) % text.size()] =
                static_cast<char>(dice[k + 1]);
        CAPTURE(i);
        test::run_coro(
            [&](test::coro_environment env) -> awaitable<void> {
                const auto got = co_await ask(env.executor, text, false, 65536);
                if (!got.answer)
                    CHECK(got.answer.error().category() == transports::http_category());
            },
            1);
    }
}

TEST_CASE("a server that goes silent at any byte is given up when the time is over") {
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CAPTURE(n);
        test::run_coro(
            [&](test::coro_environment env) -> awaitable<void> {
                const auto start = core::now(env.executor);
                const auto got = co_await ask(env.executor, whole.substr(0, n), true, 65536);
                REQUIRE(got.answer.has_error());
                CHECK(got.answer.error() == core::cond::timed_out);
                CHECK(core::now(env.executor) - start == 30s);
            },
            1);
    }
}

TEST_CASE("a token that is none is not sent, so that it makes no header of its own") {
    for (const char *bad : {"a b", "a\r\nX: y", "a\n", "\x80"}) {
        CAPTURE(bad);
        test::run_coro([bad](test::coro_environment env) -> awaitable<void> {
            auto ends = sim::memory_byte_pair(env.executor);
            transports::http_request request;
            request.bearer = core::secret(bad);
            const transports::http_options defaults;
            const auto got = co_await core::as_result(
                transports::http_ask(*ends.first, url("http://h/"), request, defaults));
            REQUIRE(got.has_error());
            CHECK(got.error() == http_errc::bad_token);
        });
    }
}

TEST_CASE("the server's side reads a request and answers it") {
    for (const std::size_t chop : {1UL, 65536UL}) {
        CAPTURE(chop);
        test::run_coro(
            [chop](test::coro_environment env) -> awaitable<void> {
                sim::memory_options how;
                how.chop = chop;
                auto ends = sim::memory_byte_pair(env.executor, how, how);
                const auto serve = [](core::byte_stream &end) -> awaitable<void> {
                    const transports::http_options defaults;
                    const auto asked = co_await transports::http_receive(end, defaults);
                    CHECK(asked.method == "PATCH");
                    CHECK(asked.target == "/devices");
                    CHECK(asked.content_type == "application/json");
                    CHECK(asked.bearer.reveal() == "abc");
                    CHECK(asked.body.reveal() == "{\"a\":1}");
                    transports::http_answer answer;
                    answer.status = 307;
                    answer.location = "/elsewhere";
                    answer.body = core::secret("gone");
                    co_await transports::http_reply(end, std::move(answer));
                };
                core::task_group group(env.executor);
                group.spawn(serve(*ends.second));
                transports::http_request request;
                request.method = "PATCH";
                request.content_type = "application/json";
                request.bearer = core::secret("abc");
                request.body = core::secret("{\"a\":1}");
                const transports::http_options defaults;
                const auto answer = co_await transports::http_ask(
                    *ends.first, url("http://h/devices"), request, defaults);
                CHECK(answer.status == 307);
                CHECK(answer.location == "/elsewhere");
                CHECK(answer.body.reveal() == "gone");
                co_await group.join();
            },
            30);
    }
}
