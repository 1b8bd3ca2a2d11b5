// SPDX-License-Identifier: Apache-2.0
// Connections: how many round trips and dials a request costs, and what is done when one is lost.
#include "client_rig.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/deadline.hpp>
#include <costrand/core/task_group.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;
using namespace std::chrono_literals;

namespace {

// One request before the test's own: a nonce is known, and the connection idle.
awaitable<void> warm_up(client_rig &r) {
    (void)co_await r.get("first");
}

scripted_answer nothing_but(afterwards then) {
    return {"", then};
}

} // namespace

TEST_CASE("the first request costs two round trips, every further one a single one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        for (std::size_t n = 1; n <= 5; ++n) {
            const auto reply = co_await r.get();
            CHECK(reply.status == 200);
            CHECK(reply.body == "<a/>");
            CHECK(r.server.requests().size() == n + 1);
        }
        CHECK(r.client.counters().requests == 6);
        CHECK(r.client.counters().refusals == 1);
        CHECK(r.server.dials() == 2); // the 401 closed the first
    });
}

TEST_CASE("a server that keeps the connection behind its 401 is dialled once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.entrance.closes = false;
        for (int n = 0; n < 3; ++n)
            (void)co_await r.get();
        CHECK(r.server.dials() == 1);
        CHECK(r.server.requests().size() == 4);
    });
}

TEST_CASE("a request has the fields that AMT wants, in one piece") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto options = with_password();
        options.host = "192.0.2.7:16993";
        client_rig r(env.executor, options);
        co_await warm_up(r);
        const auto &sent = r.server.requests().at(1);
        CHECK(sent.method == "POST");
        CHECK(sent.target == "/wsman");
        CHECK(sent.headers.value("Host") == "192.0.2.7:16993");
        CHECK(sent.headers.value("Content-Type") == "application/soap+xml; charset=utf-8");
        CHECK(sent.headers.value("Content-Length") == "5");
        CHECK(sent.headers.count("Authorization") == 1);
        CHECK_FALSE(sent.headers.find("Connection"));
    });
}

TEST_CASE("where the server closes behind each answer, each request is one dial and one trip") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.inside = [](const http_request &, std::size_t) {
            return scripted_answer{http_answer("200 OK", "Connection: close\r\n", "x"),
                                   afterwards::end};
        };
        co_await warm_up(r);
        for (std::size_t n = 1; n <= 4; ++n) {
            (void)co_await r.get();
            (void)co_await r.act();
            CHECK(r.server.requests().size() == 2 + 2 * n);
            CHECK(r.server.dials() == 2 + 2 * n);
        }
        CHECK(r.client.counters().losses == 0);
        CHECK(r.server.open() == 0);
    });
}

TEST_CASE("a server that closes without a word is found out, and then never met closing again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.inside = [](const http_request &, std::size_t) {
            return scripted_answer{ok_answer(), afterwards::end};
        };
        co_await warm_up(r);
        for (int n = 0; n < 3; ++n)
            (void)co_await r.get();
        CHECK(r.client.counters().losses == 2);
        const auto trips = r.client.counters().requests;
        for (std::size_t n = 1; n <= 4; ++n) {
            (void)co_await r.get();
            CHECK(r.client.counters().requests == trips + n);
        }
        // What was written to a connection that had ended arrived nowhere: no request came twice.
        CHECK(r.server.requests().size() == 1 + 1 + 3 + 4);
        CHECK(r.client.counters().losses == 2);
    });
}

TEST_CASE("a request that must not be lost takes no connection that was never used twice") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.inside = [](const http_request &, std::size_t) {
            return scripted_answer{ok_answer(), afterwards::end}; // without a word
        };
        co_await warm_up(r);
        for (std::size_t n = 1; n <= 3; ++n) {
            (void)co_await r.act();
            CHECK(r.authorized("act") == n);
            CHECK(r.server.open() <= 1);
        }
        CHECK(r.client.counters().losses == 0);
    });
}

TEST_CASE("a request that must not be lost reuses a connection of a server that keeps them") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        (void)co_await r.get();
        const auto dials = r.server.dials();
        (void)co_await r.act();
        (void)co_await r.act();
        CHECK(r.server.dials() == dials);
        // The server ends it while it is idle: seen before anything is sent.
        r.server.end(r.server.came_on().back());
        (void)co_await r.act();
        CHECK(r.server.dials() == dials + 1);
        CHECK(r.authorized("act") == 3);
        CHECK(r.client.counters().losses == 0);
        // Idle for long: not trusted, though it may well be alive.
        co_await core::sleep_for(11s);
        (void)co_await r.act();
        CHECK(r.server.dials() == dials + 2);
        co_await core::sleep_for(11s);
        (void)co_await r.get(); // a read takes it
        CHECK(r.server.dials() == dials + 2);
        CHECK(r.client.counters().requests == r.server.requests().size());
    });
}

