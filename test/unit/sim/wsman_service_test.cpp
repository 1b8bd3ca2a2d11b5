// SPDX-License-Identifier: Apache-2.0
// What the simulated firmware answers: classes, methods, rights, enumerations, faults.
#include "wsman_bench.hpp"

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::resource;

namespace {

using bench = test::wsman_bench;

const std::string some_ha1 = "6ba0d688420d16e5c6e1c5b0fca5883a";

} // namespace

TEST_CASE("a Get reply has the header and the body of a recorded one") {
    bench b;
    const auto reply = b.ask(test::get_of("AMT_GeneralSettings"));
    CHECK(b.status == 200);
    CHECK(reply.relates_to == "7");
    CHECK(reply.action == "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse");
    CHECK(reply.message_id.starts_with("uuid:00000000-8086-8086-8086-"));
    REQUIRE(reply.body);
    CHECK(reply.body->is(resource("AMT_GeneralSettings"), "AMT_GeneralSettings"));
    CHECK(reply.body->value("DigestRealm") == b.state.digest_realm);
    CHECK(reply.body->value("DigestRealm").starts_with("Digest:"));
    CHECK(reply.body->value("DigestRealm").size() == 7 + 32);
    CHECK(reply.body->value("HostName") == "lab-host");
}

TEST_CASE("Setup activates a new device into client control mode") {
    bench b;
    const auto reply = b.ask(test::setup_with(some_ha1), wsman_user::local_account);
    CHECK(reply.return_value() == 0u);
    CHECK(reply.body->is(resource("IPS_HostBasedSetupService"), "Setup_OUTPUT"));
    CHECK(b.state.mode == control_mode::client);
    CHECK(b.state.provisioning == provisioning_state::post);
    CHECK(b.state.admin_ha1.reveal() == some_ha1);
    CHECK(b.ask(test::get_of("IPS_HostBasedSetupService")).body->value("CurrentControlMode") ==
          "1");
    CHECK(
        b.ask(test::get_of("AMT_SetupAndConfigurationService")).body->value("ProvisioningState") ==
        "2");
}

TEST_CASE("Setup of an activated device is refused as an invalid state (2)") {
    bench b;
    b.activate();
    CHECK(b.ask(test::setup_with(some_ha1)).return_value() == 2u);
}

TEST_CASE("Setup takes only 32 hexadecimal digits and encryption type 2, else 3") {
    bench b;
    CHECK(b.ask(test::setup_with(some_ha1 + "00")).return_value() == 3u);
    CHECK(b.ask(test::setup_with("P@ssw0rd")).return_value() == 3u);
    CHECK(b.ask(test::setup_with(std::string(31, 'a') + "g")).return_value() == 3u);
    auto plain = test::setup_with(some_ha1);
    plain.body.replace(plain.body.find(">2<"), 3, ">0<");
    CHECK(b.ask(plain).return_value() == 3u);
    CHECK(b.state.mode == control_mode::none);
}

TEST_CASE("Setup where client control is switched off is a disabled method (4)") {
    bench b;
    b.device.allows_client_control = false;
    CHECK(b.ask(test::setup_with(some_ha1)).return_value() == 4u);
}

TEST_CASE("a method without a required parameter is an invalid representation") {
    bench b;
    const auto reply = b.ask(test::invoke("IPS_HostBasedSetupService", "Setup", ""));
    CHECK(reply.fault->is(wsman::uri::transfer, "InvalidRepresentation"));
    CHECK(reply.fault->detail.ends_with("MissingValues"));
}

