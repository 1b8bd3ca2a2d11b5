// SPDX-License-Identifier: Apache-2.0
// What the small provisioning server decides by what it reads: removes what is there, puts what
// differs, and names the part that failed.
#include "rps_device.hpp"

#include "support/run_coro.hpp"

#include <algorithm>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t teardown_points = 10;

using calls = std::vector<sim::rps_call>;

// The calls of one class, with what they were about: "Delete Alert 400".
std::vector<std::string> of_class(const calls &all, std::string_view class_name) {
    std::vector<std::string> out;
    for (const auto &c : all)
        if (c.name.starts_with(std::string(class_name) + ' '))
            out.push_back(c.name.substr(class_name.size() + 1) +
                          (c.subject.empty() ? "" : " " + c.subject));
    return out;
}
using names = std::vector<std::string>;

// One activation of the device with the profile; what the server asked for and how it ended.
struct run_result {
    calls asked;
    rps::frame last;
    std::string put_ports, put_service; // the last of each
};
struct arrangement {
    std::string conversation = "ccm";
    std::function<void(recorded_device &)> device = [](recorded_device &) {};
    std::function<void(sim::rps_profile &)> profile = [](sim::rps_profile &) {};
};

awaitable<void> activate_once(coro_environment env, const arrangement &what, run_result &out) {
    auto options = sim::recorded_rps_options();
    what.profile(options.profiles.at("ccm"));
    rps_rig rig(env.executor, std::move(options));
    recorded_device device(what.conversation);
    what.device(device);
    rig.connect();
    out.last =
        co_await play_run(rig, device, first_message("activate --profile ccm", recorded_facts(0)));
    co_await rig.finish();
    out.asked = rig.server.calls();
    out.put_ports = device.last("AMT_EthernetPortSettings Put");
    out.put_service = device.last("AMT_RedirectionService Put");
}

run_result activate(const arrangement &what) {
    run_result whole;
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            run_result out; // of this run: interrupted ones must not change `whole`
            co_await activate_once(env, what, out);
            if (whole.asked.empty())
                whole = out;
        },
        teardown_points);
    return whole;
}

