// SPDX-License-Identifier: Apache-2.0
// --state as a user has it: the device goes on after a restart, whatever ended it.
#include "amtsim.hpp"

#include <unit/activate/served_world.hpp>
#include <unit/activate/support.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace costrand;
using test::under_amtsim;
using test::words;

namespace {

std::string text_of(const std::string &path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

words activation(const test::served_world &world) {
    return {COSTRAND_ACTIVATE, "-u", world.url(), "--profile", "lab", "--transport", "lme"};
}

std::size_t count(const std::string &text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

} // namespace

TEST_CASE("an activated device is still activated after a restart") {
    if (!test::amtsim_can_run())
        return;
    const test::temporary_folder folder;
    const auto state = (folder.path() / "state").string();
    test::served_world world;
    CHECK(under_amtsim({"--state", state}, {COSTRAND_PROBE, "mode"}).status == 0);
    const auto end = under_amtsim({"--state", state}, activation(world));
    CHECK_MESSAGE(end.status == 0, end.err);
    const auto again = under_amtsim({"--state", state}, {COSTRAND_PROBE, "client-mode"});
    CHECK_MESSAGE(again.status == 0, again.err);
    const auto mode = std::filesystem::status(state).permissions();
    CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_FALSE(std::filesystem::exists(state + ".new"));
}

TEST_CASE("a kill at any moment leaves a state that can be read") {
    if (!test::amtsim_can_run())
        return;
    bool killed_before = false, killed_after = false; // the activation
    for (std::size_t calls = 1; calls <= 9; calls += 2) {
        CAPTURE(calls);
        const test::temporary_folder folder;
        const auto state = (folder.path() / "state").string();
        test::served_world world;
        test::child_options options;
        options.program = COSTRAND_AMTSIM;
        // The program dies with costrand-amtsim: nobody waits for its second attempts.
        options.arguments = {"run", "-v", "--state", state, "--", "setpriv", "--pdeathsig", "KILL"};
        for (auto &word : activation(world))
            options.arguments.push_back(word);
        options.watch = [calls](const std::string &said) {
            return count(said, "sim.wsman: ") >= calls ? SIGKILL : 0;
        };
        const auto end = test::run_child(options);
        CHECK(end.signal == SIGKILL);
        // Who asks as admin has heard that the device is activated: then the state says so.
        const bool heard = end.err.find(" as admin") != std::string::npos;
        (heard ? killed_after : killed_before) = true;
        const auto next =
            under_amtsim({"--state", state}, {heard ? COSTRAND_PROBE : "true", "client-mode"});
        CHECK_MESSAGE(next.status == 0, next.err);
    }
    CHECK(killed_before);
    CHECK(killed_after);
}

TEST_CASE("a state that cannot be used is refused with the reason, and stays as it is") {
    if (!test::amtsim_can_run())
        return;
    const test::temporary_folder folder;
    const auto state = (folder.path() / "state").string();
    CHECK(under_amtsim({"--state", state}, {"true"}).status == 0);
    const auto whole = text_of(state);
    const auto refused = [&](const std::string &text, words options, std::string_view reason) {
        const auto path = folder.write("other", text);
        options.insert(options.end(), {"--state", path});
        const auto end = under_amtsim(options, {"true"});
        CHECK(end.status == 126);
        CHECK_MESSAGE(end.err.find(reason) != std::string::npos, end.err);
        CHECK(text_of(path) == text);
    };
    refused(whole.substr(0, whole.size() / 2), {}, "this is not JSON: incomplete JSON");
    refused("", {}, "the file is empty; remove it to begin with a new device");
    refused("{}", {}, "line 1: this is no state of costrand-amtsim");
    auto older = whole;
    older.replace(older.find("\"version\": 3"), 12, "\"version\": 0");
    refused(older, {}, "the state has version 0, this program reads versions 1 to 3");
    refused(whole, {"--profile", "amt18"}, "profile \"amt16\", not \"amt18\"");
    const auto folder_only = under_amtsim({"--state", folder.path().string()}, {"true"});
    CHECK(folder_only.status == 126);
    CHECK(folder_only.err.find("Is a directory") != std::string::npos);
}

TEST_CASE("two devices do not share one state") {
    if (!test::amtsim_can_run())
        return;
    const test::temporary_folder folder;
    const auto state = (folder.path() / "state").string();
    // The outer one has the state while the inner one starts; the inner runs no program.
    const auto end = under_amtsim(
        {"--state", state},
        {"sh", "-c", std::string(COSTRAND_AMTSIM) + " serve --state " + state + "; exit $?"});
    CHECK(end.status == 126);
    CHECK(end.err.find("another process uses it") != std::string::npos);
}
