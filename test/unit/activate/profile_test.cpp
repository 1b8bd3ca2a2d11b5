// SPDX-License-Identifier: Apache-2.0
// What a profile's text asks for, and how a wrong one is refused.
#include <costrand/activate/profile.hpp>

#include "support.hpp"

#include <costrand/core/random.hpp>
#include <costrand/wsman/setup.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

using namespace costrand;
using activate::exit_code;
using wsman::control_mode;

namespace {

struct parsed {
    std::optional<activate::profile> profile;
    std::optional<activate::failure> failure;
    std::vector<activate::notice> notices;

    exit_code code() const { return failure ? failure->code : exit_code::success; }
    std::string text() const { return failure ? failure->text : ""; }
    bool says(std::string_view part) const { return text().find(part) != std::string::npos; }
    bool noted(std::string_view part) const {
        return std::ranges::any_of(
            notices, [&](const auto &one) { return one.second.find(part) != std::string::npos; });
    }
};

parsed parse(std::string_view text, std::string_view key = "") {
    parsed out;
    try {
        out.profile = activate::parse_profile(text, "p.yaml", core::secret(key), out.notices);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

// A profile in client control mode with more lines below "configuration:".
parsed with(const std::string &more) {
    return parse("name: lab\nconfiguration:\n  amtSpecific:\n    controlMode: ccmactivate\n"
                 "    adminPassword: P@ssw0rd\n" +
                 more);
}

// The same small profile three times, sealed with the first 16, 24 and 32 bytes of `letters` by
// the AESGCM of Python's cryptography, nonce 01 02 ... 0c.
constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuv";
constexpr std::string_view sealed_16 =
    "AQIDBAUGBwgJCgsMrvFLqhoppYvwpdIZ8/mRa9CrFdPOF+CZ8a7A544oKK4bvl5DOXX1O75QtCV+bwnMJpLqwWi/1eI1"
    "9A5ACa/X1VORn5sAIN/9UsRQGruZ0K4QU/XI0qv+DR0FhxVwYievFhv0WnavMIqIak0acEbHwD3j9p9cNg==";
constexpr std::string_view sealed_24 =
    "AQIDBAUGBwgJCgsMRmkX8IlCy/syfxSsBV5xbc8i1CH7k2ODdk0tD3oBLOGYhcVnlRPak0YyRpPrOEDFqSxjknTqILBd"
    "b3m4xFPPubqzkYR7JelWB0lyND+g5tJUfGvPGiNczFHzpMq9htpDFpkigBYzL6hXSVuzRhL2tXKzZAjeRA==";
constexpr std::string_view sealed_32 =
    "AQIDBAUGBwgJCgsM6agpfRcDQmHi3bSLFamQp0TE70akyoISWQp0rqenOdx5ZfBrwDeAHRpS9AlTZwK/9YXpYcktVyiT"
    "QLo5Y4hkcnmi0z+g4vBgW6+7dtV7nOELqLGYLIYF84lOayUM/hc8UWdUb/7jpO/Kmb8hK6bUBoDsiuzg5Q==";

constexpr std::string_view whole = R"(id: 7
name: office
tags: [floor-2, lab]
configuration:
  network:
    wired:
      dhcpEnabled: false
      ipSyncEnabled: false
      ipAddress: 192.0.2.10
      subnetMask: 255.255.255.0
      defaultGateway: 192.0.2.1
      primaryDNS: 192.0.2.53
      secondaryDNS: ""
      ieee8021x: {username: "", authenticationProtocol: 0, clientCert: "", pxeTimeout: 0}
    wireless:
      wifiSyncEnabled: true
      uefiWiFiSyncEnabled: false
      profiles:
        - profileName: lab
          ssid: lab-net
          password: a good passphrase
          authenticationMethod: WPA2PSK
          encryptionMethod: CCMP
          priority: 5
        - profileName: guests
          ssid: guest-net
          password: 12345678
          authenticationMethod: WPA3 SAE
          encryptionMethod: ccmp
    proxy:
      - address: proxy.example.com
        port: 3128
        networkDnsSuffix: example.com
  tls:
    signingAuthority: SelfSigned
    enabled: true
    allowNonTLS: true
  redirection:
    enabled: true
    services: {kvm: true, sol: yes, ider: off}
    userConsent: KVM
  amtSpecific:
    controlMode: acmactivate
    adminPassword: P@ssw0rd
    mebxPassword: M3bx-P@ssw0rd
)";

} // namespace

TEST_CASE("a profile says all that it can in one text") {
    const auto got = parse(whole);
    REQUIRE_MESSAGE(got.profile, got.text());
    CHECK(got.notices.empty());
    const auto &p = *got.profile;
    CHECK(p.name == "office");
    CHECK(p.tags == std::vector<std::string>{"floor-2", "lab"});
    CHECK(p.mode == control_mode::admin);
    CHECK(p.admin_password == core::secret("P@ssw0rd"));
    CHECK(p.mebx_password == core::secret("M3bx-P@ssw0rd"));
    CHECK(p.features.kvm);
    CHECK(p.features.sol);
    CHECK_FALSE(p.features.ider);
    CHECK(p.features.consent == wsman::ips::opt_in_required::kvm);
    REQUIRE(p.wired);
    CHECK_FALSE(p.wired->dhcp);
    CHECK_FALSE(p.wired->ip_sync);
    CHECK(p.wired->address == "192.0.2.10");
    CHECK(p.wired->secondary_dns.empty());
    CHECK_FALSE(p.wired_8021x);
    CHECK(p.wifi_with_system);
    CHECK_FALSE(p.wifi_with_uefi);
    REQUIRE(p.wireless.size() == 2);
    CHECK(p.wireless[0].profile.priority == 5);
    CHECK(p.wireless[1].profile.priority == 2); // its place
    CHECK(p.wireless[1].profile.passphrase == core::secret("12345678"));
    CHECK(p.wireless[1].profile.authentication == wsman::cim::authentication_method::wpa3_sae);
    CHECK(p.tls == wsman::tls_mode::server_and_plain);
    CHECK_FALSE(p.cira);
    REQUIRE(p.proxies.size() == 1);
    CHECK(p.proxies[0].port == 3128);
}

TEST_CASE("JSON is taken as YAML is, with the names that its writers use") {
    const auto got = parse(R"({"ID": 0, "Name": "j", "Tags": null, "Configuration": {
        "Network": {"Wired": {"DHCPEnabled": true, "IEEE8021x": null},
                    "Proxies": [{"Address": "p.example", "Port": 0}]},
        "AMTSpecific": {"ControlMode": "ccmactivate", "AdminPassword": "P@ssw0rd\ud83d\ude00"}}})");
    // Above all, the characters behind \u are read: AMT takes no such password.
    CHECK(got.code() == exit_code::missing_or_incorrect_password);
    CHECK(got.says("amtSpecific.adminPassword"));
    CHECK(got.says("printable ASCII"));
    const auto plain = parse("{\"name\": \"j\",\n\t\"configuration\": {\"amtSpecific\": "
                             "{\"controlMode\": \"ccmactivate\", \"adminPassword\": "
                             "\"P@ss\\u0077ord1\"},\n\t\"network\": {\"proxies\": [{\"address\": "
                             "\"p.example\"}]}}}");
    REQUIRE_MESSAGE(plain.profile, plain.text());
    CHECK(plain.profile->admin_password == core::secret("P@ssword1"));
    REQUIRE(plain.profile->proxies.size() == 1);
    CHECK(plain.profile->proxies[0].port == 80);
    CHECK(plain.notices.empty());
}

