// SPDX-License-Identifier: Apache-2.0
// The simulated device as a whole: links, faults, an activation over LME with a host of our own.
#include <costrand/sim/firmware.hpp>

#include "device_client.hpp"
#include "firmware_bench.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <support/run_coro.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::lme_host;

namespace {

using bench = test::firmware_bench;

core::secret ha1_of(const firmware &device, std::string_view password) {
    return *wsman::digest_ha1("admin", device.state().digest_realm, core::secret(password));
}

// A request as RPS writes it.
std::vector<std::byte> request_bytes(wsman::digest_client &digest,
                                     const wsman::request_envelope &request) {
    auto body = *wsman::build_request(request);
    std::string authorization;
    if (digest.has_challenge())
        authorization = *digest.authorization({"POST", "/wsman", body});
    return wsman::serialize(wsman::rps_request("device:16992", authorization, std::move(body),
                                               wsman::after_reply::close));
}

// One request on a channel of its own over LME; a 401 gives the challenge to `digest`.
awaitable<wsman::soap_reply> over_lme(lme_host &host, wsman::digest_client &digest,
                                      std::uint32_t number, wsman::request_envelope request) {
    const auto channel = co_await host.open(number);
    auto bytes = request_bytes(digest, request);
    const auto raw = co_await host.exchange(channel, std::move(bytes));
    wsman::response_parser parser;
    REQUIRE(parser.feed(raw).has_value());
    REQUIRE(parser.done());
    const auto reply = parser.release();
    wsman::soap_reply soap;
    if (reply.status == 401)
        (void)digest.accept(reply.headers.value("WWW-Authenticate"));
    else
        soap = *wsman::parse_reply(reply.body);
    co_return soap;
}

awaitable<std::vector<std::byte>> command(core::message_stream &link,
                                          std::vector<std::byte> request) {
    co_await link.send(net::buffer(request));
    std::vector<std::byte> reply(link.max_message_size());
    reply.resize(co_await link.receive(net::buffer(reply)));
    co_return reply;
}

} // namespace

TEST_CASE("a device is activated over LME and read as admin, then unprovisioned") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            bench b(env.executor);
            auto host = co_await b.host();
            co_await host.handshake();
            CHECK(host.ports == std::vector<std::uint16_t>{16992, 16993, 623, 664});
            wsman::digest_client digest("$$OsAdmin", b.device.state().local_password,
                                        *b.client_random);
            (void)co_await over_lme(host, digest, 2, test::get_of("AMT_GeneralSettings"));
            const auto general =
                co_await over_lme(host, digest, 3, test::get_of("AMT_GeneralSettings"));
            CHECK(general.body->value("DigestRealm") == b.device.state().digest_realm);
            const auto ha1 = ha1_of(b.device, "P@ssw0rd");
            const auto setup = co_await over_lme(host, digest, 4, test::setup_with(ha1.reveal()));
            CHECK(setup.return_value() == 0u);
            CHECK(b.device.mode() == control_mode::client);
            digest.set_user("admin", core::secret("P@ssw0rd"));
            const auto service =
                co_await over_lme(host, digest, 5, test::get_of("IPS_HostBasedSetupService"));
            CHECK(service.body->value("CurrentControlMode") == "1");
            const auto gone =
                co_await over_lme(host, digest, 6,
                                  test::invoke("AMT_SetupAndConfigurationService", "Unprovision",
                                               "<h:ProvisioningMode>1</h:ProvisioningMode>"));
            CHECK(gone.return_value() == 0u);
            CHECK(b.device.mode() == control_mode::none);
            CHECK(env.time.elapsed() == 0s);
            co_await core::sleep_for(1ns); // our last CLOSE is under way
            CHECK(b.device.open_channels() == 0);
            CHECK(b.device.counters().channels_opened == 5);
            CHECK(b.device.counters().protocol_errors == 0);
            co_await b.end();
        },
        60);
}

TEST_CASE("a reply larger than the host's window comes as the host gives room") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            bench b(env.executor);
            b.device.inject().order(fault(fault_kind::pad).with(75'000).for_ever());
            auto host = co_await b.host();
            co_await host.handshake();
            wsman::digest_client digest("$$OsAdmin", b.device.state().local_password,
                                        *b.client_random);
            (void)co_await over_lme(host, digest, 2, test::get_of("AMT_GeneralSettings"));
            host.data_messages = 0;
            const auto reply =
                co_await over_lme(host, digest, 3, test::get_of("AMT_GeneralSettings"));
            CHECK(reply.body->value("HostName") == "lab-host");
            CHECK(host.data_messages >= 75'000 / 4096);
            co_await b.end();
        },
        40);
}

