// SPDX-License-Identifier: Apache-2.0
// --trace and --report of the built program: when files cannot be written, and how a run ends.
#include "child.hpp"
#include "support.hpp"

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace costrand;
using test::child_options;
using test::run_child;

namespace {

using words = std::vector<std::string>;

test::child_end run(words arguments) {
    child_options options;
    options.arguments = std::move(arguments);
    return run_child(options);
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

std::string content(const std::filesystem::path &path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

boost::json::object last_line(const std::filesystem::path &path) {
    auto text = content(path);
    REQUIRE(text.ends_with("\n"));
    text.pop_back();
    return boost::json::parse(text.substr(text.rfind('\n') + 1)).as_object();
}

} // namespace

TEST_CASE("a file that cannot be written is refused with 28 before anything is opened") {
    for (const char *option : {"--trace", "--report"}) {
        const auto end = run({"-u", "ws://127.0.0.1:9/activate", "--profile", "lab", "--device",
                              "unix:/nonexistent/heci", option, "/nonexistent/file"});
        CHECK(end.status == 28);
        CHECK(has(end.err, option));
        CHECK(has(end.err, "cannot be written"));
        CHECK_FALSE(has(end.err, "heci"));
    }
}

TEST_CASE("trace and page may not be one file") {
    const test::temporary_folder folder;
    const auto file = (folder.path() / "x").string();
    CHECK(run({"--demo", "--trace", file, "--report", file}).status == 33);
}

TEST_CASE("a full disk ends the trace with one warning, and changes nothing else") {
    const auto end = run({"--demo", "--trace", "/dev/full", "--report", "/dev/full"});
    CHECK(end.status == 0);
    const auto first = end.err.find("No space left on device");
    REQUIRE(first != end.err.npos);
    const auto of_page = end.err.find("No space left on device", first + 1);
    CHECK(of_page != end.err.npos); // that of --report
    CHECK(end.err.find("No space left on device", of_page + 1) == end.err.npos);
}

TEST_CASE("a run leaves trace and page, and the page can be made of the trace again") {
    const test::temporary_folder folder;
    const auto trace = (folder.path() / "run.jsonl").string();
    const auto page = (folder.path() / "run.html").string();
    const auto again = (folder.path() / "again.html").string();
    const auto end = run({"--demo", "--trace", trace, "--report", page});
    CHECK(end.status == 0);
    CHECK(last_line(trace).at("what").as_string() == "success");
    CHECK(last_line(trace).at("code").as_int64() == 0);
    CHECK(run({"--from-trace", trace, "--report", again}).status == 0);
    CHECK(content(page).starts_with("<!DOCTYPE html>"));
    CHECK(content(page) == content(again));
}

TEST_CASE("SIGINT and SIGTERM leave the whole trace and the page, and the signal in them") {
    for (const int number : {SIGINT, SIGTERM}) {
        const test::temporary_folder folder;
        const auto trace = (folder.path() / "run.jsonl").string();
        const auto page = (folder.path() / "run.html").string();
        child_options options;
        options.arguments = {"--demo", "--trace", trace, "--report", page};
        options.watch = [&](const std::string &told) {
            return has(told, "request 3:") ? number : 0;
        };
        CHECK(run_child(options).signal == number);
        const auto last = last_line(trace);
        CHECK(last.at("what").as_string() == "interrupted");
        CHECK(last.at("detail").as_string() == (number == SIGINT ? "SIGINT" : "SIGTERM"));
        CHECK(has(content(trace), "IPS_HostBasedSetupService Setup"));
        CHECK(has(content(page), "<b>Interrupted</b>"));
    }
}

TEST_CASE("a run that is killed leaves what had happened") {
    const test::temporary_folder folder;
    const auto trace = (folder.path() / "run.jsonl").string();
    const auto page = (folder.path() / "run.html").string();
    child_options options;
    options.arguments = {"--demo", "--trace", trace};
    options.watch = [](const std::string &told) { return has(told, "request 3:") ? SIGKILL : 0; };
    CHECK(run_child(options).signal == SIGKILL);
    CHECK(has(content(trace), "IPS_HostBasedSetupService Setup"));
    CHECK(run({"--from-trace", trace, "--report", page}).status == 0);
    CHECK(has(content(page), "the trace breaks off"));
}

TEST_CASE("a failed run has its code and text in the trace") {
    const test::temporary_folder folder;
    const auto trace = (folder.path() / "run.jsonl").string();
    const auto end = run({"-u", "ws://127.0.0.1:9/activate", "--profile", "lab", "--device",
                          "unix:/nonexistent/heci", "--trace", trace});
    CHECK(end.status == last_line(trace).at("code").as_int64());
    CHECK(last_line(trace).at("what").as_string() == "failed");
    CHECK(has(content(trace), "\"kind\":\"fault\""));
}

TEST_CASE("what is no trace makes no page") {
    const test::temporary_folder folder;
    const auto page = (folder.path() / "run.html").string();
    CHECK(run({"--from-trace", "/nonexistent", "--report", page}).status == 28);
    CHECK(run({"--from-trace", folder.write("x", "hello\n"), "--report", page}).status == 10);
    CHECK_FALSE(std::filesystem::exists(page));
}