TEST_CASE("Unprovision brings an activated device back to where it began") {
    bench b;
    const auto unprovision = test::invoke("AMT_SetupAndConfigurationService", "Unprovision",
                                          "<h:ProvisioningMode>1</h:ProvisioningMode>");
    CHECK(b.ask(unprovision).return_value() == 16u); // nothing to unprovision
    const auto realm = b.state.digest_realm;
    b.activate();
    (void)b.ask(test::invoke("AMT_RedirectionService", "RequestStateChange",
                             "<h:RequestedState>32771</h:RequestedState>"));
    CHECK(b.ask(unprovision).return_value() == 0u);
    CHECK(b.state.mode == control_mode::none);
    CHECK(b.state.provisioning == provisioning_state::pre);
    CHECK(b.state.admin_ha1.empty());
    CHECK(b.state.digest_realm == realm);
    CHECK(b.ask(test::get_of("AMT_RedirectionService")).body->value("EnabledState") == "32768");
    CHECK(b.ask(test::setup_with(some_ha1)).return_value() == 0u);
}

TEST_CASE("RequestStateChange shows in the next Get, and refuses a state out of its list") {
    bench b;
    const auto change = [](std::string_view name, std::string_view state) {
        return test::invoke(name, "RequestStateChange",
                            "<h:RequestedState>" + std::string(state) + "</h:RequestedState>");
    };
    CHECK(b.ask(change("AMT_RedirectionService", "32771")).return_value() == 0u);
    CHECK(b.ask(test::get_of("AMT_RedirectionService")).body->value("EnabledState") == "32771");
    CHECK(b.ask(change("AMT_RedirectionService", "2")).return_value() == 5u);
    CHECK(b.ask(change("CIM_KVMRedirectionSAP", "2")).return_value() == 0u);
    CHECK(b.ask(test::get_of("CIM_KVMRedirectionSAP")).body->value("EnabledState") == "6");
    CHECK(b.ask(change("CIM_KVMRedirectionSAP", "3")).return_value() == 0u);
    CHECK(b.ask(test::get_of("CIM_KVMRedirectionSAP")).body->value("EnabledState") == "3");
    CHECK(b.ask(change("CIM_KVMRedirectionSAP", "4")).return_value() == 5u);
}

TEST_CASE("Put changes the instance that its selectors name") {
    bench b;
    auto put = test::put_of("AMT_EthernetPortSettings",
                            "<h:InstanceID>Intel(r) AMT Ethernet Port Settings 0</h:InstanceID>"
                            "<h:DHCPEnabled>true</h:DHCPEnabled>"
                            "<h:IpSyncEnabled>false</h:IpSyncEnabled>"
                            "<h:MACAddress>ff-ff-ff-ff-ff-ff</h:MACAddress>" // read-only: ignored
                            "<h:LinkPolicy>1</h:LinkPolicy><h:LinkPolicy>16</h:LinkPolicy>");
    put.selectors.push_back({"InstanceID", "Intel(r) AMT Ethernet Port Settings 0", nullptr});
    const auto reply = b.ask(put);
    CHECK(reply.body->value("IpSyncEnabled") == "false");
    CHECK(reply.body->value("MACAddress") == "02-00-00-00-00-01");
    const auto policies = reply.body->children_named("LinkPolicy");
    REQUIRE(policies.size() == 2);
    CHECK(policies[1]->value() == "16");
    CHECK(b.ask(test::get_of("AMT_EthernetPortSettings")).body->value("IpSyncEnabled") == "false");
    put.selectors[0].value = "Intel(r) AMT Ethernet Port Settings 1";
    CHECK(b.ask(put).fault->subcode == "DestinationUnreachable"); // no wireless port here
}

TEST_CASE("Put of another class's body or another instance's key is an invalid representation") {
    bench b;
    auto put = test::put_of("IPS_OptInService", "<h:OptInRequired>0</h:OptInRequired>");
    put.body = wsman::instance_body(resource("AMT_GeneralSettings"), "");
    CHECK(b.ask(put).fault->detail.ends_with("InvalidNamespace"));
    CHECK(b.ask(test::put_of("IPS_OptInService", "<h:Name>another</h:Name>"))
              .fault->detail.ends_with("InvalidValues"));
}

