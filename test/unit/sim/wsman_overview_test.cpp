// SPDX-License-Identifier: Apache-2.0
// The class overview of wsman.md 8, row by row: every class answers, and has the operations and
// methods that its row names.
#include "wsman_bench.hpp"

#include "src/words.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

struct overview_row {
    std::string_view name;
    std::string_view operations = {}; // beside Get, Enumerate and Pull
    std::string_view methods = {};
};

constexpr auto overview = std::to_array<overview_row>({
    {"AMT_8021XProfile", "Put"},
    {"AMT_8021xCredentialContext"},
    {"AMT_AlarmClockService", "", "AddAlarm"},
    {"AMT_AssetTable"},
    {"AMT_AssetTableService", "", "GetAssetTableData GetAssetTableSize"},
    {"AMT_AuditLog", "", "ReadRecords"},
    {"AMT_AuthorizationService", "",
     "EnumerateUserAclEntries GetAclEnabledState GetAdminAclEntry GetAdminAclEntryStatus "
     "GetAdminNetAclEntryStatus GetUserAclEntryEx RemoveUserAclEntry SetAclEnabledState "
     "SetAdminAclEntryEx"},
    {"AMT_BootCapabilities"},
    {"AMT_BootSettingData", "Put"},
    {"AMT_CryptographicCapabilities"},
    {"AMT_EnvironmentDetectionSettingData", "Put"},
    {"AMT_EthernetPortSettings", "Put", "SetLinkPreference"},
    {"AMT_EventLogEntry"},
    {"AMT_GeneralSettings"},
    {"AMT_Hdr8021Filter"},
    {"AMT_KerberosSettingData", "", "GetCredentialCacheState SetCredentialCacheState"},
    {"AMT_MPSUsernamePassword", "Put"},
    {"AMT_ManagementPresenceRemoteSAP", "Delete"},
    {"AMT_MessageLog", "", "PositionToFirstRecord GetRecords"},
    {"AMT_PublicKeyCertificate", "Delete Put"},
    {"AMT_PublicKeyManagementService", "Delete",
     "AddCertificate AddTrustedRootCertificate AddKey GenerateKeyPair GeneratePKCS10RequestEx"},
    {"AMT_PublicPrivateKeyPair", "Delete"},
    {"AMT_RedirectionService", "Put", "RequestStateChange"},
    {"AMT_RemoteAccessCapabilities"},
    {"AMT_RemoteAccessPolicyAppliesToMPS", "Delete Put"},
    {"AMT_RemoteAccessPolicyRule", "Delete"},
    {"AMT_RemoteAccessService", "", "AddMpServer AddRemoteAccessPolicyRule"},
    {"AMT_SetupAndConfigurationService", "",
     "CommitChanges GetUuid SetMEBxPassword PartialUnprovision Unprovision"},
    {"AMT_SystemPowerScheme"},
    {"AMT_TLSCredentialContext", "Create Delete Put"},
    {"AMT_TLSProtocolEndpointCollection"},
    {"AMT_TLSSettingData", "Put"},
    {"AMT_TimeSynchronizationService", "", "GetLowAccuracyTimeSynch SetHighAccuracyTimeSynch"},
    {"AMT_UserInitiatedConnectionService", "", "RequestStateChange"},
    {"AMT_WiFiPortConfigurationService", "Put", "AddWiFiSettings UpdateWiFiSettings"},
    {"CIM_AssociatedPowerManagementService"},
    {"CIM_BIOSElement"},
    {"CIM_BIOSFeature"},
    {"CIM_Battery"},
    {"CIM_BootConfigSetting", "", "ChangeBootOrder"},
    {"CIM_BootService", "", "SetBootConfigRole RequestStateChange"},
    {"CIM_BootSourceSetting"},
    {"CIM_Card"},
    {"CIM_Chassis"},
    {"CIM_Chip"},
    {"CIM_ComputerSystemPackage"},
    {"CIM_ConcreteDependency"},
    {"CIM_CredentialContext"},
    {"CIM_EthernetPort"},
    {"CIM_Fan"},
    {"CIM_IEEE8021xSettings"},
    {"CIM_KVMRedirectionSAP", "", "RequestStateChange"},
    {"CIM_MediaAccessDevice"},
    {"CIM_PhysicalMemory"},
    {"CIM_PhysicalPackage"},
    {"CIM_PowerManagementCapabilities"},
    {"CIM_PowerManagementService", "", "RequestPowerStateChange"},
    {"CIM_Processor"},
    {"CIM_RedirectionService"},
    {"CIM_Sensor"},
    {"CIM_ServiceAvailableToElement"},
    {"CIM_SoftwareIdentity"},
    {"CIM_SystemPackaging"},
    {"CIM_WiFiEndpoint"},
    {"CIM_WiFiEndpointCapabilities"},
    {"CIM_WiFiEndpointSettings", "Delete"},
    {"CIM_WiFiPort", "", "RequestStateChange"},
    {"CIM_WiFiPortCapabilities"},
    {"IPS_8021xCredentialContext"},
    {"IPS_AlarmClockOccurrence", "Delete"},
    {"IPS_HTTPProxyAccessPoint", "Delete"},
    {"IPS_HTTPProxyService", "", "AddProxyAccessPoint"},
    {"IPS_HostBasedSetupService", "", "Setup AdminSetup AddNextCertInChain UpgradeClientToAdmin"},
    {"IPS_HostBootReason"},
    {"IPS_HostIPSettings"},
    {"IPS_IEEE8021xSettings", "", "SetCertificates"},
    {"IPS_IPv6PortSettings"},
    {"IPS_KVMRedirectionSettingData", "Put", "TerminateSession"},
    {"IPS_LANEndpoint"},
    {"IPS_OptInService", "", "StartOptIn SendOptInCode CancelOptIn"},
    {"IPS_PowerManagementService", "", "RequestOSPowerSavingStateChange"},
    {"IPS_ProvisioningRecordLog"},
    {"IPS_ScreenSettingData", "", "ResetToDefault"},
    {"IPS_SecIOService", "", "RequestStateChange"},
});

