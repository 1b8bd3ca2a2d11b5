// SPDX-License-Identifier: Apache-2.0
// What the simulated firmware tells against replies recorded from devices: every class, each
// property, but for those that are the profile's or begin otherwise with a new device.
#include "wsman_bench.hpp"

#include "unit/wsman/recorded.hpp"

#include <array>
#include <map>
#include <set>
#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

using wsman::xml_element;

// The recorded devices were set up. A new one has none of these.
const std::set<std::string, std::less<>> begin_empty{
    "AMT_MPSUsernamePassword",
    "AMT_ManagementPresenceRemoteSAP",
    "AMT_PublicKeyCertificate",
    "AMT_PublicPrivateKeyPair",
    "AMT_RemoteAccessPolicyAppliesToMPS",
    "AMT_RemoteAccessPolicyRule",
    "AMT_TLSCredentialContext",
    "CIM_CredentialContext",
    "CIM_IEEE8021xSettings",
    "CIM_WiFiEndpointSettings",
    "IPS_AlarmClockOccurrence",
};
// The profile's, or off in a new device.
const std::multimap<std::string, std::string, std::less<>> not_compared{
    {"AMT_EnvironmentDetectionSettingData", "DetectionStrings"},
    {"AMT_EthernetPortSettings", "IPAddress"},
    {"AMT_EthernetPortSettings", "MACAddress"},
    {"AMT_GeneralSettings", "DigestRealm"},
    {"AMT_GeneralSettings", "DomainName"},
    {"AMT_GeneralSettings", "HostName"},
    {"AMT_RedirectionService", "EnabledState"},
    {"AMT_RedirectionService", "ListenerEnabled"},
    {"AMT_SetupAndConfigurationService", "ProvisioningState"},
    {"CIM_ComputerSystemPackage", "PlatformGUID"},
    {"CIM_EthernetPort", "NetworkAddresses"},
    {"CIM_KVMRedirectionSAP", "EnabledState"},
    {"CIM_SoftwareIdentity", "VersionString"},
    {"CIM_WiFiPort", "PermanentAddress"},
    {"IPS_HostBasedSetupService", "AllowedControlModes"},
    {"IPS_HostBasedSetupService", "ConfigurationNonce"},
    {"IPS_HostBasedSetupService", "CurrentControlMode"},
    {"IPS_LANEndpoint", "MACAddress"},
    {"IPS_OptInService", "OptInRequired"},
    {"IPS_ProvisioningRecordLog", "CurrentNumberOfRecords"},
};

// Without layout, and without what is not compared.
xml_element bare(xml_element instance) {
    const auto [from, to] = not_compared.equal_range(instance.name);
    for (auto it = from; it != to; ++it)
        remove_property(instance, it->second);
    const auto trim = [](auto &self, xml_element &e) -> void {
        e.text = std::string(e.value());
        for (auto &child : e.children)
            self(self, child);
    };
    trim(trim, instance);
    return instance;
}

struct recorded_bench : wsman_bench {
    recorded_bench() {
        device.wireless.mac = {2, 0, 0, 0, 0, 2}; // the recorded devices have wireless ports
        state = factory_state(device, *random);
    }
};

std::vector<std::filesystem::path> files_named(std::string_view name) {
    auto files = data_files("wsman-responses", ".xml");
    std::erase_if(files, [&](const auto &file) { return file.filename() != name; });
    return files;
}
wsman::soap_reply reply_of(const std::filesystem::path &file) {
    auto text = read_file(file);
    auto reply = wsman::parse_reply(wsman::trim_white_space(text));
    REQUIRE(reply.has_value());
    return *reply;
}
std::string class_of(const wsman::soap_reply &reply) {
    return reply.resource_uri.substr(reply.resource_uri.rfind('/') + 1);
}

} // namespace

