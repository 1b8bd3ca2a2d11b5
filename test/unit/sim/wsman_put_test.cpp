// SPDX-License-Identifier: Apache-2.0
// Put looks at its values; and the passwords of administrator and MEBx.
#include "wsman_bench.hpp"

#include <costrand/sim/state_text.hpp>

#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

constexpr std::string_view required = "<h:PingResponseEnabled>true</h:PingResponseEnabled>"
                                      "<h:WsmanOnlyMode>false</h:WsmanOnlyMode>";

struct put_bench : wsman_bench {
    put_bench() { activate(); }

    // One property of AMT_GeneralSettings: "" when it was taken, else the fault's detail.
    std::string general(std::string_view name, std::string_view value) {
        const auto element = std::string(name);
        const auto reply =
            ask(put_of("AMT_GeneralSettings", std::string(required) + "<h:" + element + ">" +
                                                  std::string(value) + "</h:" + element + ">"));
        if (reply.fault)
            return reply.fault->detail.substr(reply.fault->detail.rfind('/') + 1);
        CHECK(ask(get_of("AMT_GeneralSettings")).body->value(name) == value);
        return "";
    }
    wsman::soap_reply port(std::string_view properties) {
        return ask(put_of("AMT_EthernetPortSettings", properties));
    }
    std::uint32_t set_mebx(std::string_view password, wsman_user user = wsman_user::administrator) {
        return ask(invoke("AMT_SetupAndConfigurationService", "SetMEBxPassword",
                          "<h:Password>" + std::string(password) + "</h:Password>"),
                   user)
            .return_value()
            .value();
    }
};

const std::string bad = "InvalidValues";

} // namespace

TEST_CASE("the limits of AMT_GeneralSettings hold, at their edges") {
    put_bench b;
    CHECK(b.general("HostName", std::string(63, 'h')).empty());
    CHECK(b.general("HostName", std::string(64, 'h')) == bad);
    CHECK(b.general("DomainName", std::string(191, 'd')).empty());
    CHECK(b.general("DomainName", std::string(192, 'd')) == bad);
    CHECK(b.general("IdleWakeTimeout", "1").empty());
    CHECK(b.general("IdleWakeTimeout", "0") == bad);
    CHECK(b.general("IdleWakeTimeout", "65536") == bad);
    CHECK(b.general("DDNSPeriodicUpdateInterval", "0").empty());
    CHECK(b.general("DDNSPeriodicUpdateInterval", "20").empty());
    CHECK(b.general("DDNSPeriodicUpdateInterval", "19") == bad);
    CHECK(b.general("PresenceNotificationInterval", "15").empty());
    CHECK(b.general("PresenceNotificationInterval", "14") == bad);
    CHECK(b.general("AMTNetworkEnabled", "2") == bad);
    CHECK(b.general("SharedFQDN", "yes") == bad);
    CHECK(b.general("DDNSTTL", "-1") == bad);
}

TEST_CASE("a port takes addresses without DHCP, and only then") {
    put_bench b;
    const std::string addresses = "<h:IPAddress>192.0.2.7</h:IPAddress>"
                                  "<h:SubnetMask>255.255.255.0</h:SubnetMask>";
    const auto dhcp = [](bool on, bool sync) {
        const auto text = [](bool v) { return std::string(v ? "true" : "false"); };
        return "<h:DHCPEnabled>" + text(on) + "</h:DHCPEnabled><h:IpSyncEnabled>" + text(sync) +
               "</h:IpSyncEnabled>";
    };
    CHECK(b.port(dhcp(false, false) + addresses).body->value("IPAddress") == "192.0.2.7");
    CHECK(fault_tells(b.port(dhcp(false, false)), "MissingValues"));
    CHECK(fault_tells(b.port(dhcp(true, true) + addresses), bad));
    CHECK(fault_tells(b.port(dhcp(false, true) + addresses), bad));
    CHECK(fault_tells(b.port(""), "MissingValues"));
    CHECK(b.port(dhcp(true, true)).body);
}

