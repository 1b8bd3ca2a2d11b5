// SPDX-License-Identifier: Apache-2.0
// A server for each user, over in-memory streams in virtual time.
#include "../ccapi/kcm_examples.hpp"

#include "support/hex.hpp"
#include "support/run_coro.hpp"

#include <costrand/ccapid/user_servers.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t owner = 7, alice = 1000, bob = 1001;

const std::string ok = "0000000000000000", no_file = "0000000096c73ac3",
                  unknown = "0000000096c73ac4"; // docs/spec/kcm.md 4

ccapi::server_options with_times() {
    ccapi::server_options out;
    out.start_time = 1;
    out.clock = [] { return ccapi::cc_time{1'700'000'000}; };
    return out;
}

class rig {
    std::unique_ptr<core::random_source> random_ = core::seeded_random(1);

  public:
    explicit rig(coro_environment env)
        : all(env.executor, *random_, with_times(), owner, core::log()),
          env_(env),
          sessions_(env.executor) {}

    std::unique_ptr<core::message_stream> client(std::uint32_t user) {
        sim::memory_options link;
        auto [near, far] = sim::memory_message_pair(env_.executor, link, link);
        sessions_.spawn(all.serve(std::move(far), user));
        return std::move(near);
    }
    awaitable<void> end() {
        sessions_.cancel();
        (void)co_await core::as_result(sessions_.join());
    }
    [[nodiscard]] core::duration elapsed() const { return env_.time.elapsed(); }

    ccapid::user_servers all;

  private:
    coro_environment env_;
    core::task_group sessions_;
};

void in_rig(const std::function<awaitable<void>(rig &)> &body, std::size_t teardown_points = 50) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            rig r(env);
            std::exception_ptr failed;
            try {
                co_await body(r);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await r.end();
            if (failed)
                std::rethrow_exception(failed);
        },
        teardown_points);
}

// The answer to one of the examples, without the length.
awaitable<std::string> say(core::message_stream &kcm, std::string hex) {
    const auto message = from_hex(hex.substr(8));
    co_await kcm.send(net::buffer(message));
    std::vector<std::byte> reply(1024);
    const auto size = co_await kcm.receive(net::buffer(reply));
    co_return to_hex(core::const_bytes(reply).first(size));
}

const std::string destroy = "000000090200000531303030"
                            "00";
// With a length, as the examples.
const std::string ask_status = "000000040200c057";

} // namespace

TEST_CASE("a user's server stays while he keeps something, and goes with his last connection") {
    in_rig([](rig &r) -> awaitable<void> {
        auto first = r.client(alice), second = r.client(alice);
        (void)co_await say(*first, kcm_examples::get_default_cache.request);
        (void)co_await say(*second, kcm_examples::get_default_cache.request);
        CHECK(r.all.users() == 1);
        const auto made = co_await say(*first, kcm_examples::initialize.request);
        CHECK(made == ok);
        first.reset();
        second.reset();
        co_await core::sleep_for(1s);
        CHECK(r.all.users() == 1);

        auto third = r.client(alice), other = r.client(bob);
        const auto seen = co_await say(*other, kcm_examples::get_principal.request);
        CHECK(seen == no_file);
        CHECK(r.all.users() == 2);
        const auto still = co_await say(*third, kcm_examples::get_principal.request);
        CHECK(still == std::string(kcm_examples::get_principal.reply).substr(8));
        (void)co_await say(*third, destroy);
        third.reset();
        other.reset();
        co_await core::sleep_for(1s);
        CHECK(r.all.users() == 0);
    });
}

TEST_CASE("no user takes the connections of another one") {
    in_rig(
        [](rig &r) -> awaitable<void> {
            std::vector<std::unique_ptr<core::message_stream>> many;
            for (std::size_t i = 0; i < ccapid::clients_of_a_user; ++i)
                many.push_back(r.client(alice));
            co_await core::sleep_for(1s);
            const auto beyond = r.client(alice);
            const auto refused =
                co_await core::as_result(say(*beyond, kcm_examples::get_default_cache.request));
            REQUIRE(!refused.has_value());
            if (refused.error() == core::cond::cancelled)
                throw system_error(refused.error());
            const auto other = r.client(bob);
            const auto name = co_await say(*other, kcm_examples::get_default_cache.request);
            CHECK(name == "0000000000000000"
                          "3130303100");
        },
        3);
}

TEST_CASE("the status of all together is for the owner alone, and he is no client by asking") {
    in_rig([](rig &r) -> awaitable<void> {
        const auto one = r.client(alice), two = r.client(bob);
        (void)co_await say(*one, kcm_examples::initialize.request);
        (void)co_await say(*one, kcm_examples::store.request);
        (void)co_await say(*two, kcm_examples::get_default_cache.request);
        const auto refused = co_await say(*two, ask_status);
        CHECK(refused == unknown);
        co_await core::sleep_for(90s);

        const auto asker = r.client(owner);
        const auto told = co_await say(*asker, ask_status);
        CHECK(told.substr(0, 16) == ok);
        const auto bytes = from_hex(told.substr(16));
        const auto status = ccapi::decode_status(bytes).value();
        CHECK(status.uptime == 90);
        CHECK(status.clients == 2);
        CHECK(status.caches == 1);
        CHECK(status.credentials == 1);
        CHECK(status.users == 1);
    });
}

TEST_CASE("the server of all ends when nobody was there and nothing is kept, whoever asks for it") {
    in_rig([](rig &r) -> awaitable<void> {
        auto user = r.client(alice);
        (void)co_await say(*user, kcm_examples::initialize.request);
        user.reset();
        core::time_point ended;
        const auto until = [&r, &ended]() -> awaitable<void> {
            co_await r.all.until_idle(10min);
            ended = core::now(co_await net::this_coro::executor);
        };
        core::task_group watch(co_await net::this_coro::executor);
        watch.spawn(until());
        co_await core::sleep_for(1h);
        CHECK(ended == core::time_point());
        auto again = r.client(alice);
        (void)co_await say(*again, destroy);
        again.reset();
        const auto left = core::now(co_await net::this_coro::executor);
        for (int i = 0; i < 30; ++i) {
            auto asker = r.client(owner);
            (void)co_await say(*asker, ask_status);
            asker.reset();
            co_await core::sleep_for(1min);
        }
        CHECK(ended - left >= 10min);
        CHECK(ended - left <= 20min);
        co_await watch.join();
    });
}
