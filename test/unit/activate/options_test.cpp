// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace costrand;
using test::read;
using test::refusal;

namespace {

using words = std::vector<std::string>;

const words complete = {"-u", "wss://rps.example/activate", "--profile", "lab"};

words with(words more) {
    words out = complete;
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

} // namespace

TEST_CASE("a script changes only the program's name: the word activate may stand or be left out") {
    words named = complete;
    named.insert(named.begin(), "activate");
    for (const words &arguments : {complete, named, with({"activate"})}) {
        const auto out = read({arguments, {}, {}});
        REQUIRE(out.settings);
        CHECK(out.settings->action == activate::what_to_do::activate);
        CHECK(out.settings->server.text == "wss://rps.example/activate");
        CHECK(out.settings->profile == "lab");
    }
}

TEST_CASE("every flag of the reference's table is known under its name, letter and environment") {
    // rpc-cli sections 2 and 6.
    struct row {
        const char *name;
        char letter;
        const char *environment;
    };
    const row rows[] = {
        {"log-level", 0, "RPC_LOG_LEVEL"},
        {"json", 'j', "RPC_JSON"},
        {"table", 't', "RPC_TABLE"},
        {"no-color", 0, "NO_COLOR"},
        {"verbose", 'v', "RPC_VERBOSE"},
        {"skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK"},
        {"skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK"},
        {"tenantid", 0, "TENANT_ID"},
        {"lmsaddress", 0, "RPC_LMSADDRESS"},
        {"lmsport", 0, "RPC_LMSPORT"},
        {"password", 0, "AMT_PASSWORD"},
        {"auth-token", 0, "AUTH_TOKEN"},
        {"auth-username", 0, "AUTH_USERNAME"},
        {"auth-password", 0, "AUTH_PASSWORD"},
        {"auth-endpoint", 0, "AUTH_ENDPOINT"},
        {"devices-endpoint", 0, "DEVICES_ENDPOINT"},
        {"url", 'u', "RPC_URL"},
        {"profile", 0, "RPC_PROFILE"},
        {"local", 'l', "RPC_LOCAL"},
        {"ccm", 0, "RPC_CCM"},
        {"acm", 0, "RPC_ACM"},
        {"proxy", 0, "RPC_PROXY"},
        {"dns", 'd', "RPC_DNS"},
        {"hostname", 0, "RPC_HOSTNAME"},
        {"name", 0, "RPC_NAME"},
        {"uuid", 0, "RPC_UUID"},
        {"tls-tunnel", 0, "RPC_TLS_TUNNEL"},
        {"key", 'k', "CONFIG_ENCRYPTION_KEY"},
        {"provisioningCert", 0, "PROVISIONING_CERT"},
        {"provisioningCertPwd", 0, "PROVISIONING_CERT_PASSWORD"},
        {"mebxpassword", 0, "MEBX_PASSWORD"},
        {"skipIPRenew", 0, "RPC_SKIP_IP_RENEW"},
        {"stopConfig", 0, "RPC_STOP_CONFIG"},
    };
    for (const row &wanted : rows) {
        CAPTURE(wanted.name);
        const auto table = activate::options();
        const auto index = activate::detail::find_option(table, wanted.name);
        REQUIRE(index != activate::detail::no_option);
        CHECK(table[index].letter == wanted.letter);
        CHECK(table[index].environment == wanted.environment);
    }
}

TEST_CASE("no name, letter or environment variable stands for two options") {
    std::set<std::string_view> names, environments;
    std::set<char> letters;
    for (const auto &spec : activate::options()) {
        CAPTURE(spec.name);
        CHECK(names.insert(spec.name).second);
        if (spec.letter != 0)
            CHECK(letters.insert(spec.letter).second);
        if (!spec.environment.empty())
            CHECK(environments.insert(spec.environment).second);
        CHECK_FALSE(spec.help.empty());
        if (spec.kind == activate::value_kind::choice)
            CHECK_FALSE(spec.choices.empty());
        else if (spec.kind != activate::value_kind::toggle)
            CHECK_FALSE(spec.value_name.empty());
    }
}

TEST_CASE("every value of the command line arrives in the settings") {
    const auto out = read({with({"--password=p w",
                                 "--tenantid",
                                 "t1",
                                 "--dns",
                                 "corp.example",
                                 "--hostname=pc7",
                                 "--name",
                                 "Bench 7",
                                 "--uuid",
                                 "4C4C4544-0042-3010-8051-B4C04F4D3132",
                                 "--transport=lme",
                                 "--device",
                                 "/dev/mei3",
                                 "--server-timeout",
                                 "45s",
                                 "-n",
                                 "-j",
                                 "--no-color",
                                 "--log-level",
                                 "WARN"}),
                           {},
                           {}});
    REQUIRE(out.settings);
    const auto &s = *out.settings;
    CHECK(s.password.reveal() == "p w");
    CHECK(s.tenant == "t1");
    CHECK(s.dns_suffix == "corp.example");
    CHECK(s.hostname == "pc7");
    CHECK(s.friendly_name == "Bench 7");
    CHECK(s.uuid == "4c4c4544-0042-3010-8051-b4c04f4d3132");
    CHECK(s.transport == activate::transport_choice::lme);
    CHECK(s.device == "/dev/mei3");
    CHECK(s.server_timeout == std::chrono::seconds(45));
    CHECK(s.skip_cert_check);
    CHECK(s.json);
    CHECK(s.no_color);
    CHECK(s.log_level == core::log_level::warn);
}

TEST_CASE("without any option the defaults hold") {
    const auto out = read({complete, {}, {}});
    REQUIRE(out.settings);
    CHECK(out.settings->transport == activate::transport_choice::automatic);
    CHECK(out.settings->server_timeout == std::chrono::seconds(120));
    CHECK(out.settings->log_level == core::log_level::info);
    CHECK_FALSE(out.settings->skip_cert_check);
    CHECK_FALSE(out.settings->json);
    CHECK(out.settings->password.empty());
    CHECK(out.notices.empty());
}

TEST_CASE("verbose is log level trace, whatever the log level says") {
    const auto out = read({with({"-v", "--log-level", "error"}), {}, {}});
    REQUIRE(out.settings);
    CHECK(out.settings->log_level == core::log_level::trace);
}

TEST_CASE("a run without hardware needs neither server nor profile") {
    const auto out = read({{"--demo", "--transport", "lms"}, {}, {}});
    REQUIRE(out.settings);
    CHECK(out.settings->demo);
    CHECK(out.settings->transport == activate::transport_choice::lms);
    CHECK(out.settings->profile == "demo");
    CHECK(refusal({{"--demo", "-u", "ws://x/"}, {}, {}}) == 33);
    CHECK(refusal({{"--demo", "--device", "/dev/mei0"}, {}, {}}) == 33);
    CHECK(refusal({{"--demo", "--proxy", "http://proxy:3128"}, {}, {}}) == 33);
    CHECK(refusal({{"--demo", "--profile", "a b"}, {}, {}}) == 21);
    // An environment made for real runs does not get into the way.
    CHECK(refusal({{"--demo"},
                   {{"RPC_URL", "ws://x/"}, {"RPC_DEVICE", "/dev/mei0"}, {"RPC_PROXY", "p:1"}},
                   {}}) == 0);
}

TEST_CASE("nothing but the command line starts a demonstration") {
    for (const auto &spec : activate::options())
        if (spec.name == "demo")
            CHECK(spec.environment.empty());
}

TEST_CASE("a missing server is 20, a missing profile 21, no option at all 28") {
    CHECK(refusal({{"activate"}, {}, {}}) == 28);
    CHECK(refusal({{"activate", "-v"}, {}, {}}) == 28);
    CHECK(refusal({{"--profile", "lab"}, {}, {}}) == 20);
    CHECK(refusal({{"--name", "x"}, {}, {}}) == 20);
    CHECK(refusal({{"-u", "wss://rps/activate"}, {}, {}}) == 21);
    CHECK(refusal({{"-u", "wss://rps/activate", "--profile", ""}, {}, {}}) == 21);
}

TEST_CASE("a provisioning server takes the name of a profile, and a file's is refused, 21") {
    for (const char *url : {"ws://rps/activate", "wss://rps/activate"})
        for (const char *file : {"p.yaml", "./p", "p.enc"}) {
            const auto out = read({{"-u", url, "--profile", file}, {}, {}});
            REQUIRE(out.failure);
            CHECK(out.failure->code == activate::exit_code::missing_or_incorrect_profile);
            CHECK(out.failure->text.find("names a file") != std::string::npos);
        }
}

TEST_CASE("a profile name that the server cannot read is refused before anything is opened") {
    for (const char *name : {"with blank", "-dash", " "}) {
        CAPTURE(name);
        CHECK(refusal({{"-u", "wss://rps/activate", std::string("--profile=") + name}, {}, {}}) ==
              21);
    }
}

TEST_CASE("what is for local activation excludes a provisioning server") {
    for (const char *flag : {"--local", "-l", "--ccm", "--acm", "--stopConfig", "--skipIPRenew",
                             "--provisioningCert=AAAA", "--provisioningCertPwd=x"}) {
        CAPTURE(flag);
        CHECK(refusal({with({flag}), {}, {}}) == 33);
    }
    const auto out = read({complete, {{"PROVISIONING_CERT", "AAAA"}}, {}});
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == 33);
    CHECK(out.failure->text.find("PROVISIONING_CERT") != std::string::npos);
}

