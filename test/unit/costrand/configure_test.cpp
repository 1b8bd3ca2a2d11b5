// SPDX-License-Identifier: Apache-2.0
// configure: what its options are made into, what is refused, and how results are told.
#include <costrand/commands/configure.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::commands;
using activate::exit_code;

namespace {

using words = std::vector<std::string>;

struct parsed {
    std::optional<configure_settings> settings;
    std::optional<activate::failure> failure;

    exit_code code() const { return failure ? failure->code : exit_code::success; }
};

// A certificate as base64.
const std::string &root_text() {
    static const auto text = [] {
        sim::certificate_subject subject;
        subject.common_name = "MPSRoot-test";
        subject.not_before = 1'700'000'000;
        subject.not_after = 2'000'000'000;
        auto pem = sim::chain_pem(sim::make_root(subject, sim::pooled_keys()->next_key()).chain);
        pem.erase(0, pem.find('\n') + 1);
        pem.resize(pem.find("-----END"));
        std::erase(pem, '\n');
        return pem;
    }();
    return text;
}

std::map<std::string, std::string> environment;

const char *environment_value(const char *name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
}

parsed parse(words arguments) {
    arguments.insert(arguments.begin(), "configure");
    parsed out;
    activate::option_sources from;
    from.arguments = std::move(arguments);
    from.environment = &environment_value;
    std::vector<activate::notice> notices;
    try {
        const auto values = activate::read_options(configure_options(), std::move(from), notices);
        out.settings = make_configure_settings(values, notices);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

} // namespace

TEST_CASE("every subcommand is known by its name and by the reference's other names for it") {
    const std::vector<std::pair<std::string, words>> names = {
        {"enable-amt", {"enable-op-state", "enable-operational-state"}},
        {"disable-amt", {"disable-op-state", "disable-operational-state"}},
        {"mebx", {"setmebx"}},
        {"amt-password", {"amtpassword", "changeamtpassword"}},
        {"amt-features", {"amtfeatures", "setamtfeatures"}},
        {"sync-clock", {"syncclock", "synctime"}},
        {"hostname", {"synchostname", "sethostname"}},
        {"wi-fi-sync", {"wifisync"}},
        {"wireless", {"addwifisettings"}},
        {"wired", {"ethernet", "addethernetsettings"}},
        {"proxy", {"httpproxy"}},
        {"tls", {"configuretls"}},
        {"cira", {}},
    };
    const std::map<std::string, words> needed = {
        {"mebx", {"--mebxpassword", "P@ssw0rd"}},
        {"amt-password", {"--newamtpassword", "P@ssw0rd"}},
        {"wireless", {"--profileName", "a", "--ssid", "b", "--pskPassphrase", "12345678"}},
        {"wired", {"--dhcp"}},
        {"proxy", {"--list"}},
        {"cira",
         {"--mpsaddress", "mps.example.com", "--mpscert", root_text(), "--mpspassword", "p"}},
    };
    for (const auto &[name, aliases] : names) {
        auto all = aliases;
        all.push_back(name);
        for (const auto &word : all) {
            CAPTURE(word);
            words arguments{word};
            if (const auto more = needed.find(name); more != needed.end())
                arguments.insert(arguments.end(), more->second.begin(), more->second.end());
            const auto got = parse(arguments);
            REQUIRE(got.settings);
            CHECK(got.settings->name == name);
        }
    }
    CHECK(parse({"nothing"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(parse({"wired", "--dhcp", "more"}).code() ==
          exit_code::incorrect_command_line_parameters);
    CHECK(parse({}).settings->task == configure_task::help);
}

TEST_CASE("what a subcommand needs and lacks has the published code, and so has what is wrong") {
    CHECK(parse({"mebx"}).code() == exit_code::missing_or_incorrect_password);
    CHECK(parse({"amt-password", "--newamtpassword", "weak"}).code() ==
          exit_code::missing_or_incorrect_password);
    CHECK(parse({"wireless", "--ssid", "b"}).code() ==
          exit_code::missing_or_incorrect_wifi_profile_name);
    CHECK(parse({"wireless", "--profileName", "a"}).code() ==
          exit_code::incorrect_command_line_parameters);
    CHECK(parse({"wireless", "--profileName", "a", "--ssid", "b"}).code() ==
          exit_code::invalid_user_input);
    CHECK(parse({"wireless", "--profileName", "a", "--ssid", "b", "--authenticationMethod", "7"})
              .code() == exit_code::missing_ieee8021x_configuration);
    CHECK(parse({"wireless", "--profileName", "a", "--ssid", "b", "--pskPassphrase", "12345678",
                 "--ieee8021xUsername", "u"})
              .code() == exit_code::invalid_parameter_combination);
    CHECK(parse({"wired", "--dhcp", "--ieee8021xUsername", "u"}).code() ==
          exit_code::missing_ieee8021x_configuration);
    CHECK(parse({"wireless", "--profileName", "a", "--ssid", "b", "--priority", "0"}).code() ==
          exit_code::incorrect_command_line_parameters);
    CHECK(parse({"wired"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(parse({"wired", "--dhcp", "--ipaddress", "192.0.2.7"}).code() ==
          exit_code::invalid_parameter_combination);
    CHECK(parse({"wired", "--ipaddress", "192.0.2"}).code() ==
          exit_code::missing_or_incorrect_static_ip);
    CHECK(parse({"wired", "--ipaddress", "192.0.2.7"}).code() ==
          exit_code::missing_or_incorrect_network_mask);
    CHECK(parse({"proxy"}).code() == exit_code::missing_proxy_address_and_port);
    CHECK(parse({"proxy", "--list", "--delete"}).code() ==
          exit_code::invalid_parameter_combination);
    CHECK(parse({"proxy", "--address", "a", "--port", "65536"}).code() ==
          exit_code::incorrect_command_line_parameters);
    CHECK(parse({"tls", "--mode", "both"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(parse({"tls", "--delay", "601"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(parse({"tls", "--eaAddress", "http://ea.example.com:8000"})
              .failure->text.find("not in this version") != std::string::npos);
}

TEST_CASE(
    "an option of another subcommand is refused on the command line, not in the environment") {
    CHECK(parse({"hostname", "--ssid", "x"}).code() ==
          exit_code::incorrect_command_line_parameters);
    environment = {{"RPC_SSID", "x"}, {"RPC_IPADDRESS", "192.0.2.7"}};
    CHECK(parse({"hostname"}).settings.has_value());
    CHECK(parse({"wired", "--dhcp"}).settings.has_value());
    environment.clear();
}

TEST_CASE("tls: each mode, and the pause between the two settings") {
    using wsman::tls_mode;
    const std::vector<std::pair<std::string, tls_mode>> modes = {
        {"Server", tls_mode::server}, {"ServerAndNonTLS", tls_mode::server_and_plain},
        {"Mutual", tls_mode::mutual}, {"MutualAndNonTLS", tls_mode::mutual_and_plain},
        {"None", tls_mode::off},
    };
    for (const auto &[name, mode] : modes) {
        const auto got = parse({"tls", "--mode", name, "--delay", "0"});
        REQUIRE(got.settings);
        CHECK(got.settings->tls.mode == mode);
        CHECK(got.settings->tls.pause == std::chrono::seconds(0));
    }
    CHECK(parse({"tls", "--mode", "none"}).settings->tls.mode == tls_mode::off);
    CHECK(parse({"tls"}).settings->tls.mode == tls_mode::server);
    CHECK(parse({"tls"}).settings->tls.pause == std::chrono::seconds(3));
}

TEST_CASE("802.1x of wired and wireless: a certificate with its key, or a password") {
    const auto keys = sim::pooled_keys();
    sim::certificate_subject subject;
    subject.common_name = "device.example.com";
    subject.not_before = 1'700'000'000;
    subject.not_after = 2'000'000'000;
    const auto own = sim::make_root(subject, keys->next_key());
    const auto pem = sim::chain_pem(own.chain);
    const std::string key(own.key.reveal()), other(keys->next_key().reveal());
    const words common = {"--ieee8021xProfileName", "office", "--ieee8021xUsername", "device"};
    const auto wired = [&common](words more) {
        words all = {"wired", "--dhcp"};
        all.insert(all.end(), common.begin(), common.end());
        all.insert(all.end(), more.begin(), more.end());
        return parse(std::move(all));
    };
    constexpr auto missing = exit_code::missing_ieee8021x_configuration;
    CHECK(wired({}).code() == missing);
    CHECK(wired({"--ieee8021xCACert", root_text()}).code() == missing);
    CHECK(wired({"--ieee8021xCACert", root_text(), "--ieee8021xClientCert", pem}).code() ==
          missing);
    CHECK(wired({"--ieee8021xCACert", root_text(), "--ieee8021xClientCert", pem,
                 "--ieee8021xPrivateKey", other})
              .code() == exit_code::invalid_user_input);
    CHECK(wired({"--ieee8021xCACert", "no certificate", "--ieee8021xClientCert", pem,
                 "--ieee8021xPrivateKey", key})
              .code() == exit_code::invalid_user_input);
    CHECK(wired({"--ieee8021xCACert", root_text(), "--ieee8021xAuthenticationProtocol", "2"})
              .code() == missing);
    const auto with_key = wired({"--ieee8021xCACert", root_text(), "--ieee8021xClientCert", pem,
                                 "--ieee8021xPrivateKey", key});
    REQUIRE(with_key.settings);
    REQUIRE(with_key.settings->ieee8021x);
    CHECK(with_key.settings->ieee8021x->certificate == own.chain.front());

    environment = {{"RPC_IEEE8021X_PASSWORD", "secret"}};
    words wireless = {
        "wireless", "--profileName",          "lab", "--ssid",
        "net",      "--authenticationMethod", "7",   "--ieee8021xAuthenticationProtocol",
        "2",        "--ieee8021xCACert",      pem};
    wireless.insert(wireless.end(), common.begin(), common.end());
    const auto with_password = parse(std::move(wireless));
    environment.clear();
    REQUIRE(with_password.settings);
    REQUIRE(with_password.settings->ieee8021x);
    CHECK(with_password.settings->ieee8021x->password.reveal() == "secret");
    CHECK(with_password.settings->wireless.authentication ==
          wsman::cim::authentication_method::wpa2_ieee8021x);
    CHECK_FALSE(parse({"wired", "--dhcp"}).settings->ieee8021x);
}

TEST_CASE("cira: what it needs, from the command line and from the environment") {
    const words server = {"cira", "--mpsaddress", "mps.example.com"};
    const auto with = [&server](words more) {
        more.insert(more.begin(), server.begin(), server.end());
        return parse(std::move(more));
    };
    CHECK(parse({"cira"}).code() == exit_code::missing_or_incorrect_url);
    CHECK(with({}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(with({"--mpscert", "AAAA", "--mpspassword", "p"}).code() ==
          exit_code::invalid_user_input);
    CHECK(with({"--mpscert", root_text()}).code() == exit_code::missing_or_incorrect_password);
    CHECK(with({"--mpscert", root_text(), "--mpspassword", "seventeen letters"}).code() ==
          exit_code::missing_or_incorrect_password);
    CHECK(
        with({"--mpscert", root_text(), "--mpspassword", "p", "--generateRandomPassword"}).code() ==
        exit_code::invalid_parameter_combination);
    CHECK(with({"--mpscert", root_text(), "--mpspassword", "p", "--envdetection", "a,b,c,d,e,f"})
              .code() == exit_code::incorrect_command_line_parameters);
    environment = {{"MPS_ADDRESS", "192.0.2.4"},
                   {"MPS_CERT", root_text()},
                   {"MPS_PASSWORD", "from there"},
                   {"ENVIRONMENT_DETECTION", "example.com, example.net"}};
    const auto got = parse({"cira"});
    environment.clear();
    REQUIRE(got.settings);
    CHECK(got.settings->cira.address == "192.0.2.4");
    CHECK(got.settings->cira.port == 4433);
    CHECK(got.settings->cira.password.reveal() == "from there");
    CHECK(got.settings->cira.home_domains == words{"example.com", "example.net"});
    CHECK(got.settings->cira.root.size() > 500);
}

TEST_CASE("a password that was made is in the result, where there is one") {
    configured done;
    done.message = "AMT calls";
    CHECK_FALSE(
        boost::json::parse(configured_json(done, "cira")).as_object().contains("mpsPassword"));
    done.mps_password = core::secret("abcdefgh12345678");
    CHECK(configured_text(done) == "AMT calls\nits password there: abcdefgh12345678\n");
    CHECK(boost::json::parse(configured_json(done, "cira")).as_object().at("mpsPassword") ==
          "abcdefgh12345678");
}

TEST_CASE("results as text and as JSON") {
    configured done;
    done.message = "AMT's clock was right";
    CHECK(configured_text(done) == "AMT's clock was right\n");
    const auto clock = boost::json::parse(configured_json(done, "sync-clock")).as_object();
    CHECK(clock.at("status").as_string() == "success");
    CHECK(clock.at("command").as_string() == "sync-clock");
    CHECK_FALSE(clock.contains("proxies"));

    configured list;
    auto &one = list.proxies.emplace_back();
    one.access_info = "proxy.example.com";
    one.port = 3128;
    one.network_dns_suffix = "example.com";
    CHECK(configured_text(list) == "proxy.example.com:3128  example.com\n");
    const auto proxies = boost::json::parse(configured_json(list, "proxy")).as_object();
    REQUIRE(proxies.at("proxies").as_array().size() == 1);
    CHECK(proxies.at("proxies").as_array()[0].as_object().at("port").as_int64() == 3128);
}