bool holds(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("only what differs from the profile is put") {
    const auto as_wished = activate(
        {"ccm", [](recorded_device &d) {
             d.alter("AMT_RedirectionService Get", ">32768<", ">32771<");
             d.alter("AMT_RedirectionService Get", ">false</g:Listener", ">true</g:Listener");
             d.alter("CIM_KVMRedirectionSAP Get", "<g:EnabledState>3", "<g:EnabledState>2");
             d.alter("IPS_OptInService Get", "Required>1<", "Required>4294967295<");
         }});
    CHECK(of_class(as_wished.asked, "AMT_RedirectionService") == names{"Get"});
    CHECK(of_class(as_wished.asked, "CIM_KVMRedirectionSAP") == names{"Get"});
    CHECK(of_class(as_wished.asked, "IPS_OptInService") == names{"Get"});

    const auto consent_differs = activate(
        {"ccm",
         [](recorded_device &d) {
             d.alter("CIM_KVMRedirectionSAP Get", "<g:EnabledState>3", "<g:EnabledState>6");
             d.alter("AMT_RedirectionService Get", ">32768<", ">32770<");
             d.alter("AMT_RedirectionService Get", ">false</g:Listener", ">true</g:Listener");
         },
         [](sim::rps_profile &p) {
             p.ider = false;
             p.user_consent = sim::rps_profile::consent::none;
         }});
    CHECK(of_class(consent_differs.asked, "AMT_RedirectionService") == names{"Get"});
    CHECK(of_class(consent_differs.asked, "IPS_OptInService") == names{"Get", "Put"});
}

TEST_CASE("one redirection feature that differs makes all three calls") {
    const auto r = activate({"ccm", [](recorded_device &) {},
                             [](sim::rps_profile &p) {
                                 p.sol = false;
                                 p.kvm = false;
                             }});
    CHECK(of_class(r.asked, "AMT_RedirectionService") ==
          names{"Get", "RequestStateChange 32769", "Put"});
    CHECK(of_class(r.asked, "CIM_KVMRedirectionSAP") == names{"Get", "RequestStateChange 3"});
    CHECK(holds(r.put_service, "<h:ListenerEnabled>true<"));
}

TEST_CASE("a network interface that is off is switched on first") {
    const auto r =
        activate({"ccm", [](recorded_device &d) {
                      d.alter("AMT_GeneralSettings Get", "<g:RmcpPingResponseEnabled>true",
                              "<g:RmcpPingResponseEnabled>false");
                  }});
    CHECK(of_class(r.asked, "AMT_GeneralSettings") ==
          names{"Get", "Get", "Put Intel(r) AMT: General Settings"});
}

TEST_CASE("a static address is kept when the profile has neither DHCP nor synchronisation") {
    const auto r = activate({"ccm",
                             [](recorded_device &d) {
                                 // the port takes what it is given
                                 d.alter("AMT_EthernetPortSettings Put", "<g:DHCPEnabled>true",
                                         "<g:DHCPEnabled>false");
                                 d.alter("AMT_EthernetPortSettings Put", "<g:IpSyncEnabled>true",
                                         "<g:IpSyncEnabled>false");
                             },
                             [](sim::rps_profile &p) {
                                 p.dhcp = false;
                                 p.ip_sync = false;
                             }});
    CHECK(holds(r.put_ports, "<h:IPAddress>192.0.2.10<"));
    CHECK(holds(r.put_ports, "<h:DHCPEnabled>false<"));
    CHECK(holds(r.last.message, R"("WiredNetwork":{"Result":"Success")"));
}

TEST_CASE("a port that does not take what it is given is a failed network part in a success") {
    const auto r = activate({"ccm", [](recorded_device &d) {
                                 d.alter("AMT_EthernetPortSettings Put", "<g:IpSyncEnabled>true",
                                         "<g:IpSyncEnabled>false");
                             }});
    CHECK(r.last.method == "success");
    CHECK(holds(r.last.message, R"("WiredNetwork":{"Result":"Failure","Details":)"
                                R"("Failed to put to ethernet port settings"})"));
    CHECK(holds(r.last.message, R"("Network":"Failed to put to ethernet port settings")"));
}

TEST_CASE("what a former remote access configuration left is removed") {
    const auto r = activate({"ccm-cira-again"});
    CHECK(of_class(r.asked, "AMT_ManagementPresenceRemoteSAP") ==
          names{"Enumerate", "Pull", "Delete Intel(r) AMT:Management Presence Server 0"});
    CHECK(of_class(r.asked, "AMT_PublicKeyCertificate") ==
          names{"Enumerate", "Pull", "Delete Intel(r) AMT Certificate: Handle: 0"});
    CHECK(of_class(r.asked, "AMT_EnvironmentDetectionSettingData") ==
          names{"Get", "Put Intel(r) AMT Environment Detection Settings"});
    CHECK(holds(r.last.message, R"("CIRAConnection":"unconfigured")"));
}

TEST_CASE("wireless profiles of a wireless port are deleted, but for those of priority 0") {
    const auto profile = [](std::string_view priority) {
        return activate({"acm-wifi-again", [priority](recorded_device &d) {
                             d.alter("CIM_WiFiEndpointSettings Pull", "<h:Priority>1<",
                                     "<h:Priority>" + std::string(priority) + "<");
                         }});
    };
    CHECK(of_class(profile("1").asked, "CIM_WiFiEndpointSettings") ==
          names{"Enumerate", "Pull", "Delete Intel(r) AMT:WiFi Endpoint Settings homewifi"});
    CHECK(of_class(profile("0").asked, "CIM_WiFiEndpointSettings") == names{"Enumerate", "Pull"});
}

TEST_CASE("802.1x that is on is switched off") {
    const auto r =
        activate({"ccm", [](recorded_device &d) {
                      d.alter("IPS_IEEE8021xSettings Get", "<g:Enabled>3<", "<g:Enabled>2<");
                  }});
    CHECK(of_class(r.asked, "IPS_IEEE8021xSettings") ==
          names{"Get", "Put Intel(r) AMT: 8021X Settings"});
}

TEST_CASE("TLS that is on is switched off on both interfaces, and committed") {
    const auto r = activate(
        {"ccm", [](recorded_device &d) {
             d.alter("AMT_TLSSettingData Pull", "<h:Enabled>false", "<h:Enabled>true"); // the first
             d.alter("AMT_TLSSettingData Pull", "<h:Enabled>false", "<h:Enabled>true");
         }});
    const names expected{"Enumerate", "Pull", "Put Intel(r) AMT 802.3 TLS Settings",
                         "Put Intel(r) AMT LMS TLS Settings"};
    CHECK(of_class(r.asked, "AMT_TLSSettingData") == expected);
    CHECK(of_class(r.asked, "AMT_SetupAndConfigurationService") == names{"CommitChanges"});
    CHECK(holds(r.last.message, R"("TLSConfiguration":"")")); // the contexts cannot be read here
    CHECK(holds(r.last.message, R"("Status":"Failed to enumerate TLS Credential context")"));
}

TEST_CASE("TLS that is on at the network only ends the unconfiguration after one Put") {
    const auto r =
        activate({"ccm", [](recorded_device &d) {
                      d.alter("AMT_TLSSettingData Pull", "<h:Enabled>false", "<h:Enabled>true");
                  }});
    CHECK(of_class(r.asked, "AMT_SetupAndConfigurationService").empty());
    CHECK(of_class(r.asked, "AMT_PublicKeyCertificate").empty());
    CHECK(!holds(r.last.message, R"("Status")"));
    CHECK(r.last.method == "success");
}

TEST_CASE("a Setup that returns another value than 0 is the end of an activation") {
    const auto r = activate({"ccm", [](recorded_device &d) {
                                 d.return_value("IPS_HostBasedSetupService Setup", 2057);
                             }});
    CHECK(r.last.method == "error");
    CHECK(holds(r.last.message, R"("Status":"Failed to activate in client control mode.")"));
    CHECK(holds(r.last.message, R"("Activation":{"Result":"Failure")"));
    CHECK(r.asked.size() == 3);
}

TEST_CASE("features that are refused do not change the last word") {
    const auto r = activate({"ccm", [](recorded_device &d) {
                                 d.refuse("AMT_RedirectionService RequestStateChange", 400);
                             }});
    CHECK(of_class(r.asked, "CIM_KVMRedirectionSAP") == names{"Get"});
    CHECK(r.last.method == "success");
    CHECK(!holds(r.last.message, "Failure"));
}
