// SPDX-License-Identifier: Apache-2.0
// The client of the management console, with the simulated one and with answers that no console
// should give.
#include <costrand/activate/management_console.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/console.hpp>
#include <costrand/sim/memory.hpp>

#include <support/run_coro.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using activate::management_console;
using transports::http_answer;
using transports::http_request;
using transports::http_url;

namespace {

constexpr const char *profile_url =
    "https://console.example/api/v1/admin/profiles/export/ccm?domainName=d";
constexpr const char *uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";

activate::console_access access(const char *url = profile_url) {
    auto out = activate::make_console_access(url, "", "");
    out.user = "standalone";
    out.password = core::secret("S3cret-of-console");
    return out;
}

// The simulated console, each exchange over a connection in memory.
struct world {
    net::any_io_executor executor;
    std::unique_ptr<core::random_source> random = core::seeded_random(7);
    sim::console_server console;
    core::task_group tasks;
    std::vector<std::string> log;

    explicit world(net::any_io_executor ex)
        : executor(ex),
          console(options(), *random, {}),
          tasks(ex) {}

    static sim::console_options options() {
        sim::console_options out;
        out.password = core::secret("S3cret-of-console");
        out.profiles.emplace("ccm", core::secret("name: ccm\n"));
        return out;
    }

    management_console client(activate::console_access where) {
        core::log keep(core::log_level::trace,
                       [this](core::log_level, std::string_view, std::string_view line) {
                           log.emplace_back(line);
                       });
        return management_console(
            std::move(where),
            [this](http_url url, http_request request, core::duration) {
                return ask(std::move(url), std::move(request));
            },
            std::move(keep));
    }

