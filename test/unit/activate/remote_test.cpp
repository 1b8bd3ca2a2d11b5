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

TEST_CASE("a proxy of the environment, which this version does not use, is told of") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    options.environment["HTTP_PROXY"] = "http://proxy:3128";
    CHECK(has(run_child(options).err, "HTTP_PROXY is not used"));
    options.environment = {{"HTTPS_PROXY", "http://proxy:3128"}};
    CHECK_FALSE(has(run_child(options).err, "PROXY"));
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