TEST_CASE("channel number and window of a new channel are the profile's") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto model = without_delays(amt18());
        model.lme.window = 1234;
        bench b(env.executor, model);
        auto host = co_await b.host();
        CHECK(host.link().max_message_size() == model.heci.lme);
        co_await host.handshake();
        const auto channel = co_await host.open(2);
        CHECK(channel.sender == 0);
        CHECK(channel.window == 1234);
        CHECK(b.device.open_channels() == 1);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("a channel to a forwarded port without a service is failure 2") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto host = co_await b.host();
        co_await host.handshake();
        const auto request = lme_host::open_request(2, 4096, 623);
        co_await host.say(request);
        const auto failure = co_await host.expect<apf::channel_open_failure>();
        CHECK(failure.reason == 2);
        CHECK(b.device.open_channels() == 0);
        co_await b.end();
    });
}

TEST_CASE("one program holds LME, the next is told busy, AMTHI takes several") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto device = b.device.heci();
        auto first = co_await device->connect(heci::client::lme);
        const auto second = co_await core::as_result(device->connect(heci::client::lme));
        CHECK(second.error() == heci::errc::busy);
        first->close();
        auto third = co_await device->connect(heci::client::lme); // at once
        auto one = co_await device->connect(heci::client::amthi);
        auto two = co_await device->connect(heci::client::amthi);
        CHECK(b.device.open_links() == 3);
        co_await b.end();
    });
}

TEST_CASE("connect fails as ordered, each way with its own error") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto device = b.device.heci();
        co_await core::sleep_for(1ns);
        for (const auto &[kind, code] :
             {std::pair{fault_kind::no_driver, heci::errc::no_driver},
              std::pair{fault_kind::no_permission, heci::errc::no_permission},
              std::pair{fault_kind::not_ready, heci::errc::not_ready},
              std::pair{fault_kind::no_client, heci::errc::no_client},
              std::pair{fault_kind::busy, heci::errc::busy}}) {
            b.device.inject().order(fault(kind));
            const auto refused = co_await core::as_result(device->connect(heci::client::amthi));
            CHECK(refused.error() == code);
            auto link = co_await device->connect(heci::client::amthi);
        }
        const auto unknown = co_await core::as_result(device->connect(heci::client_id()));
        CHECK(unknown.error() == heci::errc::no_client);
        co_await b.end();
    });
}

TEST_CASE("busy for three seconds is busy for three seconds") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::busy).on(heci::client::lme).for_time(3s));
        auto device = b.device.heci();
        int refused = 0;
        for (;;) {
            auto link = co_await core::as_result(device->connect(heci::client::lme));
            if (link)
                break;
            ++refused;
            co_await core::sleep_for(500ms);
        }
        CHECK(refused == 6);
        CHECK(env.time.elapsed() == 3s);
        co_await b.end();
    });
}

TEST_CASE("ENODEV at the n-th message, before, after, and instead of the answer") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto device = b.device.heci();
        const auto ask = heci::encode_request(heci::command::control_mode);
        {
            b.device.inject().order(
                fault(fault_kind::reset_on_send).nth(2).on(heci::client::amthi));
            auto link = co_await device->connect(heci::client::amthi);
            (void)co_await command(*link, ask);
            const auto dead = co_await core::as_result(command(*link, ask));
            CHECK(dead.error() == heci::errc::device_reset);
            const auto still = co_await core::as_result(link->send(net::buffer(ask)));
            CHECK(still.error() == heci::errc::device_reset);
        }
        for (const auto kind : {fault_kind::reset_after, fault_kind::reset_before_reply}) {
            b.device.inject().order(fault(kind).on(heci::client::amthi));
            auto link = co_await device->connect(heci::client::amthi);
            co_await link->send(net::buffer(ask)); // was taken
            std::vector<std::byte> reply(link->max_message_size());
            const auto dead = co_await core::as_result(link->receive(net::buffer(reply)));
            CHECK(dead.error() == heci::errc::device_reset);
        }
        CHECK(b.device.inject().all_acted());
        co_await b.end();
    });
}

