// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace costrand;
using test::read;
using test::refusal;

namespace {

const std::string complete = "activate:\n  url: wss://rps/activate\n  profile: lab\n";

}

TEST_CASE("config.yaml holds flag names, those of activate under activate") {
    const auto out = read({{},
                           {},
                           "log-level: debug\n"
                           "skip-cert-check: true\n"
                           "tenantid: t1\n" +
                               complete + "  server-timeout: 30\n  uuid:\n"});
    REQUIRE(out.settings);
    CHECK(out.settings->log_level == core::log_level::debug);
    CHECK(out.settings->skip_cert_check);
    CHECK(out.settings->tenant == "t1");
    CHECK(out.settings->profile == "lab");
    CHECK(out.settings->server_timeout == std::chrono::seconds(30));
    CHECK(out.noted("may come from"));
}

TEST_CASE("options of all commands may stand within a command's map") {
    CHECK(read({{}, {}, complete + "  json: yes\n"}).settings->json);
}

TEST_CASE("no file is fine, an empty one too") {
    CHECK(refusal({{"-u", "ws://h/", "--profile", "p"}, {}, {}}) == 0);
    CHECK(refusal({{"-u", "ws://h/", "--profile", "p"}, {}, "\n# nothing\n"}) == 0);
}

TEST_CASE("a malformed file is fatal, with the line") {
    const auto out = read({{"-u", "ws://h/", "--profile", "p"}, {}, "json: true\nurl: [1, 2\n"});
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == 34);
    CHECK(out.failure->text.find("line") != std::string::npos);
    CHECK(out.failure->text.find("config.yaml") != std::string::npos);
}

TEST_CASE("a value of the wrong shape is 35, with its line") {
    for (const char *text : {"json: maybe\n", "# x\njson: [1]\n", "activate: text\n", "- a\n- b\n",
                             "log-level: loud\n", "activate:\n  server-timeout: soon\n"}) {
        CAPTURE(text);
        const auto out = read({{"-u", "ws://h/", "--profile", "p"}, {}, text});
        REQUIRE(out.failure);
        CHECK(static_cast<int>(out.failure->code) == 35);
        CHECK(out.failure->text.find("line ") != std::string::npos);
    }
}

TEST_CASE("keys that nobody knows or that stand in the wrong place are warned of") {
    const auto out = read({{}, {}, "urll: x\nprofile: outside\n" + complete});
    REQUIRE(out.settings);
    CHECK(out.settings->profile == "lab");
    CHECK(out.noted("line 1: no option is called \"urll\""));
    CHECK(out.noted("line 2: \"profile\" has no effect here"));
}

TEST_CASE("the other programs' commands may share the file") {
    const auto out = read({{}, {}, "configure:\n  mebx:\n    mebxpassword: x\n" + complete});
    REQUIRE(out.settings);
    for (const auto &[level, line] : out.notices)
        CHECK(level == core::log_level::info);
}

TEST_CASE("a secret in a file that others can read is warned of") {
    const test::temporary_folder folder;
    const auto path = folder.write("config.yaml", "password: hunter2\n" + complete);
    for (const bool open : {true, false}) {
        REQUIRE(::chmod(path.c_str(), open ? 0644 : 0600) == 0);
        activate::option_sources sources;
        sources.environment = [](const char *) -> const char * { return nullptr; };
        sources.config_file = path;
        std::vector<activate::notice> notices;
        const auto values = activate::read_options(activate::options(), sources, notices);
        CHECK(values["password"].text.reveal() == "hunter2");
        bool warned = false;
        for (const auto &[level, line] : notices) {
            warned = warned || line.find("chmod 600") != line.npos;
            CHECK(line.find("hunter2") == line.npos);
        }
        CHECK(warned == open);
    }
}

TEST_CASE("a folder in the file's place is 34") {
    const test::temporary_folder folder;
    activate::option_sources sources;
    sources.environment = [](const char *) -> const char * { return nullptr; };
    sources.config_file = folder.path().string();
    std::vector<activate::notice> notices;
    try {
        (void)activate::read_options(activate::options(), sources, notices);
        FAIL("taken");
    } catch (const activate::error &e) {
        CHECK(static_cast<int>(e.why().code) == 34);
    }
}
