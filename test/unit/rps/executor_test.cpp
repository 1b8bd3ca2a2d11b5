// SPDX-License-Identifier: Apache-2.0
#include "rig.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/time.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view request = "POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "5\r\nhello\r\n0\r\n\r\n";

std::vector<std::byte> bytes(std::string_view text) {
    const auto b = core::as_bytes(text);
    return {b.begin(), b.end()};
}

struct exchange_result {
    std::string reply;
    error_code error, cause;
    std::string detail;
};

awaitable<exchange_result> exchange(executor &amt) {
    exchange_result r;
    try {
        const auto got = co_await amt.exchange(bytes(request));
        r.reply = core::as_text(got);
    } catch (const amt_error &e) {
        r.error = e.code();
        r.cause = e.cause();
        r.detail = e.detail();
    }
    co_return r;
}

awaitable<void> answer(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, std::string(reply));
}
awaitable<void> answer_and_stay_open(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, std::string(reply));
    (void)co_await read_text(far, 1);
}
awaitable<void> say_nothing(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size() + 1);
}
awaitable<void> say_half(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, std::string(reply.substr(0, reply.size() - 3)));
    (void)co_await read_text(far, 1);
}
awaitable<void> close_at_once(core::byte_stream &far, std::size_t) {
    far.close();
    co_return;
}
awaitable<void> close_after_request(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
}
awaitable<void> close_within_reply(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, std::string(reply.substr(0, 30)));
}
awaitable<void> talk_nonsense(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, "220 smtp ready\r\n\r\n");
}

// One exchange with an AMT that plays `script`.
awaitable<exchange_result> against(net::any_io_executor ex, scripted_amt::script script) {
    scripted_amt device(ex, std::move(script));
    executor amt(device.dialer(), http_reader(), {}, {});
    auto r = co_await exchange(amt);
    CHECK(device.open == 0);
    co_await device.finish();
    co_return r;
}

} // namespace

TEST_CASE("a reply comes back untouched, and its end is found by its framing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto r = co_await against(env.executor, answer);
        CHECK(r.reply == reply);
        const auto open = co_await against(env.executor, answer_and_stay_open);
        CHECK(open.reply == reply);
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("a reply in single bytes is the same reply") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sim::memory_options chopped;
        chopped.chop = 1;
        scripted_amt device(env.executor, answer, chopped);
        executor amt(device.dialer(), http_reader(), {}, {});
        const auto r = co_await exchange(amt);
        CHECK(r.reply == reply);
        co_await device.finish();
    });
}

TEST_CASE("each request has a connection of its own") {
    run_coro([](coro_environment env) -> awaitable<void> {
        scripted_amt device(env.executor, answer_and_stay_open);
        executor amt(device.dialer(), http_reader(), {}, {});
        for (std::size_t i = 1; i <= 3; ++i) {
            const auto r = co_await exchange(amt);
            CHECK(r.reply == reply);
            CHECK(device.dials == i);
            CHECK(device.open == 0);
        }
        co_await device.finish();
    });
}

TEST_CASE("a reply that is not complete after 11 s closes the channel") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto nothing = co_await against(env.executor, say_nothing);
        CHECK(nothing.error == errc::amt_no_reply);
        CHECK(nothing.detail == "within 11 s");
        CHECK(env.time.elapsed() == 11s);
        const auto half = co_await against(env.executor, say_half);
        CHECK(half.error == errc::amt_no_reply);
        CHECK(env.time.elapsed() == 22s);
    });
}

TEST_CASE("dialing counts towards the 11 s") {
    run_coro([](coro_environment env) -> awaitable<void> {
        scripted_amt device(env.executor, say_nothing);
        device.dial_time = 8s;
        executor amt(device.dialer(), http_reader(), {}, {});
        const auto slow = co_await exchange(amt);
        CHECK(slow.error == errc::amt_no_reply);
        CHECK(env.time.elapsed() == 11s);
        device.dial_time = 60s;
        const auto never = co_await exchange(amt);
        CHECK(never.error == errc::amt_no_reply);
        CHECK(env.time.elapsed() == 22s);
        CHECK(device.open == 0);
        co_await device.finish();
    });
}

TEST_CASE("a dialer that fails is told with its own cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        scripted_amt device(env.executor, answer);
        device.dial_failure = net::error::make_error_code(net::error::connection_refused);
        executor amt(device.dialer(), http_reader(), {}, {});
        const auto r = co_await exchange(amt);
        CHECK(r.error == errc::amt_connect_failed);
        CHECK(r.cause == net::error::connection_refused);
        CHECK(r.detail.starts_with("no channel"));
        co_await device.finish();
    });
}

TEST_CASE("AMT closing before or within its reply is told as that, at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto at_once = co_await against(env.executor, close_at_once);
        CHECK(at_once.error == errc::amt_reply_incomplete);
        const auto before = co_await against(env.executor, close_after_request);
        CHECK(before.error == errc::amt_reply_incomplete);
        CHECK(before.detail == "AMT closed the connection before its reply was whole");
        const auto within = co_await against(env.executor, close_within_reply);
        CHECK(within.error == errc::amt_reply_incomplete);
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("what is not HTTP is told as an incomplete reply") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto r = co_await against(env.executor, talk_nonsense);
        CHECK(r.error == errc::amt_reply_incomplete);
        CHECK(env.time.elapsed() == 0s);
    });
}

TEST_CASE("a cancelled exchange closes its connection, and the next one works") {
    run_coro([](coro_environment env) -> awaitable<void> {
        scripted_amt device(env.executor, [](core::byte_stream &far, std::size_t dial) {
            return dial == 1 ? say_nothing(far, dial) : answer(far, dial);
        });
        executor amt(device.dialer(), http_reader(), {}, {});
        auto cut = co_await core::as_result(core::with_deadline(2s, exchange(amt)));
        if (!cut && cut.error() != core::errc::timed_out)
            throw system_error(cut.error());
        CHECK_FALSE(cut.has_value());
        CHECK(device.open == 0);
        const auto r = co_await exchange(amt);
        CHECK(r.reply == reply);
        CHECK(env.time.elapsed() == 2s);
        co_await device.finish();
    });
}

TEST_CASE("over LME each request announces its channel in the log") {
    std::vector<std::string> lines;
    run_coro(
        [&lines](coro_environment env) -> awaitable<void> {
            lines.clear();
            const core::log log(core::log_level::debug,
                                [&lines](core::log_level, std::string_view, std::string_view line) {
                                    lines.emplace_back(line);
                                });
            scripted_amt device(env.executor, answer);
            executor_options options;
            options.path = amt_path::lme;
            executor amt(device.dialer(), http_reader(), options, log);
            (void)co_await exchange(amt);
            (void)co_await exchange(amt);
            CHECK(lines ==
                  std::vector<std::string>(2, "LME: Opening new APF channel for this request"));
            co_await device.finish();
        },
        1);
}