TEST_CASE("ENODEV at a kind of APF message: on CHANNEL_OPEN, and amid DATA") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::reset_on_send).on_apf(90));
        {
            auto host = co_await b.host();
            co_await host.handshake();
            const auto request = lme_host::open_request(2, 4096);
            const auto dead = co_await core::as_result(host.say(request));
            CHECK(dead.error() == heci::errc::device_reset);
        }
        b.device.inject().order(fault(fault_kind::reset_after).on_apf(94));
        auto host = co_await b.host(); // the old link does not keep LME busy
        co_await host.handshake();
        const auto channel = co_await host.open(2);
        const std::vector<std::byte> part(10);
        const apf::channel_data beyond{channel.sender, part};
        co_await host.say(beyond);
        const auto dead = co_await core::as_result(host.hear());
        CHECK(dead.error() == heci::errc::device_reset);
        CHECK(b.device.counters().lme_sessions == 2);
        co_await b.end();
    });
}

TEST_CASE("silence takes messages and answers nothing") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::silence).on_apf(90).for_ever());
        auto host = co_await b.host();
        co_await host.handshake();
        const auto request = lme_host::open_request(2, 4096);
        co_await host.say(request);
        const auto heard = co_await core::as_result(core::with_deadline(60s, host.hear()));
        CHECK(heard.error() == core::cond::timed_out);
        co_await b.end();
    });
}

TEST_CASE("the firmware's messages are lost, or come after another one, when ordered") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        co_await core::sleep_for(1ns);
        auto &orders = b.device.inject();
        const auto ask = heci::encode_request(heci::command::control_mode);
        const auto stale = heci::encode_reply(heci::command::uuid, heci::status::internal_error);
        orders.order(fault(fault_kind::inject_message).on(heci::client::amthi).sending(stale));
        orders.order(fault(fault_kind::drop_message).on_apf(192).for_ever());
        auto link = co_await b.device.heci()->connect(heci::client::amthi);
        const auto first = co_await command(*link, ask);
        CHECK(first == stale);
        std::vector<std::byte> second(link->max_message_size());
        second.resize(co_await link->receive(net::buffer(second)));
        CHECK(heci::decode_reply(second)->what == heci::command::control_mode);
        auto host = co_await b.host(); // its PROTOCOLVERSION never comes
        const auto heard = co_await core::as_result(core::with_deadline(60s, host.hear()));
        CHECK(heard.error() == core::cond::timed_out);
        co_await b.end();
    });
}

TEST_CASE("OPEN_FAILURE n times, then the channel opens") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::open_failure).repeat(2));
        b.device.inject().order(fault(fault_kind::open_failure).nth(3).with(4));
        auto host = co_await b.host();
        co_await host.handshake();
        for (const std::uint32_t reason : {1, 1, 4}) {
            const auto request = lme_host::open_request(2, 4096);
            co_await host.say(request);
            const auto failure = co_await host.expect<apf::channel_open_failure>();
            CHECK(failure.reason == reason);
            CHECK(b.device.open_channels() == 0);
        }
        (void)co_await host.open(2);
        CHECK(b.device.counters().open_failures == 3);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("a confirmation comes late, or never while the slot is taken") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::confirmation_late).after(5s));
        auto host = co_await b.host();
        co_await host.handshake();
        (void)co_await host.open(2);
        CHECK(env.time.elapsed() == 5s);
        b.device.inject().order(fault(fault_kind::confirmation_never));
        const auto request = lme_host::open_request(3, 4096);
        co_await host.say(request);
        const auto heard = co_await core::as_result(core::with_deadline(30s, host.hear()));
        CHECK(heard.error() == core::cond::timed_out);
        CHECK(b.device.open_channels() == 2);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("stray CLOSEs and any other message come when ordered") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto host = co_await b.host();
        b.device.inject().order(
            fault(fault_kind::inject_when_ready).sending(apf::encode(apf::channel_close{0})));
        co_await host.handshake();
        const auto early = co_await host.expect<apf::channel_close>();
        CHECK(early.recipient == 0);
        const auto first = co_await host.open(2);
        const apf::channel_close close{first.sender};
        co_await host.say(close);
        (void)co_await host.expect<apf::channel_close>();

        b.device.inject().order(fault(fault_kind::replay_close));
        const auto request = lme_host::open_request(3, 4096);
        co_await host.say(request);
        const auto replayed = co_await host.expect<apf::channel_close>();
        CHECK(replayed.recipient == 2);
        (void)co_await host.expect<apf::channel_open_confirmation>();

        b.device.inject().order(fault(fault_kind::inject_before_confirmation)
                                    .sending(apf::encode(apf::channel_close{0})));
        b.device.inject().order(fault(fault_kind::inject_after_confirmation)
                                    .sending(apf::encode(apf::channel_window_adjust{99, 1})));
        const auto again = lme_host::open_request(4, 4096);
        co_await host.say(again);
        const auto before = co_await host.expect<apf::channel_close>();
        CHECK(before.recipient == 0);
        (void)co_await host.expect<apf::channel_open_confirmation>();
        const auto after = co_await host.expect<apf::channel_window_adjust>();
        CHECK(after.recipient == 99);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("a window of one byte throughout, and one of zero for a time") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            bench b(env.executor);
            auto host = co_await b.host();
            co_await host.handshake();
            wsman::digest_client digest("$$OsAdmin", b.device.state().local_password,
                                        *b.client_random);
            b.device.inject().order(fault(fault_kind::window).with(1));
            (void)co_await over_lme(host, digest, 2, test::get_of("AMT_GeneralSettings"));
            CHECK(digest.has_challenge());
            CHECK(env.time.elapsed() == 0s);
            b.device.inject().order(fault(fault_kind::window_zero).after(30s));
            const auto reply =
                co_await over_lme(host, digest, 3, test::get_of("AMT_GeneralSettings"));
            CHECK(reply.body);
            CHECK(env.time.elapsed() == 30s);
            CHECK(b.device.counters().protocol_errors == 0);
            co_await b.end();
        },
        40);
}

