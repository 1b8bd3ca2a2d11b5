// SPDX-License-Identifier: Apache-2.0
// Servers that lie about their answers, or never come to an end: each call ends with a reason, with
// bounded memory, and the next call is not harmed.
#include "client_rig.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;
using namespace std::chrono_literals;

namespace {

// Ends the first call behind a nonce with `bytes`; the next ones are answered.
struct hostile_rig : client_rig {
    hostile_rig(net::any_io_executor executor, std::string bytes, afterwards then,
                http_client_options options = with_password())
        : client_rig(std::move(executor), std::move(options)) {
        inside = [answer = scripted_answer{std::move(bytes), then}, used = false](
                     const http_request &q, std::size_t) mutable -> std::optional<scripted_answer> {
            if (q.body != "act" || std::exchange(used, true))
                return std::nullopt;
            return answer;
        };
    }
};

void ends_with(const std::string &bytes, afterwards then, error_code expected,
               std::size_t piece = 4096) {
    CAPTURE(bytes.substr(0, 200));
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            hostile_rig r(env.executor, bytes, then);
            r.server.piece(piece);
            const auto why = co_await r.failure(r.act());
            CHECK(why == expected);
            CHECK(r.authorized("act") == 1);
            CHECK(r.server.open() == 0);
            (void)co_await r.get();
        },
        10);
}

std::string repeated(std::string_view s, std::size_t times) {
    std::string out;
    for (; times > 0; --times)
        out += s;
    return out;
}

} // namespace

TEST_CASE("a Content-Length that lies: too long is lost or silent, too short leaves a surplus") {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
    ends_with(head + "100\r\n\r\nshort", afterwards::end, errc::reply_lost);
    ends_with(head + "100\r\n\r\nshort", afterwards::silence, core::errc::timed_out);
    ends_with(head + "99999999999\r\n\r\nx", afterwards::silence, errc::http_too_large);
    ends_with(head + "-1\r\n\r\nx", afterwards::silence, errc::http_malformed);
    ends_with(head + "1\r\nContent-Length: 2\r\n\r\nxy", afterwards::silence, errc::http_ambiguous);
    ends_with(head + "1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
              afterwards::silence, errc::http_ambiguous);
    run_coro([&](coro_environment env) -> awaitable<void> {
        hostile_rig r(env.executor,
                      head + "2\r\n\r\nxyHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                      afterwards::stay);
        const auto reply = co_await r.act();
        CHECK(reply.body == "xy");
        CHECK(r.server.open() == 0); // what follows is nobody's answer
        const auto next = co_await r.get();
        CHECK(next.body == "<a/>");
    });
}

TEST_CASE("chunks without end, or beyond the limit, or broken") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto megabyte = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
    ends_with(head + repeated(megabyte, 5), afterwards::silence, errc::http_too_large, 1 << 20);
    ends_with(head + "FFFFFFFFFFFFFFFF\r\n", afterwards::silence, errc::http_too_large);
    ends_with(head + "11111111111111111\r\n", afterwards::silence, errc::http_malformed);
    ends_with(head + repeated("1;x=" + std::string(200, 'e') + "\r\nx\r\n", 200),
              afterwards::silence, errc::http_too_large);
    ends_with(head + "2\r\nabX", afterwards::silence, errc::http_malformed);
    ends_with(head + "0\r\n" + repeated("Trailer: 1\r\n", 200), afterwards::silence,
              errc::http_too_large);
    // Endless, one byte a chunk: the time ends it.
    ends_with(head + repeated("1\r\nx\r\n", 500), afterwards::silence, core::errc::timed_out, 64);
}

TEST_CASE("headers that are bombs") {
    const std::string start = "HTTP/1.1 200 OK\r\n";
    ends_with(start + repeated("X: y\r\n", 101), afterwards::silence, errc::http_too_large);
    ends_with(start + "X: " + std::string(40'000, 'y'), afterwards::silence, errc::http_too_large);
    ends_with(std::string(40'000, 'H'), afterwards::silence, errc::http_malformed, 1);
    ends_with("HTTP/1.1 200 " + std::string(40'000, 'O'), afterwards::silence,
              errc::http_too_large);
    ends_with(start + "A: b\n\n", afterwards::silence, errc::http_malformed);
    ends_with(start + " folded\r\n\r\n", afterwards::silence, errc::http_malformed);
    ends_with("SSH-2.0-OpenSSH_9.2\r\n", afterwards::silence, errc::http_malformed);
}

TEST_CASE("100 Continue before the answer is skipped, without end it is refused") {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    run_coro([&](coro_environment env) -> awaitable<void> {
        for (const std::size_t piece : {1, 7, 4096}) {
            hostile_rig r(env.executor, interim + interim + ok_answer("<b/>"), afterwards::stay);
            r.server.piece(piece);
            const auto reply = co_await r.act();
            CHECK(reply.status == 200);
            CHECK(reply.body == "<b/>");
            CHECK(r.server.open() == 1);
        }
    });
    ends_with(repeated(interim, 2000), afterwards::silence, errc::http_too_large);
    ends_with(interim, afterwards::end, errc::reply_lost);
    ends_with(interim, afterwards::silence, core::errc::timed_out);
    ends_with("HTTP/1.1 101 Switching Protocols\r\n\r\n", afterwards::silence,
              errc::http_unsupported);
}

TEST_CASE("an answer that comes before the request is read is taken, and the connection is not") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        (void)co_await r.get("first");
        // The server says 413 and closes after a few bytes of the request.
        struct early final : core::byte_stream {
            explicit early(net::any_io_executor e) : executor(std::move(e)) {}
            awaitable<std::size_t> read_some(net::mutable_buffer b) override {
                co_await core::sleep_for(1ns);
                if (at == text.size())
                    throw system_error(core::end_of_stream);
                const auto n = net::buffer_copy(b, net::buffer(text) + at);
                at += n;
                co_return n;
            }
            awaitable<std::size_t> write_some(net::const_buffer) override {
                co_await core::sleep_for(1ns);
                if (wrote++ == 0)
                    co_return 5;
                throw system_error(net::error::make_error_code(net::error::broken_pipe));
            }
            awaitable<void> shutdown() override { co_return; }
            void close() noexcept override {}
            net::any_io_executor get_executor() noexcept override { return executor; }
            net::any_io_executor executor;
            std::string text = http_answer("413 Too Large", "", "no");
            std::size_t at = 0;
            int wrote = 0;
        };
        int dials = 0;
        core::dialer dial = [&]() -> awaitable<std::unique_ptr<core::byte_stream>> {
            ++dials;
            co_return std::make_unique<early>(env.executor);
        };
        http_client client(dial, with_password(), *r.random, core::log());
        for (int n = 1; n <= 2; ++n) {
            const auto reply = co_await client.post("x", when_lost::report);
            CHECK(reply.status == 413);
            CHECK(dials == n);
        }
    });
}
