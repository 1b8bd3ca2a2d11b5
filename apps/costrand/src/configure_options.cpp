// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/configure.hpp>

#include "configure_readers.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/local.hpp>
#include <costrand/activate/option_rows.hpp>
#include <costrand/commands/command.hpp>
#include <costrand/wsman/setup.hpp>

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
using enum activate::standing;
using activate::exit_code;

constexpr std::string_view command = "configure";

constexpr std::array own = {
    secret(row(command, "mebxpassword", 0, "MEBX_PASSWORD", text, "PASSWORD", works,
               "mebx: the new password of AMT's own menu")),
    secret(row(command, "newamtpassword", 0, "RPC_NEWAMTPASSWORD", text, "PASSWORD", works,
               "amt-password: the new password of AMT's admin")),
    one_of("kvm|all|none", "all",
           row(command, "userConsent", 0, "RPC_USER_CONSENT", choice, "", works,
               "amt-features: before which sessions the user is asked")),
    row(command, "kvm", 0, "RPC_KVM", toggle, "", works, "amt-features: the screen"),
    row(command, "sol", 0, "RPC_SOL", toggle, "", works, "amt-features: the serial port"),
    row(command, "ider", 0, "RPC_IDER", toggle, "", works, "amt-features: the drive"),
    fallback("true",
             row(command, "oswifisync", 0, "RPC_OSWIFISYNC", toggle, "", works,
                 "wi-fi-sync: take over the system's wireless profiles; on but for =false")),
    fallback("true", row(command, "uefiwifisync", 0, "RPC_UEFIWIFISYNC", toggle, "", works,
                         "wi-fi-sync: share wireless profiles with the UEFI; on but for =false")),
    row(command, "profileName", 0, "RPC_PROFILE_NAME", text, "NAME", works,
        "wireless: the profile to write"),
    row(command, "ssid", 0, "RPC_SSID", text, "SSID", works, "wireless: its network"),
    fallback("1", row(command, "priority", 0, "RPC_PRIORITY", text, "NUMBER", works,
                      "wireless: its place among the profiles, 1 to 255")),
    one_of("4|6|7|32768", "6",
           row(command, "authenticationMethod", 0, "RPC_AUTHENTICATION_METHOD", choice, "", works,
               "wireless: 4 WPA, 6 WPA2, 32768 WPA3, each with a passphrase; 7 WPA2 with "
               "802.1x")),
    one_of("3|4", "4",
           row(command, "encryptionMethod", 0, "RPC_ENCRYPTION_METHOD", choice, "", works,
               "wireless: 3 TKIP, 4 CCMP")),
    secret(row(command, "pskPassphrase", 0, "RPC_PSK_PASSPHRASE", text, "PASSPHRASE", works,
               "wireless: 8 to 63 characters")),
    row(command, "purge", 0, "RPC_PURGE", toggle, "", works,
        "wireless: delete all profiles instead"),
    row(command, "dhcp", 0, "RPC_DHCP", toggle, "", works, "wired: addresses by DHCP"),
    row(command, "ipsync", 0, "RPC_IPSYNC", toggle, "", works,
        "wired: addresses as the operating system has them"),
    row(command, "ipaddress", 0, "RPC_IPADDRESS", text, "IPV4", works, "wired: a fixed address"),
    row(command, "subnetmask", 0, "RPC_SUBNETMASK", text, "IPV4", works, "wired: with it"),
    row(command, "gateway", 0, "RPC_GATEWAY", text, "IPV4", works, "wired: with it"),
    row(command, "primarydns", 0, "RPC_PRIMARYDNS", text, "IPV4", works, "wired: with it"),
    row(command, "secondarydns", 0, "RPC_SECONDARYDNS", text, "IPV4", works,
        "wired: may be with it"),
    row(command, "ieee8021xProfileName", 0, "RPC_IEEE8021X_PROFILE_NAME", text, "NAME", works,
        "wired, wireless: 802.1x, with the settings below; a name for them"),
    one_of("0|2", "0",
           row(command, "ieee8021xAuthenticationProtocol", 0,
               "RPC_IEEE8021X_AUTHENTICATION_PROTOCOL", choice, "", works,
               "802.1x: 0 EAP-TLS, 2 PEAPv0/EAP-MSCHAPv2")),
    row(command, "ieee8021xUsername", 0, "RPC_IEEE8021X_USERNAME", text, "NAME", works,
        "802.1x: the user that AMT is"),
    secret(row(command, "ieee8021xPassword", 0, "RPC_IEEE8021X_PASSWORD", text, "PASSWORD", works,
               "802.1x with 2: the user's password, at most 32 bytes")),
    row(command, "ieee8021xClientCert", 0, "RPC_IEEE8021X_CLIENT_CERT", text, "PEM", works,
        "802.1x with 0: AMT's certificate, PEM or base64 of DER"),
    secret(row(command, "ieee8021xPrivateKey", 0, "RPC_IEEE8021X_PRIVATE_KEY", text, "PEM", works,
               "802.1x with 0: its RSA key, without a passphrase")),
    row(command, "ieee8021xCACert", 0, "RPC_IEEE8021X_CA_CERT", text, "PEM", works,
        "802.1x: the root certificate above the authentication server's"),
    row(command, "list", 0, "RPC_LIST", toggle, "", works, "proxy: tell which there are"),
    row(command, "delete", 0, "RPC_DELETE", toggle, "", works,
        "proxy: delete the one with --address"),
    row(command, "address", 0, "RPC_ADDRESS", text, "HOST", works,
        "proxy: the address or name of an HTTP proxy"),
    fallback("80", row(command, "port", 0, "RPC_PORT", text, "PORT", works, "proxy: its port")),
    one_of("Server|ServerAndNonTLS|Mutual|MutualAndNonTLS|None", "Server",
           row(command, "mode", 0, "RPC_MODE", choice, "", works,
               "tls: what AMT's ports take; Mutual asks clients from the network for a "
               "certificate, NonTLS takes other connections as well")),
    fallback("3", row(command, "delay", 0, "RPC_DELAY", text, "SECONDS", works,
                      "tls: between the settings for the network and those for the host")),
    row(command, "eaAddress", 0, "RPC_EA_ADDRESS", text, "URL", later,
        "tls, wired, wireless: an enterprise assistant that signs AMT's certificate"),
    row(command, "eaUsername", 0, "RPC_EA_USERNAME", text, "NAME", later, "its user"),
    secret(
        row(command, "eaPassword", 0, "RPC_EA_PASSWORD", text, "PASSWORD", later, "and password")),
    row(command, "mpsaddress", 0, "MPS_ADDRESS", text, "HOST", works,
        "cira: the presence server, an address or a name; its port is 4433"),
    row(command, "mpscert", 0, "MPS_CERT", text, "CERTIFICATE", works,
        "cira: the root certificate above the server's, base64 of DER or PEM"),
    secret(row(command, "mpspassword", 0, "MPS_PASSWORD", text, "PASSWORD", works,
               "cira: of the user admin at the server, at most 16 characters")),
    row(command, "generateRandomPassword", 0, "GENERATE_RANDOM_PASSWORD", toggle, "", works,
        "cira: make that password, and tell it in the result"),
    row(command, "envdetection", 0, "ENVIRONMENT_DETECTION", list, "DOMAIN,...", works,
        "cira: DNS suffixes of networks where AMT does not call; at most 5"),
    row(command, "networkdnssuffix", 0, "RPC_NETWORKDNSSUFFIX", text, "SUFFIX", works,
        "proxy: of the network where it is used"),
};

