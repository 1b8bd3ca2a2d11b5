// SPDX-License-Identifier: Apache-2.0
// Which command an argument list asks for, and what is selected of a device.
#include <costrand/activate/failure.hpp>
#include <costrand/commands/amtinfo.hpp>
#include <costrand/commands/command.hpp>

#include <unit/activate/support.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace costrand;
using commands::info_item;

namespace {

using words = std::vector<std::string>;

std::string command_of(words arguments) {
    std::vector<char *> pointers;
    for (auto &word : arguments)
        pointers.push_back(word.data());
    return std::string(commands::chosen_command(pointers).name);
}

struct read_info {
    std::optional<commands::amtinfo_settings> settings;
    int refused = 0;
    std::vector<activate::notice> notices;
};

read_info read(words arguments, const std::string &config = {}) {
    const test::temporary_folder folder;
    activate::option_sources sources;
    sources.arguments = std::move(arguments);
    sources.environment = [](const char *) -> const char * { return nullptr; };
    sources.config_file = folder.write("config.yaml", config);
    read_info out;
    try {
        const auto values =
            activate::read_options(commands::amtinfo_options(), std::move(sources), out.notices);
        out.settings = commands::make_amtinfo_settings(values, out.notices);
    } catch (const activate::error &e) {
        out.refused = static_cast<int>(e.why().code);
    }
    return out;
}

std::set<std::size_t> chosen(const words &arguments, const std::string &config = {}) {
    const auto got = read(arguments, config);
    REQUIRE(got.settings);
    std::set<std::size_t> out;
    for (std::size_t i = 0; i < commands::info_items; ++i)
        if (got.settings->show.has(info_item(i)))
            out.insert(i);
    return out;
}

std::set<std::size_t> items(std::initializer_list<info_item> list) {
    std::set<std::size_t> out;
    for (const auto item : list)
        out.insert(static_cast<std::size_t>(item));
    return out;
}

} // namespace

TEST_CASE("the command is the first word that is no option and no option's value") {
    CHECK(command_of({"version"}) == "version");
    CHECK(command_of({"--json", "version"}) == "version");
    CHECK(command_of({"-v", "--log-level", "debug", "version", "--json"}) == "version");
    CHECK(command_of({"--log-level=debug", "version"}) == "version");
    CHECK(command_of({"--device", "version", "amtinfo"}) == "amtinfo");
    CHECK(command_of({"diag", "wsman", "list"}) == "diagnostics");
    CHECK(command_of({"activate", "-u", "ws://host/activate"}) == "activate");
}

TEST_CASE("without a command it is amtinfo") {
    CHECK(command_of({}) == "amtinfo");
    CHECK(command_of({"--mode", "-r"}) == "amtinfo");
    CHECK(command_of({"--log-level"}) == "amtinfo"); // its value is missing; reading it says so
    CHECK(command_of({"--", "version"}) == "amtinfo");
}

TEST_CASE("a word that is no command is refused by its name") {
    try {
        (void)command_of({"amtinf\x1b"});
        FAIL("taken");
    } catch (const activate::error &e) {
        CHECK(static_cast<int>(e.why().code) == 28);
        CHECK(e.why().text.find("amtinf\\x1b") != std::string::npos);
    }
}

TEST_CASE("each flag of the published list selects its item, in both forms") {
    const std::vector<std::tuple<std::string, std::string, info_item>> flags = {
        {"--ver", "-r", info_item::version},
        {"--bld", "-b", info_item::build},
        {"--sku", "-s", info_item::sku},
        {"--uuid", "-u", info_item::uuid},
        {"--upid", "", info_item::platform_id},
        {"--mode", "-m", info_item::mode},
        {"--provisioningState", "-p", info_item::provisioning_state},
        {"--dns", "-d", info_item::dns},
        {"--hostname", "", info_item::hostname},
        {"--lan", "-l", info_item::lan},
        {"--ras", "-a", info_item::remote_access},
        {"--operationalState", "", info_item::operational_state},
        {"--cert", "-c", info_item::hashes},
        {"--userCert", "", info_item::user_certificates},
        {"--proxy", "", info_item::proxies},
    };
    CHECK(flags.size() == commands::info_items);
    for (const auto &flag : flags) {
        const auto &long_form = std::get<0>(flag), &short_form = std::get<1>(flag);
        const auto item = std::get<2>(flag);
        CAPTURE(long_form);
        CHECK(chosen({long_form}) == items({item}));
        if (!short_form.empty())
            CHECK(chosen({short_form}) == items({item}));
        CHECK("--" + std::string(commands::option_of(item)) == long_form);
    }
    CHECK(chosen({"-rmp"}) ==
          items({info_item::version, info_item::mode, info_item::provisioning_state}));
}

TEST_CASE(
    "without a selection all but UPID, certificates and proxies is shown, with --all these too") {
    const auto usual = chosen({"amtinfo"});
    CHECK(usual.size() == commands::info_items - 4);
    for (const auto item : {info_item::platform_id, info_item::hashes, info_item::user_certificates,
                            info_item::proxies})
        CHECK_FALSE(usual.contains(static_cast<std::size_t>(item)));
    CHECK(chosen({"--all"}).size() == commands::info_items);
    CHECK(chosen({"-A", "-m"}).size() == commands::info_items);
}

TEST_CASE("an item that was asked for by name must be told, one of --all need not") {
    CHECK(read({"--mode"}).settings->show.by_name);
    CHECK_FALSE(read({"--mode", "--all"}).settings->show.by_name);
    CHECK_FALSE(read({}).settings->show.by_name);
}

TEST_CASE("the config file selects under the command's name") {
    CHECK(
        chosen({}, "json: true\namtinfo:\n  mode: true\nactivate:\n  url: wss://host/activate\n") ==
        items({info_item::mode}));
}

TEST_CASE("--sync and its other names want a console, and read all that its record has") {
    for (const char *flag : {"--sync", "--discover", "--register"}) {
        CAPTURE(flag);
        CHECK(read({flag}).refused == 20);
        CHECK(read({flag, "--url", "wss://rps/activate"}).refused == 20);
        CHECK(read({flag, "--url", "https://console", "--auth-username", "x"}).refused == 28);
        const auto got = read({flag, "--mode", "--url", "https://console"});
        REQUIRE(got.settings);
        CHECK(got.settings->base.management);
        CHECK(got.settings->show.has(info_item::hashes));
        CHECK(got.settings->show.has(info_item::platform_id));
        CHECK_FALSE(got.settings->show.needs_wsman());
    }
    const auto alone = read({"--url", "https://console"});
    REQUIRE(alone.settings);
    CHECK_FALSE(alone.settings->base.management);
    CHECK(alone.notices.size() == 1);
    CHECK(read({"--nonsense"}).refused == 28);
}

TEST_CASE("options of the reference client without a meaning here are warned of") {
    const auto got = read({"--lmsport", "1", "--tenantid", "t"});
    REQUIRE(got.settings);
    CHECK(got.notices.size() == 2);
}

TEST_CASE("the help of a command has one entry for each of its options") {
    for (const auto &command : commands::commands()) {
        const auto text = commands::command_help(command, 80);
        for (const auto &spec : command.options) {
            CAPTURE(spec.name);
            CHECK(text.find("--" + std::string(spec.name)) != text.npos);
        }
        CHECK(commands::program_help().find("  " + std::string(command.name) + " ") !=
              std::string::npos);
    }
}