TEST_CASE("a port's other values are in their lists and forms") {
    put_bench b;
    const auto with = [&](std::string_view more) {
        return b.port("<h:DHCPEnabled>true</h:DHCPEnabled>" + std::string(more));
    };
    CHECK(fault_tells(with("<h:LinkPolicy>2</h:LinkPolicy>"), bad));
    CHECK(with("<h:LinkPolicy>1</h:LinkPolicy><h:LinkPolicy>224</h:LinkPolicy>").body);
    CHECK(fault_tells(with("<h:ConsoleTcpMaxRetransmissions>8</h:ConsoleTcpMaxRetransmissions>"),
                      bad));
    CHECK(with("<h:ConsoleTcpMaxRetransmissions>7</h:ConsoleTcpMaxRetransmissions>").body);
    CHECK(fault_tells(with("<h:PrimaryDNS>192.0.2.256</h:PrimaryDNS>"), bad));
    CHECK(fault_tells(with("<h:PrimaryDNS>192.0.2</h:PrimaryDNS>"), bad));
    CHECK(with("<h:PrimaryDNS>192.0.2.53</h:PrimaryDNS>").body);
}

TEST_CASE("user consent is for nothing, KVM or all, and its state is not to be put") {
    put_bench b;
    const auto put = [&](std::string_view value) {
        return b.ask(put_of("IPS_OptInService", "<h:OptInRequired>" + std::string(value) +
                                                    "</h:OptInRequired>"
                                                    "<h:OptInState>4</h:OptInState>"));
    };
    for (const auto *value : {"0", "1", "4294967295"})
        CHECK(put(value).body->value("OptInRequired") == value);
    CHECK(fault_tells(put("2"), bad));
    CHECK(b.ask(get_of("IPS_OptInService")).body->value("OptInState") == "0");
}

TEST_CASE("redirection and environment detection take what their lists have") {
    put_bench b;
    const auto put = [&](std::string_view name, std::string_view properties) {
        return b.ask(put_of(name, properties));
    };
    CHECK(put("AMT_RedirectionService", "<h:EnabledState>32770</h:EnabledState>"
                                        "<h:ListenerEnabled>true</h:ListenerEnabled>")
              .body);
    CHECK(fault_tells(put("AMT_RedirectionService", "<h:EnabledState>2</h:EnabledState>"), bad));
    CHECK(fault_tells(put("AMT_EnvironmentDetectionSettingData",
                          "<h:DetectionAlgorithm>1</h:DetectionAlgorithm>"),
                      bad));
}

TEST_CASE("the MEBx password is set by the administrator in admin control, if it is strong") {
    put_bench b;
    CHECK(b.set_mebx("P@ssw0rdMebx1") == 16u); // client control
    enter_admin_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(b.set_mebx("P@ssw0rdMebx1", wsman_user::local_account) == 16u);
    CHECK(b.set_mebx("P@ssw0rdMebx1") == 0u);
    CHECK(b.set_mebx("j0raCGQ%zrLLPSyF") == 0u); // one that a server made
    for (const auto *weak : {"", "P@ssw0r", "p@ssw0rd", "P@SSW0RD", "P@ssword", "Passw0rd",
                             "Passw0rd_", "P@ssw0rdP@ssw0rdP@ssw0rdP@ssw0rd1"}) {
        CAPTURE(std::string(weak));
        CHECK(b.set_mebx(weak) == 2054u);
    }
    CHECK(b.state.mebx_password.reveal() == "j0raCGQ%zrLLPSyF");
    unprovision(b.state, b.device);
    CHECK(b.state.mebx_password.empty());
}

