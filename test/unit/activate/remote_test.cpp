// SPDX-License-Identifier: Apache-2.0
// The built program against a simulated machine and server that this process serves over sockets.
#include "child.hpp"
#include "served_world.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace costrand;
using test::child_options;
using test::run_child;
using test::served_world;

namespace {

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a simulated device behind a socket is activated without root's rights to a device") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    const auto end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "client control mode"));
    CHECK(world.mode() == sim::control_mode::client);
}

TEST_CASE("what the server refuses is told in its words, with the code of the cause") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    const auto end = run_child(options);
    CHECK(end.status == 21);
    CHECK(has(end.err, "nope does not match list of available AMT profiles"));
    CHECK(world.mode() == sim::control_mode::none);
}

TEST_CASE("a server that is not there ends the run with its address and what to check") {
    served_world world;
    child_options options;
    options.arguments = {"-u",       "ws://127.0.0.1:1/activate", "--profile",   "lab",
                         "--device", "unix:" + world.heci(),      "--transport", "lme"};
    const auto end = run_child(options);
    CHECK(end.status == 10);
    CHECK(has(end.err, "ws://127.0.0.1:1/activate"));
    CHECK(has(end.err, "nothing listens there"));
}

TEST_CASE("a proxy leads to a server whose name only it knows, and is told without its password") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    options.arguments[1] = "ws://rps.invalid/activate";
    options.environment["RPC_PROXY"] = world.proxy("joe:hunter2");
    const auto end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(world.mode() == sim::control_mode::client);
    CHECK(world.asked_of_proxy() == std::vector<std::string>{"rps.invalid:80"});
    CHECK(has(end.err, "ws://rps.invalid/activate through the proxy http://127.0.0.1:"));
    CHECK_FALSE(has(end.err, "hunter2"));
}

TEST_CASE("a proxy of the environment is used, but not for a server on this machine") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    options.environment["all_proxy"] = world.proxy("joe:hunter2");
    CHECK(run_child(options).status == 21); // the server's answer
    CHECK(world.asked_of_proxy().empty());
    options.arguments[1] = "ws://rps.invalid/activate";
    CHECK(run_child(options).status == 21);
    CHECK(world.asked_of_proxy().size() == 1);
}

TEST_CASE("a proxy that refuses the user is 70, with what to check, and without the password") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    options.arguments.insert(options.arguments.end(),
                             {"--json", "--proxy", world.proxy("joe:sesame")});
    const auto end = run_child(options);
    CHECK(end.status == 70);
    CHECK(has(end.err, "the proxy does not take the user and password"));
    CHECK_FALSE(has(end.err + end.out, "sesame"));
}

TEST_CASE("an activated device: 23 without a terminal; on one the password is asked for, unseen") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    REQUIRE(run_child(options).status == 0);

    const auto blind = run_child(options);
    CHECK(blind.status == 23);
    CHECK(has(blind.err, "AMT_PASSWORD"));

    options.terminal = true;
    options.answer_when = "AMT password: ";
    options.answer = "wrong-answer\n";
    auto end = run_child(options);
    CHECK(end.status == 70); // the server compares it with its own
    CHECK_FALSE(has(end.out, "wrong-answer"));

    options.answer = world.password() + "\n";
    end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.out);
    CHECK_FALSE(has(end.out, world.password()));

    options.terminal = false;
    options.answer_when.clear();
    options.environment["AMT_PASSWORD"] = world.password();
    CHECK(run_child(options).status == 0);
}

TEST_CASE("a signal while the password is asked for ends the program, and lets the device go") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    REQUIRE(run_child(options).status == 0);
    options.terminal = true;
    options.watch = [](const std::string &told) {
        return has(told, "AMT password: ") ? SIGINT : 0;
    };
    const auto end = run_child(options);
    CHECK(end.signal == SIGINT);
    CHECK(has(end.out, "interrupted by SIGINT"));
    options.terminal = false;
    options.watch = nullptr;
    options.environment["AMT_PASSWORD"] = world.password();
    CHECK(run_child(options).status == 0);
}