TEST_CASE("the TLS tunnel is asked for by option and by environment, and not by itself") {
    CHECK(read({with({"--tls-tunnel"}), {}, {}}).settings->tls_tunnel);
    CHECK(read({complete, {{"RPC_TLS_TUNNEL", "true"}}, {}}).settings->tls_tunnel);
    CHECK_FALSE(read({with({"--tls-tunnel=false"}), {}, {}}).settings->tls_tunnel);
    CHECK_FALSE(read({complete, {}, {}}).settings->tls_tunnel);
}

TEST_CASE("what this version does not do yet is refused, never ignored") {
    CHECK(refusal({{"--local", "--ccm"}, {}, {}}) == 28);
    CHECK(refusal({{"--local", "--acm"}, {}, {}}) == 28);
    CHECK(refusal({{"--local", "--ccm", "--acm"}, {}, {}}) == 33);
    CHECK(refusal({{"--stopConfig"}, {}, {}}) == 28);
    CHECK(refusal({{"-u", "https://console/api", "--profile", "lab"}, {}, {}}) == 20);
    CHECK(refusal({{"-u", "http://console/api", "--profile", "lab"}, {}, {}}) == 20);
    CHECK(refusal({{"-u", "https://console/api", "--local", "--ccm"}, {}, {}}) == 28);
    for (const auto &spec : activate::options()) {
        CAPTURE(spec.name);
        if (spec.state != activate::standing::later)
            continue;
        const bool toggle = spec.kind == activate::value_kind::toggle;
        CHECK(refusal({with({"--" + std::string(spec.name) + (toggle ? "" : "=x")}), {}, {}}) != 0);
    }
}

