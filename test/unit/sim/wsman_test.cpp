// SPDX-License-Identifier: Apache-2.0
// The HTTP face of the simulated device, over an in-memory connection.
#include <costrand/sim/wsman.hpp>

#include "device_client.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>
#include <support/run_coro.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::device_client;

namespace {

// The device, shared with the coroutines that serve its connections.
struct device {
    explicit device(net::any_io_executor ex)
        : executor(std::move(ex)),
          orders([this] { return core::now(executor); }) {}

    net::any_io_executor executor;
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    profile model = without_delays(amt16());
    device_state state = factory_state(model, *random);
    faults orders;
    wsman_server server{state, model, orders, *random, core::log()};
    std::unique_ptr<core::random_source> client_random = core::seeded_random(2);
};

awaitable<void> serve(std::shared_ptr<device> d, std::unique_ptr<core::byte_stream> end) {
    co_await d->server.serve(*end);
}

struct bench {
    explicit bench(net::any_io_executor ex)
        : d(std::make_shared<device>(ex)),
          tasks(std::make_shared<core::task_group>(ex)) {}
    ~bench() { tasks->cancel(); }

    std::unique_ptr<core::byte_stream> dial() {
        auto [ours, theirs] = memory_byte_pair(d->executor);
        tasks->spawn(serve(d, std::move(theirs)));
        return std::move(ours);
    }
    device_client client(std::string user, core::secret password) {
        device_client::dialer dialer = [this]() -> awaitable<std::unique_ptr<core::byte_stream>> {
            co_return dial();
        };
        return device_client(std::move(dialer), *d->client_random, std::move(user),
                             std::move(password));
    }
    device_client local_client() { return client("$$OsAdmin", d->state.local_password); }

    std::shared_ptr<device> d;
    std::shared_ptr<core::task_group> tasks;
};

core::secret ha1_of(const device &d, std::string_view password) {
    return *wsman::digest_ha1("admin", d.state.digest_realm, core::secret(password));
}

} // namespace

TEST_CASE("a request without credentials gets 401, a challenge, an HTML page, and a close") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        const auto reply = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 401);
        CHECK(reply.http.headers.value("Content-Type") == "text/html");
        CHECK(reply.http.headers.value("Content-Length") == std::to_string(reply.http.body.size()));
        CHECK(reply.http.headers.has_token("Connection", "close"));
        CHECK(reply.http.headers.value("Server") ==
              "Intel(R) Active Management Technology 16.1.25.1424");
        const auto &challenge = client.digest().challenge();
        CHECK(challenge.realm == b.d->state.digest_realm);
        CHECK(challenge.nonce.size() == 32);
        CHECK(challenge.auth);
        CHECK_FALSE(challenge.stale);
    });
}

TEST_CASE("an authorised reply is chunked as recorded ones are") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        const auto reply = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK(reply.http.headers.value("Transfer-Encoding") == "chunked");
        CHECK(reply.http.headers.value("X-Frame-Options") == "DENY");
        CHECK(reply.http.headers.value("Content-Type") == "application/soap+xml; charset=UTF-8");
        CHECK(reply.http.headers.count("Connection") == 0);
        CHECK(reply.http.headers.value("Date").ends_with(" GMT"));
        CHECK(reply.soap.body->value("DigestRealm") == b.d->state.digest_realm);
    });
}

TEST_CASE("one nonce serves the local account and, after the activation, admin") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        const auto first = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(first.http.status == 200);
        const auto nonce = client.digest().challenge().nonce;
        const auto ha1 = ha1_of(*b.d, "P@ssw0rd");
        const auto setup = co_await client.once(test::setup_with(ha1.reveal()));
        CHECK(setup.soap.return_value() == 0u);
        client.digest().set_user("admin", core::secret("P@ssw0rd"));
        const auto read = co_await client.once(test::get_of("AMT_RedirectionService"));
        CHECK(read.http.status == 200);
        CHECK(client.digest().challenge().nonce == nonce);
        CHECK(b.d->server.calls().back().user == "admin");
    });
}

TEST_CASE("admin has no password before the activation, and a wrong one after it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.client("admin", core::secret("P@ssw0rd"));
        const auto before = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(before.http.status == 401);
        enter_client_control(b.d->state, ha1_of(*b.d, "P@ssw0rd"));
        const auto right = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(right.http.status == 200);
        auto other = b.client("admin", core::secret("guess"));
        const auto wrong = co_await other.call(test::get_of("AMT_GeneralSettings"));
        CHECK(wrong.http.status == 401);
        CHECK_FALSE(other.digest().challenge().stale);
    });
}

