// SPDX-License-Identifier: Apache-2.0
// The options of deactivate with a server, and of maintenance.
#include <costrand/commands/local.hpp>
#include <costrand/commands/remote.hpp>

#include <costrand/activate/failure.hpp>

#include <unit/activate/support.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::commands;
using activate::exit_code;
using activate::maintenance;

namespace {

using words = std::vector<std::string>;
using variables = std::map<std::string, std::string>;

struct parsed {
    std::optional<activate::settings> settings;
    std::optional<activate::failure> failure;

    exit_code code() const { return failure ? failure->code : exit_code::success; }
    bool says(std::string_view part) const {
        return failure && failure->text.find(part) != std::string::npos;
    }
};

template <typename Make>
parsed parse(activate::option_table table, Make make, words arguments,
             const variables &environment = {}, const std::string &config = {}) {
    const test::temporary_folder folder;
    parsed out;
    activate::option_sources from;
    from.arguments = std::move(arguments);
    from.environment = [&](const char *name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
    };
    from.config_file = folder.write("config.yaml", config);
    std::vector<activate::notice> notices;
    try {
        const auto values = activate::read_options(table, std::move(from), notices);
        out.settings = make(values, notices);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

parsed deactivation(words arguments, const variables &environment = {},
                    const std::string &config = {}) {
    return parse(deactivate_options(), &make_remote_deactivation, std::move(arguments), environment,
                 config);
}

const words server = {"--url", "wss://rps.example/activate"};

parsed task(words arguments, const variables &environment = {}, const std::string &config = {}) {
    arguments.insert(arguments.begin(), "maintenance");
    arguments.insert(arguments.end(), server.begin(), server.end());
    return parse(maintenance_options(), &make_maintenance_settings, std::move(arguments),
                 environment, config);
}

bool is_remote(words arguments) {
    activate::option_sources from;
    from.arguments = std::move(arguments);
    from.environment = [](const char *) -> const char * { return nullptr; };
    std::vector<activate::notice> notices;
    return is_remote_deactivation(
        activate::read_options(deactivate_options(), std::move(from), notices));
}

exit_code refusal_of(words arguments) {
    try {
        (void)is_remote(std::move(arguments));
    } catch (const activate::error &e) {
        return e.why().code;
    }
    return exit_code::success;
}

} // namespace

TEST_CASE("a URL without --local makes a deactivation through a server") {
    CHECK(is_remote({"-u", "ws://rps/activate"}));
    CHECK(is_remote({"-u", "ftp://rps"})); // where it is refused
    CHECK_FALSE(is_remote({"-u", "https://console"}));
    CHECK_FALSE(is_remote({"--local"}));
    CHECK_FALSE(is_remote({"--local", "-u", "https://console"}));
    CHECK_FALSE(is_remote({}));
    for (const char *local : {"--local", "--partial"})
        CHECK(refusal_of({"-u", "wss://rps/activate", local}) ==
              exit_code::invalid_parameter_combination);
}

TEST_CASE("a deactivation takes what every run with a server takes") {
    const auto p = deactivation({"-u",
                                 "wss://rps.example/activate",
                                 "-f",
                                 "-n",
                                 "--uuid",
                                 "4C4C4544-0050-3310-8051-B7C04F4E3601",
                                 "--tls-tunnel",
                                 "--proxy",
                                 "http://proxy:3128",
                                 "--server-timeout",
                                 "9",
                                 "--transport",
                                 "lme",
                                 "--device",
                                 "unix:/x",
                                 "--trace",
                                 "t.jsonl",
                                 "--report",
                                 "r.html",
                                 "--json"},
                                {{"AMT_PASSWORD", "P@ssw0rd"}, {"TENANT_ID", "t1"}});
    REQUIRE(p.settings);
    const auto &s = *p.settings;
    CHECK(s.asked.kind == rps::task::deactivate);
    CHECK(s.asked.force);
    CHECK(s.server.text == "wss://rps.example/activate");
    CHECK(s.server.where.host == "rps.example");
    CHECK(s.password.reveal() == "P@ssw0rd");
    CHECK(s.tenant == "t1");
    CHECK(s.skip_cert_check);
    CHECK(s.uuid == "4c4c4544-0050-3310-8051-b7c04f4e3601");
    CHECK(s.tls_tunnel);
    REQUIRE(s.proxy);
    CHECK(s.proxy->where.host == "proxy");
    CHECK(s.server_timeout == std::chrono::seconds(9));
    CHECK(s.transport == activate::transport_choice::lme);
    CHECK(s.device == "unix:/x");
    CHECK(s.trace == "t.jsonl");
    CHECK(s.report == "r.html");
    CHECK(s.json);
}

TEST_CASE("the values come from the environment and from config.yaml, too") {
    const auto p = deactivation(
        {}, {{"RPC_URL", "ws://rps/activate"}, {"RPC_FORCE", "true"}, {"RPC_TLS_TUNNEL", "true"}});
    REQUIRE(p.settings);
    CHECK(p.settings->asked.force);
    CHECK(p.settings->tls_tunnel);
    const auto file =
        deactivation({}, {}, "deactivate:\n  url: ws://file/activate\n  force: true\n");
    REQUIRE(file.settings);
    CHECK(file.settings->server.text == "ws://file/activate");
    CHECK(file.settings->asked.force);
    const auto synced = task({"syncip"}, {{"RPC_STATICIP", "192.0.2.7"}},
                             "maintenance:\n  netmask: 255.255.255.0\n  gateway: 192.0.2.1\n");
    REQUIRE(synced.settings);
    CHECK(synced.settings->asked.ip.ip_address == "192.0.2.7");
    CHECK(synced.settings->asked.ip.netmask == "255.255.255.0");
    CHECK(synced.settings->asked.ip.gateway == "192.0.2.1");
}

TEST_CASE("a server that is none, and values that are none, are refused with their codes") {
    CHECK(deactivation({"-u", "https://console"}).code() == exit_code::missing_or_incorrect_url);
    CHECK(deactivation({"-u", "ws://joe:pw@rps/"}).code() == exit_code::missing_or_incorrect_url);
    CHECK(deactivation({"-u", "ws://rps/", "--uuid", "x"}).code() == exit_code::invalid_uuid);
    const auto blank = deactivation({"-u", "ws://rps/", "--password", "two words"});
    CHECK(blank.code() == exit_code::missing_or_incorrect_password);
    CHECK_FALSE(blank.says("two words"));
}

TEST_CASE("each task has its word") {
    const std::vector<std::pair<std::string, maintenance>> all = {
        {"syncclock", maintenance::sync_clock},
        {"synchostname", maintenance::sync_host_name},
        {"syncip", maintenance::sync_ip},
        {"changepassword", maintenance::change_password},
        {"syncdeviceinfo", maintenance::sync_device_info},
    };
    for (const auto &[word, what] : all) {
        CAPTURE(word);
        const auto p = task({word});
        REQUIRE(p.settings);
        CHECK(p.settings->asked.kind == rps::task::maintenance);
        CHECK(p.settings->asked.what == what);
        CHECK_FALSE(p.settings->asked.force);
        CHECK(activate::to_string(what) == word);
        CHECK(maintenance_tasks().find("  " + word + ' ') != std::string::npos);
    }
    CHECK(task({"syncsky"}).says("syncsky"));
    CHECK(task({"syncip", "now"}).code() == exit_code::incorrect_command_line_parameters);
    const auto none = task({});
    REQUIRE(none.settings);
    CHECK(none.settings->action == activate::what_to_do::help);
}

TEST_CASE("maintenance needs a server") {
    const auto p =
        parse(maintenance_options(), &make_maintenance_settings, {"maintenance", "syncclock"});
    CHECK(p.code() == exit_code::missing_or_incorrect_url);
    CHECK(p.says("--url"));
}

TEST_CASE("an option of another task is refused on the command line, and ignored elsewhere") {
    const auto p = task({"syncclock", "--staticip", "192.0.2.7"});
    CHECK(p.code() == exit_code::incorrect_command_line_parameters);
    CHECK(p.says("--staticip"));
    CHECK(task({"syncip", "--newamtpassword", "P@ssw0rd2"}).code() ==
          exit_code::incorrect_command_line_parameters);
    CHECK(task({"syncclock"}, {{"RPC_STATICIP", "192.0.2.7"}}).settings);
}

TEST_CASE("addresses that are none have the published codes") {
    const std::vector<std::pair<std::string, exit_code>> all = {
        {"staticip", exit_code::missing_or_incorrect_static_ip},
        {"netmask", exit_code::missing_or_incorrect_network_mask},
        {"gateway", exit_code::missing_or_incorrect_gateway},
        {"primarydns", exit_code::missing_or_incorrect_primary_dns},
        {"secondarydns", exit_code::missing_or_incorrect_secondary_dns},
    };
    for (const auto &[option, code] : all) {
        CAPTURE(option);
        words given{"syncip", "--" + option, "192.0.2.x"};
        if (option != "netmask")
            given.insert(given.end(), {"--netmask", "255.255.255.0"});
        CHECK(task(given).code() == code);
    }
    CHECK(task({"syncip", "--staticip", "192.0.2.7"}).code() ==
          exit_code::missing_or_incorrect_network_mask);
}

TEST_CASE("a new password is one that AMT takes and that can be sent, or the server's") {
    CHECK(task({"changepassword"}).settings->asked.new_password.empty());
    const auto p = task({"changepassword"}, {{"RPC_NEWAMTPASSWORD", "N3wP@ssw0rd1"}});
    REQUIRE(p.settings);
    CHECK(p.settings->asked.new_password.reveal() == "N3wP@ssw0rd1");
    for (const char *bad : {"short", "N3w P@ssw0rd"}) {
        CAPTURE(bad);
        const auto refused = task({"changepassword"}, {{"RPC_NEWAMTPASSWORD", bad}});
        CHECK(refused.code() == exit_code::missing_or_incorrect_password);
        CHECK_FALSE(refused.says(bad));
    }
}