TEST_CASE("bytes that nobody asked for end a connection before a request is sent on it") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        (void)co_await r.get();
        const auto dials = r.server.dials();
        r.inside = [&](const http_request &, std::size_t) {
            return scripted_answer{ok_answer() + "HTTP/1.1 200 OK\r\n", afterwards::stay};
        };
        (void)co_await r.get();
        (void)co_await r.get();
        CHECK(r.server.dials() == dials + 1);
    });
}

TEST_CASE("an idle connection that has ended costs a read one more dial and no more") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        for (std::size_t n = 1; n <= 3; ++n) {
            (void)co_await r.get();
            r.server.end(r.server.came_on().back());
            const auto dials = r.server.dials();
            const auto reply = co_await r.get();
            CHECK(reply.status == 200);
            CHECK(r.server.dials() == dials + 1);
        }
        CHECK(r.authorized("read") == 6);
    });
}

TEST_CASE("a lost answer: a read is sent once more, anything else is told and never repeated") {
    run_coro([](coro_environment env) -> awaitable<void> {
        for (const auto how : {afterwards::end, afterwards::reset}) {
            client_rig r(env.executor);
            co_await warm_up(r);
            std::size_t lost = 0;
            r.inside = [&](const http_request &, std::size_t) -> std::optional<scripted_answer> {
                if (lost == 0)
                    return std::nullopt;
                --lost;
                return nothing_but(how);
            };
            lost = 1;
            const auto reply = co_await r.get();
            CHECK(reply.status == 200);
            CHECK(r.authorized("read") == 2);

            lost = 2;
            const auto twice = co_await r.failure(r.get("twice"));
            CHECK(twice == (how == afterwards::end
                                ? core::end_of_stream
                                : net::error::make_error_code(net::error::connection_reset)));
            CHECK(r.authorized("twice") == 2);

            lost = 1;
            error_code cause;
            try {
                (void)co_await r.act();
            } catch (const reply_lost_error &e) {
                cause = e.cause();
                CHECK(e.code() == errc::reply_lost);
            }
            CHECK((cause == core::end_of_stream || cause == net::error::connection_reset));
            CHECK(r.authorized("act") == 1);
            (void)co_await r.act("on it goes");
            CHECK(r.authorized("on it goes") == 1);
        }
    });
}

TEST_CASE("an answer that ends at any of its bytes is lost, and counts as that") {
    const auto whole = ok_answer("<body/>");
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_rig r(env.executor);
                co_await warm_up(r);
                bool cut_now = false;
                r.inside = [&](const http_request &,
                               std::size_t) -> std::optional<scripted_answer> {
                    if (!std::exchange(cut_now, false))
                        return scripted_answer{whole, afterwards::stay};
                    return scripted_answer{whole.substr(0, cut), afterwards::end};
                };
                cut_now = true;
                const auto reply = co_await r.get();
                CHECK(reply.body == "<body/>");
                CHECK(r.authorized("read") == 2);
                cut_now = true;
                const auto why = co_await r.failure(r.act());
                CHECK(why == errc::reply_lost);
                CHECK(r.authorized("act") == 1);
            },
            5);
    }
}

TEST_CASE("a request that did not get out whole is sent once more, whatever it does") {
    std::size_t size = 0;
    run_coro([&](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        const auto &h = r.server.requests().back().headers;
        size = 5;
        for (const auto &f : h)
            size += f.name.size() + f.value.size() + 4;
        size += std::string("POST /wsman HTTP/1.1\r\n\r\n").size();
    });
    for (std::size_t after = 0; after < size; after += 7) {
        CAPTURE(after);
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_rig r(env.executor);
                co_await warm_up(r); // on connections 1 and 2
                r.server.fail_writes(3, after);
                (void)co_await r.act("act! "); // as long as the first
                CHECK(r.authorized("act! ") == 1);
                CHECK(r.server.dials() == 4);
            },
            5);
    }
    run_coro([&](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        r.server.fail_writes(3, 9);
        r.server.fail_writes(4, 9);
        const auto why = co_await r.failure(r.act());
        CHECK(why == net::error::broken_pipe);
        CHECK(r.authorized("act") == 0);
    });
}