TEST_CASE("what is accepted without effect is taken, and told") {
    const auto out =
        read({with({"--lmsaddress", "10.0.0.1", "--table"}), {{"AUTH_USERNAME", "joe"}}, {}});
    REQUIRE(out.settings);
    CHECK(out.noted("--lmsaddress has no effect"));
    CHECK(out.noted("--table has no effect"));
    CHECK(out.noted("AUTH_USERNAME"));
}

TEST_CASE("a secret on the command line is warned of, in the environment it is not") {
    CHECK(read({with({"--password", "x"}), {}, {}}).noted("AMT_PASSWORD"));
    const auto quiet = read({complete, {{"AMT_PASSWORD", "x"}}, {}});
    REQUIRE(quiet.settings);
    CHECK(quiet.settings->password.reveal() == "x");
    CHECK(quiet.notices.empty());
}

TEST_CASE("a UUID that no device has is 37") {
    CHECK(refusal({with({"--uuid", "nonsense"}), {}, {}}) == 37);
    CHECK(refusal({with({"--uuid", "00000000-0000-0000-0000-000000000000"}), {}, {}}) == 37);
    CHECK(refusal({with({"--uuid", "03000200-0400-0500-0006-000700080009"}), {}, {}}) == 37);
    CHECK(refusal({complete, {{"RPC_UUID", "x"}}, {}}) == 37);
}

TEST_CASE("a URL of a provisioning server is understood in all its forms") {
    struct row {
        const char *text;
        bool tls;
        const char *host;
        int port;
        const char *target;
    };
    for (const row &r : {row{"ws://h/activate", false, "h", 80, "/activate"},
                         row{"wss://h/activate", true, "h", 443, "/activate"},
                         row{"WSS://h:8443/a?b=c", true, "h", 8443, "/a?b=c"},
                         row{"ws://10.0.0.1:8080", false, "10.0.0.1", 8080, "/"},
                         row{"ws://[fe80::1]:8080/x", false, "fe80::1", 8080, "/x"}}) {
        CAPTURE(r.text);
        const auto url = activate::parse_server_url(r.text);
        CHECK(url.where.secure == r.tls);
        CHECK(url.where.host == r.host);
        CHECK(url.where.port == r.port);
        CHECK(url.where.target == r.target);
    }
}

TEST_CASE("a URL that is none is 20") {
    for (const char *text : {"rps.example", "ftp://h/", "wss://", "wss:///activate", "ws://h:0/",
                             "ws://h:70000/", "ws://h:x/", "ws://[::1/", "ws://a b/", "wss:/h/x"}) {
        CAPTURE(text);
        CHECK(refusal({{"-u", text, "--profile", "lab"}, {}, {}}) == 20);
    }
}

