// SPDX-License-Identifier: Apache-2.0
#include "rig.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/time.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

const std::string request =
    "POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n<a:Action>http://x/transfer/Get</a:Action>"
    "<w:ResourceURI>http://x/AMT_GeneralSettings</w:ResourceURI>";
const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

awaitable<void> answer(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await write_text(far, reply);
}
awaitable<void> say_nothing(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size() + 1);
}
awaitable<void> answer_after_5_s(core::byte_stream &far, std::size_t) {
    (void)co_await read_text(far, request.size());
    co_await core::sleep_for(5s);
    co_await write_text(far, reply);
}
awaitable<void> answer_second(core::byte_stream &far, std::size_t dial) {
    if (dial == 1)
        co_await say_nothing(far, dial);
    else
        co_await answer(far, dial);
}

// A session, its AMT and its server, whose part is a coroutine of the test.
struct rig {
    using part = awaitable<void> (*)(server_end &);

    rig(coro_environment env, scripted_amt::script script, sim::memory_options ours,
        sim::memory_options theirs)
        : rig(env, std::move(script), sim::memory_message_pair(env.executor, ours, theirs)) {}
    rig(coro_environment env, scripted_amt::script script)
        : rig(env, std::move(script), websocket_options(), websocket_options()) {}

    awaitable<run_result> run(part server_part, session_options options, core::log log) {
        executor amt(device.dialer(), http_reader(), amt_options, log);
        session client(*near, amt, std::move(options), log);
        peers.spawn(play(server_part));
        auto r = co_await run_session(client);
        CHECK(device.open == 0);
        ended_at = time.elapsed();
        co_await device.finish();
        co_await peers.join();
        co_return r;
    }
    awaitable<run_result> run(part server_part) {
        return run(server_part, activation_options(), {});
    }

    core::virtual_time &time;
    std::unique_ptr<core::message_stream> near;
    server_end server;
    scripted_amt device;
    core::task_group peers;
    executor_options amt_options;
    core::duration ended_at{};
    bool server_saw_close = false;

  private:
    rig(coro_environment env, scripted_amt::script script, sim::message_stream_pair ends)
        : time(env.time),
          near(std::move(ends.first)),
          server(std::move(ends.second)),
          device(env.executor, std::move(script)),
          peers(env.executor) {}

    // The part, and then until the client closes.
    awaitable<void> play(part server_part) {
        co_await server_part(server);
        const auto end = co_await core::as_result(server.receive());
        CHECK_FALSE(end.has_value()); // no message that the part did not expect
        server_saw_close = true;
    }
};

// A session that dies of one message of the server.
awaitable<run_result> killed_by(coro_environment env, rig::part server_part) {
    rig r(env, answer);
    auto result = co_await r.run(server_part);
    CHECK(r.server_saw_close);
    CHECK(r.ended_at == 0s);
    co_return result;
}

awaitable<void> expect_response(server_end &server) {
    const std::string text = co_await server.receive();
    CHECK(parse_frame(text)->method == method::response);
    CHECK(payload_of(text) == reply);
}

} // namespace

TEST_CASE("one request, one response, success") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            const std::string first = co_await server.receive();
            CHECK(parse_frame(first)->method == "activate --profile ccm");
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        });
        REQUIRE(result.outcome.has_value());
        CHECK(result.outcome->success);
        CHECK(result.outcome->mode == control_mode::client);
        CHECK(r.ended_at == 0s);
        CHECK(r.server_saw_close);
        CHECK(r.device.dials == 1);
    });
}

TEST_CASE("success, error and close do not wait for AMT") {
    static constexpr rig::part parts[] = {[](server_end &server) -> awaitable<void> {
                                              (void)co_await server.receive();
                                              co_await server.send(wsman_text(request));
                                              co_await core::sleep_for(3s);
                                              co_await server.send(success_text());
                                          },
                                          [](server_end &server) -> awaitable<void> {
                                              (void)co_await server.receive();
                                              co_await server.send(wsman_text(request));
                                              co_await core::sleep_for(3s);
                                              co_await server.send(
                                                  server_text("error", std::nullopt, "no"));
                                          },
                                          [](server_end &server) -> awaitable<void> {
                                              (void)co_await server.receive();
                                              co_await server.send(wsman_text(request));
                                              co_await core::sleep_for(3s);
                                              server.close();
                                          }};
    for (const auto part : parts)
        run_coro([part](coro_environment env) -> awaitable<void> {
            rig r(env, say_nothing);
            const auto result = co_await r.run(part);
            CHECK(r.ended_at == 3s);
            if (result.outcome)
                CHECK(result.outcome->success == (part == parts[0]));
            else
                CHECK(result.error == errc::connection_closed);
            CHECK(bool(result.outcome) == (part != parts[2]));
        });
}

