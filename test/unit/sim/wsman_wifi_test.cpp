// SPDX-License-Identifier: Apache-2.0
// Wireless profiles, proxies and 802.1x: what is kept, told, refused and deleted.
#include "wsman_bench.hpp"

#include "src/encoding.hpp"

#include <costrand/sim/certificates.hpp>

#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

// wsman.md 9.2, AMT_WiFiPortConfigurationService.
enum : std::uint32_t { ok = 0, no_wifi = 1, failed = 2, invalid = 3, bad_reference = 4 };

profile with_wireless_port() {
    auto p = amt16();
    p.wireless.mac = {2, 0, 0, 0, 0, 2};
    return p;
}

struct wifi_profile {
    std::string name = "homewifi", authentication = "6", encryption = "4", ssid = "lab-ssid",
                priority = "1", phrase = "PskPassw0rd!";

    std::string id() const { return "Intel(r) AMT:WiFi Endpoint Settings " + name; }
    // As recorded of a server: rps-acm-wifi.
    std::string markup() const {
        return "<h:WiFiEndpointSettingsInput xmlns:q=\"" + resource("CIM_WiFiEndpointSettings") +
               "\"><q:ElementName>" + name + "</q:ElementName><q:InstanceID>" + id() +
               "</q:InstanceID><q:AuthenticationMethod>" + authentication +
               "</q:AuthenticationMethod><q:EncryptionMethod>" + encryption +
               "</q:EncryptionMethod><q:SSID>" + ssid + "</q:SSID><q:Priority>" + priority +
               "</q:Priority><q:PSKPassPhrase>" + phrase +
               "</q:PSKPassPhrase></h:WiFiEndpointSettingsInput>";
    }
};

struct wifi_bench : wsman_bench {
    wifi_bench() {
        device = with_wireless_port();
        state = factory_state(device, *random);
        activate();
    }
    std::uint32_t add(const wifi_profile &p, std::string_view more = "",
                      std::string_view endpoint = "WiFi Endpoint 0") {
        return ask(invoke("AMT_WiFiPortConfigurationService", "AddWiFiSettings",
                          "<h:WiFiEndpoint>" + reference_to("CIM_WiFiEndpoint", "Name", endpoint) +
                              "</h:WiFiEndpoint>" + p.markup() + std::string(more)))
            .return_value()
            .value();
    }
    std::uint32_t update(std::string_view id, const wifi_profile &p) {
        return ask(invoke("AMT_WiFiPortConfigurationService", "UpdateWiFiSettings",
                          "<h:WiFiEndpointSettings>" +
                              reference_to("CIM_WiFiEndpointSettings", "InstanceID", id) +
                              "</h:WiFiEndpointSettings>" + p.markup()))
            .return_value()
            .value();
    }
    std::string add_certificate() {
        certificate_subject s;
        s.common_name = "radius";
        s.authority = true;
        s.not_after = 4'000'000'000;
        const auto root = make_root(s, keys->next_key());
        return created(ask(invoke("AMT_PublicKeyManagementService", "AddTrustedRootCertificate",
                                  "<h:CertificateBlob>" + base64(root.chain.front()) +
                                      "</h:CertificateBlob>")),
                       "CreatedCertificate");
    }
};

const std::string some_8021x = "<h:IEEE8021xSettingsInput xmlns:q=\"" +
                               resource("CIM_IEEE8021xSettings") +
                               "\"><q:ElementName>Intel(r) AMT: 8021X Settings office"
                               "</q:ElementName><q:InstanceID>Intel(r) AMT: 8021X Settings office"
                               "</q:InstanceID><q:AuthenticationProtocol>2"
                               "</q:AuthenticationProtocol><q:Username>device</q:Username>"
                               "<q:Password>P@ssw0rd8021x</q:Password></h:IEEE8021xSettingsInput>";

wifi_profile office() {
    wifi_profile p;
    p.name = "office";
    p.authentication = "7";
    return p;
}

} // namespace