TEST_CASE("without a nonce nothing is acted on, so a lost bare request is sent again") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.before = [](const http_request &, std::size_t c) -> std::optional<scripted_answer> {
            if (c > 1)
                return std::nullopt;
            return nothing_but(afterwards::reset);
        };
        (void)co_await r.act();
        CHECK(r.server.requests().size() == 3);
        CHECK(r.authorized("act") == 1);
    });
}

TEST_CASE("time limits: of a dial, of an exchange; the client goes on afterwards") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        bool silent = true;
        r.inside = [&](const http_request &, std::size_t) -> std::optional<scripted_answer> {
            if (!silent)
                return std::nullopt;
            return scripted_answer{"HTTP/1.1 200 OK\r\n", afterwards::silence};
        };
        const auto begun = env.time.elapsed();
        const auto why = co_await r.failure(r.get());
        CHECK(why == core::errc::timed_out);
        CHECK(env.time.elapsed() - begun >= 30s);
        CHECK(env.time.elapsed() - begun < 31s);
        CHECK(r.authorized("read") == 1); // a silent server is not asked twice
        CHECK(r.server.open() == 0);
        silent = false;
        (void)co_await r.get();

        core::notifier never;
        core::dialer stuck = [&never]() -> awaitable<std::unique_ptr<core::byte_stream>> {
            co_await never.wait();
            co_return nullptr;
        };
        http_client other(stuck, with_password(), *r.random, core::log());
        const auto before = env.time.elapsed();
        const auto no_dial = co_await r.failure(other.post("x", when_lost::repeat));
        CHECK(no_dial == core::errc::timed_out);
        CHECK(env.time.elapsed() - before >= 40s);
        CHECK(env.time.elapsed() - before < 41s);
    });
}

TEST_CASE("what the dialer throws comes out as it is") {
    struct special : system_error {
        special() : system_error(net::error::make_error_code(net::error::host_unreachable)) {}
    };
    run_coro([](coro_environment env) -> awaitable<void> {
        (void)env;
        const auto random = core::seeded_random(1);
        core::dialer fails = []() -> awaitable<std::unique_ptr<core::byte_stream>> {
            throw special();
            co_return nullptr;
        };
        http_client client(fails, with_password(), *random, core::log());
        bool seen = false;
        try {
            (void)co_await client.post("x", when_lost::report);
        } catch (const special &) {
            seen = true;
        }
        CHECK(seen);
    });
}

TEST_CASE("a cancelled request closes its connection, and the next one goes on a new one") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        (void)co_await r.get();
        r.inside = [](const http_request &q, std::size_t) -> std::optional<scripted_answer> {
            if (q.body != "slow")
                return std::nullopt;
            return scripted_answer{ok_answer(), afterwards::stay, 10s};
        };
        auto slow = r.get("slow");
        auto cut = co_await outcome(core::with_deadline(1s, std::move(slow)));
        REQUIRE_FALSE(cut.has_value());
        CHECK(cut.error() == core::errc::timed_out);
        CHECK(r.server.open() == 0);
        const auto reply = co_await r.get();
        CHECK(reply.status == 200);
    });
}

TEST_CASE("overlapping calls go one after the other, in their order") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.inside = [](const http_request &, std::size_t) {
            return scripted_answer{ok_answer(), afterwards::stay, 5ms};
        };
        core::task_group group(env.executor);
        std::string order;
        const auto one = [](client_rig &rig, std::string name,
                            std::string &done) -> awaitable<void> {
            (void)co_await rig.get(name);
            done += name;
        };
        for (const auto *name : {"a", "b", "c", "d"})
            group.spawn(one(r, name, order));
        co_await group.join();
        CHECK(order == "abcd");
        CHECK(r.server.open() == 1);
        CHECK(r.server.requests().size() == 5);
    });
}

TEST_CASE("without keep-alive each connection carries one request that says so") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto options = with_password();
        options.keep_alive = false;
        client_rig r(env.executor, options);
        co_await warm_up(r);
        (void)co_await r.act();
        CHECK(r.server.dials() == 3);
        CHECK(r.server.open() == 0);
        for (const auto &q : r.server.requests())
            CHECK(q.headers.value("Connection") == "close");
    });
}

TEST_CASE("disconnect closes the idle connection and nothing else") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        co_await warm_up(r);
        CHECK(r.server.open() == 1);
        r.client.disconnect();
        r.client.disconnect();
        CHECK(r.server.open() == 0);
        (void)co_await r.get();
        CHECK(r.server.requests().size() == 3); // the nonce is kept
    });
}