TEST_CASE("a heartbeat is answered at once while AMT works, and the response follows") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_after_5_s);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(1s);
            co_await server.send(server_text("heartbeat_request", ""));
            const std::string beat = co_await core::with_deadline(1ms, server.receive());
            CHECK(parse_frame(beat)->method == method::heartbeat_response);
            co_await expect_response(server);
            co_await server.send(success_text());
        });
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 5s);
    });
}

TEST_CASE("a reply that does not come is not answered, and the server's repeat is carried") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_second);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(12s); // RPS's own limit
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        });
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 2);
        CHECK(r.ended_at == 12s);
    });
}

TEST_CASE("a server that gives up on a mute AMT is reported with AMT's silence as the cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, say_nothing);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            for (int attempt = 0; attempt < 3; ++attempt) {
                co_await server.send(wsman_text(request));
                co_await core::sleep_for(12s);
            }
            co_await server.send(
                server_text("error", std::nullopt, R"({"Status":"Unknown error has occured"})"));
        });
        REQUIRE(result.outcome.has_value());
        CHECK(result.outcome->error == errc::amt_no_reply);
        CHECK(exit_code(result.outcome->error) == 71);
        CHECK(r.ended_at == 36s);
    });
}

TEST_CASE("a request that comes while another is carried closes the older one's channel") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_second);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(2s);
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        });
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 2);
        CHECK(r.ended_at == 2s);
    });
}

TEST_CASE("without a connection to AMT the run ends with the transport's own cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        r.device.dial_failure = net::error::make_error_code(net::error::connection_refused);
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
        });
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
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await core::sleep_for(100s);
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
        });
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 225s);
        CHECK(r.server_saw_close);
    });
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        auto options = activation_options();
        options.limits.server_silence = 7s;
        const auto result = co_await r.run(
            [](server_end &server) -> awaitable<void> { (void)co_await server.receive(); },
            std::move(options), {});
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 7s);
    });
}

TEST_CASE("what the server must not say ends the run at once, each with its own cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto html = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send("<html>502 Bad Gateway</html>");
        });
        CHECK(html.error == errc::not_json);
        CHECK(html.what.find("<html>502 Bad Gateway") != std::string::npos);
        const auto base64 = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("wsman", "not base64!"));
        });
        CHECK(base64.error == errc::bad_base64);
        const auto null = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("wsman", std::nullopt));
        });
        CHECK(null.error == errc::empty_payload);
        const auto unknown = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("reboot", std::nullopt));
        });
        CHECK(unknown.error == errc::unknown_method);
        const auto tunnel = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text("tls_data", "FgMBAAUBAAABAAA="));
        });
        CHECK(tunnel.error == errc::tunnel_not_supported);
        const auto empty = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send("");
        });
        CHECK(empty.error == errc::not_json);
    });
}

TEST_CASE("an error in plain text is reported with its cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto result = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(server_text(
                "error", std::nullopt,
                "Device U activation failed. p does not match list of available AMT profiles."));
        });
        REQUIRE(result.outcome.has_value());
        CHECK(result.outcome->error == errc::unknown_profile);
        CHECK(result.outcome->summary() ==
              "Device U activation failed. p does not match list of available AMT profiles.");
    });
}

