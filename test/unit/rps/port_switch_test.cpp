// SPDX-License-Identifier: Apache-2.0
#include "session_rig.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <algorithm>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;

namespace {

const std::string hello("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9);
const std::string record("\x17\x03\x03\x00\x03_a_", 8);

awaitable<void> answer_hello(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, hello.size());
    co_await write_text(far, record);
}

// A port switch as the test orders it, then one handshake.
awaitable<void> order_switch(server_end &server, std::string payload) {
    (void)co_await server.receive();
    co_await server.send(server_text("port_switch", payload));
    const std::string ack = co_await server.receive();
    CHECK(parse_frame(ack)->method == "port_switch_ack");
    CHECK(payload_of(ack) == "ok");
    co_await server.send(server_text("tls_data", base64(hello)));
    const std::string answer = co_await server.receive();
    CHECK(payload_of(answer) == record);
    co_await server.send(success_text());
}
awaitable<void> usual_switch(server_end &server) {
    co_await order_switch(server, R"({"port":"16993","delay":15})");
}

} // namespace

TEST_CASE("Port switch failed: dial tcp4 127.0.0.1:16993: over LME nothing is dialled for it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_hello);
        r.amt_options.path = amt_path::lme;
        const auto result = co_await r.run(usual_switch);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 15s);
        CHECK(r.device.ports == std::vector<std::uint16_t>{16993});
    });
}

TEST_CASE("over the LMS the new port is tried before the acknowledgement") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_hello);
        const auto result = co_await r.run(usual_switch);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 15s);
        CHECK(r.device.ports == std::vector<std::uint16_t>{16993, 16993});
    });
}

TEST_CASE("an LMS that comes back 70 s after the order is waited for") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_hello);
        r.device.dial_failure = net::error::connection_refused;
        r.device.heals_at = env.time.now() + 70s;
        const auto result = co_await r.run(usual_switch);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 70s);
    });
}

TEST_CASE("an LMS that does not come back ends the run before the server gives up, by name") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_hello);
        r.device.dial_failure = net::error::connection_refused;
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("port_switch", R"({"port":"16993","delay":15})"));
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.error == errc::port_switch_failed);
        CHECK(result.cause == net::error::connection_refused);
        CHECK(r.ended_at == 70s); // 15 s and 55 s; the server waits 75 s
    });
}

TEST_CASE("the delay is clamped to 60 s and not below 0; the extra delay is added behind that") {
    struct row {
        const char *order;
        std::chrono::seconds longest, extra, waited;
    };
    static constexpr row rows[] = {
        {R"({"port":"16993","delay":-5})", 60s, 0s, 0s},
        {R"({"port":"16993","delay":600})", 60s, 0s, 60s},
        {R"({"port":"16993","delay":1000000000})", 60s, 0s, 60s},
        {R"({"port":"16993","delay":20})", 10s, 7s, 17s},
        {R"({"port":"16993"})", 60s, 3s, 3s},
    };
    for (const row &how : rows)
        run_coro([&how](coro_environment env) -> awaitable<void> {
            static const row *now;
            now = &how;
            rig r(env, answer_hello);
            r.amt_options.path = amt_path::lme;
            r.amt_options.limits.port_switch_max_delay = how.longest;
            r.amt_options.limits.port_switch_extra_delay = how.extra;
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                co_await order_switch(server, now->order);
            };
            const auto result = co_await r.run(server_part);
            CHECK(result.outcome.has_value());
            CHECK(r.ended_at == how.waited);
        });
}

TEST_CASE("a signal ends the wait of a port switch at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_hello);
        r.amt_options.path = amt_path::lme;
        executor amt(r.device.dialer(), http_reader(), r.amt_options, {});
        port_switch_order order;
        order.port = 16993;
        order.delay = 15s;
        auto cut = co_await core::as_result(core::with_deadline(1s, amt.switch_port(order)));
        if (cut.error() == core::cond::cancelled)
            throw system_error(cut.error());
        CHECK(cut.error() == core::errc::timed_out);
        CHECK(env.time.elapsed() == 1s);
        co_await r.device.finish();
    });
}

TEST_CASE("over LME the channel behind a GenerateKeyPair waits 750 ms, over the LMS it does not") {
    static const std::string keygen = "POST /wsman HTTP/1.1\r\n\r\n<a:Action>http://intel.com/wbem/"
                                      "wscim/1/amt-schema/1/AMT_PublicKeyManagementService/"
                                      "GenerateKeyPair</a:Action>";
    static constexpr auto reply_to_keygen = [](core::byte_stream &far,
                                               std::size_t) -> awaitable<void> {
        (void)co_await read_text(far, keygen.size());
        co_await write_text(far, reply);
    };
    for (const auto path : {amt_path::lme, amt_path::lms})
        run_coro([path](coro_environment env) -> awaitable<void> {
            rig r(env, reply_to_keygen);
            r.amt_options.path = path;
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                for (int i = 0; i < 2; ++i) {
                    co_await server.send(wsman_text(keygen));
                    co_await expect_response(server);
                }
                co_await server.send(success_text());
            };
            const auto result = co_await r.run(server_part);
            CHECK(result.outcome.has_value());
            CHECK(r.ended_at == (path == amt_path::lme ? 750ms : 0ms));
        });
}