constexpr std::array believed = {
    global("skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK", toggle, "", works,
           "believe whatever certificate AMT shows on its TLS port"),
};

constexpr std::array unused = {
    global("tenantid", 0, "TENANT_ID", text, "ID", no_effect, "there is no server"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", toggle, "", no_effect,
           "there is no server"),
    global("table", 't', "RPC_TABLE", toggle, "", no_effect, "table layout of other commands"),
};

constexpr auto configure_table = joined(own, transport_row({}), device_row({}), password_row,
                                        believed, output_rows, unused, lms_rows, http_server_rows);

void read_new_password(values_in values, std::string_view option, configure_settings &out) {
    out.new_password = values[option].text;
    if (out.new_password.empty())
        refuse(exit_code::missing_or_incorrect_password,
               "the new password is needed: set " +
                   std::string(option == "mebxpassword" ? "MEBX_PASSWORD" : "RPC_NEWAMTPASSWORD") +
                   " or give --" + std::string(option));
    try {
        wsman::check_password(out.new_password);
    } catch (const wsman::setup_error &e) {
        throw activate::error(activate::explain(e));
    }
}

void read_mebx(values_in values, configure_settings &out) {
    read_new_password(values, "mebxpassword", out);
}

void read_amt_password(values_in values, configure_settings &out) {
    read_new_password(values, "newamtpassword", out);
}

