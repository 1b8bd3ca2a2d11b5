// SPDX-License-Identifier: Apache-2.0
// The options of activate and deactivate: what they are made into, and what is refused.
#include <costrand/commands/local.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::commands;
using activate::exit_code;
using activate::local_goal;

namespace {

struct parsed {
    std::optional<local_settings> settings;
    std::optional<activate::failure> failure;
    std::vector<activate::notice> notices;

    exit_code code() const { return failure ? failure->code : exit_code::success; }
    bool says(std::string_view part) const {
        return failure && failure->text.find(part) != std::string::npos;
    }
    bool noted(std::string_view part) const {
        for (const auto &[level, line] : notices)
            if (line.find(part) != std::string::npos)
                return true;
        return false;
    }
};

parsed parse(activate::option_table table, decltype(&make_activate_settings) make,
             std::vector<std::string> arguments) {
    parsed out;
    activate::option_sources from;
    from.arguments = std::move(arguments);
    from.environment = [](const char *) -> const char * { return nullptr; };
    try {
        const auto values = activate::read_options(table, std::move(from), out.notices);
        out.settings = make(values, out.notices);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

using words = std::vector<std::string>;

parsed activation(words arguments) {
    return parse(activate_options(), &make_activate_settings, std::move(arguments));
}
parsed deactivation(words arguments) {
    return parse(deactivate_options(), &make_deactivate_settings, std::move(arguments));
}

} // namespace

TEST_CASE("--local --ccm takes the password, the way and the output") {
    const auto p = activation({"-l", "--ccm", "--password", "P@ssw0rd", "--transport", "lme",
                               "--device", "unix:/x", "--json", "--name", "lab"});
    REQUIRE(p.settings);
    CHECK(p.settings->request.goal == local_goal::client_control);
    CHECK(p.settings->base.password.reveal() == "P@ssw0rd");
    CHECK(p.settings->base.transport == activate::transport_choice::lme);
    CHECK(p.settings->base.device == "unix:/x");
    CHECK(p.settings->base.json);
    CHECK(p.settings->base.friendly_name == "lab");
    CHECK(!p.settings->request.skip_amt_cert_check);
}

TEST_CASE("--local --acm takes the certificate and its password") {
    const auto p =
        activation({"--local", "--acm", "--provisioningCert", "QUJD", "--provisioningCertPwd",
                    "pfx", "--mebxpassword", "M&bx0x12", "--skip-amt-cert-check"});
    REQUIRE(p.settings);
    CHECK(p.settings->request.goal == local_goal::admin_control);
    CHECK(p.settings->request.certificate.reveal() == "QUJD");
    CHECK(p.settings->request.certificate_password.reveal() == "pfx");
    CHECK(p.settings->request.mebx_password.reveal() == "M&bx0x12");
    CHECK(p.settings->request.skip_amt_cert_check);
}

TEST_CASE("an activation without a mode, with two, or without a certificate is refused") {
    CHECK(activation({}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(activation({"--ccm"}).says("--local"));
    CHECK(activation({"--local"}).says("--ccm"));
    CHECK(activation({"--local", "--acm"}).says("PROVISIONING_CERT"));
    const auto two = activation({"--local", "--ccm", "--acm"});
    CHECK(two.code() == exit_code::invalid_parameter_combination);
    CHECK(two.says("--ccm and --acm"));
    CHECK(activation({"--stopConfig", "--ccm"}).code() == exit_code::invalid_parameter_combination);
}

TEST_CASE("--stopConfig stands alone") {
    const auto p = activation({"--stopConfig"});
    REQUIRE(p.settings);
    CHECK(p.settings->request.goal == local_goal::stop_configuration);
}

TEST_CASE("an http URL of a deactivation is the console's, with --local or without") {
    for (const words &given : {words{"--local", "--url", "https://console.example"},
                               words{"--url", "https://console.example"}}) {
        const auto p = deactivation(given);
        REQUIRE(p.settings);
        CHECK(p.settings->request.goal == local_goal::deactivation);
        REQUIRE(p.settings->base.management);
        CHECK(p.settings->base.management->where.host == "console.example");
    }
    CHECK_FALSE(deactivation({"--local"}).settings->base.management);
    CHECK(deactivation({"-u", "https://console.example", "--partial"}).code() ==
          exit_code::invalid_parameter_combination);
    CHECK(deactivation({"--local", "-u", "ftp://console.example"}).code() ==
          exit_code::missing_or_incorrect_url);
}

TEST_CASE("a console's log-in is whole or none; a token needs none") {
    const auto with = [](words more) {
        words all{"-u", "https://console.example"};
        all.insert(all.end(), more.begin(), more.end());
        return deactivation(std::move(all));
    };
    const auto p = with({"--auth-username", "joe", "--auth-password", "pw"});
    REQUIRE(p.settings);
    CHECK(p.settings->base.management->user == "joe");
    CHECK(p.settings->base.management->password.reveal() == "pw");
    CHECK(p.noted("--auth-password on the command line can be seen"));
    CHECK(with({"--auth-token", "abc", "--auth-username", "joe"}).settings);
    CHECK(with({"--auth-username", "joe"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(with({"--auth-password", "pw"}).code() == exit_code::incorrect_command_line_parameters);
    CHECK(with({"--auth-endpoint", "ftp://x"}).code() == exit_code::missing_or_incorrect_url);
}

TEST_CASE("options without a meaning here are taken with a warning") {
    const auto p = activation({"--local", "--ccm", "--dns", "corp.example", "--skipIPRenew"});
    CHECK(p.settings);
    CHECK(p.noted("--dns has no effect here"));
    CHECK(p.noted("--skipIPRenew has no effect here"));
}

TEST_CASE("a deactivation is local, whole or partial") {
    const auto whole = deactivation({"--local"});
    REQUIRE(whole.settings);
    CHECK(whole.settings->request.goal == local_goal::deactivation);
    CHECK(!whole.settings->request.partial);
    const auto partial = deactivation({"-l", "--partial", "--password", "x"});
    REQUIRE(partial.settings);
    CHECK(partial.settings->request.partial);
    CHECK(partial.settings->base.password.reveal() == "x");
    CHECK(deactivation({}).says("--local"));
    CHECK(deactivation({"--partial"}).code() == exit_code::incorrect_command_line_parameters);
}