TEST_CASE("an encrypted profile is opened with its key, of each size that AES has") {
    for (const auto &[text, size] : {std::pair{sealed_16, 16}, {sealed_24, 24}, {sealed_32, 32}}) {
        const auto key = letters.substr(0, static_cast<std::size_t>(size));
        const auto got = parse(text, key);
        REQUIRE_MESSAGE(got.profile, got.text());
        CHECK(got.profile->name == "sealed");
        CHECK(got.profile->admin_password == core::secret("P@ssw0rd"));
    }
    auto broken = std::string(sealed_16);
    broken.insert(76, "\r\n");
    CHECK(parse(broken + "\n", letters.substr(0, 16)).profile);
}

TEST_CASE("a console's envelope is opened with its own key, or with one that was given") {
    const auto envelope = [](std::string_view key) {
        return R"({"filename": "a.yaml", "content": ")" + std::string(sealed_16) +
               R"(", "key": ")" + std::string(key) + "\"}";
    };
    const auto right = letters.substr(0, 16);
    CHECK(parse(envelope(right)).profile);
    CHECK(parse(envelope("another key, 16b"), right).profile);
    CHECK(parse(envelope(right), "another key, 16b").code() ==
          exit_code::failed_reading_configuration);
    CHECK(parse(envelope("")).says("its key is needed"));
}