TEST_CASE("a wireless profile is listed without its pass phrase, and can be deleted") {
    wifi_bench b;
    const wifi_profile p;
    CHECK(b.add(p) == ok);
    const auto all = b.all("CIM_WiFiEndpointSettings");
    REQUIRE(all.size() == 1);
    CHECK(all[0].value("InstanceID") == "Intel(r) AMT:WiFi Endpoint Settings homewifi");
    CHECK(all[0].value("SSID") == "lab-ssid");
    CHECK(all[0].value("AuthenticationMethod") == "6");
    CHECK(all[0].value("BSSType") == "3");
    CHECK_FALSE(all[0].child("PSKPassPhrase"));
    CHECK(b.ask(delete_of("CIM_WiFiEndpointSettings", "InstanceID", p.id())).fault == std::nullopt);
    CHECK(b.all("CIM_WiFiEndpointSettings").empty());
}

TEST_CASE("there is a built-in profile with a wireless port") {
    wifi_bench b;
    b.device = built_in_profile("amt18-wireless");
    b.state = factory_state(b.device, *b.random);
    b.activate();
    CHECK(b.add(wifi_profile()) == ok);
    CHECK(b.ask(invoke("CIM_WiFiPort", "RequestStateChange",
                       "<h:RequestedState>32769</h:RequestedState>"))
              .return_value() == ok);
    CHECK(b.ask(get_of("CIM_WiFiPort")).body->value("EnabledState") == "32769");
    CHECK(b.ask(get_of("CIM_WiFiPort")).body->value("PermanentAddress") == "020000000118");
    CHECK(b.all("AMT_EthernetPortSettings").size() == 2);
}

TEST_CASE("a wireless profile out of its limits is an invalid parameter (3)") {
    wifi_bench b;
    const auto with = [&](std::string wifi_profile::*field, std::string value) {
        wifi_profile p;
        p.*field = std::move(value);
        return b.add(p);
    };
    CHECK(with(&wifi_profile::ssid, std::string(33, 's')) == invalid);
    CHECK(with(&wifi_profile::ssid, "") == invalid);
    CHECK(with(&wifi_profile::phrase, "seven77") == invalid);
    CHECK(with(&wifi_profile::phrase, std::string(64, 'p')) == invalid);
    CHECK(with(&wifi_profile::phrase, "") == invalid);
    CHECK(with(&wifi_profile::priority, "0") == invalid);
    CHECK(with(&wifi_profile::authentication, "9") == invalid);
    CHECK(with(&wifi_profile::encryption, "0") == invalid);
    CHECK(with(&wifi_profile::name, "") == invalid);
    CHECK(with(&wifi_profile::authentication, "7") == invalid); // wants settings for 802.1x
    CHECK(b.add(wifi_profile(), some_8021x) == invalid);        // does not
    CHECK(b.all("CIM_WiFiEndpointSettings").empty());
    CHECK(with(&wifi_profile::ssid, std::string(32, 's')) == ok);
}

TEST_CASE("a second profile needs a name and a priority of its own") {
    wifi_bench b;
    CHECK(b.add(wifi_profile()) == ok);
    CHECK(b.add(wifi_profile()) == failed);
    wifi_profile other;
    other.name = "other";
    CHECK(b.add(other) == failed);
    other.priority = "2";
    CHECK(b.add(other) == ok);
    for (int i = 3; i <= 16; ++i) {
        other.name = other.priority = std::to_string(i);
        CHECK(b.add(other) == ok);
    }
    other.name = other.priority = "17";
    CHECK(b.add(other) == failed);
}

TEST_CASE("wireless settings are for the device's one endpoint, if it has a wireless port") {
    wifi_bench b;
    CHECK(b.add(wifi_profile(), "", "WiFi Endpoint 1") == bad_reference);
    CHECK(fault_tells(b.ask(invoke("AMT_WiFiPortConfigurationService", "AddWiFiSettings", "")),
                      "MissingValues"));
    b.device = amt16();
    b.state = factory_state(b.device, *b.random);
    CHECK(b.add(wifi_profile()) == no_wifi);
    const auto change = b.ask(
        invoke("CIM_WiFiPort", "RequestStateChange", "<h:RequestedState>32769</h:RequestedState>"));
    CHECK(change.fault->subcode == "DestinationUnreachable");
}