TEST_CASE("user and password in the URL are refused, and not repeated in the text") {
    const auto out = read({{"-u", "wss://joe:hunter2@rps/activate", "--profile", "lab"}, {}, {}});
    REQUIRE(out.failure);
    CHECK(static_cast<int>(out.failure->code) == 20);
    CHECK(out.failure->text.find("hunter2") == std::string::npos);
    CHECK(out.failure->text.find("user") != std::string::npos);
}

TEST_CASE("help and version win over everything else that is asked for") {
    CHECK(read({{"activate", "--help"}, {}, {}}).settings->action == activate::what_to_do::help);
    CHECK(read({{"-h", "--ccm"}, {}, {}}).settings->action == activate::what_to_do::help);
    CHECK(read({{"--version"}, {}, {}}).settings->action == activate::what_to_do::version);
}

TEST_CASE("each option has one entry in the help") {
    const std::string text = activate::describe_options(activate::options(), 80);
    for (const auto &spec : activate::options()) {
        const std::string entry = spec.letter != 0 ? std::string("\n  -") + spec.letter + ", --"
                                                   : std::string("\n      --");
        const std::string name = entry + std::string(spec.name);
        CAPTURE(spec.name);
        std::size_t entries = 0;
        for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
            const char behind = text[at + name.size()];
            entries += behind == ' ' || behind == '\n' || behind == '[' ? 1 : 0;
        }
        CHECK(entries == 1);
    }
}

TEST_CASE("the help names every option, and fits the width where words allow it") {
    const std::string text = activate::full_help("costrand-activate", 80);
    for (const auto &spec : activate::options()) {
        CAPTURE(spec.name);
        CHECK(text.find("--" + std::string(spec.name)) != std::string::npos);
        if (!spec.environment.empty())
            CHECK(text.find(spec.environment) != std::string::npos);
    }
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
        const std::string line = text.substr(begin, end - begin);
        CAPTURE(line);
        CHECK(line.size() <= 100);
        begin = end + 1;
    }
}

TEST_CASE("what may hold a password is not repeated, whatever else is wrong with the URL") {
    for (const char *url : {"ftp://me:secret@host/", "wsss://me:secret@host/", "me:secret@host",
                            "ws://me:secret p\xc3\xa4@host/"}) {
        CAPTURE(url);
        const auto out = read({{"--url", url, "--profile", "p"}, {}, {}});
        REQUIRE(out.failure);
        CHECK(out.failure->code == activate::exit_code::missing_or_incorrect_url);
        CHECK(out.failure->text.find("secret") == std::string::npos);
    }
}

TEST_CASE("the word false is a value like any other, but for a toggle") {
    CHECK(refusal({with({"--uuid", "false"}), {}, {}}) == 37);
    CHECK(refusal({with({"--proxy", "false"}), {}, {}}) == 28);
    CHECK(read({with({"--tls-tunnel=false"}), {}, {}}).settings);
}

TEST_CASE("trace and report are files by option, environment and config file") {
    const auto by_option = read({with({"--trace", "a", "--report", "b"}), {}, {}}).settings;
    REQUIRE(by_option);
    CHECK(by_option->trace == "a");
    CHECK(by_option->report == "b");
    CHECK(by_option->action == activate::what_to_do::activate);
    const auto by_environment =
        read({complete, {{"RPC_TRACE", "c"}, {"RPC_REPORT", "d"}}, {}}).settings;
    REQUIRE(by_environment);
    CHECK(by_environment->trace == "c");
    CHECK(by_environment->report == "d");
    const auto by_file = read({complete, {}, "activate:\n  trace: e\n  report: f\n"}).settings;
    REQUIRE(by_file);
    CHECK(by_file->trace == "e");
    CHECK(by_file->report == "f");
}

TEST_CASE("the page of an old trace needs no server, but a name for the page") {
    const auto page = read({{"--from-trace", "a", "--report", "b"}, {}, {}}).settings;
    REQUIRE(page);
    CHECK(page->action == activate::what_to_do::make_page);
    CHECK(read({{"--from-trace", "a"}, {}, {}}).failure->code ==
          activate::exit_code::incorrect_command_line_parameters);
    CHECK(read({{"--from-trace", "a", "--report", "b", "--demo"}, {}, {}}).failure->code ==
          activate::exit_code::invalid_parameter_combination);
    CHECK(read({{"--from-trace", "a", "--report", "b", "--trace", "c"}, {}, {}}).failure->code ==
          activate::exit_code::invalid_parameter_combination);
}