TEST_CASE("what was put, added and created is still there after a restart") {
    put_bench b;
    enter_admin_control(b.state, core::secret(std::string(32, 'b')));
    REQUIRE(b.set_mebx("P@ssw0rdMebx1") == 0u);
    REQUIRE(b.general("HostName", "kept").empty());
    REQUIRE(b.ask(invoke("AMT_PublicKeyManagementService", "GenerateKeyPair",
                         "<h:KeyAlgorithm>0</h:KeyAlgorithm><h:KeyLength>2048</h:KeyLength>"))
                .return_value() == 0u);
    const auto text = write_state(b.state, b.device, 0);
    wsman_bench after;
    after.state = read_state("f", text.reveal(), after.state, after.device, 0);
    CHECK(after.state.mode == control_mode::admin);
    CHECK(after.state.mebx_password.reveal() == "P@ssw0rdMebx1");
    CHECK(after.state.key_pairs == b.state.key_pairs);
    CHECK(after.ask(get_of("AMT_GeneralSettings")).body->value("HostName") == "kept");
    CHECK(after.all("AMT_PublicPrivateKeyPair") == b.all("AMT_PublicPrivateKeyPair"));
}

TEST_CASE("a Put with an element that the class lacks, or one twice, does not fit the schema") {
    put_bench b;
    const auto refused = [&](std::string_view name, std::string_view more,
                             std::string_view before = {}) {
        const auto reply = b.ask(put_of(name, std::string(before) + std::string(more)));
        return reply.fault && reply.fault->is(wsman::uri::wsman, "SchemaValidationError");
    };
    CHECK(refused("AMT_GeneralSettings", "<h:Hostname>x</h:Hostname>", required));
    CHECK(refused("AMT_GeneralSettings", "<h:HostName>x</h:HostName><h:HostName>y</h:HostName>",
                  required));
    CHECK(refused("AMT_GeneralSettings", "<a:HostName>x</a:HostName>", required)); // a namespace
    CHECK(refused("IPS_OptInService", "<h:OptIn>0</h:OptIn>"));
    CHECK(b.general("DHCPSyncRequiresHostname", "1").empty()); // listed, not recorded here
    CHECK(b.ask(get_of("AMT_GeneralSettings")).body->value("HostName") == "lab-host");
}

TEST_CASE("every class that takes a Put takes what it tells") {
    put_bench b;
    for (const auto *name :
         {"AMT_8021XProfile", "AMT_BootSettingData", "AMT_EnvironmentDetectionSettingData",
          "AMT_GeneralSettings", "AMT_KerberosSettingData", "AMT_RedirectionService",
          "IPS_IEEE8021xSettings", "IPS_KVMRedirectionSettingData", "IPS_OptInService",
          "IPS_ScreenSettingData", "AMT_WiFiPortConfigurationService"}) {
        CAPTURE(std::string(name));
        const auto told = b.ask(get_of(name));
        wsman::xml_writer markup;
        for (const auto &property : told.body->children)
            wsman::write_tree(markup, property, {{"h", resource(name)}});
        const auto put = b.ask(put_of(name, markup.finish().value()));
        REQUIRE_FALSE(put.fault);
        CHECK(b.ask(get_of(name)).body->children.size() >= told.body->children.size());
        for (const auto &property : told.body->children)
            CHECK(b.ask(get_of(name)).body->child(property.name));
    }
}

TEST_CASE("a firmware that lacks a class lacks the methods that fill it") {
    put_bench b;
    for (const auto *name : {"AMT_PublicPrivateKeyPair", "AMT_PublicKeyCertificate",
                             "IPS_HTTPProxyAccessPoint", "AMT_RemoteAccessPolicyAppliesToMPS"})
        b.state.objects.remove_class(name);
    const auto lacks = [&](std::string_view name, std::string_view method) {
        const auto reply = b.ask(invoke(name, method, ""));
        return reply.fault && reply.fault->subcode == "ActionNotSupported";
    };
    CHECK(lacks("AMT_PublicKeyManagementService", "GenerateKeyPair"));
    CHECK(lacks("AMT_PublicKeyManagementService", "AddCertificate"));
    CHECK(lacks("IPS_HTTPProxyService", "AddProxyAccessPoint"));
    CHECK(lacks("AMT_RemoteAccessService", "AddRemoteAccessPolicyRule"));
}