  private:
    awaitable<void> serve(std::unique_ptr<core::byte_stream> end) { co_await console.serve(*end); }
    awaitable<http_answer> ask(http_url url, http_request request) {
        auto ends = sim::memory_byte_pair(executor);
        tasks.spawn(serve(std::move(ends.second)));
        const transports::http_options defaults;
        co_return co_await transports::http_ask(*ends.first, std::move(url), std::move(request),
                                                defaults);
    }
};

// What a call ended with; code 0: it succeeded.
template <typename T>
awaitable<activate::failure> failure_of(awaitable<T> op) {
    activate::failure out{activate::exit_code::success, {}};
    try {
        (void)co_await std::move(op);
    } catch (const activate::error &e) {
        out = e.why();
    }
    co_return out;
}
template <>
awaitable<activate::failure> failure_of(awaitable<void> op) {
    activate::failure out{activate::exit_code::success, {}};
    try {
        co_await std::move(op);
    } catch (const activate::error &e) {
        out = e.why();
    }
    co_return out;
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

http_answer answer(int status, const char *type, const char *body) {
    http_answer out;
    out.status = status;
    out.content_type = type;
    out.body = core::secret(body);
    return out;
}
http_answer redirection(int status, const char *where) {
    http_answer out;
    out.status = status;
    out.location = where;
    return out;
}

// Answers in turn, and what was asked for.
struct script {
    std::deque<http_answer> answers;
    std::vector<std::string> asked; // "GET https://host/path token"

    management_console client(activate::console_access where) {
        return management_console(std::move(where),
                                  [this](http_url url, http_request request, core::duration) {
                                      return next(std::move(url), std::move(request));
                                  },
                                  {});
    }
    awaitable<http_answer> next(http_url url, http_request request) {
        asked.push_back(request.method + " " + url.origin() + url.target +
                        (request.bearer.empty() ? "" : " token"));
        if (answers.empty())
            throw system_error(net::error::make_error_code(net::error::connection_refused));
        auto out = std::move(answers.front());
        answers.pop_front();
        co_return out;
    }
};

activate::failure end_of_fetch(std::vector<http_answer> answers, bool with_token = true,
                               std::vector<std::string> *asked = nullptr) {
    activate::failure out;
    test::run_coro(
        [&](test::coro_environment) -> awaitable<void> {
            script peer;
            peer.answers.assign(answers.begin(), answers.end());
            auto where = access();
            where.user.clear();
            if (with_token)
                where.token = core::secret("t0ken");
            auto console = peer.client(std::move(where));
            out = co_await failure_of(console.fetch_profile());
            if (asked)
                *asked = peer.asked;
        },
        1);
    return out;
}

activate::failure end_of_log_in(std::vector<http_answer> answers,
                                std::vector<std::string> *asked = nullptr) {
    activate::failure out;
    test::run_coro(
        [&](test::coro_environment) -> awaitable<void> {
            script peer;
            peer.answers.assign(answers.begin(), answers.end());
            auto console = peer.client(access());
            out = co_await failure_of(console.log_in());
            if (asked)
                *asked = peer.asked;
        },
        1);
    return out;
}

int code(const activate::failure &why) {
    return static_cast<int>(why.code);
}

} // namespace

TEST_CASE("the console's addresses follow from one URL, or are named") {
    const auto own = activate::make_console_access(profile_url, "", "");
    REQUIRE(own.log_in.size() == 2);
    CHECK(own.log_in[0].target == "/api/v1/authorize");
    CHECK(own.log_in[1].target == "/mps/login/api/v1/authorize");
    CHECK(own.devices.origin() == "https://console.example");
    CHECK(own.devices.target == "/api/v1/devices");
    const auto named = activate::make_console_access(
        "http://console.example", "https://login.example/x", "/mps/api/v1/devices/");
    REQUIRE(named.log_in.size() == 1);
    CHECK(named.log_in[0].origin() == "https://login.example");
    CHECK(named.devices.origin() == "http://console.example");
    CHECK(named.devices.target == "/mps/api/v1/devices");
    for (const char *bad : {"", "console", "ftp://h/", "https://u:pw@h/"})
        try {
            (void)activate::make_console_access(bad, "", "");
            FAIL("taken: " << bad);
        } catch (const activate::error &e) {
            CHECK(code(e.why()) == 20);
            CHECK_FALSE(has(e.why().text, "pw"));
        }
}

TEST_CASE("log-in, profile and a device's record, from the first to the last request") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor);
        auto console = w.client(access());
        co_await console.log_in();
        const auto profile = co_await console.fetch_profile();
        CHECK(has(std::string(profile.reveal()), "\"filename\":\"ccm.yaml\""));
        CHECK_FALSE(has(std::string(profile.reveal()), "name: ccm"));
        const auto before = co_await console.knows_device(uuid);
        CHECK_FALSE(before);

        activate::console_device device;
        device.uuid = uuid;
        device.hostname = "192.0.2.7";
        device.friendly_name = "a \"lab\" machine";
        device.tags = {"one", "two"};
        device.amt_password = core::secret("Amt-P\"ss1\\");
        device.mps_user = "admin";
        device.tls = false;
        device.mps_password = core::secret("Mps-P@ss1");
        co_await console.register_device(device);
        const auto *record = w.console.record(uuid);
        REQUIRE(record);
        CHECK(record->friendly_name == "a \"lab\" machine");
        CHECK(record->tags == std::vector<std::string>{"one", "two"});
        CHECK(record->user == "admin");
        CHECK(record->password.reveal() == "Amt-P\"ss1\\");
        CHECK(record->mps_password.reveal() == "Mps-P@ss1");
        CHECK_FALSE(record->tls);

        device.hostname = "192.0.2.8"; // a second time it is changed
        device.tls.reset();            // and keeps what is not told
        co_await console.register_device(device);
        CHECK(w.console.records() == 1);
        CHECK(w.console.record(uuid)->hostname == "192.0.2.8");
        CHECK_FALSE(w.console.record(uuid)->tls);

        co_await console.clear_mps_password(uuid);
        CHECK(w.console.record(uuid)->mps_password.empty());
        CHECK(w.console.record(uuid)->password.reveal() == "Amt-P\"ss1\\");
        const auto known = co_await console.knows_device(uuid);
        CHECK(known);
        const auto deleted = co_await console.delete_device(uuid);
        CHECK(deleted);
        const auto again = co_await console.delete_device(uuid);
        CHECK_FALSE(again);
        CHECK(w.console.records() == 0);
        for (const auto &line : w.log)
            for (const char *secret : {"S3cret", "P@ss1", "P\"ss1"})
                CHECK_FALSE(has(line, secret));
        co_await w.tasks.join();
    });
}

