// SPDX-License-Identifier: Apache-2.0
// The built program as a shell sees it.
#include "child.hpp"
#include "support.hpp"

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <utility>

#include <unistd.h>

using namespace costrand;
using test::child_options;
using test::run_child;

namespace {

using words = std::vector<std::string>;

test::child_end run(words arguments, std::map<std::string, std::string> environment = {}) {
    child_options options;
    options.arguments = std::move(arguments);
    options.environment = std::move(environment);
    return run_child(options);
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

const words no_device = {"-u",       "ws://127.0.0.1:9/activate", "--profile", "lab",
                         "--device", "unix:/nonexistent/heci"};

} // namespace

TEST_CASE("without arguments the program names the three commands people need") {
    const auto end = run({});
    CHECK(end.status == 0);
    CHECK(has(end.out, "--profile"));
    CHECK(has(end.out, "--demo"));
    CHECK(has(end.out, "--help"));
    CHECK(end.err.empty());
}

TEST_CASE("help and version go to stdout and end with 0") {
    for (const char *flag : {"--help", "-h"}) {
        const auto end = run({flag});
        CHECK(end.status == 0);
        CHECK(has(end.out, "--server-timeout"));
        CHECK(end.err.empty());
    }
    CHECK(run({"activate", "--help"}).status == 0);
    const auto version = run({"--version"});
    CHECK(version.status == 0);
    CHECK(version.out.starts_with("costrand-activate "));
    const auto json = boost::json::parse(run({"--version", "--json"}).out).as_object();
    CHECK(json.at("app").as_string() == "costrand-activate");
    CHECK(json.at("protocol").as_string() == "4.0.0");
}

TEST_CASE("what is wrong with the arguments is told on stderr, with its code") {
    struct row {
        words arguments;
        int status;
    };
    for (const row &r :
         {row{{"--bogus"}, 28}, row{{"activate"}, 28}, row{{"deactivate"}, 28},
          row{{"-u", "ws://h/a"}, 21}, row{{"--profile", "p"}, 20},
          row{{"-u", "https://h/", "--profile", "p"}, 20},
          row{{"-u", "ws://a:b@h/", "--profile", "p"}, 20},
          row{{"-u", "ws://h/", "--profile", "a b"}, 21},
          row{{"-u", "ws://h/", "--profile", "p", "--ccm"}, 33}, row{{"--local", "--ccm"}, 28},
          row{{"-u", "ws://h/", "--profile", "p", "--uuid", "x"}, 37}}) {
        CAPTURE(r.arguments.back());
        const auto end = run(r.arguments);
        CHECK(end.status == r.status);
        CHECK(end.out.empty());
        CHECK(has(end.err, "Error " + std::to_string(r.status) + ": "));
        CHECK(end.err.starts_with("time=\""));
    }
}

TEST_CASE("with json a failure is an object on stdout and a log line on stderr") {
    const auto end = run({"--json", "-u", "ws://h/", "--profile", "a b"});
    CHECK(end.status == 21);
    const auto result = boost::json::parse(end.out).as_object();
    CHECK(result.at("status").as_string() == "failed");
    CHECK(result.at("code").as_int64() == 21);
    CHECK(result.at("name").as_string() == "MissingOrIncorrectProfile");
    CHECK(boost::json::parse(end.err).as_object().at("level").as_string() == "error");
}

TEST_CASE("with json also options that cannot be read are told in JSON") {
    for (const words &arguments : {words{"--json", "--bogus"}, words{"-j", "deactivate"}}) {
        const auto end = run(arguments);
        CHECK(end.status == 28);
        CHECK(boost::json::parse(end.out).as_object().at("code").as_int64() == 28);
        CHECK(boost::json::parse(end.err).as_object().at("level").as_string() == "error");
    }
}

TEST_CASE("a malformed config.yaml ends the program with 34 and the line") {
    const test::temporary_folder folder;
    folder.write("config.yaml", "json: true\nurl: [\n");
    child_options options;
    options.arguments = {"-u", "ws://h/", "--profile", "p"};
    options.folder = folder.path().string();
    const auto end = run_child(options);
    CHECK(end.status == 34);
    CHECK(has(end.err, "config.yaml, line"));
}

TEST_CASE("a machine without the device ends with 2, and the text names it") {
    auto end = run(no_device);
    CHECK(end.status == 2);
    CHECK(has(end.err, "unix:/nonexistent/heci"));
    CHECK(has(end.err, "modprobe"));
    if (::geteuid() != 0 || std::filesystem::exists("/dev/mei0"))
        return;
    end = run({"-u", "ws://127.0.0.1:9/activate", "--profile", "lab"});
    CHECK(end.status == 2);
}

TEST_CASE("without root it ends with 1 and says what to do") {
    child_options options;
    options.arguments = {"-u", "ws://127.0.0.1:9/activate", "--profile", "lab"};
    if (::geteuid() == 0) {
        constexpr unsigned nobody = 65534;
        options.user = nobody;
        constexpr auto others = std::filesystem::perms::others_exec;
        for (auto folder = std::filesystem::path(COSTRAND_ACTIVATE).parent_path();
             folder.has_relative_path(); folder = folder.parent_path())
            if ((std::filesystem::status(folder).permissions() & others) != others) {
                MESSAGE("nobody cannot reach the program here");
                return;
            }
    }
    const auto end = run_child(options);
    CHECK(end.status == 1);
    CHECK(has(end.err, "IncorrectPermissions"));
    CHECK(has(end.err, "sudo"));
}

TEST_CASE("a password on the command line is warned of and told nowhere") {
    auto arguments = no_device;
    arguments.insert(arguments.end(), {"-v", "--password", "hunter2"});
    const auto end = run(arguments);
    CHECK(has(end.err, "level=warn"));
    CHECK(has(end.err, "AMT_PASSWORD"));
    CHECK_FALSE(has(end.err + end.out, "hunter2"));
}

TEST_CASE("the demonstration over LME ends in client control mode, with 0") {
    const auto end = run({"--demo", "-v"});
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "The simulated device is in client control mode."));
    CHECK(has(end.out, "LME"));
    // rpc-cli section 12's form, and the markers that operators look for.
    for (const char *marker :
         {"falling back to LME (in-band HECI/APF)", "LME: Opening new APF channel for this request",
          "Initialize: tcpip-forward ready for 16992 / 16993 / 623 / 664", "connecting to ws://",
          "connected to ws://", "sending activation request to RPS", "received message from RPS",
          "RPS sent activation data, processing...",
          "Response sent to RPS, waiting for next RPS message", "closed RPS connection",
          "RPS sent terminal message", "Status: ", "Sending APF_CHANNEL_OPEN",
          "Channel open confirmation received", "waits 1 s"}) {
        CAPTURE(marker);
        CHECK(has(end.err, marker));
    }
    CHECK_FALSE(has(end.err, "Using existing LMS"));
}