TEST_CASE("each way in which decrypting fails has words of its own") {
    const auto missing = parse(sealed_16);
    CHECK(missing.code() == exit_code::incorrect_command_line_parameters);
    CHECK(missing.says("p.yaml: the profile is encrypted"));
    const auto length = parse(sealed_16, "too short");
    CHECK(length.code() == exit_code::incorrect_command_line_parameters);
    CHECK(length.says("has 9 bytes, and one has 16, 24 or 32"));
    const auto wrong = parse(sealed_16, "0123456789abcdeX");
    CHECK(wrong.code() == exit_code::failed_reading_configuration);
    CHECK(wrong.says("cannot be decrypted"));
    CHECK_FALSE(wrong.says("abcdeX"));
    auto changed = std::string(sealed_16);
    changed[40] = changed[40] == 'A' ? 'B' : 'A';
    CHECK(parse(changed, letters.substr(0, 16)).says("the file was changed"));
    CHECK(parse("no base64!", letters.substr(0, 16)).says("nor the base64 text"));
    CHECK(parse("QUJD", letters.substr(0, 16)).says("cut off"));
}

TEST_CASE("the key of a profile that is not encrypted is not used, and that is said") {
    const auto got = parse(whole, "0123456789abcdef");
    CHECK(got.profile);
    CHECK(got.noted("p.yaml is not encrypted"));
}

TEST_CASE("keys that nobody knows are named in one warning, with their lines") {
    const auto got = with("  netwrk:\n    wired: {}\n  tls:\n    enable: true\nnotes: x\n");
    REQUIRE(got.profile);
    REQUIRE(got.notices.size() == 1);
    CHECK(got.notices[0].first == core::log_level::warn);
    CHECK(got.noted("configuration.netwrk (line 6), configuration.tls.enable (line 9), "
                    "notes (line 10)"));
}

TEST_CASE("what this program does not do is told when a profile asks for it") {
    const auto asks = with("  generalSettings: {sharedFQDN: true, networkInterfaceEnabled: 1}\n");
    CHECK(asks.noted("configuration.generalSettings.sharedFQDN (line 6), "
                     "configuration.generalSettings.networkInterfaceEnabled (line 6)"));
    const auto silent = with("  generalSettings: {sharedFQDN: false, networkInterfaceEnabled: 0}\n"
                             "  bmcSpecific: {adminPassword: ''}\n");
    CHECK(silent.notices.empty());
}

TEST_CASE("a value of a wrong type is refused with file, line, key and what was expected") {
    const auto toggle = with("  tls:\n    enabled: maybe\n");
    CHECK(toggle.code() == exit_code::missing_or_invalid_configuration);
    CHECK(toggle.text() == "p.yaml, line 7: configuration.tls.enabled is not true or false");
    CHECK(with("  tls:\n    enabled: \"true\"\n").says("is not true or false"));
    CHECK(with("  network: {proxy: [{address: a, port: '80'}]}\n")
              .says("configuration.network.proxy[0].port is not a whole number"));
    CHECK(with("  network: {proxy: {address: a}}\n").says("network.proxy is not a list"));
    CHECK(with("  network: [1]\n").says("configuration.network is not a map"));
    CHECK(with("  redirection: {userConsent: [a]}\n").says("is not a text"));
    CHECK(parse("name: [a]\nconfiguration: {}\n").says("p.yaml, line 1: name is not a text"));
}

