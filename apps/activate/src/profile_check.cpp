// SPDX-License-Identifier: Apache-2.0
#include "profile_check.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/local.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/wsman/certificate_text.hpp>
#include <costrand/wsman/provisioning_certificate.hpp>
#include <costrand/wsman/setup.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace costrand::activate {

namespace {

using enum exit_code;

std::string lower(std::string text) {
    for (char &c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string quoted(const std::string &text) {
    return '"' + printable(text, 60) + '"';
}

void check_amt_password(const profile_section &in, std::string_view key,
                        const core::secret &password) {
    if (password.empty())
        return;
    try {
        wsman::check_password(password);
    } catch (const wsman::setup_error &e) {
        in.refuse(missing_or_incorrect_password, key, "will not do: " + e.text());
    }
}

// Read and dropped again: a wrong one is told before the device is touched.
void check_certificate(const profile_section &in, const profile &p) {
    constexpr std::string_view key = "provisioningCert";
    try {
        (void)read_certificate(p.certificate, p.certificate_password, in.where(key));
    } catch (const wsman::setup_error &e) {
        auto why = explain(e);
        throw error(why.code, in.where(key) + ": " + why.text);
    }
}

wsman::control_mode mode_of(const profile_section &amt) {
    const auto text = lower(amt.text("controlMode"));
    if (text.empty())
        return wsman::control_mode::none;
    if (text == "ccmactivate")
        return wsman::control_mode::client;
    if (text == "acmactivate")
        return wsman::control_mode::admin;
    amt.refuse(missing_or_invalid_configuration, "controlMode",
               "is " + quoted(amt.text("controlMode")) +
                   ": write ccmactivate (client control mode) or acmactivate (admin control mode)");
}

void read_amt(const profile_section &amt, profile &out) {
    out.mode = mode_of(amt);
    out.random_admin_password = amt.is_on("generateRandomPassword");
    if (!out.random_admin_password)
        out.admin_password = amt.secret("adminPassword");
    check_amt_password(amt, "adminPassword", out.admin_password);
    if (out.mode != wsman::control_mode::admin)
        return;
    out.random_mebx_password = amt.is_on("generateRandomMEBXPassword");
    if (!out.random_mebx_password)
        out.mebx_password = amt.secret("mebxPassword");
    check_amt_password(amt, "mebxPassword", out.mebx_password);
    out.certificate = amt.secret("provisioningCert");
    out.certificate_password = amt.secret("provisioningCertPwd");
    if (!out.certificate.empty())
        check_certificate(amt, out);
}

void read_redirection(const profile_section &in, profile &out) {
    using wsman::ips::opt_in_required;
    const auto services = in.section("services");
    out.features.kvm = services.is_on("kvm");
    out.features.sol = services.is_on("sol");
    out.features.ider = services.is_on("ider");
    const auto consent = lower(in.text("userConsent"));
    if (consent == "none")
        out.features.consent = opt_in_required::none;
    else if (consent == "kvm")
        out.features.consent = opt_in_required::kvm;
    else if (consent.empty() || consent == "all")
        out.features.consent = opt_in_required::all;
    else
        in.refuse(missing_or_invalid_configuration, "userConsent",
                  "is " + quoted(in.text("userConsent")) + ": write None, KVM or All");
}

void read_tls(const profile_section &in, profile &out) {
    if (!in.is_on("enabled"))
        return;
    const auto authority = lower(in.text("signingAuthority"));
    if (!authority.empty() && authority != "selfsigned")
        in.refuse(incorrect_command_line_parameters, "signingAuthority",
                  "is " + quoted(in.text("signingAuthority")) +
                      ": that takes an enterprise assistant, which this program does not speak "
                      "to; SelfSigned it does");
    const bool mutual = in.is_on("mutualAuthentication"), plain = in.is_on("allowNonTLS");
    using wsman::tls_mode;
    if (mutual)
        out.tls = plain ? tls_mode::mutual_and_plain : tls_mode::mutual;
    else
        out.tls = plain ? tls_mode::server_and_plain : tls_mode::server;
}

void read_mps_account(const profile_section &in, profile &out) {
    constexpr std::size_t longest = 16;
    auto &cira = *out.cira;
    cira.user = in.given("mpsUsername") ? in.text("mpsUsername") : "admin";
    if (cira.user.size() > longest)
        in.refuse(missing_or_invalid_configuration, "mpsUsername", "has more than 16 bytes");
    out.random_mps_password = in.is_on("generateRandomPassword");
    if (out.random_mps_password)
        return;
    cira.password = in.secret("mpsPassword");
    const auto length = cira.password.reveal().size();
    if (length == 0 || length > longest)
        in.refuse(missing_or_incorrect_password, "mpsPassword",
                  length == 0 ? "is missing: AMT logs in to the presence server with it"
                              : "has more than 16 characters, which AMT does not take");
}

void read_home_domains(const profile_section &in, wsman::cira_settings &out) {
    constexpr std::size_t longest = 191, most = 5;
    out.home_domains = in.texts("environmentDetection");
    const bool fit = std::ranges::all_of(out.home_domains, [](const std::string &domain) {
        return !domain.empty() && domain.size() <= longest;
    });
    if (!fit || out.home_domains.size() > most)
        in.refuse(missing_or_invalid_configuration, "environmentDetection",
                  "takes at most 5 domains, of 1 to 191 bytes each");
}

void read_cira(const profile_section &in, profile &out) {
    constexpr std::size_t longest_address = 256;
    constexpr unsigned usual_port = 4433;
    if (!in.given("mpsAddress") && !in.given("mpsCert"))
        return;
    auto &cira = out.cira.emplace();
    cira.address = in.text("mpsAddress");
    if (cira.address.empty() || cira.address.size() > longest_address)
        in.refuse(missing_or_incorrect_url, "mpsAddress",
                  "must be the presence server's address, of at most 256 bytes");
    if (!in.given("mpsCert"))
        in.refuse(missing_or_invalid_configuration, "mpsCert",
                  "is missing: the root certificate above the presence server's");
    try {
        cira.root = wsman::certificate_of_text(in.text("mpsCert"));
    } catch (const system_error &e) {
        in.refuse(missing_or_invalid_configuration, "mpsCert",
                  std::string("cannot be used: ") + e.what());
    }
    // A console that does not know the port writes 0.
    const auto port = in.number("mpsPort", 0, 65535, 0);
    cira.port = static_cast<std::uint16_t>(port == 0 ? usual_port : port);
    read_mps_account(in, out);
    read_home_domains(in, cira);
}

} // namespace

profile profile_of(const profile_section &root) {
    profile out;
    out.name = root.text("name");
    out.tags = root.texts("tags");
    const auto configuration = root.section("configuration");
    if (!configuration.exists())
        root.refuse(missing_or_invalid_configuration, "configuration",
                    "is missing: it holds all that a device is asked for");
    read_amt(configuration.section("amtSpecific"), out);
    read_redirection(configuration.section("redirection"), out);
    read_network(configuration.section("network"), out);
    read_tls(configuration.section("tls"), out);
    read_cira(configuration.section("amtSpecific").section("cira"), out);
    return out;
}

} // namespace costrand::activate
