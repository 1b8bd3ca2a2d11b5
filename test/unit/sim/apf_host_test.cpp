// SPDX-License-Identifier: Apache-2.0
// costrand's own APF host against the simulated firmware, whose channels and windows are its own:
// two implementations of one protocol, so what one gets wrong the other notices.
#include <costrand/sim/firmware.hpp>

#include "device_client.hpp"

#include <costrand/apf/host.hpp>
#include <costrand/core/task_group.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;

namespace {

struct bench {
    explicit bench(net::any_io_executor ex)
        : random(core::seeded_random(1)),
          client_random(core::seeded_random(2)),
          device(ex, without_delays(amt16()), *random, core::log()),
          heci(device.heci()),
          host(
              ex, [this] { return heci->connect(heci::client::lme); }, apf::host_options(),
              core::log()),
          tasks(ex) {
        tasks.spawn(host.run());
    }

    test::device_client client() {
        test::device_client::dialer dial = [this] { return host.open_channel(16992); };
        return test::device_client(std::move(dial), *client_random, "$$OsAdmin",
                                   device.state().local_password);
    }
    // Nothing of it runs any more.
    awaitable<void> end() {
        host.stop();
        co_await tasks.join();
        device.stop();
        co_await device.run();
    }

    std::unique_ptr<core::random_source> random, client_random;
    firmware device;
    std::unique_ptr<heci::device> heci;
    apf::host host;
    core::task_group tasks;
};

using story = std::function<awaitable<void>(bench &, test::coro_environment)>;

// However the story ends, what it started ends before the bench does.
awaitable<void> tell(test::coro_environment env, story body) {
    bench b(env.executor);
    std::exception_ptr failure;
    try {
        co_await body(b, env);
        co_await core::sleep_for(1ns); // the last CLOSE is under way
        CHECK(b.device.open_channels() == 0);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await net::this_coro::throw_if_cancelled(false);
    co_await b.end();
    if (failure)
        std::rethrow_exception(failure);
    CHECK(b.device.open_links() == 0);
    CHECK(b.device.counters().protocol_errors == 0);
}

void play(std::size_t teardown_points, story body) {
    test::run_coro([&](test::coro_environment env) { return tell(env, body); }, teardown_points);
}

} // namespace

TEST_CASE("our host activates the device over LME without a wait of its own") {
    play(60, [](bench &b, test::coro_environment env) -> awaitable<void> {
        auto client = b.client();
        const auto general = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(general.http.status == 200);
        const auto ha1 =
            *wsman::digest_ha1("admin", b.device.state().digest_realm, core::secret("P@ssw0rd"));
        const auto setup = co_await client.once(test::setup_with(ha1.reveal()));
        CHECK(setup.soap.return_value() == 0u);
        CHECK(b.device.mode() == control_mode::client);
        client.digest().set_user("admin", core::secret("P@ssw0rd"));
        const auto read = co_await client.once(test::get_of("AMT_RedirectionService"));
        CHECK(read.http.status == 200);
        CHECK(env.time.elapsed() == 0s);
        CHECK(b.device.counters().channels_opened == 4);
    });
}

TEST_CASE("our host keeps to a window of one byte, and to one of zero for a time") {
    play(40, [](bench &b, test::coro_environment env) -> awaitable<void> {
        auto client = b.client();
        b.device.inject().order(fault(fault_kind::window).with(1));
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        b.device.inject().order(fault(fault_kind::window_zero).after(20s));
        const auto reply = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK(env.time.elapsed() == 20s);
    });
}

TEST_CASE("our host takes a reply of 75 KB, in pieces of any size") {
    play(20, [](bench &b, test::coro_environment) -> awaitable<void> {
        auto client = b.client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        b.device.inject().order(fault(fault_kind::pad).with(75'000).repeat(2));
        b.device.inject().order(fault(fault_kind::chop).with(7).nth(2));
        for (int i = 0; i < 2; ++i) {
            const auto reply = co_await client.once(test::get_of("AMT_GeneralSettings"));
            CHECK(reply.http.body.size() == 75'000);
        }
    });
}

TEST_CASE("our host comes back after the device was lost amid a reply, and leaves no slot taken") {
    play(60, [](bench &b, test::coro_environment) -> awaitable<void> {
        auto client = b.client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        b.device.inject().order(fault(fault_kind::reset_before_reply).on_apf(94));
        const auto lost =
            co_await core::as_result(client.once(test::get_of("AMT_GeneralSettings")));
        CHECK(!lost);
        const auto reply = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK(b.device.counters().lme_sessions == 2);
    });
}
