// SPDX-License-Identifier: Apache-2.0
#include "session_rig.hpp"

#include <costrand/core/deadline.hpp>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;

TEST_CASE("without a connection to AMT the run ends with the transport's own cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        r.device.dial_failure = net::error::make_error_code(net::error::connection_refused);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.error == errc::amt_connect_failed);
        CHECK(result.cause == net::error::connection_refused);
        CHECK(result.detail.starts_with(
            "while AMT worked on round 1 (AMT_GeneralSettings Get); no channel"));
        CHECK(exit_code(result.error) == 71);
        CHECK(r.server_saw_close);
    });
}

TEST_CASE("a silent server ends the run after its limit, counted from our last message") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_after_5_s);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await core::sleep_for(100s);
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 225s);
        CHECK(r.server_saw_close);
    });
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        auto options = activation_options();
        options.limits.server_silence = 7s;
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
        };
        const auto result = co_await r.run(server_part, std::move(options), core::log());
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 7s);
    });
}

TEST_CASE("what the server must not say ends the run at once, each with its own cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const rig::part html_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send("<html>502 Bad Gateway</html>");
        };
        const auto html = co_await killed_by(env, html_part);
        CHECK(html.error == errc::not_json);
        CHECK(html.what.find("<html>502 Bad Gateway") != std::string::npos);
        const rig::part base64_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("wsman", "not base64!"));
        };
        const auto base64 = co_await killed_by(env, base64_part);
        CHECK(base64.error == errc::bad_base64);
        const rig::part null_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("wsman", std::nullopt));
        };
        const auto null = co_await killed_by(env, null_part);
        CHECK(null.error == errc::empty_payload);
        const rig::part unknown_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("reboot", std::nullopt));
        };
        const auto unknown = co_await killed_by(env, unknown_part);
        CHECK(unknown.error == errc::unknown_method);
        const rig::part tunnel_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("tls_data", "not base64"));
        };
        const auto tunnel = co_await killed_by(env, tunnel_part);
        CHECK(tunnel.error == errc::bad_base64);
        const rig::part empty_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send("");
        };
        const auto empty = co_await killed_by(env, empty_part);
        CHECK(empty.error == errc::not_json);
    });
}

TEST_CASE("an error in plain text is reported with its cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text(
                "error", std::nullopt,
                "Device U activation failed. p does not match list of available AMT profiles."));
        };
        const auto result = co_await killed_by(env, server_part);
        REQUIRE(result.outcome.has_value());
        CHECK(result.outcome->error == errc::unknown_profile);
        CHECK(result.outcome->summary() ==
              "Device U activation failed. p does not match list of available AMT profiles.");
    });
}

TEST_CASE("a message of 16 MiB is taken, a larger one is told as too large") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const rig::part large_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                const std::string without_text = server_text("error", std::nullopt);
                const std::string text(max_server_message - without_text.size(), 'x');
                co_await server.send(server_text("error", std::nullopt, text));
            };
            const auto large = co_await killed_by(env, large_part);
            REQUIRE(large.outcome.has_value());
            CHECK(large.outcome->status == std::string(1000, 'x') + "...");
            const rig::part larger_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                const std::string without_text = server_text("error", std::nullopt);
                const std::string text(max_server_message + 1 - without_text.size(), 'x');
                co_await server.send(server_text("error", std::nullopt, text));
            };
            const auto larger = co_await killed_by(env, larger_part);
            CHECK(larger.error == errc::message_too_large);
        },
        3);
}

TEST_CASE("a reply of 75 KB in single bytes goes out whole, in one response") {
    static const std::string body(75'000 - 42, 'x'); // 75 KB with its header
    static const std::string large =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            rig r(env, [](core::byte_stream &far, std::size_t) -> awaitable<void> {
                (void)co_await read_text(far, request.size());
                for (const char c : large)
                    co_await write_text(far, std::string(1, c));
            });
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(wsman_text(request));
                const std::string response = co_await server.receive();
                CHECK(response.size() <= max_client_message);
                CHECK(payload_of(response) == large);
                co_await server.send(success_text());
            };
            const auto result = co_await r.run(server_part);
            CHECK(result.outcome.has_value());
        },
        3);
}

TEST_CASE("a reply that the server would choke on ends the run with that cause") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            rig r(env, [](core::byte_stream &far, std::size_t) -> awaitable<void> {
                (void)co_await read_text(far, request.size());
                co_await write_text(far, "HTTP/1.1 200 OK\r\nContent-Length: 80000\r\n\r\n" +
                                             std::string(80000, 'x'));
            });
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(wsman_text(request));
            };
            const auto result = co_await r.run(server_part);
            CHECK(result.error == errc::response_too_large);
            CHECK(exit_code(result.error) == 101);
            CHECK(r.server_saw_close);
        },
        10);
}

TEST_CASE("cancellation closes the channel and the websocket, and comes out as itself") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto [near, far] =
            sim::memory_message_pair(env.executor, websocket_options(), websocket_options());
        server_end server(std::move(far));
        scripted_amt device(env.executor, say_nothing);
        executor amt(device.dialer(), http_reader(), {}, {});
        session client(*near, amt, activation_options(), {});
        co_await server.send(wsman_text(request));
        auto ended = co_await core::as_result(core::with_deadline(4s, run_session(client)));
        if (!ended && ended.error() != core::errc::timed_out)
            throw system_error(ended.error());
        CHECK_FALSE(ended.has_value());
        CHECK(env.time.elapsed() == 4s);
        CHECK(device.dials == 1);
        CHECK(device.open == 0);
        const std::string first = co_await server.receive();
        CHECK(parse_frame(first)->method == "activate --profile ccm");
        const auto closed = co_await core::as_result(server.receive());
        CHECK(closed.error() == core::end_of_stream);
        co_await device.finish();
    });
}

TEST_CASE("when a message cannot be sent, what the server said last is still heard") {
    static constexpr rig::part parts[] = {
        [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(500ms); // amid our sending of the response
            co_await server.send(server_text("error", std::nullopt, "going down"));
            server.close();
        },
        [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(500ms);
            server.close();
        }};
    for (const auto part : parts)
        run_coro([part](coro_environment env) -> awaitable<void> {
            sim::memory_options slow = websocket_options();
            slow.latency = 1s; // each send of ours takes this
            rig r(env, answer, slow, websocket_options());
            const auto result = co_await r.run(part);
            if (part == parts[0]) {
                REQUIRE(result.outcome.has_value());
                CHECK(result.outcome->status == "going down");
            } else {
                CHECK(result.error == errc::connection_closed);
            }
            CHECK(r.ended_at == 2s);
        });
}

TEST_CASE("a server that does not take our message is silent as well") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sim::memory_options narrow = websocket_options();
        narrow.capacity = 1; // one unread message, then a sender waits
        rig r(env, answer, narrow, narrow);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(300s); // our first message lies there, the response waits
            const std::string first = co_await server.receive();
            CHECK(parse_frame(first)->method == "activate --profile ccm");
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 122s);
    });
}