TEST_CASE("a Pull of every recorded class gives the recorded instances") {
    recorded_bench b;
    std::size_t compared = 0;
    for (const auto &file : files_named("pull.xml")) {
        CAPTURE(file);
        const auto recorded = reply_of(file);
        const auto name = class_of(recorded);
        const auto theirs = recorded.body->child("Items")->children;
        const auto ours = b.all(name);
        if (begin_empty.contains(name)) {
            CHECK(ours.empty());
            CHECK_FALSE(theirs.empty());
            continue;
        }
        REQUIRE(ours.size() >= theirs.size());
        if (name != "CIM_PhysicalPackage") // recorded with one of them only
            CHECK(ours.size() == theirs.size());
        for (std::size_t i = 0; i < theirs.size(); ++i)
            CHECK(bare(ours[i]) == bare(theirs[i]));
        ++compared;
    }
    CHECK(compared == 69);
}

TEST_CASE("a Get of a recorded class has the elements of the recorded reply") {
    recorded_bench b;
    // Recorded of another device than the Pull, or another value in it: the test data is made of
    // several devices.
    const std::set<std::string, std::less<>> differ{
        "AMT_AuditLog", "AMT_EthernetPortSettings", "AMT_GeneralSettings",
        "AMT_UserInitiatedConnectionService", "CIM_KVMRedirectionSAP"};
    std::size_t compared = 0;
    for (const auto &file : files_named("get.xml")) {
        CAPTURE(file);
        const auto recorded = reply_of(file);
        const auto name = class_of(recorded);
        auto request = get_of(name);
        for (const auto *key : {"InstanceID", "Name", "DeviceID", "Tag"})
            if (const auto value = recorded.body->value(key); !value.empty())
                request.selectors.push_back({key, std::string(value), nullptr});
        const auto reply = b.ask(request);
        if (begin_empty.contains(name)) {
            CHECK(reply.fault->subcode == "DestinationUnreachable");
            continue;
        }
        REQUIRE_FALSE(reply.fault);
        if (differ.contains(name))
            continue;
        CHECK(bare(*reply.body) == bare(*recorded.body));
        ++compared;
    }
    CHECK(compared == 54);
}

TEST_CASE("the 52 classes of the diagnostics command answer a new device's local account") {
    recorded_bench b;
    constexpr auto by_get = std::to_array<const char *>({"AMT_AuditLog",
                                                         "AMT_BootCapabilities",
                                                         "AMT_BootSettingData",
                                                         "AMT_EnvironmentDetectionSettingData",
                                                         "AMT_GeneralSettings",
                                                         "AMT_RedirectionService",
                                                         "AMT_SetupAndConfigurationService",
                                                         "AMT_UserInitiatedConnectionService",
                                                         "CIM_Card",
                                                         "CIM_Chassis",
                                                         "CIM_ComputerSystemPackage",
                                                         "CIM_KVMRedirectionSAP",
                                                         "CIM_PowerManagementService",
                                                         "CIM_Processor",
                                                         "IPS_HostBasedSetupService",
                                                         "IPS_IEEE8021xSettings",
                                                         "IPS_KVMRedirectionSettingData",
                                                         "IPS_OptInService",
                                                         "IPS_ScreenSettingData",
                                                         "IPS_SecIOService"});
    constexpr auto by_pull = std::to_array<const char *>({"AMT_8021XProfile",
                                                          "AMT_AssetTable",
                                                          "AMT_AssetTableService",
                                                          "AMT_CryptographicCapabilities",
                                                          "AMT_EventLogEntry",
                                                          "AMT_EthernetPortSettings",
                                                          "AMT_Hdr8021Filter",
                                                          "AMT_ManagementPresenceRemoteSAP",
                                                          "AMT_MessageLog",
                                                          "AMT_RemoteAccessCapabilities",
                                                          "AMT_RemoteAccessPolicyAppliesToMPS",
                                                          "AMT_RemoteAccessPolicyRule",
                                                          "AMT_SystemPowerScheme",
                                                          "AMT_TimeSynchronizationService",
                                                          "AMT_WiFiPortConfigurationService",
                                                          "CIM_BIOSElement",
                                                          "CIM_BIOSFeature",
                                                          "CIM_EthernetPort",
                                                          "CIM_PowerManagementCapabilities",
                                                          "CIM_RedirectionService",
                                                          "CIM_SoftwareIdentity",
                                                          "CIM_WiFiEndpoint",
                                                          "CIM_WiFiEndpointCapabilities",
                                                          "CIM_WiFiEndpointSettings",
                                                          "CIM_WiFiPort",
                                                          "CIM_WiFiPortCapabilities",
                                                          "IPS_HTTPProxyAccessPoint",
                                                          "IPS_HostBootReason",
                                                          "IPS_HostIPSettings",
                                                          "IPS_IPv6PortSettings",
                                                          "IPS_LANEndpoint",
                                                          "IPS_ProvisioningRecordLog"});
    CHECK(by_get.size() + by_pull.size() == 52); // rpc-cli.md 10.1
    for (const auto *name : by_get) {
        CAPTURE(name);
        const auto reply = b.ask(get_of(name), wsman_user::local_account);
        REQUIRE(reply.body);
        CHECK(reply.body->is(resource(name), name));
    }
    for (const auto *name : by_pull) {
        CAPTURE(name);
        const auto begun = b.ask(enumerate_of(name), wsman_user::local_account);
        REQUIRE(begun.body);
        const auto reply = b.ask(pull_of(name, begun.body->value("EnumerationContext")),
                                 wsman_user::local_account);
        REQUIRE(reply.body);
        CHECK(reply.body->child("EndOfSequence"));
        for (const auto &item : reply.body->child("Items")->children)
            CHECK(item.is(resource(name), name));
    }
}

