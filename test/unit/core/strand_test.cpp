// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/strand.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using core::make_session_strand;
using core::run_blocking;
using test::coro_environment;
using test::run_coro;

namespace {

struct observed {
    std::thread::id work_thread;
    bool on_strand_before = false, on_strand_after = false;
    std::string caught;
};

bool on_strand(const net::any_io_executor &ex) {
    auto *strand = ex.target<core::session_strand>();
    return strand && strand->running_in_this_thread();
}

awaitable<void> block_once(net::any_io_executor ex, observed &seen) {
    seen.on_strand_before = on_strand(ex);
    auto work = [&seen] { seen.work_thread = std::this_thread::get_id(); };
    co_await run_blocking(work);
    seen.on_strand_after = on_strand(ex);
}

awaitable<void> block_and_fail(net::any_io_executor ex, observed &seen) {
    auto work = [] { throw std::runtime_error("the ioctl failed"); };
    try {
        co_await run_blocking(work);
    } catch (const std::runtime_error &e) {
        seen.caught = e.what();
    }
    seen.on_strand_after = on_strand(ex);
}

void rethrow(std::exception_ptr e) {
    if (e)
        std::rethrow_exception(e);
}

// Runs one coroutine on a strand of a context with the steady clock.
template <typename Body>
observed on_real_strand(Body body) {
    net::io_context context(1);
    observed seen;
    const auto ex = make_session_strand(context);
    net::co_spawn(ex, body(ex, seen), rethrow);
    context.run();
    return seen;
}

} // namespace

TEST_CASE("blocking work runs on another thread and comes back to the strand") {
    const auto seen = on_real_strand(block_once);
    CHECK(seen.on_strand_before);
    CHECK(seen.work_thread != std::thread::id());
    CHECK(seen.work_thread != std::this_thread::get_id());
    CHECK(seen.on_strand_after);
}

TEST_CASE("what blocking work throws comes out of the await, on the strand") {
    const auto seen = on_real_strand(block_and_fail);
    CHECK(seen.caught == "the ioctl failed");
    CHECK(seen.on_strand_after);
}

TEST_CASE("the strand goes on while the work blocks") {
    net::io_context context(1);
    const auto ex = make_session_strand(context);
    std::promise<void> gate;
    std::string trace;
    auto blocked = [](std::promise<void> &open, std::string &to) -> awaitable<void> {
        auto work = [&open] { open.get_future().wait(); };
        co_await run_blocking(work);
        to += 'b';
    };
    // Opens the gate: if the strand stood still, neither would ever end.
    auto opener = [](std::promise<void> &open, std::string &to) -> awaitable<void> {
        to += 'o';
        open.set_value();
        co_return;
    };
    net::co_spawn(ex, blocked(gate, trace), rethrow);
    net::co_spawn(ex, opener(gate, trace), rethrow);
    context.run();
    CHECK(trace == "ob");
}

TEST_CASE("two pieces of work block side by side") {
    net::io_context context(1);
    const auto ex = make_session_strand(context);
    std::promise<void> first_runs, second_runs;
    auto meet = [](std::promise<void> &mine, std::promise<void> &other) -> awaitable<void> {
        auto work = [&] {
            mine.set_value();
            other.get_future().wait();
        };
        co_await run_blocking(work);
    };
    net::co_spawn(ex, meet(first_runs, second_runs), rethrow);
    net::co_spawn(ex, meet(second_runs, first_runs), rethrow);
    context.run();
    CHECK(true); // one thread would have waited for ever
}

TEST_CASE("a deadline ends the wait for work that blocks, and the work ends unseen") {
    net::io_context context(1);
    const auto ex = make_session_strand(context);
    const auto gate = std::make_shared<std::promise<void>>();
    const auto ended = std::make_shared<std::promise<void>>();
    std::string trace;
    auto body = [](std::shared_ptr<std::promise<void>> open,
                   std::shared_ptr<std::promise<void>> done, std::string &to) -> awaitable<void> {
        std::function<void()> work = [open, done] {
            open->get_future().wait();
            done->set_value();
        };
        auto waited = co_await core::as_result(core::with_deadline(1ms, run_blocking(work)));
        to += !waited && waited.error() == core::errc::timed_out ? 't' : 'x';
    };
    net::co_spawn(ex, body(gate, ended, trace), rethrow);
    context.run();
    CHECK(trace == "t");
    gate->set_value();
    ended->get_future().wait();
}

TEST_CASE("a context that ends while work blocks does not wait for it") {
    const auto gate = std::make_shared<std::promise<void>>();
    const auto ended = std::make_shared<std::promise<void>>();
    bool resumed = false;
    {
        net::io_context context(1);
        std::promise<void> started;
        auto body = [](std::shared_ptr<std::promise<void>> open,
                       std::shared_ptr<std::promise<void>> done, std::promise<void> &runs,
                       bool &after) -> awaitable<void> {
            std::function<void()> work = [open, done, &runs] {
                runs.set_value();
                open->get_future().wait();
                done->set_value();
            };
            co_await run_blocking(work);
            after = true;
        };
        net::co_spawn(context, body(gate, ended, started, resumed), rethrow);
        context.poll();
        started.get_future().wait();
    }
    gate->set_value();
    ended->get_future().wait();
    CHECK_FALSE(resumed);
}

TEST_CASE("in virtual time blocking work runs in place and takes no time") {
    run_coro([](coro_environment env) -> awaitable<void> {
        std::thread::id where;
        auto work = [&where] { where = std::this_thread::get_id(); };
        co_await run_blocking(work);
        CHECK(where == std::this_thread::get_id());
        CHECK(env.time.elapsed() == 0s);
        bool caught = false;
        auto failing = [] { throw system_error(core::errc::malformed); };
        auto failed = co_await core::as_result(run_blocking(failing));
        caught = !failed && failed.error() == core::errc::malformed;
        CHECK(caught);
    });
}

TEST_CASE("assert_on accepts the strand it runs on and executors that are none") {
    net::io_context context(1);
    const auto ex = make_session_strand(context);
    bool ran = false;
    net::post(ex, [&] {
        core::assert_on(ex);
        ran = true;
    });
    context.run();
    CHECK(ran);
    core::assert_on(context.get_executor());
    CHECK_FALSE(on_strand(ex)); // here it would end the program
}