TEST_CASE("Put without a required property is an invalid representation") {
    bench b;
    const auto put = test::put_of("AMT_GeneralSettings", "<h:HostName>other</h:HostName>");
    CHECK(b.ask(put).fault->detail.ends_with("MissingValues"));
    CHECK(b.ask(test::get_of("AMT_GeneralSettings")).body->value("HostName") == "lab-host");
}

TEST_CASE("Put without detection strings clears them") {
    bench b;
    const auto with = test::put_of("AMT_EnvironmentDetectionSettingData",
                                   "<h:DetectionStrings>a.com</h:DetectionStrings>");
    CHECK(b.ask(with).body->children_named("DetectionStrings").size() == 1);
    const auto without = test::put_of("AMT_EnvironmentDetectionSettingData", "");
    CHECK(b.ask(without).body->children_named("DetectionStrings").empty());
}

TEST_CASE("Delete removes one instance") {
    bench b;
    auto &rules = b.state.objects.edit(resource("AMT_RemoteAccessPolicyRule"));
    wsman::xml_element rule;
    rule.ns = rules.resource_uri;
    rule.name = "AMT_RemoteAccessPolicyRule";
    set_property(rule, "PolicyRuleName", "Periodic");
    rules.instances.push_back(rule);
    const auto request =
        test::delete_of("AMT_RemoteAccessPolicyRule", "PolicyRuleName", "Periodic");
    const auto reply = b.ask(request);
    CHECK(b.status == 200);
    CHECK(reply.action.ends_with("/DeleteResponse"));
    CHECK_FALSE(reply.body);
    CHECK(b.ask(request).fault->subcode == "DestinationUnreachable");
}

TEST_CASE("SetHighAccuracyTimeSynch sets the device's clock to the middle of the two times") {
    bench b;
    b.state.clock_base = 1'000'000;
    const auto low = test::invoke("AMT_TimeSynchronizationService", "GetLowAccuracyTimeSynch", "");
    const auto source = [&] {
        return std::string(
            b.ask(test::get_of("AMT_TimeSynchronizationService")).body->value("TimeSource"));
    };
    CHECK(source() == "0"); // of the BIOS
    CHECK(b.ask(low).body->value("Ta0") == "1000000");
    CHECK(b.ask(test::invoke("AMT_TimeSynchronizationService", "SetHighAccuracyTimeSynch",
                             "<h:Ta0>1000000</h:Ta0><h:Tm1>1795247150</h:Tm1>"
                             "<h:Tm2>1795247160</h:Tm2>"))
              .return_value() == 0u);
    CHECK(b.ask(low).body->value("Ta0") == "1795247155");
    CHECK(source() == "1");
    b.now += 10s;
    CHECK(b.ask(low).body->value("Ta0") == "1795247165");
}

namespace {

auto set_admin(std::string_view user, std::string_view digest) {
    return test::invoke("AMT_AuthorizationService", "SetAdminAclEntryEx",
                        "<h:Username>" + std::string(user) + "</h:Username><h:DigestPassword>" +
                            std::string(digest) + "</h:DigestPassword>");
}

} // namespace

TEST_CASE("SetAdminAclEntryEx takes the base64 of 16 bytes as the new digest of admin") {
    bench b;
    b.activate();
    // The 16 bytes 00 01 .. 0f.
    CHECK(b.ask(set_admin("admin", "AAECAwQFBgcICQoLDA0ODw==")).return_value() == 0u);
    CHECK(b.state.admin_ha1.reveal() == "000102030405060708090a0b0c0d0e0f");
    CHECK(b.ask(set_admin("admin", "AAECAw==")).return_value() == 2054u);
    CHECK(b.ask(set_admin("somebody", "AAECAwQFBgcICQoLDA0ODw==")).return_value() == 12u);
}