void read_features(values_in values, configure_settings &out) {
    const auto consent = values["userConsent"].text.reveal();
    out.features.consent = consent == "none"  ? wsman::ips::opt_in_required::none
                           : consent == "kvm" ? wsman::ips::opt_in_required::kvm
                                              : wsman::ips::opt_in_required::all;
    out.features.kvm = values.is_on("kvm");
    out.features.sol = values.is_on("sol");
    out.features.ider = values.is_on("ider");
}

void read_nothing(values_in, configure_settings &) {}

void read_wifi_sync(values_in values, configure_settings &out) {
    out.wifi_with_system = values.is_on("oswifisync");
    out.wifi_with_uefi = values.is_on("uefiwifisync");
}

void read_wireless(values_in values, configure_settings &out) {
    constexpr std::size_t longest_ssid = 32, shortest_phrase = 8, longest_phrase = 63;
    if (values.is_on("purge")) {
        out.task = configure_task::purge_wireless;
        return;
    }
    auto &profile = out.wireless;
    profile.name = values.text("profileName");
    if (profile.name.empty())
        refuse(exit_code::missing_or_incorrect_wifi_profile_name,
               "the profile needs a name: --profileName");
    profile.ssid = values.text("ssid");
    if (profile.ssid.empty() || profile.ssid.size() > longest_ssid)
        refuse_syntax("the profile needs the network's name, of 1 to 32 bytes: --ssid");
    profile.priority = number(values, "priority", 1, 255);
    const auto method = values["authenticationMethod"].text.reveal();
    using cim = wsman::cim::authentication_method;
    profile.authentication = method == "4"       ? cim::wpa_psk
                             : method == "7"     ? cim::wpa2_ieee8021x
                             : method == "32768" ? cim::wpa3_sae
                                                 : cim::wpa2_psk;
    profile.encryption = values["encryptionMethod"].text.reveal() == "3"
                             ? wsman::cim::encryption_method::tkip
                             : wsman::cim::encryption_method::ccmp;
    if (method == "7") {
        read_8021x(values, out);
        return;
    }
    for (const auto option : ieee8021x_options) // what a file has for others is no contradiction
        if (values[option].from == activate::origin::command_line)
            refuse(exit_code::invalid_parameter_combination,
                   named(values, option) + " is for --authenticationMethod 7");
    profile.passphrase = values["pskPassphrase"].text;
    const auto length = profile.passphrase.reveal().size();
    if (length < shortest_phrase || length > longest_phrase)
        refuse(exit_code::invalid_user_input,
               "the passphrase has 8 to 63 characters: set RPC_PSK_PASSPHRASE or give "
               "--pskPassphrase");
}

std::string ipv4(values_in values, std::string_view option, exit_code code) {
    auto text = values.text(option);
    error_code failed;
    (void)net::ip::make_address_v4(text, failed);
    if (text.empty())
        refuse(code, "--" + std::string(option) + " is needed with --ipaddress");
    if (failed)
        refuse(code, named(values, option) + ": \"" + activate::printable(text, 60) +
                         "\" is no IPv4 address");
    return text;
}