TEST_CASE("UpdateWiFiSettings changes the profile that is named") {
    wifi_bench b;
    wifi_profile p;
    REQUIRE(b.add(p) == ok);
    p.ssid = "moved";
    CHECK(b.update(p.id(), p) == ok);
    CHECK(b.all("CIM_WiFiEndpointSettings").at(0).value("SSID") == "moved");
    CHECK(b.update("none", p) == bad_reference);
    p.priority = "0";
    CHECK(b.update(p.id(), p) == invalid);
    wifi_profile other;
    other.name = "other";
    other.priority = "2";
    REQUIRE(b.add(other) == ok);
    other.priority = "1";
    CHECK(b.update("Intel(r) AMT:WiFi Endpoint Settings other", other) == failed);
}

TEST_CASE("a profile with 802.1x brings its settings, and takes them along when it goes") {
    wifi_bench b;
    const auto certificate = b.add_certificate();
    const auto authority = [](std::string_view id) {
        return "<h:CACredential>" + reference_to("AMT_PublicKeyCertificate", "InstanceID", id) +
               "</h:CACredential>";
    };
    CHECK(b.add(office(), some_8021x + authority("none")) == bad_reference);
    CHECK(b.add(office(), some_8021x + authority(certificate)) == ok);
    const auto settings = b.all("CIM_IEEE8021xSettings");
    REQUIRE(settings.size() == 1);
    CHECK(settings[0].value("Username") == "device");
    CHECK_FALSE(settings[0].child("Password"));
    (void)b.ask(delete_of("CIM_WiFiEndpointSettings", "InstanceID", office().id()));
    CHECK(b.all("CIM_IEEE8021xSettings").empty());
}

TEST_CASE("the wireless port and the synchronisation of profiles are as they were set") {
    wifi_bench b;
    CHECK(b.ask(invoke("CIM_WiFiPort", "RequestStateChange",
                       "<h:RequestedState>32769</h:RequestedState>"))
              .return_value() == ok);
    CHECK(b.ask(get_of("CIM_WiFiPort")).body->value("EnabledState") == "32769");
    const auto put = [&](std::string_view synchronised, std::string_view shared) {
        return b.ask(put_of("AMT_WiFiPortConfigurationService",
                            "<h:UEFIWiFiProfileShareEnabled>" + std::string(shared) +
                                "</h:UEFIWiFiProfileShareEnabled>"
                                "<h:localProfileSynchronizationEnabled>" +
                                std::string(synchronised) +
                                "</h:localProfileSynchronizationEnabled>"));
    };
    CHECK(put("3", "false").body);
    CHECK(b.ask(get_of("AMT_WiFiPortConfigurationService"))
              .body->value("localProfileSynchronizationEnabled") == "3");
    CHECK(fault_tells(put("2", "false"), "InvalidValues"));
    CHECK(fault_tells(put("3", "true"), "InvalidValues")); // the BIOS has no part in it
    b.state.objects.change("AMT_BootCapabilities", [](auto &capabilities) {
        set_property(capabilities, "UEFIWiFiCoExistenceAndProfileShare", "true");
    });
    CHECK(put("3", "true").body);
}