TEST_CASE("what is no profile at all is told so") {
    CHECK(parse("").code() == exit_code::failed_reading_configuration);
    CHECK(parse("a: [1, 2").says("p.yaml, line 1: this is neither YAML nor JSON"));
    CHECK(parse("- a: 1\n").says("this is no profile"));
    CHECK(parse("name: lab\n").says("configuration is missing"));
    CHECK(parse("a: 1\na: 2\n").says("p.yaml, line 2: \"a\" stands there twice"));
    CHECK(parse("a: " + std::string(100'000, '[')).code() ==
          exit_code::failed_reading_configuration);
    CHECK(parse("a: " + std::string(40, '[') + std::string(40, ']')).says("16 levels"));
    CHECK(parse("a: " + std::string(1024 * 1024, 'x')).says("1 MiB"));
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto n = std::to_string(i), before = "*a" + std::to_string(i - 1);
        bomb += "a" + n + ": &a" + n + " [" + before;
        for (int j = 0; j < 9; ++j)
            bomb += ", " + before;
        bomb += "]\n";
    }
    CHECK(parse(bomb).says("20000 parts"));
}

TEST_CASE("a wrong value is refused by its key, with the code that the table has for it") {
    struct row {
        std::string more;
        exit_code code;
        std::string_view says;
    };
    const std::string wifi = "  network: {wireless: {profiles: [{ssid: net, password: passphrase, ";
    const std::string wired = "  network: {wired: {ipAddress: 192.0.2.1, ";
    const row rows[] = {
        {"  tls: {enabled: true, signingAuthority: MicrosoftCA}\n",
         exit_code::incorrect_command_line_parameters, "configuration.tls.signingAuthority"},
        {"  redirection: {userConsent: sometimes}\n", exit_code::missing_or_invalid_configuration,
         "write None, KVM or All"},
        {wifi + "authenticationMethod: WPA2PSK, encryptionMethod: CCMP}]}}\n",
         exit_code::missing_or_incorrect_wifi_profile_name, "profiles[0].profileName is missing"},
        {wifi + "profileName: a, authenticationMethod: WEP, encryptionMethod: CCMP}]}}\n",
         exit_code::missing_or_invalid_configuration, "authenticationMethod is \"WEP\""},
        {wifi + "profileName: a, authenticationMethod: WPA2PSK}]}}\n",
         exit_code::missing_or_invalid_configuration, "encryptionMethod is \"\""},
        {wifi + "profileName: a, authenticationMethod: WPA2IEEE8021x, encryptionMethod: CCMP}]}}\n",
         exit_code::missing_ieee8021x_configuration, "profiles[0].ieee8021x is missing"},
        {wifi + "profileName: a, priority: 256, authenticationMethod: WPA2PSK, encryptionMethod: "
                "CCMP}]}}\n",
         exit_code::missing_or_invalid_configuration, "priority is not a number from 1 to 255"},
        {"  network: {wired: {ieee8021x: {authenticationProtocol: 2, pxeTimeout: 120}}}\n",
         exit_code::missing_ieee8021x_configuration, "wired.ieee8021x.username"},
        {"  network: {wired: {ipAddress: nonsense}}\n", exit_code::missing_or_incorrect_static_ip,
         "wired.ipAddress is \"nonsense\""},
        {wired + "subnetMask: 1}}\n", exit_code::missing_or_incorrect_network_mask, "subnetMask"},
        {wired + "subnetMask: 255.0.0.0}}\n", exit_code::missing_or_incorrect_gateway,
         "defaultGateway is missing"},
        {wired + "dhcpEnabled: true}}\n", exit_code::invalid_parameter_combination,
         "and dhcpEnabled exclude each other"},
        {"  network: {proxy: [{port: 80}]}\n", exit_code::missing_proxy_address_and_port,
         "proxy[0].address"},
    };
    for (const auto &one : rows) {
        CAPTURE(one.more);
        const auto got = with(one.more);
        CHECK(got.code() == one.code);
        CHECK_MESSAGE(got.says(one.says), got.text());
        CHECK(got.says("p.yaml, line 6: "));
    }
}

TEST_CASE("control mode, passwords, certificate and presence server are looked at, too") {
    const auto amt = [](const std::string &keys) {
        return parse("configuration: {amtSpecific: {" + keys + "}}\n");
    };
    CHECK(amt("controlMode: acm").code() == exit_code::missing_or_invalid_configuration);
    CHECK(amt("controlMode: acm").says("write ccmactivate"));
    const auto weak = amt("controlMode: ccmactivate, adminPassword: secret-word");
    CHECK(weak.code() == exit_code::missing_or_incorrect_password);
    CHECK_FALSE(weak.says("secret-word"));
    CHECK(amt("controlMode: acmactivate, provisioningCert: '%%%'").code() ==
          exit_code::certificate_not_base64);
    CHECK(amt("controlMode: acmactivate, provisioningCert: QUJD").code() ==
          exit_code::provisioning_certificate_invalid);
    CHECK(amt("cira: {mpsAddress: mps.example}").says("cira.mpsCert is missing"));
    CHECK(amt("cira: {mpsCert: QUJD}").code() == exit_code::missing_or_incorrect_url);
    CHECK(amt("cira: {mpsAddress: a, mpsCert: QUJD}").says("cira.mpsCert cannot be used"));
    // What only admin control mode uses is not looked at for another.
    CHECK(amt("controlMode: ccmactivate, provisioningCert: '%%%'").profile);
}

TEST_CASE("passwords that are left to chance are made once, and are such as AMT takes") {
    auto got = parse("configuration: {amtSpecific: {controlMode: acmactivate, adminPassword: '', "
                     "generateRandomPassword: true, generateRandomMEBXPassword: true}}\n");
    REQUIRE(got.profile);
    auto &p = *got.profile;
    const auto random = core::seeded_random(3);
    activate::make_random_passwords(p, *random);
    CHECK_NOTHROW(wsman::check_password(p.admin_password));
    CHECK_NOTHROW(wsman::check_password(p.mebx_password));
    CHECK_FALSE(p.admin_password == p.mebx_password);
}

TEST_CASE("a name with a folder or one of five endings is a file") {
    for (const char *file : {"./p", "a/b", "c:\\p", "p.yaml", "p.yml", "p.json", "p.enc", "p.bin"})
        CHECK(activate::is_profile_file(file));
    for (const char *name : {"p", "profile-1", "yaml", "p.yaml2", ""})
        CHECK_FALSE(activate::is_profile_file(name));
}

TEST_CASE("a file that is not there ends with 21, one that is none with 21, a large one with 34") {
    const test::temporary_folder folder;
    const auto code = [](const std::string &path) {
        std::vector<activate::notice> notices;
        try {
            (void)activate::read_profile(path, core::secret(), notices);
        } catch (const activate::error &e) {
            CHECK(e.why().text.starts_with(path));
            return e.why().code;
        }
        return exit_code::success;
    };
    CHECK(code((folder.path() / "none.yaml").string()) == exit_code::missing_or_incorrect_profile);
    CHECK(code(folder.path().string()) == exit_code::missing_or_incorrect_profile);
    CHECK(code(folder.write("large.yaml", std::string(1024 * 1024 + 1, ' '))) ==
          exit_code::failed_reading_configuration);
    CHECK(code(folder.write("p.yaml", std::string(whole))) == exit_code::success);
}