TEST_CASE("a message of 16 MiB is taken, a larger one is told as too large") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto large = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                const std::string without_text = server_text("error", std::nullopt);
                const std::string text(max_server_message - without_text.size(), 'x');
                co_await server.send(server_text("error", std::nullopt, text));
            });
            REQUIRE(large.outcome.has_value());
            CHECK(large.outcome->status == std::string(1000, 'x') + "...");
            const auto larger = co_await killed_by(env, [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                const std::string without_text = server_text("error", std::nullopt);
                const std::string text(max_server_message + 1 - without_text.size(), 'x');
                co_await server.send(server_text("error", std::nullopt, text));
            });
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
            const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(wsman_text(request));
                const std::string response = co_await server.receive();
                CHECK(response.size() <= max_client_message);
                CHECK(payload_of(response) == large);
                co_await server.send(success_text());
            });
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
            const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(wsman_text(request));
            });
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
        const auto result = co_await r.run([](server_end &server) -> awaitable<void> {
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(300s); // our first message lies there, the response waits
            const std::string first = co_await server.receive();
            CHECK(parse_frame(first)->method == "activate --profile ccm");
        });
        CHECK(result.error == errc::server_silent);
        CHECK(r.ended_at == 122s);
    });
}

TEST_CASE("a person can follow what happens") {
    static std::vector<std::string> steps;
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            steps.clear();
            rig r(env, answer_second);
            auto options = activation_options();
            options.on_progress = [](const progress &p) {
                static constexpr const char *names[] = {"sent", "relaying", "answered", "no answer",
                                                        "label"};
                steps.push_back(core::concat(names[static_cast<int>(p.what)], " ", p.round, " ",
                                             p.call, " ", p.label));
            };
            (void)co_await r.run(
                [](server_end &server) -> awaitable<void> {
                    (void)co_await server.receive();
                    co_await server.send(server_text("progress", std::nullopt, "Activating"));
                    co_await server.send(wsman_text(request));
                    co_await core::sleep_for(12s);
                    co_await server.send(wsman_text(request));
                    co_await expect_response(server);
                    co_await server.send(success_text());
                },
                std::move(options), {});
            CHECK(steps == std::vector<std::string>{"sent 0  ", "label 0  Activating",
                                                    "relaying 1 AMT_GeneralSettings Get ",
                                                    "no answer 1 AMT_GeneralSettings Get ",
                                                    "relaying 2 AMT_GeneralSettings Get ",
                                                    "answered 2 AMT_GeneralSettings Get "});
        },
        1);
}

TEST_CASE("the markers that operators look for are printed, in order, and no secret is") {
    static std::vector<std::string> lines;
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            lines.clear();
            const core::log log(core::log_level::trace, [](core::log_level level, std::string_view,
                                                           std::string_view line) {
                lines.push_back(core::concat(core::to_string(level), " ", line));
            });
            rig r(env, answer);
            r.amt_options.path = amt_path::lme;
            auto options = activation_options();
            options.request.what = *make_deactivate(core::secret("P@ssw0rd"), false);
            options.request.facts = core::secret(R"({"password":"P@ssw0rd"})");
            (void)co_await r.run(
                [](server_end &server) -> awaitable<void> {
                    (void)co_await server.receive();
                    co_await server.send(wsman_text(request));
                    co_await expect_response(server);
                    co_await server.send(success_text());
                },
                std::move(options), log);
            // In this order, other lines between.
            const char *const markers[] = {
                "debug sending activation request to RPS",
                "debug sending message to RPS",
                "listening to RPS...",
                "debug received message from RPS",
                "debug   <- Method: wsman, Status: ok",
                "trace   <- Raw message {\"method\":\"wsman\"",
                "debug RPS sent activation data, processing...",
                "debug LME: Opening new APF channel for this request",
                "debug Received response from LME/LMS, forwarding to RPS",
                "debug Response sent to RPS, waiting for next RPS message",
                "debug   <- Method: success",
                "info Status: Client control mode.",
                "info Network: ",
                "info CIRA: ",
                "info TLS: ",
                "info RPS sent terminal message (success/error), ending activation flow",
                "info closed RPS connection"};
            auto from = lines.begin();
            for (const std::string_view marker : markers) {
                CAPTURE(marker);
                from = std::find_if(from, lines.end(), [marker](const std::string &line) {
                    return line.find(marker) != std::string::npos;
                });
                REQUIRE(from != lines.end());
                ++from;
            }
            for (const auto &line : lines) {
                CHECK(line.find("P@ssw0rd") == std::string::npos);
                CHECK(line.find(base64("P@ssw0rd").substr(0, 8)) == std::string::npos);
                CHECK(line.find(base64(request).substr(0, 20)) == std::string::npos);
                CHECK(line.find("PAYLOAD:") == std::string::npos);
            }
        },
        1);
}
