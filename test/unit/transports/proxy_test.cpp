// SPDX-License-Identifier: Apache-2.0
// The conversation with an HTTP proxy, and what both kinds have in common. Bytes are those of
// RFC 9110 9.3.6 and RFC 7617.
#include "proxy_script.hpp"

#include <support/proxies.hpp>

using namespace costrand;
using namespace std::string_literals;
using test::outcome;
using test::run;
using test::via;
using test::whole;
using transports::proxy_errc;

namespace {

using bytes_ptr = std::unique_ptr<core::byte_stream>;

// Behind the answer it is the server: says back what comes.
awaitable<void> serve(bytes_ptr client, test::proxy_rules rules,
                      std::shared_ptr<std::string> asked) {
    *asked = co_await test::answer_as_proxy(*client, std::move(rules));
    const auto said = co_await core::read_until_eof(*client, 1 << 20);
    co_await core::write_all(*client, net::buffer(said));
}

awaitable<void> talk(net::any_io_executor executor, std::string url, test::proxy_rules rules,
                     std::size_t chop) {
    sim::memory_options options;
    options.chop = chop;
    auto pair = sim::memory_byte_pair(executor, options, options);
    const auto asked = std::make_shared<std::string>();
    core::task_group group(executor);
    group.spawn(serve(std::move(pair.second), rules, asked));
    const auto tunnel =
        co_await transports::proxy_tunnel(std::move(pair.first), via(url), "rps.example", 443);
    CHECK(*asked == "rps.example:443");
    co_await core::write_all(*tunnel, net::buffer("ping"s));
    co_await tunnel->shutdown();
    const auto heard = co_await core::read_until_eof(*tunnel, 1 << 20);
    CHECK(core::as_text(heard) == rules.first_words + "ping");
    co_await group.join();
}

const std::string request = "CONNECT rps.example:443 HTTP/1.1\r\nHost: rps.example:443\r\n\r\n";

outcome connect_answered(const std::string &answer, std::size_t chop = whole) {
    return run("http://proxy:3128", {{request, answer}}, "rps.example", chop);
}

} // namespace

TEST_CASE("a tunnel leads to the server, and no byte of it is lost, whatever the stream chops") {
    for (const std::size_t chop : {std::size_t(1), std::size_t(2), std::size_t(7), whole})
        for (const auto kind : {transports::proxy_kind::http, transports::proxy_kind::socks5})
            for (const bool with_user : {false, true}) {
                test::proxy_rules rules(kind);
                rules.first_words = "HTTP/1.1 200 hello\r\n\r\n\x05\x00"s;
                if (with_user) {
                    rules.authorization = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="; // RFC 7617 2
                    rules.user = "Aladdin";
                    rules.password = "open sesame";
                }
                const std::string scheme =
                    kind == transports::proxy_kind::http ? "http://" : "socks5h://";
                const std::string url =
                    scheme + (with_user ? "Aladdin:open%20sesame@" : "") + "proxy:3128";
                CAPTURE(url);
                CAPTURE(chop);
                test::run_coro(
                    [=](test::coro_environment env) -> awaitable<void> {
                        co_await talk(env.executor, url, rules, chop);
                    },
                    10);
            }
}

TEST_CASE("a connection that is reset by the proxy is told as its end, others keep their cause") {
    struct row {
        error_code failure, why;
    };
    for (const row &r : {row{net::error::make_error_code(net::error::connection_reset),
                             make_error_code(proxy_errc::ended)},
                         row{net::error::make_error_code(net::error::network_down),
                             net::error::make_error_code(net::error::network_down)}})
        test::run_coro([r](test::coro_environment env) -> awaitable<void> {
            sim::memory_options options;
            options.fail_read_at = 1;
            options.failure = r.failure;
            const sim::memory_options other;
            auto pair = sim::memory_byte_pair(env.executor, options, other);
            const auto got = co_await core::as_result(transports::proxy_tunnel(
                std::move(pair.first), via("http://proxy:3128"), "rps.example", 443));
            REQUIRE(got.has_error());
            if (got.error() != core::cond::cancelled)
                CHECK(got.error() == r.why);
        });
}

TEST_CASE("a 2xx answer to CONNECT opens the tunnel, in every form it may have") {
    for (const char *answer :
         {"HTTP/1.1 200 Connection established\r\n\r\n",
          "HTTP/1.0 200 OK\r\nProxy-agent: x\r\n\r\n", "HTTP/1.1 204\r\n\r\n",
          "HTTP/1.1 200 OK\n\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 "
          "OK\r\n\r\n"}) {
        CAPTURE(answer);
        for (const std::size_t chop : {std::size_t(1), whole}) {
            const auto end = connect_answered(answer + "\r\nfirst"s, chop);
            CHECK_MESSAGE(!end.why, end.text);
            CHECK(end.behind == "\r\nfirst");
        }
    }
}