TEST_CASE("what a device tells of itself makes a record, and changes one without its passwords") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor);
        auto console = w.client(access());
        co_await console.log_in();
        activate::console_inventory seen;
        seen.uuid = uuid;
        seen.hostname = "192.0.2.7";
        seen.seen_at = "2026-11-28T06:00:00Z";
        seen.amt_version = "16.1.25";
        seen.dhcp = true;
        seen.csme_id = "0102";
        seen.root_hashes = {"aa", "bb"};
        co_await console.synchronize(seen);
        REQUIRE(w.console.record(uuid));
        const std::string first = w.console.record(uuid)->info;
        for (const char *part :
             {R"("discovered":true)", R"("firstDiscovered":"2026-11-28T06:00:00Z")",
              R"("fwVersion":"16.1.25")", R"("dhcpEnabled":true)", R"("upid":{"csmeId":"0102"})",
              R"("certHashes":["aa","bb"])"})
            CHECK_MESSAGE(has(first, part), first);
        CHECK_FALSE(has(first, "fwBuild")); // not known, not told

        activate::console_device registered;
        registered.uuid = uuid;
        registered.hostname = "192.0.2.7";
        registered.amt_password = core::secret("Amt-P@ss1");
        co_await console.register_device(registered);
        seen.seen_at = "2026-11-29T06:00:00Z";
        seen.mode = "client control mode";
        co_await console.synchronize(seen);
        CHECK(w.console.records() == 1);
        CHECK(w.console.record(uuid)->password.reveal() == "Amt-P@ss1");
        const std::string second = w.console.record(uuid)->info;
        CHECK(has(second, R"("firstDiscovered":"2026-11-28T06:00:00Z")"));
        CHECK(has(second, R"("lastSynced":"2026-11-29T06:00:00Z")"));
        CHECK(has(second, R"("currentMode":"client control mode")"));

        w.console.order({"PATCH", 503, 1});
        const auto refused = co_await failure_of(console.synchronize(seen));
        CHECK(refused.code == activate::exit_code::generic_failure);
        co_await w.tasks.join();
    });
}

TEST_CASE("a wrong password, none, an old token and an unknown profile are told as what they are") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor);
        auto wrong_access = access();
        wrong_access.password = core::secret("Wr0ng-one");
        auto wrong = w.client(wrong_access);
        auto why = co_await failure_of(wrong.log_in());
        CHECK(code(why) == 70);
        CHECK(has(why.text, "Incorrect Username and/or Password!"));
        CHECK_FALSE(has(why.text, "Wr0ng-one"));

        auto nobody_access = access();
        nobody_access.user.clear();
        auto nobody = w.client(nobody_access);
        co_await nobody.log_in();
        why = co_await failure_of(nobody.fetch_profile());
        CHECK(code(why) == 70);
        CHECK(has(why.text, "--auth-username"));

        auto old_access = access();
        old_access.token = w.console.new_token(core::now(env.executor));
        co_await core::sleep_for(25h);
        auto old = w.client(old_access);
        co_await old.log_in();
        why = co_await failure_of(old.knows_device(uuid));
        CHECK(code(why) == 70);
        CHECK(has(why.text, "does not accept the token"));
        CHECK(has(why.text, "still valid?"));

        auto unknown = w.client(access("https://console.example/api/v1/admin/profiles/export/x"));
        co_await unknown.log_in();
        why = co_await failure_of(unknown.fetch_profile());
        CHECK(code(why) == 21);

        auto elsewhere = w.client(access("https://console.example/profiles/ccm"));
        co_await elsewhere.log_in();
        why = co_await failure_of(elsewhere.fetch_profile());
        CHECK(code(why) == 20);
        CHECK(has(why.text, "a web page"));
        co_await w.tasks.join();
    });
}

TEST_CASE("the web page of a console in the place of its records is no success") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor);
        auto where = activate::make_console_access(profile_url, "", "/wrong/devices");
        where.token = w.console.new_token(core::now(env.executor));
        auto console = w.client(where);
        const auto looked = co_await failure_of(console.knows_device(uuid));
        const auto deleted = co_await failure_of(console.delete_device(uuid));
        const activate::console_device device;
        const auto added = co_await failure_of(console.register_device(device));
        const auto cleared = co_await failure_of(console.clear_mps_password(uuid));
        for (const auto &why : {looked, deleted, added, cleared}) {
            CHECK(code(why) == 20);
            CHECK(has(why.text, "--devices-endpoint"));
        }
        co_await w.tasks.join();
    });
}