// The first of them; nullptr: none.
const std::string_view *given_on_command_line(values_in values,
                                              std::span<const std::string_view> options) {
    const auto found = std::ranges::find_if(options, [&](std::string_view option) {
        return values[option].from == activate::origin::command_line;
    });
    return found == options.end() ? nullptr : &*found;
}

void read_wired(values_in values, configure_settings &out) {
    constexpr std::array<std::string_view, 5> fixed = {"ipaddress", "subnetmask", "gateway",
                                                       "primarydns", "secondarydns"};
    auto &port = out.wired;
    if (values.given("ieee8021xProfileName"))
        read_8021x(values, out);
    else if (const auto *more = given_on_command_line(values, ieee8021x_options))
        refuse(exit_code::missing_ieee8021x_configuration,
               named(values, *more) + " needs --ieee8021xProfileName");
    port.dhcp = values.is_on("dhcp");
    port.ip_sync = values.is_on("ipsync");
    if (port.dhcp || port.ip_sync) {
        for (const auto name : fixed) // what a file has for others is no contradiction
            if (values[name].from == activate::origin::command_line)
                refuse(exit_code::invalid_parameter_combination,
                       named(values, name) + " and " +
                           named(values, port.dhcp ? "dhcp" : "ipsync") + " exclude each other");
        return;
    }
    if (!values.given("ipaddress"))
        refuse_syntax("configure wired needs --dhcp, --ipsync, or --ipaddress with the others");
    port.address = ipv4(values, "ipaddress", exit_code::missing_or_incorrect_static_ip);
    port.subnet_mask = ipv4(values, "subnetmask", exit_code::missing_or_incorrect_network_mask);
    port.gateway = ipv4(values, "gateway", exit_code::missing_or_incorrect_gateway);
    port.primary_dns = ipv4(values, "primarydns", exit_code::missing_or_incorrect_primary_dns);
    if (values.given("secondarydns"))
        port.secondary_dns =
            ipv4(values, "secondarydns", exit_code::missing_or_incorrect_secondary_dns);
}

void read_proxy(values_in values, configure_settings &out) {
    constexpr std::size_t longest_address = 256, longest_suffix = 192;
    const bool remove = values.is_on("delete");
    if (values.is_on("list")) {
        if (remove)
            refuse(exit_code::invalid_parameter_combination, named(values, "list") + " and " +
                                                                 named(values, "delete") +
                                                                 " exclude each other");
        out.task = configure_task::list_proxies;
        return;
    }
    out.proxy.address = values.text("address");
    if (out.proxy.address.empty() || out.proxy.address.size() > longest_address)
        refuse(exit_code::missing_proxy_address_and_port,
               "which proxy? Give --address, of at most 256 bytes, or --list");
    if (remove) {
        out.task = configure_task::remove_proxy;
        return;
    }
    out.proxy.port = static_cast<std::uint16_t>(number(values, "port", 1, 65535));
    out.proxy.dns_suffix = values.text("networkdnssuffix");
    if (out.proxy.dns_suffix.size() > longest_suffix)
        refuse_syntax(named(values, "networkdnssuffix") + " has more than 192 bytes");
}

struct subcommand {
    std::string_view name, aliases; // parted by blanks
    configure_task task;
    std::string_view options; // parted by blanks; those of the table that it takes
    void (*read)(values_in, configure_settings &);
    std::string_view summary;
};