TEST_CASE("an IPv6 address of the server stands in brackets in CONNECT") {
    const auto end = run("http://proxy:3128",
                         {{"CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\n\r\n",
                           "HTTP/1.1 200 OK\r\n\r\n"}},
                         "fd00::1");
    CHECK_FALSE(end.why);
}

TEST_CASE("every other answer to CONNECT is an error that names its status") {
    struct row {
        const char *url;
        const char *answer;
        proxy_errc why;
        const char *reason;
    };
    const char *joe = "http://joe:hunter2@proxy:3128", *nobody = "http://proxy:3128";
    for (const row &r :
         {row{nobody, "HTTP/1.1 502 Bad Gateway\r\n\r\n", proxy_errc::refused, "HTTP status 502"},
          row{nobody, "HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n", proxy_errc::refused,
              "HTTP status 301"},
          row{nobody, "HTTP/1.1 403 Forbidden\r\n\r\n", proxy_errc::not_allowed, "HTTP status 403"},
          row{nobody, "HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
              proxy_errc::authentication_required, "HTTP status 407"},
          row{nobody, "HTTP/1.1 407 X\r\n\r\n", proxy_errc::authentication_required,
              "HTTP status 407"},
          row{joe, "HTTP/1.1 407 X\r\nproxy-authenticate:\tbasic realm=\"x\"\r\n\r\n",
              proxy_errc::authentication_failed, "HTTP status 407"},
          row{joe, "HTTP/1.1 401 Unauthorized\r\n\r\n", proxy_errc::authentication_failed,
              "HTTP status 401"},
          row{joe,
              "HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n",
              proxy_errc::authentication_unsupported, "HTTP status 407, it takes Negotiate, NTLM"},
          row{joe, "HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate, Basic realm=x\r\n\r\n",
              proxy_errc::authentication_failed, "HTTP status 407"}}) {
        CAPTURE(r.answer);
        const std::string field = "Proxy-Authorization: Basic am9lOmh1bnRlcjI=\r\n"; // joe:hunter2
        std::string expected = request;
        if (r.url == joe)
            expected.insert(expected.size() - 2, field);
        const auto end = run(r.url, {{expected, r.answer}});
        CHECK(end.why == r.why);
        CHECK(end.reason == r.reason);
        CHECK(end.text.find("hunter2") == std::string::npos);
        CHECK(end.text.find("am9l") == std::string::npos);
    }
}

TEST_CASE("an answer to CONNECT that is no HTTP is told at its first wrong byte") {
    for (const std::string &answer :
         {"SSH-2.0-x\r\n"s, "\x15\x03\x01\x00\x02\x02\x46"s, "HTTQ"s, "HTTP/2 200 OK\r\n"s,
          "HTTP/1.1 2x0 OK\r\n"s, "HTTP/1.1 2000 OK\r\n"s, "HTTP/1.1 20\r\n"s, "HTTP/1.1\r\n"s,
          "HTTP/1.1200 OK\r\n"s, "HTTP/1.x 200\r\n"s}) {
        CAPTURE(answer);
        CHECK(connect_answered(answer).why == proxy_errc::not_http);
    }
}

TEST_CASE("a header of 16 KiB is read, one byte more is too large, endless 100s too") {
    const auto of_size = [](std::size_t size) {
        const std::string begin = "HTTP/1.1 200 OK\r\nX: ", end = "\r\n\r\n";
        return begin + std::string(size - begin.size() - end.size(), 'x') + end;
    };
    const auto limit = transports::connect_header_limit;
    CHECK(limit == 16 * 1024);
    CHECK_FALSE(connect_answered(of_size(limit)).why);
    CHECK(connect_answered(of_size(limit + 1)).why == proxy_errc::header_too_large);
    std::string endless;
    while (endless.size() <= limit)
        endless += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(connect_answered(endless).why == proxy_errc::header_too_large);
}

TEST_CASE("an answer to CONNECT that breaks off anywhere is told as that") {
    const std::string answer = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    for (std::size_t n = 0; n < answer.size(); ++n) {
        CAPTURE(n);
        CHECK(connect_answered(answer.substr(0, n)).why == proxy_errc::ended);
    }
}

TEST_CASE("a host name that would break the request never leaves") {
    for (const std::string &host : {""s, "a b"s, "a\r\nX: y"s}) {
        CAPTURE(host);
        CHECK(run("http://proxy:3128", {}, host).why == proxy_errc::bad_target);
    }
    CHECK(run("socks5://proxy", {}, std::string(256, 'a')).why == proxy_errc::bad_target);
    CHECK(run("socks5://proxy", {}, "").why == proxy_errc::bad_target);
}
