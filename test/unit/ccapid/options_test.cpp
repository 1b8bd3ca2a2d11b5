// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/failure.hpp>
#include <costrand/ccapid/options.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>

using namespace costrand;

namespace {

ccapid::settings read(std::vector<std::string> arguments,
                      std::map<std::string, std::string> environment = {}) {
    return ccapid::read_settings(std::move(arguments), [&environment](const char *name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
    });
}

} // namespace

TEST_CASE("without an option it serves this user's clients, and none of KCM") {
    const auto s = read({});
    CHECK(s.action == activate::daemon_action::serve);
    CHECK(s.kcm_socket.empty());
    CHECK_FALSE(s.per_session);
    CHECK_FALSE(s.auto_started);
    CHECK_FALSE(s.status);
    CHECK_FALSE(s.idle_exit);
    CHECK(s.log_level == core::log_level::info);
}

TEST_CASE("each value is taken from the command line, else from the environment") {
    const std::map<std::string, std::string> environment = {
        {"CCAPID_KCM_SOCKET", "/run/a"}, {"CCAPID_PER_SESSION", "true"}, {"CCAPID_JSON", "true"}};
    const auto s = read({"--kcm-socket", "/run/b", "-v"}, environment);
    CHECK(s.kcm_socket == "/run/b");
    CHECK(s.per_session);
    CHECK(s.json);
    CHECK(s.log_level == core::log_level::debug);
    CHECK(read({}, environment).kcm_socket == "/run/a");
}

TEST_CASE("it ends when idle if it is told so, or a client started it") {
    CHECK(read({"--idle-exit", "30"}).idle_exit == std::chrono::seconds(30));
    CHECK(read({}, {{"CCAPID_IDLE_EXIT", "5s"}}).idle_exit == std::chrono::seconds(5));
    CHECK(read({"--auto-started"}).idle_exit == std::chrono::minutes(10));
    CHECK(read({"--auto-started", "--idle-exit=7"}).idle_exit == std::chrono::seconds(7));
}

TEST_CASE("the status is asked for on the command line only") {
    const auto s = read({"--status", "--json"});
    CHECK(s.status);
    CHECK(s.json);
    CHECK_FALSE(read({}, {{"CCAPID_STATUS", "true"}}).status);
}

TEST_CASE("a client that starts it says so on the command line only") {
    CHECK(read({"--auto-started"}).auto_started);
    CHECK_FALSE(read({}, {{"CCAPID_AUTO_STARTED", "true"}}).auto_started);
}

TEST_CASE("the server of all users is at the usual KCM socket, unless it is told another") {
    const auto s = read({"--system"});
    CHECK(s.system);
    CHECK(s.kcm_socket == "/var/run/.heim_org.h5l.kcm-socket"); // docs/spec/kcm.md 1
    CHECK(read({"--system", "--kcm-socket=/run/b"}).kcm_socket == "/run/b");
    CHECK(read({}, {{"CCAPID_SYSTEM", "true"}}).system);
    for (const char *other : {"--per-session", "--auto-started"})
        CHECK_THROWS_AS((void)read({"--system", other}), activate::error);
}

TEST_CASE("a word, an unknown option and a relative socket are refused by name") {
    for (const auto &[argument, named] :
         {std::pair("start", "start"), std::pair("--sockets", "--sockets"),
          std::pair("--kcm-socket=kcm", "absolute path")}) {
        std::string why;
        try {
            (void)read({argument});
        } catch (const activate::error &e) {
            why = e.why().text;
        }
        CHECK_MESSAGE(why.find(named) != why.npos, why);
    }
}
