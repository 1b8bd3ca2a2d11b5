// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace costrand;
using test::read;
using test::refusal;

namespace {

const std::vector<std::string> complete = {"-u", "ws://h/a", "--profile", "p"};

std::vector<std::string> with(std::vector<std::string> more) {
    more.insert(more.begin(), complete.begin(), complete.end());
    return more;
}

} // namespace

TEST_CASE("short flags may stand together, and before one with a value") {
    const auto out = read({{"-vnju", "ws://h/a", "--profile=p"}, {}, {}});
    REQUIRE(out.settings);
    CHECK(out.settings->verbose);
    CHECK(out.settings->skip_cert_check);
    CHECK(out.settings->json);
    CHECK(out.settings->server.text == "ws://h/a");
}

TEST_CASE("a value may follow, be joined by =, or stick to its letter") {
    for (const char *form : {"-uws://h/a", "-u=ws://h/a", "--url=ws://h/a"}) {
        CAPTURE(form);
        const auto out = read({{form, "--profile", "p"}, {}, {}});
        REQUIRE(out.settings);
        CHECK(out.settings->server.text == "ws://h/a");
    }
}

TEST_CASE("a toggle takes =true and =false, and never the word behind it") {
    CHECK(read({with({"--json=false"}), {{"RPC_JSON", "1"}}, {}}).settings->json == false);
    CHECK(read({with({"-j=true"}), {}, {}}).settings->json);
    const auto out = read({{"--json", "activate", "-u", "ws://h/a", "--profile", "p"}, {}, {}});
    REQUIRE(out.settings);
    CHECK(out.settings->json);
}

TEST_CASE("a value may begin with a dash, unless it is an option") {
    CHECK(read({with({"--password", "-secret"}), {}, {}}).settings->password.reveal() == "-secret");
    CHECK(read({with({"--password=--json"}), {}, {}}).settings->password.reveal() == "--json");
    CHECK(refusal({with({"--password", "--json"}), {}, {}}) == 28);
}

TEST_CASE("an empty value is a value") {
    CHECK(read({with({"--tenantid="}), {{"TENANT_ID", "t"}}, {}}).settings->tenant.empty());
    CHECK(read({with({"--tenantid", ""}), {{"TENANT_ID", "t"}}, {}}).settings->tenant.empty());
}

TEST_CASE("the last of several equal flags counts") {
    CHECK(read({with({"--name", "a", "--name", "b"}), {}, {}}).settings->friendly_name == "b");
}

TEST_CASE("an unknown flag, a missing value and a stray word are 28, with a text") {
    for (const auto &arguments :
         {with({"--bogus"}), with({"-x"}), with({"--name"}), with({"stray"}),
          with({"activate", "b"}), with({"--prof", "x"}), with({"--json=maybe"}),
          with({"--transport=amt"}), with({"--server-timeout", "0"}),
          with({"--server-timeout", "-5"}), with({"--server-timeout", "1m"}),
          with({"--server-timeout", "100000"}), with({"--log-level", "loud"})}) {
        CAPTURE(arguments.back());
        const auto out = read({arguments, {}, {}});
        REQUIRE(out.failure);
        CHECK(static_cast<int>(out.failure->code) == 28);
        CHECK_FALSE(out.failure->text.empty());
    }
}

TEST_CASE("the command line wins over the environment, that over the file, that over the default") {
    const std::string file = "activate:\n  url: ws://file/\n  profile: from-file\n";
    const std::map<std::string, std::string> environment = {{"RPC_URL", "ws://environment/"}};
    auto out = read({{"-u", "ws://line/"}, environment, file});
    REQUIRE(out.settings);
    CHECK(out.settings->server.text == "ws://line/");
    CHECK(out.settings->profile == "from-file");
    out = read({{}, environment, file});
    REQUIRE(out.settings);
    CHECK(out.settings->server.text == "ws://environment/");
    out = read({{}, {}, file});
    REQUIRE(out.settings);
    CHECK(out.settings->server.text == "ws://file/");
    CHECK(out.settings->server_timeout == std::chrono::seconds(120));
}

TEST_CASE("every option with an environment name is read from it") {
    for (const auto &spec : activate::options()) {
        if (spec.environment.empty())
            continue;
        CAPTURE(spec.name);
        std::string text = "x";
        if (spec.kind == activate::value_kind::toggle)
            text = "true";
        else if (spec.kind == activate::value_kind::seconds)
            text = "7";
        else if (spec.kind == activate::value_kind::choice)
            text = std::string(spec.choices.substr(0, spec.choices.find('|')));
        activate::option_sources sources;
        sources.environment = [&](const char *name) {
            return name == spec.environment ? text.c_str() : nullptr;
        };
        std::vector<activate::notice> notices;
        const auto values = activate::read_options(activate::options(), sources, notices);
        CHECK(values.text(spec.name) == text);
        CHECK(values[spec.name].from == activate::origin::environment);
    }
}

TEST_CASE(
    "a bad value in the environment is refused by the variable's name; an empty one is none") {
    const auto out = read({complete, {{"RPC_JSON", "perhaps"}}, {}});
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == 28);
    CHECK(out.failure->text.find("RPC_JSON") != std::string::npos);
    CHECK(refusal({complete, {{"RPC_JSON", ""}}, {}}) == 0);
}

TEST_CASE("any text in NO_COLOR switches colours off") {
    CHECK(read({complete, {{"NO_COLOR", "0"}}, {}}).settings->no_color);
    CHECK(read({complete, {{"NO_COLOR", "please"}}, {}}).settings->no_color);
    CHECK_FALSE(read({complete, {{"NO_COLOR", ""}}, {}}).settings->no_color);
}

TEST_CASE("secret values disappear from the process's argument list, others stay") {
    std::array<std::string, 12> texts = {"--password", "one",    "--password=two", "-k",  "three",
                                         "-kfour",     "-n",     "--profile",      "lab", "-vk",
                                         "five",       "-vnksix"};
    std::array<char *, 12> list{};
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = texts[i].data();
    activate::hide_secrets(activate::options(), list);
    CHECK(std::string(texts[1].c_str()).empty());
    CHECK(std::string(texts[2].c_str()) == "--password=");
    CHECK(std::string(texts[4].c_str()).empty());
    CHECK(std::string(texts[5].c_str()) == "-k");
    CHECK(texts[6] == "-n");
    CHECK(texts[8] == "lab");
    CHECK(std::string(texts[11].c_str()) == "-vnk");
    for (const std::string &text : texts)
        for (const char *word : {"one", "two", "three", "four", "five", "six"})
            CHECK(text.find(word) == std::string::npos);
}

TEST_CASE("a secret whose text begins like an option is hidden as well") {
    std::string name = "--password", value = "--json";
    std::array<char *, 2> list = {name.data(), value.data()};
    activate::hide_secrets(activate::options(), list);
    CHECK(value[2] == '\0');
}
