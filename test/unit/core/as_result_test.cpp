// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/as_result.hpp>

#include <costrand/core/error.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace costrand;
using namespace std::chrono_literals;
using core::as_result;
using test::coro_environment;
using test::run_coro;

namespace {

awaitable<std::unique_ptr<int>> make(int value) {
    co_return std::make_unique<int>(value);
}
awaitable<std::unique_ptr<int>> fail(error_code why) {
    throw system_error(why);
    co_return nullptr;
}
awaitable<void> nothing() {
    co_return;
}
awaitable<void> bug() {
    throw std::logic_error("a bug");
    co_return;
}

core::result<int> half(int n) {
    if (n % 2 != 0)
        return core::errc::malformed;
    return n / 2;
}

} // namespace

TEST_CASE("a result is a value or the code that says why not") {
    CHECK(half(8).value() == 4);
    CHECK(half(7).error() == core::errc::malformed);
    CHECK_FALSE(half(7));
}

TEST_CASE("as_result gives the value, one that can only be moved too") {
    run_coro([](coro_environment) -> awaitable<void> {
        auto made = co_await as_result(make(5));
        REQUIRE(made.has_value());
        CHECK(**made == 5);
        auto done = co_await as_result(nothing());
        CHECK(done.has_value());
    });
}

TEST_CASE("as_result gives the code of a system_error") {
    run_coro([](coro_environment) -> awaitable<void> {
        auto failed = co_await as_result(fail(core::end_of_stream));
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error() == core::end_of_stream);
    });
}

TEST_CASE("an exception that is no system_error is a bug and passes") {
    run_coro([](coro_environment) -> awaitable<void> {
        bool passed = false;
        try {
            (void)co_await as_result(bug());
        } catch (const std::logic_error &) {
            passed = true;
        }
        CHECK(passed);
    });
}

// What makes `for (;;) { auto r = co_await as_result(op()); ... }` end by itself.
TEST_CASE("a cancelled operation gives its code once, and the next await throws") {
    net::io_context context(1);
    core::virtual_time time(context);
    net::cancellation_signal signal;
    std::string trace;
    auto loop = [](std::string &to) -> awaitable<void> {
        for (int i = 0; i < 10; ++i) {
            auto slept = co_await as_result(core::sleep_for(1h));
            to += slept ? 's' : slept.error() == core::cond::cancelled ? 'c' : '?';
        }
    };
    std::exception_ptr end;
    net::co_spawn(
        context, loop(trace),
        net::bind_cancellation_slot(signal.slot(), [&end](std::exception_ptr e) { end = e; }));
    context.poll();
    signal.emit(net::cancellation_type::terminal);
    time.run();
    CHECK(trace == "c");
    REQUIRE(end);
    CHECK_THROWS_AS(std::rethrow_exception(end), system_error);
    CHECK(time.elapsed() == 0s);
}