TEST_CASE("the demonstration over LMS ends in client control mode, with 0") {
    const auto end = run({"activate", "--demo", "--transport", "lms", "-v"});
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "The simulated device is in client control mode."));
    CHECK(has(end.err, "Using existing LMS"));
    CHECK_FALSE(has(end.err, "APF_CHANNEL_OPEN"));
}

namespace {

// Of a run beside others: they mostly wait.
std::future<test::child_end> start_demo(std::string device, std::string transport) {
    const words arguments = {"--demo=" + device, "--transport", transport, "-v"};
    return std::async(std::launch::async, [arguments] { return run(arguments); });
}

} // namespace

TEST_CASE("the demonstrations with TLS end in admin control mode with TLS, with 0") {
    struct row {
        std::string device, transport;
        std::future<test::child_end> end;
    };
    std::vector<row> rows;
    for (const std::string device : {"amt18", "amt19-tls-enforced"})
        for (const std::string transport : {"lme", "lms"})
            rows.push_back({device, transport, start_demo(device, transport)});
    for (auto &r : rows) {
        CAPTURE(r.device);
        CAPTURE(r.transport);
        const auto end = r.end.get();
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "Activation succeeded: Activated to admin control mode"));
        CHECK(has(end.out, "The simulated device is in admin control mode, with TLS configured."));
        CHECK(has(end.err, r.device == "amt18" ? "TLS: Configured" : "TLS: Already configured"));
        CHECK(has(end.err, "Status: Activated to admin control mode."));
        CHECK(has(end.err, "TLS tunnel: passing through "));
        // Only a device that takes plain requests is switched.
        const bool plain_first = r.device == "amt18";
        CHECK(has(end.err, "AMT request 1: ") == plain_first);
        CHECK(has(end.err, "Received port_switch from RPS") == plain_first);
        const bool lme = r.transport == "lme";
        CHECK(has(end.err, "LME retargeted to port 16993") == (plain_first && lme));
        CHECK(has(end.err, "successfully switched to port 16993") == (plain_first && !lme));
        CHECK(has(end.err, "Sending APF_CHANNEL_OPEN") == lme);
        for (const char *secret : {"P@ssw0rdAmt1", "P@ssw0rdMebx1"})
            CHECK_FALSE(has(end.err + end.out, secret));
    }
}