TEST_CASE("what the profile says is what the classes tell") {
    recorded_bench b;
    b.device.uuid = "03020100-0504-0706-0809-0a0b0c0d0e0f"; // apf.md 2.1: wire 00 01 02 .. 0f
    b.state = factory_state(b.device, *b.random);
    CHECK(b.ask(get_of("CIM_ComputerSystemPackage")).body->value("PlatformGUID") ==
          "000102030405060708090A0B0C0D0E0F");
    CHECK(b.ask(get_of("CIM_WiFiPort")).body->value("PermanentAddress") == "020000000002");
    CHECK(b.ask(get_of("IPS_LANEndpoint")).body->value("MACAddress") == "020000000001");
}

TEST_CASE("the provisioning state is the same by WS-Management, whoever changed it") {
    wsman_bench b;
    const auto state = [&] {
        return std::string(
            b.ask(get_of("AMT_SetupAndConfigurationService")).body->value("ProvisioningState"));
    };
    const auto records = [&] {
        return std::string(
            b.ask(get_of("IPS_ProvisioningRecordLog")).body->value("CurrentNumberOfRecords"));
    };
    CHECK(state() == "0");
    CHECK(records() == "0");
    b.state.provisioning = provisioning_state::in; // an AMT host command
    CHECK(state() == "1");
    b.activate();
    CHECK(state() == "2");
    CHECK(records() == "1");
}

TEST_CASE("a base class lists the instances of its derived classes as they are now") {
    wsman_bench b;
    const auto packages = b.all("CIM_PhysicalPackage");
    REQUIRE(packages.size() == 2);
    CHECK(packages[0].is(resource("CIM_Card"), "CIM_Card")); // as recorded
    CHECK(b.all("CIM_SystemPackaging").at(0) == b.all("CIM_ComputerSystemPackage").at(0));
    CHECK(b.all("CIM_ServiceAvailableToElement") == b.all("CIM_AssociatedPowerManagementService"));
    CHECK(b.all("CIM_CredentialContext").empty());
    auto &contexts = b.state.objects.edit(resource("IPS_8021xCredentialContext"));
    wsman::xml_element context;
    context.ns = contexts.resource_uri;
    context.name = "IPS_8021xCredentialContext";
    contexts.instances.push_back(context);
    CHECK(b.all("CIM_CredentialContext").size() == 1);
    b.state.objects.remove_class("CIM_Card");
    CHECK(b.all("CIM_PhysicalPackage").size() == 1);
}
