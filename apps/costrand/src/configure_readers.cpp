// SPDX-License-Identifier: Apache-2.0
#include "configure_readers.hpp"

#include <costrand/core/error.hpp>
#include <costrand/wsman/certificate_text.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace costrand::commands {

using activate::exit_code;

namespace {

// Parted by commas and blanks.
std::vector<std::string> listed(std::string_view names) {
    constexpr std::string_view between = ", ";
    std::vector<std::string> out;
    for (auto at = names.find_first_not_of(between); at != names.npos;) {
        const auto end = std::min(names.find_first_of(between, at), names.size());
        out.emplace_back(names.substr(at, end - at));
        at = names.find_first_not_of(between, end);
    }
    return out;
}

} // namespace

unsigned number(values_in values, std::string_view option, unsigned least, unsigned most) {
    const auto text = values[option].text.reveal();
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < least || value > most)
        refuse_syntax(named(values, option) + ": \"" + activate::printable(text, 60) +
                      "\" is not a number from " + std::to_string(least) + " to " +
                      std::to_string(most));
    return value;
}

void read_tls(values_in values, configure_settings &out) {
    using mode = wsman::tls_mode;
    constexpr unsigned longest_delay = 600;
    const auto wanted = values["mode"].text.reveal();
    out.tls.mode = wanted == "ServerAndNonTLS"   ? mode::server_and_plain
                   : wanted == "Mutual"          ? mode::mutual
                   : wanted == "MutualAndNonTLS" ? mode::mutual_and_plain
                   : wanted == "None"            ? mode::off
                                                 : mode::server;
    out.tls.pause = std::chrono::seconds(number(values, "delay", 0, longest_delay));
}

void read_cira(values_in values, configure_settings &out) {
    constexpr std::size_t longest_address = 256, longest_password = 16, longest_domain = 191,
                          most_domains = 5;
    auto &cira = out.cira;
    cira.address = values.text("mpsaddress");
    if (cira.address.empty() || cira.address.size() > longest_address)
        refuse(exit_code::missing_or_incorrect_url,
               "the presence server is needed: --mpsaddress, of at most 256 bytes");
    if (!values.given("mpscert"))
        refuse_syntax("the root certificate of the presence server is needed: --mpscert");
    try {
        cira.root = wsman::certificate_of_text(values["mpscert"].text.reveal());
    } catch (const system_error &e) {
        refuse(exit_code::invalid_user_input, named(values, "mpscert") + ": " + e.what());
    }
    cira.user = "admin";
    cira.password = values["mpspassword"].text;
    out.make_mps_password = values.is_on("generateRandomPassword");
    if (out.make_mps_password && !cira.password.empty())
        refuse(exit_code::invalid_parameter_combination,
               named(values, "generateRandomPassword") + " and " + named(values, "mpspassword") +
                   " exclude each other");
    const auto length = cira.password.reveal().size();
    if (!out.make_mps_password && (length == 0 || length > longest_password))
        refuse(exit_code::missing_or_incorrect_password,
               "the password at the presence server is needed, of at most 16 characters: set "
               "MPS_PASSWORD, or give --mpspassword or --generateRandomPassword");
    cira.home_domains = listed(values.text("envdetection"));
    const bool fit = std::ranges::all_of(cira.home_domains, [](const std::string &domain) {
        return domain.size() <= longest_domain;
    });
    if (!fit || cira.home_domains.size() > most_domains)
        refuse_syntax(named(values, "envdetection") +
                      ": at most 5 domains of at most 191 bytes each");
}

namespace {

[[noreturn]] void refuse_8021x(std::string text) {
    refuse(exit_code::missing_ieee8021x_configuration, "802.1x: " + std::move(text));
}

std::vector<std::byte> certificate(values_in values, std::string_view option) {
    if (!values.given(option))
        refuse_8021x("--" + std::string(option) + " is needed, a certificate in PEM");
    try {
        return wsman::certificate_of_text(values[option].text.reveal());
    } catch (const system_error &e) {
        refuse(exit_code::invalid_user_input, named(values, option) + ": " + e.what());
    }
}

void read_key(values_in values, wsman::ieee8021x &out) {
    constexpr std::string_view option = "ieee8021xPrivateKey";
    if (!values.given(option))
        refuse_8021x("the key of the certificate is needed, in PEM: set RPC_IEEE8021X_PRIVATE_KEY "
                     "or give --ieee8021xPrivateKey");
    try {
        out.key = wsman::key_of_text(values[option].text);
    } catch (const system_error &e) {
        refuse(exit_code::invalid_user_input, named(values, option) + ": " + e.what());
    }
    if (!wsman::belong_together(out.certificate, out.key))
        refuse(exit_code::invalid_user_input,
               named(values, option) + " is not the key of --ieee8021xClientCert");
}

} // namespace

void read_8021x(values_in values, configure_settings &out) {
    constexpr std::size_t longest_user = 128, longest_password = 32;
    wsman::ieee8021x made;
    made.name = values.text("ieee8021xProfileName");
    if (made.name.empty())
        refuse_8021x("the settings need a name: --ieee8021xProfileName");
    made.user = values.text("ieee8021xUsername");
    if (made.user.empty() || made.user.size() > longest_user)
        refuse_8021x("a user of 1 to 128 bytes is needed: --ieee8021xUsername");
    made.root = certificate(values, "ieee8021xCACert");
    if (values["ieee8021xAuthenticationProtocol"].text.reveal() == "2") {
        made.protocol = wsman::eap::peap_mschapv2;
        made.password = values["ieee8021xPassword"].text;
        const auto length = made.password.reveal().size();
        if (length == 0 || length > longest_password)
            refuse_8021x("a password of 1 to 32 bytes is needed: set RPC_IEEE8021X_PASSWORD or "
                         "give --ieee8021xPassword");
    } else {
        made.certificate = certificate(values, "ieee8021xClientCert");
        read_key(values, made);
    }
    out.ieee8021x = std::move(made);
}

} // namespace costrand::commands