TEST_CASE("CommitChanges ends a host-based configuration once admin has a password, not before") {
    bench b;
    b.state.provisioning = sim::provisioning_state::in;
    b.state.host_based.emplace();
    const auto commit = test::invoke("AMT_SetupAndConfigurationService", "CommitChanges", "");
    CHECK(b.ask(commit).return_value() == 2057u);
    CHECK(b.state.mode == sim::control_mode::none);
    CHECK(b.ask(set_admin("admin", "AAECAwQFBgcICQoLDA0ODw==")).return_value() == 0u);
    CHECK(b.state.mode == sim::control_mode::none);
    CHECK(b.ask(commit).return_value() == 0u);
    CHECK(b.state.mode == sim::control_mode::admin);
    CHECK(b.state.provisioning == sim::provisioning_state::post);
    CHECK_FALSE(b.state.host_based);
    CHECK(b.state.admin_ha1.reveal() == "000102030405060708090a0b0c0d0e0f");
}

TEST_CASE("GetUuid gives the identifier in wire order") {
    bench b;
    b.device.uuid = "03020100-0504-0706-0809-0a0b0c0d0e0f"; // apf.md 2.1: wire 00 01 02 .. 0f
    CHECK(b.ask(test::invoke("AMT_SetupAndConfigurationService", "GetUuid", ""))
              .body->value("UUID") == "AAECAwQFBgcICQoLDA0ODw==");
}

TEST_CASE("a changed device leaves the next one as from the factory") {
    bench changed;
    (void)changed.ask(test::invoke("AMT_RedirectionService", "RequestStateChange",
                                   "<h:RequestedState>32771</h:RequestedState>"));
    bench fresh;
    CHECK(fresh.ask(test::get_of("AMT_RedirectionService")).body->value("EnabledState") == "32768");
}

TEST_CASE("a presence server, its rules and their associations come and go together") {
    bench b;
    const auto add_server = test::invoke(
        "AMT_RemoteAccessService", "AddMpServer",
        "<h:AccessInfo>192.0.2.9</h:AccessInfo><h:InfoFormat>3</h:InfoFormat><h:Port>4433</h:Port>"
        "<h:AuthMethod>2</h:AuthMethod><h:Username>admin</h:Username><h:Password>pw</h:Password>");
    const auto made = b.ask(add_server);
    CHECK(made.return_value() == 0u);
    const auto server = wsman::read_reference(*made.body->child("MpServer"));
    REQUIRE(server.has_value());
    CHECK(server->resource_uri == resource("AMT_ManagementPresenceRemoteSAP"));

    const auto accounts = b.all("AMT_MPSUsernamePassword"); // as recorded
    REQUIRE(accounts.size() == 1);
    CHECK(accounts[0].value("InstanceID") == "Intel(r) AMT:MPS Username Password 0");
    CHECK(accounts[0].value("RemoteID") == "admin");
    CHECK(accounts[0].children.size() == 2);

    const auto add_rule = [](std::string_view trigger, std::string_view server_name) {
        return test::invoke("AMT_RemoteAccessService", "AddRemoteAccessPolicyRule",
                            "<h:Trigger>" + std::string(trigger) +
                                "</h:Trigger><h:TunnelLifeTime>0</h:TunnelLifeTime>"
                                "<h:MpServer><a:Address>x</a:Address><a:ReferenceParameters>"
                                "<w:ResourceURI>" +
                                resource("AMT_ManagementPresenceRemoteSAP") +
                                "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"Name\">" +
                                std::string(server_name) +
                                "</w:Selector></w:SelectorSet></a:ReferenceParameters>"
                                "</h:MpServer>");
    };
    const auto *name = "Intel(r) AMT:Management Presence Server 0";
    CHECK(b.ask(add_rule("2", "another")).return_value() == 36u);
    CHECK(b.ask(add_rule("2", name)).return_value() == 0u);
    CHECK(b.ask(add_rule("2", name)).return_value() == 2058u);
    CHECK(b.ask(add_rule("0", name)).return_value() == 0u);
    const auto *associations = b.state.objects.find_name("AMT_RemoteAccessPolicyAppliesToMPS");
    CHECK(associations->instances.size() == 2);
    (void)b.ask(test::delete_of("AMT_RemoteAccessPolicyRule", "PolicyRuleName", "Periodic"));
    associations = b.state.objects.find_name("AMT_RemoteAccessPolicyAppliesToMPS");
    CHECK(associations->instances.size() == 1);
    (void)b.ask(test::delete_of("AMT_ManagementPresenceRemoteSAP", "Name", name));
    associations = b.state.objects.find_name("AMT_RemoteAccessPolicyAppliesToMPS");
    CHECK(associations->instances.empty());
    CHECK(b.all("AMT_MPSUsernamePassword").empty());
}

