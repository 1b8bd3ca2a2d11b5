// SPDX-License-Identifier: Apache-2.0
// costrand-amtsim as a user has it: programs that know nothing of it, run under it.
#include "amtsim.hpp"

#include <unit/activate/support.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using test::amtsim;
using test::under_amtsim;
using test::words;

TEST_CASE("the program's exit code is ours, and so is the signal that killed it") {
    if (!test::amtsim_can_run())
        return;
    CHECK(under_amtsim({}, {"sh", "-c", "exit 7"}).status == 7);
    CHECK(under_amtsim({}, {"true"}).status == 0);
    CHECK(under_amtsim({}, {"sh", "-c", "kill -9 $$"}).signal == SIGKILL);
    const auto said = under_amtsim({}, {"sh", "-c", "echo out; echo err >&2"});
    CHECK(said.out == "out\n");
    CHECK(said.err == "err\n");
}

TEST_CASE("a program that cannot be started is told") {
    if (!test::amtsim_can_run())
        return;
    const auto end = under_amtsim({}, {"/no/such/program"});
    CHECK(end.status == 126);
    CHECK(end.err == "costrand-amtsim: /no/such/program: No such file or directory\n");
}

TEST_CASE("what is wrong with the arguments is told") {
    CHECK(amtsim({"run"}).status == 2);
    CHECK(amtsim({"walk"}).status == 2);
    CHECK(amtsim({"run", "--nope", "--", "true"}).status == 2);
    CHECK(amtsim({"serve", "--", "true"}).status == 2);
    CHECK(amtsim({"serve", "-n", "0"}).status == 2);
    const auto profile = under_amtsim({"--profile", "amt12"}, {"true"});
    CHECK(profile.status == 2);
    CHECK(profile.err.find("there is no profile \"amt12\"; there are: amt11") != std::string::npos);
    const auto fault = under_amtsim({"--faults", "busy on lmi"}, {"true"});
    CHECK(fault.status == 2);
    CHECK(fault.err.find("--faults, line 1: there is no client \"lmi\"") != std::string::npos);
    CHECK(amtsim({"--help"}).out.find("costrand-amtsim run") != std::string::npos);
    CHECK(amtsim({"--list-faults"}).out.find("busy                        connect: EBUSY\n") !=
          std::string::npos);
    CHECK(amtsim({"--list-profiles"}).out.find("amt19-tls-enforced") != std::string::npos);
}

TEST_CASE("a program that knows nothing of it meets a device as the driver shows it") {
    if (!test::amtsim_can_run())
        return;
    for (const char *what :
         {"mode", "refusals", "dup", "fork", "pass", "epoll", "threads", "paths", "closes"}) {
        CAPTURE(what);
        const auto end = under_amtsim({}, {COSTRAND_PROBE, what});
        CHECK_MESSAGE(end.status == 0, end.err);
    }
}

TEST_CASE("faults show as the errno that the driver gives") {
    if (!test::amtsim_can_run())
        return;
    const auto open_fails = [](const char *fault) {
        return under_amtsim({"--faults", fault}, {COSTRAND_PROBE, "mode"}).err;
    };
    CHECK(open_fails("no-permission for-ever").find("open (errno 13") != std::string::npos);
    CHECK(open_fails("not-ready for-ever").find("open (errno 19") != std::string::npos);
    CHECK(open_fails("busy on amthi").find("connect (errno 16") != std::string::npos);
    CHECK(open_fails("no-client on amthi").find("connect (errno 25") != std::string::npos);
}

TEST_CASE("a reset shows as ENODEV in read and write, and as POLLERR") {
    if (!test::amtsim_can_run())
        return;
    const auto reset =
        under_amtsim({"--faults", "reset-on-send nth 2 on amthi"}, {COSTRAND_PROBE, "reset"});
    CHECK_MESSAGE(reset.status == 0, reset.err);
    const auto blocked =
        under_amtsim({"--faults", "reset-before-reply on amthi"}, {COSTRAND_PROBE, "blocked"});
    CHECK_MESSAGE(blocked.status == 0, blocked.err);
}

TEST_CASE("calls fail with the errno that is ordered") {
    if (!test::amtsim_can_run())
        return;
    const auto end = under_amtsim(
        {"--faults", "connect-fails errno EBUSY; read-fails errno EINTR; write-fails errno EAGAIN"},
        {COSTRAND_PROBE, "ordered"});
    CHECK_MESSAGE(end.status == 0, end.err);
    const auto nameless = under_amtsim({"--faults", "read-fails"}, {"true"});
    CHECK(nameless.status == 2);
    CHECK(nameless.err.find("\"read-fails\" wants an errno") != std::string::npos);
    const auto served = amtsim({"serve", "--faults", "read-fails errno EINTR"});
    CHECK(served.status == 2);
    CHECK(served.err.find("only run shows them") != std::string::npos);
}