TEST_CASE("data beyond the host's window comes when ordered") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.device.inject().order(fault(fault_kind::overrun));
        auto host = co_await b.host();
        co_await host.handshake();
        (void)co_await host.open(2, 5000);
        std::size_t got = 0;
        while (got < 5001) {
            const auto data = co_await host.expect<apf::channel_data>();
            got += data.data.size();
        }
        CHECK(got == 5001);
        host.link().close();
        co_await b.end();
    });
}

TEST_CASE("a message beyond the link's maximum is an error of the host's") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto link = co_await b.device.heci()->connect(heci::client::amthi);
        const std::vector<std::byte> large(link->max_message_size() + 1);
        const auto refused = co_await core::as_result(link->send(net::buffer(large)));
        CHECK(refused.error() == heci::errc::message_too_large);
        const auto reply =
            co_await command(*link, heci::encode_request(heci::command::control_mode));
        CHECK(heci::decode_reply(reply)->status == heci::status::success); // still alive
        co_await b.end();
    });
}

TEST_CASE("LMS is refused, mute, or closes at once when ordered, and works otherwise") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto &device = b.device;
        co_await core::sleep_for(1ns);
        test::device_client::dialer dial = [&device] { return device.dial_lms(16992); };
        test::device_client client(dial, *b.client_random, "$$OsAdmin",
                                   device.state().local_password);
        const auto reply = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        device.inject().order(fault(fault_kind::lms_refused));
        const auto refused = co_await core::as_result(device.dial_lms(16992));
        CHECK(refused.error() == transports::lms_errc::not_running);
        const auto elsewhere = co_await core::as_result(device.dial_lms(16993));
        CHECK(elsewhere.error() == transports::lms_errc::not_running);
        device.inject().order(fault(fault_kind::lms_closes));
        const auto closed =
            co_await core::as_result(client.once(test::get_of("AMT_GeneralSettings")));
        CHECK(!closed);
        device.inject().order(fault(fault_kind::lms_mute));
        const auto mute = co_await core::as_result(
            core::with_deadline(60s, client.once(test::get_of("AMT_GeneralSettings"))));
        CHECK(mute.error() == core::cond::timed_out);
        CHECK(device.counters().lms_connections == 4);
        co_await b.end();
    });
}

TEST_CASE("links that somebody else accepted are served the same way") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        core::task_group tasks(env.executor);
        const auto limit = co_await b.device.admit(heci::client::amthi);
        CHECK(limit == b.device.device_profile().heci.amthi);
        auto [host, far_end] = memory_message_pair(env.executor);
        tasks.spawn(b.device.serve_heci(std::move(far_end), heci::client::amthi));
        const auto reply = co_await command(*host, heci::encode_request(heci::command::uuid));
        const auto decoded = heci::decode_reply(reply);
        CHECK(heci::decode_uuid(decoded->data)->text() == b.device.device_profile().uuid);
        host->close();
        co_await tasks.join();
        CHECK(b.device.open_links() == 0);
        co_await b.end();
    });
}

TEST_CASE("a stopped device lets nobody in, and what is open ends") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto device = b.device.heci();
        auto link = co_await device->connect(heci::client::amthi);
        b.device.stop();
        co_await b.device.run();
        std::vector<std::byte> reply(link->max_message_size());
        const auto dead = co_await core::as_result(link->receive(net::buffer(reply)));
        CHECK(dead.error() == heci::errc::device_reset);
        const auto refused = co_await core::as_result(device->connect(heci::client::amthi));
        CHECK(refused.error() == heci::errc::not_ready);
    });
}
