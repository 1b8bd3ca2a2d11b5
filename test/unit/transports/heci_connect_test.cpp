// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_connect.hpp>

#include "fake_device.hpp"

#include <costrand/core/error.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/transports/heci_status.hpp>

#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using heci::errc;

namespace {

awaitable<void> serve_nothing(std::unique_ptr<core::message_stream>) {
    co_return;
}

// Never connects and never fails.
class hanging_device : public heci::device {
  public:
    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id) override {
        co_await core::sleep_for(24h);
        co_return nullptr;
    }
    std::string name() const override { return "/dev/hangs"; }
};

std::vector<std::chrono::milliseconds> waits_between(const std::vector<core::time_point> &times) {
    std::vector<std::chrono::milliseconds> waits;
    for (std::size_t i = 1; i < times.size(); ++i)
        waits.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(times[i] - times[i - 1]));
    return waits;
}

} // namespace

TEST_CASE("a client that stays busy is tried with doubling waits for about 20 s") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_fail(errc::busy);
        const heci::timeouts limits;
        const auto link = co_await test::failure_of(
            heci::connect_with_retry(dev, heci::client::amthi, limits, core::log()));
        CHECK(link == errc::busy);
        const std::vector<std::chrono::milliseconds> expected = {250ms, 500ms, 1s, 2s,
                                                                 4s,    4s,    4s, 4s};
        CHECK(waits_between(dev.attempts()) == expected);
    });
}

TEST_CASE("a client that is busy for 3 s is connected by the next attempt") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        for (int i = 0; i < 4; ++i) // attempts at 0, 250, 750 and 1750 ms
            dev.then_fail(errc::busy);
        dev.then_serve(serve_nothing);
        const heci::timeouts limits;
        auto link = co_await heci::connect_with_retry(dev, heci::client::lme, limits, core::log());
        CHECK(link != nullptr);
        CHECK(env.time.elapsed() == 3750ms);
        co_await servers.join();
    });
}

TEST_CASE("a resetting device is tried every 500 ms for 10 s") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_fail(errc::not_ready);
        const heci::timeouts limits;
        const auto link = co_await test::failure_of(
            heci::connect_with_retry(dev, heci::client::amthi, limits, core::log()));
        CHECK(link == errc::not_ready);
        CHECK(dev.attempts().size() == 21);
        CHECK(env.time.elapsed() == 10s);
    });
}

TEST_CASE("an error that does not pass with time is not tried again") {
    for (const errc why : {errc::no_driver, errc::no_permission, errc::no_client, errc::no_device,
                           errc::connect_refused, errc::connect_timed_out, errc::not_supported})
        test::run_coro([why](test::coro_environment env) -> awaitable<void> {
            core::task_group servers(env.executor);
            test::fake_device dev(servers);
            dev.then_fail(why);
            const heci::timeouts limits;
            const auto link = co_await test::failure_of(
                heci::connect_with_retry(dev, heci::client::amthi, limits, core::log()));
            CHECK(link == why);
            CHECK(dev.attempts().size() == 1);
        });
}

TEST_CASE("an attempt that hangs is ended after 20 s") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        hanging_device dev;
        const heci::timeouts limits;
        const auto link = co_await test::failure_of(
            heci::connect_with_retry(dev, heci::client::amthi, limits, core::log()));
        CHECK(link == errc::connect_timed_out);
        CHECK(env.time.elapsed() == 20s);
    });
}

TEST_CASE("the error of a connection says which device it is about") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_fail(errc::no_permission);
        const heci::timeouts limits;
        std::string text;
        try {
            (void)co_await heci::connect_with_retry(dev, heci::client::amthi, limits, core::log());
        } catch (const system_error &e) {
            text = e.what();
        }
        CHECK(text.starts_with("/dev/fake0: no permission to open the management engine device"));
    });
}

TEST_CASE("the LME link is a connection to the LME client") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serve_nothing);
        const heci::timeouts limits;
        auto link = co_await heci::open_lme(dev, limits, core::log());
        CHECK(link != nullptr);
        REQUIRE(dev.clients().size() == 1);
        CHECK(dev.clients()[0] == heci::client::lme);
        co_await servers.join();
    });
}

TEST_CASE("a time limit of the firmware is the condition timed_out, other errors are not") {
    CHECK(make_error_code(errc::connect_timed_out) == core::cond::timed_out);
    CHECK(make_error_code(errc::reply_timed_out) == core::cond::timed_out);
    CHECK(make_error_code(errc::busy) != core::cond::timed_out);
    CHECK(make_error_code(errc::busy) == errc::busy);
    CHECK(make_error_code(errc::busy) != make_error_code(heci::status::not_permitted));
}