struct overview_bench : wsman_bench {
    overview_bench() {
        device.wireless.mac = {2, 0, 0, 0, 0, 2}; // else it has no classes of a wireless port
        state = factory_state(device, *random);
        activate();
    }
    bool supports(const wsman::request_envelope &request) {
        const auto reply = ask(request);
        return !reply.fault || !reply.fault->is(wsman::uri::addressing, "ActionNotSupported");
    }
};

// A Get that names the instance by its keys, as far as texts do.
wsman::request_envelope get_again(std::string_view name, const wsman::xml_element &instance) {
    auto request = get_of(name);
    for (const auto *key : {"InstanceID", "Name", "DeviceID", "Tag", "PolicyRuleName"})
        if (const auto value = instance.value(key); !value.empty())
            request.selectors.push_back({key, std::string(value), nullptr});
    return request;
}

} // namespace

TEST_CASE("the device has the classes of the overview, and no other ones") {
    overview_bench b;
    std::set<std::string_view> named;
    for (const auto &row : overview)
        named.insert(row.name);
    CHECK(named.size() == 84);
    for (const auto *one : b.state.objects.all())
        CHECK_MESSAGE(named.contains(one->name()), one->name());
    CHECK(b.state.objects.size() == 84);
}

TEST_CASE("every class of the overview gives by Get what it lists by Pull") {
    overview_bench b;
    for (const auto &row : overview) {
        CAPTURE(row.name);
        const auto listed = b.all(row.name);
        const auto alone = b.ask(get_of(row.name));
        if (listed.empty())
            CHECK(alone.fault->is(wsman::uri::addressing, "DestinationUnreachable"));
        else if (listed.size() > 1)
            CHECK(alone.fault->is(wsman::uri::wsman, "InvalidSelectors"));
        else
            CHECK(*alone.body == listed[0]);
        for (const auto &instance : listed) {
            const auto request = get_again(row.name, instance);
            const auto same = b.ask(request);
            if (!request.selectors.empty()) {
                REQUIRE(same.body);
                CHECK(*same.body == instance);
            }
        }
    }
}

TEST_CASE("every class of the overview has the operations of its row") {
    overview_bench b;
    for (const auto &row : overview) {
        CAPTURE(row.name);
        const bool creates = b.supports(request_for(row.name, wsman::uri::create));
        const bool deletes = b.supports(delete_of(row.name, "InstanceID", "none"));
        CHECK(creates == has_word(row.operations, "Create"));
        CHECK(deletes == has_word(row.operations, "Delete"));
        if (has_word(row.operations, "Put"))
            CHECK(b.supports(put_of(row.name, "")));
    }
}

TEST_CASE("every method of the overview is known, and none of another class") {
    overview_bench b;
    std::size_t methods = 0;
    for (const auto &row : overview)
        for_each_word(row.methods, [&](std::string_view method) {
            CAPTURE(method);
            CAPTURE(row.name);
            ++methods;
            CHECK(b.supports(invoke(row.name, method, "<h:No>0</h:No>"))); // and changes nothing
            CHECK_FALSE(b.supports(invoke("CIM_Chip", method, "")));
        });
    CHECK(methods == 55);
}
