// SPDX-License-Identifier: Apache-2.0
// Rights by realms. The realms are stated (wsman.md 12), which class belongs to which is assumed:
// no source lists that.
#include "wsman_rights.hpp"

#include "words.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

namespace costrand::sim {
namespace {

using wsman::operation;

enum realm : std::uint32_t {
    redirection = 2,
    administration = 3,
    hardware_asset = 4,
    remote_control = 5,
    network_time = 12,
    general_info = 13,
    endpoint_access = 17,
    event_log = 19,
    audit_log = 20,
    access_control = 21,
    local_system = 24,
};

struct realm_classes {
    realm what;
    std::string_view classes;
};
constexpr auto realms = std::to_array<realm_classes>({
    {redirection, "AMT_RedirectionService CIM_KVMRedirectionSAP CIM_RedirectionService "
                  "IPS_KVMRedirectionSettingData IPS_OptInService IPS_ScreenSettingData "
                  "IPS_SecIOService"},
    {hardware_asset, "AMT_AssetTable AMT_AssetTableService CIM_BIOSElement CIM_BIOSFeature "
                     "CIM_Battery CIM_Card CIM_Chassis CIM_Chip CIM_ComputerSystemPackage CIM_Fan "
                     "CIM_MediaAccessDevice CIM_PhysicalMemory CIM_PhysicalPackage CIM_Processor "
                     "CIM_Sensor CIM_SystemPackaging"},
    {remote_control, "AMT_BootCapabilities AMT_BootSettingData "
                     "CIM_AssociatedPowerManagementService CIM_BootConfigSetting CIM_BootService "
                     "CIM_BootSourceSetting CIM_PowerManagementCapabilities "
                     "CIM_PowerManagementService CIM_ServiceAvailableToElement "
                     "IPS_PowerManagementService"},
    {network_time, "AMT_TimeSynchronizationService"},
    {endpoint_access, "AMT_8021XProfile AMT_8021xCredentialContext IPS_8021xCredentialContext "
                      "IPS_IEEE8021xSettings"},
    {event_log, "AMT_EventLogEntry AMT_MessageLog"},
    {audit_log, "AMT_AuditLog"},
    {access_control, "AMT_AuthorizationService"},
    {local_system, "AMT_SetupAndConfigurationService IPS_HostBasedSetupService"},
});

// What is of no realm of its own is changed by administrators.
realm realm_of(std::string_view class_name) {
    const auto found = std::ranges::find_if(
        realms, [&](const auto &one) { return has_word(one.classes, class_name); });
    return found == realms.end() ? administration : found->what;
}

bool is_reading(const wsman::soap_request &request) {
    return request.op == operation::get || request.op == operation::enumerate ||
           request.op == operation::pull || request.op == operation::release;
}

// Everybody with general information reads what is of no special realm; the administration realm
// covers all but the audit log and the access control list.
bool allows(std::span<const std::uint32_t> mine, realm of_class, bool reading) {
    const auto has = [&](realm one) { return std::ranges::find(mine, one) != mine.end(); };
    if (has(of_class))
        return true;
    if (has(administration))
        return of_class != audit_log && of_class != access_control;
    const bool is_general = of_class == administration || of_class == local_system ||
                            of_class == network_time || of_class == endpoint_access;
    return reading && is_general && has(general_info);
}

} // namespace

bool is_allowed(const wsman_caller &caller, const wsman::soap_request &request,
                const device_state &state) {
    if (caller.who == wsman_user::administrator)
        return true;
    const bool reading = is_reading(request);
    const auto of_class = realm_of(request.class_name);
    if (caller.who == wsman_user::entry)
        return allows(caller.realms, of_class, reading);
    // The host's own account sets the device up, by methods only, and reads all of a device that is
    // not set up.
    if (reading && state.mode == control_mode::none)
        return true;
    constexpr std::array<std::uint32_t, 2> local{general_info, local_system};
    return (reading || request.op == operation::invoke) && allows(local, of_class, reading);
}

} // namespace costrand::sim
