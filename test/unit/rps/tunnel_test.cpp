// SPDX-License-Identifier: Apache-2.0
// The tunnel's pumps: a server that a test plays, and an AMT whose every connection it scripts.
#include "session_rig.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;

namespace {

const std::string hello("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9);
const std::string record_a("\x17\x03\x03\x00\x03_a_", 8);
const std::string record_b("\x17\x03\x03\x00\x03_b_", 8);
const std::string alert("\x15\x03\x03\x00\x02\x01\x00", 7);

std::string tls(std::string_view bytes) {
    return server_text("tls_data", base64(bytes));
}
// The client's next message, which is to be of this method.
awaitable<std::string> expect(server_end &server, std::string_view what) {
    const std::string text = co_await server.receive();
    CHECK(parse_frame(text)->method == what);
    co_return payload_of(text);
}

// Answers each hello and each record with two records.
awaitable<void> answer_each(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, hello.size());
    co_await write_text(far, record_a + record_b);
    for (;;) {
        (void)co_await read_text(far, record_a.size());
        co_await write_text(far, record_b);
    }
}
awaitable<void> close_after_answer(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, hello.size());
    co_await write_text(far, record_a);
    far.close();
}
awaitable<void> close_without_answer(core::byte_stream &far, std::size_t dial) {
    (void)co_await read_text(far, hello.size());
    if (dial > 1)
        co_await write_text(far, record_a);
    far.close();
}
awaitable<void> mute(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, 100'000);
}

// One ClientHello and its answer, then success.
awaitable<void> shake_hands(server_end &server) {
    (void)co_await server.receive();
    co_await server.send(tls(hello));
    const auto flight = co_await expect(server, "tls_data");
    CHECK(flight == record_a + record_b);
    co_await server.send(success_text());
}

} // namespace

TEST_CASE("a flight of several records travels as one tls_data, and no time is waited") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_each);
        const auto result = co_await r.run(shake_hands);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 0s);
        CHECK(r.device.dials == 1);
    });
}

TEST_CASE("a record that comes in pieces is one tls_data, however late its end") {
    static constexpr auto slow = [](core::byte_stream &far, std::size_t) -> awaitable<void> {
        (void)co_await read_text(far, hello.size());
        co_await write_text(far, record_a.substr(0, 3));
        co_await core::sleep_for(4s);
        co_await write_text(far, record_a.substr(3) + record_b);
        (void)co_await read_text(far, 1);
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, slow);
        const auto result = co_await r.run(shake_hands);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 4s);
    });
}

TEST_CASE("a whole record does not wait for the end of the one behind it") {
    static constexpr auto slow = [](core::byte_stream &far, std::size_t) -> awaitable<void> {
        (void)co_await read_text(far, hello.size());
        co_await write_text(far, record_a + record_b.substr(0, 6));
        co_await core::sleep_for(4s);
        co_await write_text(far, record_b.substr(6));
        (void)co_await read_text(far, 1);
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, slow);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
            const auto first = co_await core::with_deadline(1s, expect(server, "tls_data"));
            CHECK(first == record_a);
            const auto second = co_await expect(server, "tls_data");
            CHECK(second == record_b);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 4s);
    });
}

TEST_CASE("an AMT that sends without pause is carried on in bounded messages") {
    static constexpr std::size_t records = 200;
    static const std::string big = std::string("\x17\x03\x03\x04\x00", 5) + std::string(1024, 'b');
    static constexpr auto flood = [](core::byte_stream &far, std::size_t) -> awaitable<void> {
        (void)co_await read_text(far, hello.size());
        for (std::size_t i = 0; i < records; ++i)
            co_await write_text(far, big);
        (void)co_await read_text(far, 1);
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, flood);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
            std::size_t got = 0;
            while (got < records * big.size()) {
                const auto part = co_await expect(server, "tls_data");
                CHECK(part.size() <= 80 * 1024); // the limit and one read
                CHECK(part.size() % big.size() == 0);
                got += part.size();
            }
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 0s);
    });
}

TEST_CASE("both directions are alive together: what AMT says unasked goes out at once") {
    static constexpr auto talk = [](core::byte_stream &far, std::size_t) -> awaitable<void> {
        (void)co_await read_text(far, hello.size());
        for (int i = 0; i < 3; ++i) {
            co_await core::sleep_for(1s);
            co_await write_text(far, record_a);
        }
        (void)co_await read_text(far, 1);
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, talk);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
            for (int i = 0; i < 3; ++i) {
                const auto said = co_await core::with_deadline(1001ms, expect(server, "tls_data"));
                CHECK(said == record_a);
            }
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 3s);
    });
}

TEST_CASE("a ClientHello on a live connection closes it and opens another, records stay on it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_each);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            for (int session = 0; session < 30; ++session) {
                co_await server.send(tls(hello));
                (void)co_await expect(server, "tls_data");
                co_await server.send(tls(record_a));
                const auto said = co_await expect(server, "tls_data");
                CHECK(said == record_b);
            }
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 30);
        CHECK(r.ended_at == 0s);
    });
}

TEST_CASE("Empty response from LMS -> connection_reset every round: not behind an answer") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, close_after_answer);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            for (int round = 0; round < 5; ++round) {
                co_await server.send(tls(hello));
                const auto said = co_await expect(server, "tls_data");
                CHECK(said == record_a);
                co_await server.send(tls(alert)); // the server ends its side: nothing answers
            }
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 5);
    });
}

TEST_CASE("a connection closed without data is told once, and the new handshake works") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, close_without_answer);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
            const auto reason = co_await expect(server, "connection_reset");
            CHECK(reason == "connection_closed");
            co_await server.send(tls(record_b)); // still of the session that is gone
            co_await core::sleep_for(15s);
            co_await server.send(tls(hello));
            const auto said = co_await expect(server, "tls_data");
            CHECK(said == record_a);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 2);
    });
}

TEST_CASE("an AMT that takes the connection and says nothing ends the run after 90 s, by name") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, mute);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.error == errc::amt_no_reply);
        CHECK(r.ended_at == 90s);
    });
}

TEST_CASE(
    "a port that is deaf for 70 s is dialled until it answers; one deaf for ever ends at 90 s") {
    for (const bool for_ever : {false, true})
        run_coro([for_ever](coro_environment env) -> awaitable<void> {
            rig r(env, answer_each);
            r.amt_options.port_returns = [](error_code why) {
                return why == net::error::connection_refused;
            };
            r.device.dial_failure = net::error::connection_refused;
            if (!for_ever)
                r.device.heals_at = env.time.now() + 70s;
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(tls(hello));
                auto flight = co_await core::as_result(server.receive());
                if (flight)
                    co_await server.send(success_text());
            };
            const auto result = co_await r.run(server_part);
            CHECK(result.outcome.has_value() == !for_ever);
            CHECK(r.ended_at == (for_ever ? 90s : 70s));
            if (for_ever) {
                CHECK(result.error == errc::amt_no_reply);
                CHECK(result.cause == net::error::connection_refused);
            }
        });
}

TEST_CASE("success, a signal and the server's close end a tunnel at once, in every state") {
    static constexpr auto deaf = [](core::byte_stream &, std::size_t) -> awaitable<void> {
        co_await core::sleep_for(1000s); // reads nothing: the window stays shut
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, deaf);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(tls(hello));
            for (int i = 0; i < 100; ++i)
                co_await server.send(tls(std::string(10'000, 'x')));
            co_await server.send(server_text("heartbeat_request", ""));
            (void)co_await expect(server, "heartbeat_response");
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 0s);
    });
}
