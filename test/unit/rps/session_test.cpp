// SPDX-License-Identifier: Apache-2.0
#include "session_rig.hpp"

#include <costrand/core/deadline.hpp>

#include <algorithm>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;

TEST_CASE("one request, one response, success") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            const std::string first = co_await server.receive();
            CHECK(parse_frame(first)->method == "activate --profile ccm");
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
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
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(1s);
            co_await server.send(server_text("heartbeat_request", ""));
            const std::string beat = co_await core::with_deadline(1ms, server.receive());
            CHECK(parse_frame(beat)->method == method::heartbeat_response);
            co_await expect_response(server);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.ended_at == 5s);
    });
}

TEST_CASE("a reply that does not come is not answered, and the server's repeat is carried") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_second);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(12s); // RPS's own limit
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 2);
        CHECK(r.ended_at == 12s);
    });
}

TEST_CASE("a server that gives up on a mute AMT is reported with AMT's silence as the cause") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, say_nothing);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            for (int attempt = 0; attempt < 3; ++attempt) {
                co_await server.send(wsman_text(request));
                co_await core::sleep_for(12s);
            }
            co_await server.send(
                server_text("error", std::nullopt, R"({"Status":"Unknown error has occured"})"));
        };
        const auto result = co_await r.run(server_part);
        REQUIRE(result.outcome.has_value());
        CHECK(result.outcome->error == errc::amt_no_reply);
        CHECK(exit_code(result.outcome->error) == 71);
        CHECK(r.ended_at == 36s);
    });
}

TEST_CASE("a request that comes while another is carried closes the older one's channel") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rig r(env, answer_second);
        const rig::part server_part = [](server_end &server) -> awaitable<void> {
            (void)co_await server.receive();
            co_await server.send(wsman_text(request));
            co_await core::sleep_for(2s);
            co_await server.send(wsman_text(request));
            co_await expect_response(server);
            co_await server.send(success_text());
        };
        const auto result = co_await r.run(server_part);
        CHECK(result.outcome.has_value());
        CHECK(r.device.dials == 2);
        CHECK(r.ended_at == 2s);
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
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(server_text("progress", std::nullopt, "Activating"));
                co_await server.send(wsman_text(request));
                co_await core::sleep_for(12s);
                co_await server.send(wsman_text(request));
                co_await expect_response(server);
                co_await server.send(success_text());
            };
            (void)co_await r.run(server_part, std::move(options), core::log());
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
            const rig::part server_part = [](server_end &server) -> awaitable<void> {
                (void)co_await server.receive();
                co_await server.send(wsman_text(request));
                co_await expect_response(server);
                co_await server.send(success_text());
            };
            (void)co_await r.run(server_part, std::move(options), log);
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
                CHECK(line.find("PAYLOAD:") == line.find("PAYLOAD:<")); // its size at most
            }
        },
        1);
}