constexpr std::array subcommands = {
    subcommand{"enable-amt", "enable-op-state enable-operational-state", configure_task::enable_amt,
               "", &read_nothing, "switches AMT on; before activation only, without a password"},
    subcommand{"disable-amt", "disable-op-state disable-operational-state",
               configure_task::disable_amt, "", &read_nothing,
               "switches AMT off; before activation only, without a password"},
    subcommand{"mebx", "setmebx", configure_task::mebx, "mebxpassword", &read_mebx,
               "the password of AMT's own menu; in admin control mode only"},
    subcommand{"amt-password", "amtpassword changeamtpassword", configure_task::amt_password,
               "newamtpassword", &read_amt_password, "the password of AMT's admin"},
    subcommand{"amt-features", "amtfeatures setamtfeatures", configure_task::amt_features,
               "userConsent kvm sol ider", &read_features,
               "what may be used remotely, and before what the user is asked"},
    subcommand{"sync-clock", "syncclock synctime", configure_task::sync_clock, "", &read_nothing,
               "AMT's clock, after this machine's"},
    subcommand{"hostname", "synchostname sethostname", configure_task::host_name, "", &read_nothing,
               "AMT's host name and domain, after this machine's"},
    subcommand{"wi-fi-sync", "wifisync", configure_task::wifi_sync, "oswifisync uefiwifisync",
               &read_wifi_sync, "whose wireless profiles AMT takes over and shares"},
    subcommand{"wireless", "addwifisettings", configure_task::add_wireless,
               "profileName ssid priority authenticationMethod encryptionMethod pskPassphrase "
               "purge ieee8021xProfileName ieee8021xAuthenticationProtocol ieee8021xUsername "
               "ieee8021xPassword ieee8021xClientCert ieee8021xPrivateKey ieee8021xCACert",
               &read_wireless, "writes one wireless profile, or deletes all"},
    subcommand{"wired", "ethernet addethernetsettings", configure_task::wired,
               "dhcp ipsync ipaddress subnetmask gateway primarydns secondarydns "
               "ieee8021xProfileName ieee8021xAuthenticationProtocol ieee8021xUsername "
               "ieee8021xPassword ieee8021xClientCert ieee8021xPrivateKey ieee8021xCACert",
               &read_wired, "how AMT's wired port gets its addresses, and 802.1x"},
    subcommand{"proxy", "httpproxy", configure_task::add_proxy,
               "list delete address port networkdnssuffix", &read_proxy,
               "HTTP proxies on AMT's way to a server: adds, lists, deletes"},
    subcommand{"tls", "configuretls", configure_task::tls, "mode delay", &read_tls,
               "whether AMT's ports speak TLS, with a certificate for a key of its own"},
    subcommand{"cira", "", configure_task::cira,
               "mpsaddress mpscert mpspassword generateRandomPassword envdetection", &read_cira,
               "the presence server that AMT calls from outside (remote access)"},
};

bool holds(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const auto blank = list.find(' ');
        if (list.substr(0, blank) == word)
            return true;
        list.remove_prefix(blank == list.npos ? list.size() : blank + 1);
    }
    return false;
}

const subcommand &find(std::string_view word) {
    for (const auto &one : subcommands)
        if (one.name == word || holds(one.aliases, word))
            return one;
    refuse_syntax('"' + activate::printable(word, 60) +
                  "\" is nothing to configure; configure --help lists what is");
}

// On the command line alone: a file and an environment serve several subcommands.
void refuse_others(values_in values, const subcommand &of) {
    for (const auto &spec : own)
        if (values[spec.name].from == activate::origin::command_line &&
            !holds(of.options, spec.name))
            refuse_syntax(named(values, spec.name) + " is no option of configure " +
                          std::string(of.name));
}

} // namespace

activate::option_table configure_options() noexcept {
    return configure_table;
}

std::string configure_subcommands() {
    constexpr std::size_t column = 16;
    std::string out;
    for (const auto &one : subcommands)
        out += summary_line(one.name, one.summary, column);
    return out;
}

configure_settings make_configure_settings(values_in values,
                                           std::vector<activate::notice> &notices) {
    activate::refuse_later(values);
    activate::note_without_effect(values, notices);
    configure_settings out;
    activate::read_output_settings(values, out.base);
    activate::read_way_settings(values, out.base);
    out.base.password = values["password"].text;
    out.skip_amt_cert_check = values.is_on("skip-amt-cert-check");
    if (values.words.size() < 2)
        return out;
    if (values.words.size() > 2)
        refuse_syntax("unexpected argument \"" + activate::printable(values.words[2], 60) + '"');
    const auto &chosen = find(values.words[1]);
    refuse_others(values, chosen);
    out.name = chosen.name;
    out.task = chosen.task;
    chosen.read(values, out);
    return out;
}

} // namespace costrand::commands