TEST_CASE("with read and write watched too, a program meets a device as the driver shows it") {
    if (!test::amtsim_can_run())
        return;
    const words options{"--faults", "read-fails errno EINTR nth 1000000"};
    for (const char *what :
         {"mode", "refusals", "dup", "fork", "pass", "epoll", "threads", "paths", "closes"}) {
        CAPTURE(what);
        const auto end = under_amtsim(options, {COSTRAND_PROBE, what});
        CHECK_MESSAGE(end.status == 0, end.err);
    }
}

TEST_CASE("the log has every message, decoded, without the local account's password") {
    if (!test::amtsim_can_run())
        return;
    test::temporary_folder folder;
    const auto path = (folder.path() / "log").string();
    const auto kept = (folder.path() / "state").string();
    const auto end = under_amtsim(
        {"--log", path, "--state", kept},
        {COSTRAND_ACTIVATE, "-u", "ws://127.0.0.1:9/a", "--profile", "p", "--transport", "lme"});
    CHECK(end.status == 10);
    std::ifstream file(path);
    const std::string log(std::istreambuf_iterator<char>(file), {});
    for (const char *line :
         {"amthi: > Get control mode\n", "amthi: < Get control mode, status 0, data 00000000\n",
          "lme: < GLOBAL_REQUEST tcpip-forward", "lme: > REQUEST_SUCCESS port 16992\n",
          "amthi: < Get local system account, status 0, 68 bytes: ***\n"}) {
        CAPTURE(std::string(line));
        CHECK(log.find(line) != std::string::npos);
    }
    std::ifstream state_file(kept);
    const std::string state(std::istreambuf_iterator<char>(state_file), {});
    const std::string_view key = "\"local_password\": \"";
    const auto at = state.find(key);
    REQUIRE(at != std::string::npos);
    const auto password = state.substr(at + key.size(), 32);
    CHECK(password.find('"') == std::string::npos);
    CHECK(log.find(password) == std::string::npos);
    std::string digits; // as the data of a command would show it
    for (const char c : password) {
        constexpr std::string_view hex = "0123456789abcdef";
        digits += hex[static_cast<unsigned char>(c) >> 4];
        digits += hex[static_cast<unsigned char>(c) & 15];
    }
    CHECK(log.find(digits) == std::string::npos);
    const auto elsewhere = under_amtsim({"--log", "/no/such/folder/log"}, {"true"});
    CHECK(elsewhere.status == 126);
    CHECK(elsewhere.err == "costrand-amtsim: --log /no/such/folder/log: No such file or "
                           "directory\n");
}

TEST_CASE("eight programs at once have a device each") {
    if (!test::amtsim_can_run())
        return;
    const auto end = under_amtsim({}, {"sh", "-c",
                                       "for i in 1 2 3 4 5 6 7 8; do " COSTRAND_PROBE
                                       " mode & all=\"$all $!\"; done; "
                                       "for one in $all; do wait $one || exit 9; done"});
    CHECK_MESSAGE(end.status == 0, end.err);
}

TEST_CASE("a program whose costrand-amtsim was killed fails and does not hang") {
    if (!test::amtsim_can_run())
        return;
    test::child_options options;
    options.program = COSTRAND_AMTSIM;
    options.arguments = {"run", "-v", "--",
                         "sh",  "-c", "while " COSTRAND_PROBE " mode; do :; done; echo it ended"};
    options.watch = [](const std::string &said) {
        return said.find("connect answered") != std::string::npos ? SIGKILL : 0;
    };
    const auto end = test::run_child(options);
    CHECK(end.signal == SIGKILL);
    CHECK(end.out == "it ended\n");
}

TEST_CASE("our own program reads the device's facts through the driver's calls") {
    if (!test::amtsim_can_run())
        return;
    // Nobody listens at the server's address: the run ends there, behind the device.
    const auto end = under_amtsim({}, {COSTRAND_ACTIVATE, "-u", "ws://127.0.0.1:9/activate",
                                       "--profile", "p", "-v", "--transport", "lme"});
    CHECK(end.status == 10);
    CHECK(end.err.find("reading the device's facts over /dev/mei") != std::string::npos);
    CHECK(end.err.find("tcpip-forward ready for 16992 / 16993 / 623") != std::string::npos);
    CHECK(end.err.find("nothing listens there") != std::string::npos);
}