TEST_CASE("a refusal of the console ends with its words, without what could rewrite a terminal") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor);
        w.console.order({"DELETE", 503, 1});
        auto console = w.client(access());
        co_await console.log_in();
        const auto why = co_await failure_of(console.delete_device(uuid));
        CHECK(code(why) == 10);
        CHECK(has(why.text, "HTTP status 503, \"general error\""));
        co_await w.tasks.join();
    });
    const auto why = end_of_fetch({answer(418, "text/plain", "\x1b[2Jgone\r\n")});
    CHECK(code(why) == 10);
    CHECK(has(why.text, "\\x1b[2Jgone\""));
    CHECK(code(end_of_fetch({answer(403, "application/json", "{\"error\":\"no\"}")})) == 70);
    CHECK(code(end_of_fetch({answer(400, "application/json", "{\"error\":\"no\"}")})) == 21);
    const std::string much(5000, 'x');
    CHECK(end_of_fetch({answer(500, "text/plain", much.c_str())}).text.size() < 700);
}

TEST_CASE("a log-in is tried at both known paths, and an answer without a token is none") {
    std::vector<std::string> asked;
    const auto token = answer(200, "application/json", "{\"jwt\":\"abc\"}");
    CHECK(code(end_of_log_in({answer(404, "text/plain", "404 page not found"), token}, &asked)) ==
          0);
    CHECK(asked ==
          std::vector<std::string>{"POST https://console.example/api/v1/authorize",
                                   "POST https://console.example/mps/login/api/v1/authorize"});
    CHECK(code(end_of_log_in({answer(200, "text/html", "<html>"), token})) == 0);
    CHECK(code(end_of_log_in({answer(404, "text/plain", "?"), answer(404, "text/plain", "?")})) ==
          20);
    CHECK(code(end_of_log_in({answer(200, "application/json", "{\"token\":\"\"}")})) == 113);
    CHECK(code(end_of_log_in({answer(200, "application/json", "{\"token\":7}")})) == 113);
    CHECK(code(end_of_log_in({answer(200, "application/json", "{\"token\":")})) == 113);
    CHECK(code(end_of_log_in({answer(200, "application/json", "[]")})) == 113);
    const std::string deep(100000, '[');
    CHECK(code(end_of_log_in({answer(200, "application/json", deep.c_str())})) == 113);
    CHECK(code(end_of_log_in({answer(502, "text/html", "<html>bad gateway"), token})) == 10);
    const auto refused = end_of_log_in({}); // nobody listens
    CHECK(code(refused) == 10);
    CHECK(has(refused.text, "logging in at https://console.example/api/v1/authorize"));
}

TEST_CASE("redirections are followed on the same server only, and not for ever") {
    std::vector<std::string> asked;
    const auto found = answer(200, "application/json", "{}");
    CHECK(code(end_of_fetch({redirection(302, "/a/b?c=d"), redirection(307, "e"), found}, true,
                            &asked)) == 0);
    CHECK(asked == std::vector<std::string>{std::string("GET ") + profile_url + " token",
                                            "GET https://console.example/a/b?c=d token",
                                            "GET https://console.example/a/e token"});
    for (const char *other : {"https://evil.example/x", "//evil.example/x",
                              "http://console.example/", "https://console.example:444/"}) {
        asked.clear();
        const auto why = end_of_fetch({redirection(302, other), found}, true, &asked);
        CHECK(code(why) == 20);
        CHECK(has(why.text, "which is not told the token"));
        CHECK(asked.size() == 1);
    }
    CHECK(code(end_of_fetch({redirection(302, "")})) == 20);
    CHECK(code(end_of_fetch({redirection(302, "https://u:p@console.example/")})) == 20);
    const auto circle = end_of_fetch(std::vector<http_answer>(50, redirection(302, "/round")));
    CHECK(code(circle) == 20);
    CHECK(has(circle.text, "again and again"));
    CHECK(code(end_of_log_in({redirection(302, "/login")})) == 20); // a POST is not made a GET
    CHECK(code(end_of_log_in({redirection(308, "/login"),
                              answer(200, "application/json", "{\"token\":\"x\"}")})) == 0);
}

TEST_CASE("a console that says nothing is given up after its limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        management_console console(
            access(),
            [](http_url, http_request, core::duration limit) -> awaitable<http_answer> {
                co_await core::sleep_for(limit + 1h);
                co_return http_answer();
            },
            {});
        auto start = core::now(env.executor);
        const auto log_in = co_await failure_of(console.log_in());
        CHECK(code(log_in) == 10);
        CHECK(has(log_in.text, "no answer within 30 s"));
        CHECK(core::now(env.executor) - start == 30s);
        start = core::now(env.executor);
        const auto look = co_await failure_of(console.knows_device(uuid));
        CHECK(has(look.text, "no answer within 10 s"));
        CHECK(core::now(env.executor) - start == 10s);
    });
}