TEST_CASE("an entry of the access control list logs in from here, with its realms, while enabled") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        enter_client_control(b.d->state, ha1_of(*b.d, "P@ssw0rd"));
        acl_entry entry;
        entry.handle = 3;
        entry.user = "operator";
        entry.ha1 =
            *wsman::digest_ha1("operator", b.d->state.digest_realm, core::secret("Op3r@tor"));
        entry.permission = 2; // local and network
        entry.realms = {2};   // redirection
        b.d->state.acl.push_back(entry);
        auto client = b.client("operator", core::secret("Op3r@tor"));
        const auto read = co_await client.call(test::get_of("AMT_RedirectionService"));
        CHECK(read.http.status == 200);
        CHECK(b.d->server.calls().back().user == "operator");
        const auto denied = co_await client.call(test::get_of("AMT_AuditLog"));
        CHECK(denied.soap.fault->is(wsman::uri::wsman, "AccessDenied"));
        b.d->state.acl[0].permission = 1; // network only
        const auto remote = co_await client.call(test::get_of("AMT_RedirectionService"));
        CHECK(remote.http.status == 401);
        b.d->state.acl[0].permission = 0;
        const auto local = co_await client.call(test::get_of("AMT_RedirectionService"));
        CHECK(local.http.status == 200);
        b.d->state.acl[0].enabled = false;
        const auto off = co_await client.call(test::get_of("AMT_RedirectionService"));
        CHECK(off.http.status == 401);
    });
}

TEST_CASE("a nonce beyond its life is answered as stale") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.d->model.http.nonce_life = 30s;
        auto client = b.local_client();
        const auto fresh = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(fresh.http.status == 200);
        co_await core::sleep_for(31s);
        const auto late = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(late.http.status == 401);
        CHECK(client.digest().challenge().stale);
        const auto again = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(again.http.status == 200);
    });
}

TEST_CASE("a connection is kept for the next request unless the client says close") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        auto connection = b.dial();
        client.set_after(wsman::after_reply::keep_open);
        for (int i = 0; i < 3; ++i) {
            const auto reply = co_await client.on(*connection, test::get_of("AMT_GeneralSettings"));
            CHECK(reply.http.status == 200);
        }
        client.set_after(wsman::after_reply::close);
        (void)co_await client.on(*connection, test::get_of("AMT_GeneralSettings"));
        std::vector<std::byte> more(16);
        const auto end = co_await core::as_result(connection->read_some(net::buffer(more)));
        CHECK(end.error() == core::end_of_stream);
    });
}

TEST_CASE("a SOAP fault closes the connection even if the client would keep it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        client.set_after(wsman::after_reply::keep_open);
        auto connection = b.dial();
        const auto reply = co_await client.on(*connection, test::get_of("AMT_NoSuchClass"));
        CHECK(reply.http.status == 400);
        CHECK_FALSE(reply.keep_alive);
        CHECK(reply.soap.fault->subcode == "DestinationUnreachable");
        std::vector<std::byte> more(16);
        const auto end = co_await core::as_result(connection->read_some(net::buffer(more)));
        CHECK(end.error() == core::end_of_stream);
        CHECK(env.time.elapsed() == 0s); // at once, not because it idled
    });
}

TEST_CASE("an idle connection is closed") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto connection = b.dial();
        co_await core::sleep_for(1s);
        std::vector<std::byte> more(16);
        const auto end = co_await core::as_result(connection->read_some(net::buffer(more)));
        CHECK(end.error() == core::end_of_stream);
        CHECK(env.time.elapsed() == b.d->model.http.idle);
    });
}

TEST_CASE("what is no HTTP, no WS-Management or no XML gets an HTML page, not a fault") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        const auto status_of = [&b](std::string text) -> awaitable<wsman::http_response> {
            auto connection = b.dial();
            co_await core::write_all(*connection, net::buffer(text));
            wsman::http_connection peer(*connection);
            auto in = co_await wsman::read_response(peer, wsman::http_limits());
            co_return std::move(in.response);
        };
        const auto nonsense = co_await status_of("\x16\x03\x01 hello\r\n\r\n");
        CHECK(nonsense.status == 400);
        CHECK(nonsense.headers.value("Content-Type") == "text/html");
        const auto elsewhere = co_await status_of("GET /index.htm HTTP/1.1\r\nHost: d\r\n\r\n");
        CHECK(elsewhere.status == 404);

        auto client = b.local_client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        const std::string body = "<Envelope><Header>";
        const auto authorization = client.digest().authorization({"POST", "/wsman", body});
        const auto bytes = wsman::serialize(
            wsman::rps_request("d:16992", *authorization, body, wsman::after_reply::close));
        const auto broken = co_await status_of(std::string(core::as_text(bytes)));
        CHECK(broken.status == 400);
        CHECK(broken.headers.value("Content-Type") == "text/html");
    });
}

