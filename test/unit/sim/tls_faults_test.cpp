// SPDX-License-Identifier: Apache-2.0
// What can be ordered to go wrong round the TLS port, each fault by its name as text.
#include "tls_port_bench.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/tls.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;
using namespace std::chrono_literals;
using bench = test::tls_bench;

namespace {

constexpr std::size_t teardown_points = 6;

void order(bench &b, std::string_view text) {
    for (auto &one : parse_faults("order", text))
        b.device.inject().order(std::move(one));
}

template <typename Body>
void each_way(Body body) {
    for (const auto how : {way::lme, way::lms})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                bench b(env.executor, tls_enforced(), bare_crypto(), how);
                co_await body(env, b);
                CHECK(b.device.inject().all_acted());
                co_await b.end();
            },
            teardown_points);
}

awaitable<error_code> failure_of_dial(bench &b) {
    const auto dialled = co_await core::as_result(b.dial_tls());
    if (!dialled && dialled.error() == core::cond::cancelled)
        throw system_error(dialled.error());
    co_return dialled ? error_code() : dialled.error();
}

} // namespace

TEST_CASE("slots-taken: CHANNEL_OPEN fails with reason 4, then it does not") {
    run_coro([](coro_environment env) -> awaitable<void> {
        bench b(env.executor, tls_enforced(), bare_crypto());
        order(b, "slots-taken times 2");
        for (int i = 0; i < 2; ++i) {
            const auto failure = co_await failure_of_dial(b);
            CHECK(failure == apf::errc::open_resource_shortage);
        }
        const auto third = co_await failure_of_dial(b);
        CHECK(!third);
        CHECK(b.device.counters().open_failures == 2);
        co_await b.end();
    });
}

TEST_CASE("tls-refused: failure 2 over LME, refused by the LMS") {
    each_way([](coro_environment, bench &b) -> awaitable<void> {
        order(b, "tls-refused");
        const auto failure = co_await failure_of_dial(b);
        if (b.how == way::lme)
            CHECK(failure == apf::errc::open_connect_failed);
        else
            CHECK(failure == transports::lms_errc::not_running);
        const auto next = co_await failure_of_dial(b);
        CHECK(!next);
    });
}

TEST_CASE("tls-mute: the connection is taken and nothing is ever answered") {
    each_way([](coro_environment, bench &b) -> awaitable<void> {
        order(b, "tls-mute");
        co_await core::sleep_for(1ns);
        const auto dialled = co_await core::as_result(core::with_deadline(90s, b.dial_tls()));
        CHECK(dialled.error() == core::cond::timed_out);
        const auto next = co_await failure_of_dial(b);
        CHECK(!next);
    });
}

TEST_CASE("tls-late: the first byte comes seconds late") {
    each_way([](coro_environment env, bench &b) -> awaitable<void> {
        order(b, "tls-late after 70s");
        const auto failure = co_await failure_of_dial(b);
        CHECK(!failure);
        CHECK(env.time.elapsed() == 70s);
    });
}

TEST_CASE("tls-cut: the connection ends within the device's first flight, or later") {
    each_way([](coro_environment, bench &b) -> awaitable<void> {
        order(b, "tls-cut value 100");
        const auto failure = co_await failure_of_dial(b);
        CHECK(failure == transports::tls_errc::truncated);
        order(b, "tls-cut value 8000"); // behind the handshake
        const auto connection = co_await b.dial_tls();
        auto client = b.local_client();
        (void)co_await client.once(get_of("AMT_GeneralSettings"));
        auto calling = client.on(*connection, get_of("AMT_GeneralSettings"));
        const auto reply = co_await core::as_result(std::move(calling));
        CHECK(!reply);
    });
}

TEST_CASE("tls-restarts: after an answer connections drop and the port is deaf for a time") {
    each_way([](coro_environment env, bench &b) -> awaitable<void> {
        order(b, "tls-restarts call AMT_GeneralSettings.Get nth 2 after 30s");
        auto local = b.local_client();
        const auto reply = co_await local.call(get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK(env.time.elapsed() == 0s);
        const auto failure = co_await failure_of_dial(b);
        CHECK(!failure);
        CHECK(env.time.elapsed() == 30s);
        CHECK(b.device.counters().tls_restarts == 1);
    });
}

TEST_CASE("lme-vanishes: the link dies after the answer, connecting fails, then all is new") {
    run_coro([](coro_environment env) -> awaitable<void> {
        bench b(env.executor, tls_enforced(), bare_crypto());
        order(b, "lme-vanishes call AMT_GeneralSettings.Get nth 2 after 5s");
        auto local = b.local_client();
        const auto reply = co_await local.call(get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        co_await b.links.join(); // the session ends
        CHECK(b.session->link_lost());
        CHECK(env.time.elapsed() == 100ms);
        for (const auto passed : {0s, 4s}) {
            co_await core::sleep_for(passed);
            const auto away = co_await core::as_result(b.device.heci()->connect(heci::client::lme));
            CHECK(away.error() == heci::errc::not_ready);
        }
        auto other = co_await b.device.heci()->connect(heci::client::amthi); // is still there
        other.reset();
        co_await core::sleep_for(1s);
        co_await b.link_up();
        const auto failure = co_await failure_of_dial(b);
        CHECK(!failure);
        CHECK(b.device.counters().lme_sessions == 2);
        co_await b.end();
    });
}

TEST_CASE("the LME client of AMT 18 is away for a while after a key generation") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto model = tls_enforced();
        model.lme.vanishes = amt18().lme.vanishes;
        CHECK(model.lme.vanishes > 0s);
        bench b(env.executor, model, bare_crypto());
        co_await b.set_up();
        order(b, "return-value call AMT_PublicKeyManagementService.GenerateKeyPair value 0");
        auto admin = b.admin();
        (void)co_await admin.call(
            invoke("AMT_PublicKeyManagementService", "GenerateKeyPair",
                   "<h:KeyAlgorithm>0</h:KeyAlgorithm><h:KeyLength>2048</h:KeyLength>"));
        co_await b.links.join();
        CHECK(b.session->link_lost());
        const auto away = co_await core::as_result(b.device.heci()->connect(heci::client::lme));
        CHECK(away.error() == heci::errc::not_ready);
        co_await core::sleep_for(model.lme.vanishes);
        co_await b.link_up();
        co_await b.end();
    });
}

TEST_CASE("the connection that is asked for next meets the LME client's going; no work is lost") {
    run_coro([](coro_environment env) -> awaitable<void> {
        bench b(env.executor, tls_enforced(), bare_crypto());
        order(b, "lme-vanishes call AMT_GeneralSettings.Get nth 2 after 5s");
        auto local = b.local_client();
        const auto reply = co_await local.call(get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK_FALSE(b.session->link_lost());
        const auto failure = co_await failure_of_dial(b);
        CHECK(failure);
        co_await b.links.join();
        CHECK(b.session->link_lost());
        CHECK(env.time.elapsed() == 0s);
    });
}
