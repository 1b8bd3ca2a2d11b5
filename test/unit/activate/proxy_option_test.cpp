// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace costrand;
using test::read;

namespace {

using words = std::vector<std::string>;
using variables = std::map<std::string, std::string>;

words with(words more) {
    words out = {"-u", "wss://rps.example/activate", "--profile", "lab"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

// As the program does it: the options, then the environment.
test::read_outcome settled(const words &arguments, const variables &environment,
                           const std::string &config = {}) {
    auto out = read({arguments, environment, config});
    if (!out.settings)
        return out;
    try {
        activate::use_environment_proxy(*out.settings, [&](const char *name) -> const char * {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        });
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

std::string name_of(const test::read_outcome &out) {
    REQUIRE(out.settings);
    CHECK_FALSE(out.failure);
    return out.settings->proxy ? out.settings->proxy->where.name() : "none";
}

const variables everywhere = {{"https_proxy", "http://env:3128"}, {"ALL_PROXY", "socks5://all"}};

} // namespace

TEST_CASE("a proxy is named on the command line, in the environment or in config.yaml") {
    const std::string config = "activate:\n  proxy: socks5://file:9050\n";
    const variables own = {{"RPC_PROXY", "http://own:3128"}};
    auto out = settled(with({"--proxy", "socks5h://line"}), own, config);
    CHECK(name_of(out) == "socks5://line:1080");
    CHECK(out.settings->proxy->from == "--proxy");
    out = settled(with({}), own, config);
    CHECK(name_of(out) == "http://own:3128");
    CHECK(out.settings->proxy->from == "the environment variable RPC_PROXY");
    CHECK(name_of(settled(with({}), {}, config)) == "socks5://file:9050");
    CHECK(name_of(settled(with({}), {})) == "none");
}

TEST_CASE("without one the environment's variables decide, by the server") {
    const auto out = settled(with({}), everywhere);
    CHECK(name_of(out) == "http://env:3128");
    CHECK(out.settings->proxy->from == "the environment variable https_proxy");
    const words plain = {"-u", "ws://rps.example/activate", "--profile", "lab"};
    CHECK(name_of(settled(plain, everywhere)) == "socks5://all:1080");
    variables exempt = everywhere;
    exempt["no_proxy"] = "rps.example:443";
    CHECK(name_of(settled(with({}), exempt)) == "none");
    const words local = {"-u", "wss://127.0.0.1/activate", "--profile", "lab"};
    CHECK(name_of(settled(local, everywhere)) == "none");
}

TEST_CASE("a proxy that is named goes before the environment's, and past no_proxy") {
    variables all = everywhere;
    all["no_proxy"] = "*";
    CHECK(name_of(settled(with({"--proxy=http://line:1"}), all)) == "http://line:1");
}

TEST_CASE("an empty --proxy means none, whatever the environment says") {
    CHECK(name_of(settled(with({"--proxy="}), everywhere)) == "none");
    CHECK(name_of(settled(with({"--proxy", ""}), everywhere)) == "none");
    CHECK(name_of(settled(with({}), everywhere, "activate:\n  proxy: ''\n")) == "none");
}

TEST_CASE("a demonstration, help and version have no proxy") {
    for (const words &arguments : {words{"--demo"}, words{"--help"}, words{"--version"}})
        CHECK(name_of(settled(arguments, everywhere)) == "none");
}

TEST_CASE("what is no proxy is 28, told with where it stands, never with a password") {
    struct row {
        words arguments;
        variables environment;
        const char *where, *what;
    };
    for (const row &r :
         {row{with({"--proxy", "https://proxy:443"}), {}, "--proxy", "not supported"},
          row{with({"--proxy", "nonsense"}), {}, "--proxy", "nonsense"},
          row{with({}), {{"RPC_PROXY", "http://joe:hunter2@"}}, "RPC_PROXY", "http://HOST:PORT"},
          row{with({}), {{"https_proxy", "https://joe:hunter2@p"}}, "https_proxy", "supported"},
          row{with({}), {{"ALL_PROXY", "joe:hunter2@p"}}, "ALL_PROXY", "http://HOST:PORT"}}) {
        CAPTURE(r.where);
        const auto out = settled(r.arguments, r.environment);
        REQUIRE(out.failure);
        CHECK(static_cast<int>(out.failure->code) == 28);
        CHECK(out.failure->text.find(r.where) != std::string::npos);
        CHECK_MESSAGE(out.failure->text.find(r.what) != std::string::npos, out.failure->text);
        CHECK(out.failure->text.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("a proxy's URL is a secret when it holds a user, and only then") {
    CHECK(read({with({"--proxy", "http://joe:x@p:1"}), {}, {}}).noted("RPC_PROXY"));
    CHECK(read({with({"--proxy", "http://p:1"}), {}, {}}).notices.empty());
    CHECK(read({with({}), {{"RPC_PROXY", "http://joe:x@p:1"}}, {}}).notices.empty());
    for (const bool user : {false, true}) {
        const test::temporary_folder folder;
        const auto path = folder.write("config.yaml", std::string("activate:\n  proxy: http://") +
                                                          (user ? "joe:x@" : "") + "p:1\n");
        REQUIRE(::chmod(path.c_str(), 0644) == 0);
        activate::option_sources sources;
        sources.environment = [](const char *) -> const char * { return nullptr; };
        sources.config_file = path;
        test::read_outcome out;
        (void)activate::read_options(activate::options(), std::move(sources), out.notices);
        CHECK(out.noted("chmod 600") == user);
    }
}

TEST_CASE("in the program's own argument list a proxy is hidden when it holds a user") {
    std::vector<std::string> texts = {"--proxy", "http://joe:x@p:1", "--proxy=socks5://joe@p",
                                      "--proxy", "http://p:1",       "--proxy=http://p:1"};
    std::vector<char *> list;
    for (auto &text : texts)
        list.push_back(text.data());
    activate::hide_secrets(activate::options(), list);
    CHECK(std::string(texts[1].c_str()).empty());
    CHECK(std::string(texts[2].c_str()) == "--proxy=");
    CHECK(texts[4] == "http://p:1");
    CHECK(texts[5] == "--proxy=http://p:1");
}