TEST_CASE("Setup takes the second to its answer that was measured, other calls none") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        b.d->model = amt16();
        auto client = b.local_client();
        (void)co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(env.time.elapsed() == 0s);
        (void)co_await client.once(test::setup_with(ha1_of(*b.d, "P@ssw0rd").reveal()));
        CHECK(env.time.elapsed() == 1s);
    });
}

TEST_CASE("ordered: no answer, a late one, a status, a fault, a return value") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        auto &orders = b.d->orders;

        orders.order(fault(fault_kind::http_silence).on_call("AMT_GeneralSettings.Get"));
        const auto silent = co_await core::as_result(
            core::with_deadline(5s, client.once(test::get_of("AMT_GeneralSettings"))));
        CHECK(silent.error() == core::cond::timed_out);

        const auto before = env.time.elapsed();
        orders.order(fault(fault_kind::http_delay).after(7s));
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(env.time.elapsed() - before == 7s);

        orders.order(fault(fault_kind::http_status).with(503).saying("Busy"));
        const auto status = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(status.http.status == 503);
        orders.order(fault(fault_kind::soap_fault).saying("Concurrency"));
        const auto refused = co_await client.once(test::get_of("AMT_GeneralSettings"));
        CHECK(refused.soap.fault->is(wsman::uri::wsman, "Concurrency"));
        orders.order(
            fault(fault_kind::return_value).on_call("IPS_HostBasedSetupService.Setup").with(1));
        const auto setup =
            co_await client.once(test::setup_with(ha1_of(*b.d, "P@ssw0rd").reveal()));
        CHECK(setup.soap.return_value() == 1u);
        CHECK(b.d->state.mode == control_mode::none);
        CHECK(orders.all_acted());
    });
}

TEST_CASE("ordered: the connection closed before, within and after the answer") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
        auto &orders = b.d->orders;
        orders.order(fault(fault_kind::close_before));
        const auto before =
            co_await core::as_result(client.once(test::get_of("AMT_GeneralSettings")));
        CHECK(before.error() == core::end_of_stream);
        orders.order(fault(fault_kind::close_within));
        const auto within =
            co_await core::as_result(client.once(test::get_of("AMT_GeneralSettings")));
        CHECK(within.error() == wsman::errc::http_truncated);
        client.set_after(wsman::after_reply::keep_open);
        orders.order(fault(fault_kind::close_after));
        auto connection = b.dial();
        const auto whole = co_await client.on(*connection, test::get_of("AMT_GeneralSettings"));
        CHECK(whole.http.status == 200);
        std::vector<std::byte> more(16);
        const auto end = co_await core::as_result(connection->read_some(net::buffer(more)));
        CHECK(end.error() == core::end_of_stream);
    });
}

TEST_CASE("ordered: a large answer, one byte at a time, other bytes instead") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            bench b(env.executor);
            auto client = b.local_client();
            (void)co_await client.once(test::get_of("AMT_GeneralSettings"));
            auto &orders = b.d->orders;
            orders.order(fault(fault_kind::pad).with(75'000));
            const auto large = co_await client.once(test::get_of("AMT_GeneralSettings"));
            CHECK(large.http.body.size() == 75'000);
            CHECK(large.soap.body->value("HostName") == "lab-host");
            orders.order(fault(fault_kind::chop).with(1));
            const auto chopped = co_await client.once(test::get_of("AMT_GeneralSettings"));
            CHECK(chopped.soap.body->value("HostName") == "lab-host");
            std::vector<std::byte> rubbish(40, std::byte{0xff});
            orders.order(fault(fault_kind::raw_response).sending(rubbish));
            const auto raw =
                co_await core::as_result(client.once(test::get_of("AMT_GeneralSettings")));
            CHECK(raw.error() == wsman::errc::http_malformed);
        },
        40);
}

TEST_CASE("calls are recorded with their user and status") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        bench b(env.executor);
        auto client = b.local_client();
        (void)co_await client.call(test::get_of("AMT_GeneralSettings"));
        const auto &calls = b.d->server.calls();
        REQUIRE(calls.size() == 2);
        CHECK(calls[0].call == "AMT_GeneralSettings.Get");
        CHECK(calls[0].status == 401);
        CHECK(calls[0].user.empty());
        CHECK(calls[1].status == 200);
        CHECK(calls[1].user == "$$OsAdmin");
    });
}