TEST_CASE("a presence server is told an account, or a certificate that is here") {
    bench b;
    const auto added = [&](std::string_view method, std::string_view account) {
        return b
            .ask(test::invoke("AMT_RemoteAccessService", "AddMpServer",
                              "<h:AccessInfo>mps.example</h:AccessInfo>"
                              "<h:InfoFormat>201</h:InfoFormat><h:Port>4433</h:Port>"
                              "<h:AuthMethod>" +
                                  std::string(method) + "</h:AuthMethod>" + std::string(account)))
            .return_value();
    };
    const auto account = [](const std::string &user, const std::string &password) {
        return "<h:Username>" + user + "</h:Username><h:Password>" + password + "</h:Password>";
    };
    const std::string longest(16, 'x'); // wsman.md 12
    CHECK(added("2", account("", "pw")) == 36u);
    CHECK(added("2", account("user", "")) == 36u);
    CHECK(added("2", account(longest + "x", "pw")) == 36u);
    CHECK(added("2", account("user", longest + "x")) == 36u);
    CHECK(added("3", account("user", "pw")) == 36u);
    CHECK(added("1", account("user", "pw")) == 36u);
    CHECK(added("1", "<h:Certificate>" +
                         test::reference_to("AMT_PublicKeyCertificate", "InstanceID", "none") +
                         "</h:Certificate>") == 36u);
    CHECK(added("2", account(longest, longest)) == 0u);
    CHECK(b.all("AMT_ManagementPresenceRemoteSAP").size() == 1);
}

TEST_CASE("a periodic rule has a schedule of one of the two forms") {
    bench b;
    CHECK(b.ask(test::invoke("AMT_RemoteAccessService", "AddMpServer",
                             "<h:AccessInfo>192.0.2.9</h:AccessInfo><h:InfoFormat>3</h:InfoFormat>"
                             "<h:Port>4433</h:Port><h:AuthMethod>2</h:AuthMethod>"
                             "<h:Username>admin</h:Username><h:Password>pw</h:Password>"))
              .return_value() == 0u);
    const auto add = [&](std::string_view data) {
        const auto reply = b.ask(test::invoke(
            "AMT_RemoteAccessService", "AddRemoteAccessPolicyRule",
            "<h:Trigger>2</h:Trigger><h:TunnelLifeTime>0</h:TunnelLifeTime><h:ExtendedData>" +
                std::string(data) + "</h:ExtendedData><h:MpServer>" +
                test::reference_to("AMT_ManagementPresenceRemoteSAP", "Name",
                                   "Intel(r) AMT:Management Presence Server 0") +
                "</h:MpServer>"));
        (void)b.ask(test::delete_of("AMT_RemoteAccessPolicyRule", "PolicyRuleName", "Periodic"));
        return reply.return_value();
    };
    CHECK(add("AAAAAAAAABk=") == 0u);      // wsman.md 11.4: every 25 s
    CHECK(add("AAAAAQAAAAYAAAAe") == 0u);  // daily at 6:30
    CHECK(add("AAAAAQAAABgAAAAe") == 36u); // at 24:30
    CHECK(add("AAAAAAAAAAA=") == 36u);     // every 0 s
    CHECK(add("AAAAAgAAABk=") == 36u);     // kind 2
    CHECK(add("AAAAAA==") == 36u);         // no number
    CHECK(add("every day") == 36u);
}