TEST_CASE("HTTP proxies are added, told twice, deleted, and have an end") {
    wifi_bench b;
    const auto add = [&](std::string_view address, std::string_view format = "201",
                         std::string_view port = "3128") {
        return b.ask(invoke("IPS_HTTPProxyService", "AddProxyAccessPoint",
                            "<h:AccessInfo>" + std::string(address) +
                                "</h:AccessInfo><h:InfoFormat>" + std::string(format) +
                                "</h:InfoFormat><h:Port>" + std::string(port) +
                                "</h:Port><h:NetworkDnsSuffix>corp.example"
                                "</h:NetworkDnsSuffix>"));
    };
    const auto made = add("proxy.corp.example");
    CHECK(made.return_value() == 0u);
    const auto to = wsman::read_reference(*made.body->child("ProxyAccessPoint"));
    REQUIRE(to.has_value());
    REQUIRE(to->selectors.size() == 4);
    CHECK(to->selectors[1].value == "Intel(r) ME:HTTP Proxy Access Point 0");
    CHECK(add("proxy.corp.example").return_value() == 2058u);
    CHECK(add("").return_value() == 36u);
    CHECK(add(std::string(257, 'a')).return_value() == 36u);
    CHECK(add("a", "2").return_value() == 36u);
    CHECK(add("a", "201", "0").return_value() == 36u);
    for (int i = 1; i < 15; ++i) // as AMT_RemoteAccessCapabilities tells
        CHECK(add("proxy" + std::to_string(i)).return_value() == 0u);
    CHECK(add("one-more").return_value() == 23u);
    CHECK(b.ask(delete_of("IPS_HTTPProxyAccessPoint", "Name",
                          "Intel(r) ME:HTTP Proxy Access Point 0"))
              .fault == std::nullopt);
    CHECK(b.all("IPS_HTTPProxyAccessPoint").size() == 14);
}

TEST_CASE("the wired port's 802.1x is put without telling its password again") {
    wifi_bench b;
    const auto put = [&](std::string_view more) {
        return b.ask(put_of("IPS_IEEE8021xSettings",
                            "<h:ElementName>Intel(r) AMT: 8021X Settings</h:ElementName>"
                            "<h:InstanceID>Intel(r) AMT: 8021X Settings</h:InstanceID>" +
                                std::string(more)));
    };
    const auto done = put("<h:Enabled>2</h:Enabled><h:AuthenticationProtocol>2"
                          "</h:AuthenticationProtocol><h:Username>device</h:Username>"
                          "<h:Password>P@ssw0rd</h:Password><h:PxeTimeout>120</h:PxeTimeout>");
    REQUIRE(done.body);
    CHECK(done.body->value("Enabled") == "2");
    CHECK_FALSE(done.body->child("Password"));
    CHECK_FALSE(b.ask(get_of("IPS_IEEE8021xSettings")).body->child("Password"));
    CHECK(fault_tells(put("<h:Enabled>1</h:Enabled>"), "InvalidValues"));
    CHECK(fault_tells(put("<h:Enabled>4</h:Enabled>"), "InvalidValues"));
    CHECK(fault_tells(put("<h:Username>" + std::string(129, 'u') + "</h:Username>"),
                      "InvalidValues"));
}

TEST_CASE("certificates of 802.1x are in use until it is switched off") {
    wifi_bench b;
    const auto id = b.add_certificate();
    const auto set = [&](std::string_view certificate) {
        return b.ask(
            invoke("IPS_IEEE8021xSettings", "SetCertificates",
                   "<h:ServerCertificateIssuer>" +
                       reference_to("AMT_PublicKeyCertificate", "InstanceID", certificate) +
                       "</h:ServerCertificateIssuer>"));
    };
    CHECK(set("none").return_value() == 1u);
    CHECK(set(id).return_value() == 0u);
    CHECK(b.all("IPS_8021xCredentialContext").size() == 1);
    const auto remove = delete_of("AMT_PublicKeyCertificate", "InstanceID", id);
    CHECK(b.ask(remove).fault->subcode == "AccessDenied");
    CHECK(b.ask(put_of("IPS_IEEE8021xSettings", "<h:Enabled>3</h:Enabled>")).body);
    CHECK(b.all("IPS_8021xCredentialContext").empty());
    CHECK(b.ask(remove).fault == std::nullopt);
}

TEST_CASE("a client certificate of 802.1x without its key in AMT is refused") {
    wifi_bench b;
    const auto id = b.add_certificate();
    const auto done = b.ask(invoke("IPS_IEEE8021xSettings", "SetCertificates",
                                   "<h:ClientCertificate>" +
                                       reference_to("AMT_PublicKeyCertificate", "InstanceID", id) +
                                       "</h:ClientCertificate>"));
    CHECK(done.return_value() == 1u);
    CHECK(b.all("IPS_8021xCredentialContext").empty());
}