TEST_CASE("off a terminal the demonstration writes plain lines with the elapsed time, no codes") {
    const auto end = run({"--demo"});
    CHECK(end.status == 0);
    CHECK(has(end.err, "s] AMT request 1: AMT_GeneralSettings Get"));
    CHECK(end.err.find('\x1b') == end.err.npos);
    CHECK(end.out.find('\x1b') == end.out.npos);
}

TEST_CASE("with json stdout is one object and every line of stderr is one") {
    const auto end = run({"--demo", "--json", "--name", "Bench 7"});
    CHECK(end.status == 0);
    const auto result = boost::json::parse(end.out).as_object();
    CHECK(result.at("status").as_string() == "success");
    CHECK(result.at("friendly_name").as_string() == "Bench 7");
    CHECK(result.at("profile").as_string() == "demo");
    CHECK(result.at("rps_server").as_string().starts_with("ws://127.0.0.1:"));
    CHECK(result.at("device_info").as_object().at("controlMode").as_string() ==
          "client control mode");
    std::size_t begin = 0;
    for (auto stop = end.err.find('\n'); stop != end.err.npos; stop = end.err.find('\n', begin)) {
        const auto line = boost::json::parse(end.err.substr(begin, stop - begin)).as_object();
        CHECK(line.contains("level"));
        CHECK(line.contains("msg"));
        CHECK(line.contains("time"));
        begin = stop + 1;
    }
}

TEST_CASE("on a terminal one line is rewritten; NO_COLOR takes the colours away, not the line") {
    for (const bool colour : {true, false}) {
        child_options options;
        options.arguments = {"--demo"};
        options.terminal = true;
        if (!colour)
            options.environment["NO_COLOR"] = "1";
        const auto end = run_child(options);
        CHECK(end.status == 0);
        CHECK(has(end.out, "\r\x1b[K"));
        CHECK(has(end.out, "\x1b[2m") == colour);
        CHECK_FALSE(has(end.out, "s] AMT request"));
        CHECK(has(end.out, "The simulated device is in client control mode."));
    }
}

TEST_CASE("a terminal that knows no cursor codes gets plain lines") {
    child_options options;
    options.arguments = {"--demo"};
    options.terminal = true;
    options.environment["TERM"] = "dumb";
    const auto end = run_child(options);
    CHECK(end.status == 0);
    CHECK(end.out.find('\x1b') == end.out.npos);
    CHECK(has(end.out, "s] AMT request"));
}

TEST_CASE("a signal closes everything, is told, and then is what the program dies of") {
    for (const int number : {SIGINT, SIGTERM}) {
        for (const char *moment : {"demonstration:", "request 1:", "request 4:"}) {
            CAPTURE(moment);
            child_options options;
            options.arguments = {"--demo"};
            options.watch = [&](const std::string &told) { return has(told, moment) ? number : 0; };
            const auto end = run_child(options);
            CHECK(end.signal == number);
            CHECK(has(end.err,
                      number == SIGINT ? "interrupted by SIGINT" : "interrupted by SIGTERM"));
            CHECK(has(end.err, "msg=\"interrupt\""));
            CHECK_FALSE(has(end.out, "client control mode."));
        }
    }
}

TEST_CASE("the demonstration leaves nothing in the file system") {
    const test::temporary_folder folder;
    child_options options;
    options.arguments = {"--demo"};
    options.environment["TMPDIR"] = folder.path().string();
    CHECK(run_child(options).status == 0);
    CHECK(std::filesystem::is_empty(folder.path()));
    options.watch = [](const std::string &told) { return has(told, "request 3:") ? SIGINT : 0; };
    CHECK(run_child(options).signal == SIGINT);
    CHECK(std::filesystem::is_empty(folder.path()));
}
