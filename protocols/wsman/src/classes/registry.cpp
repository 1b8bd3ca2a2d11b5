// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/registry.hpp>

#include <costrand/wsman/classes/access.hpp>
#include <costrand/wsman/classes/alarms.hpp>
#include <costrand/wsman/classes/boot.hpp>
#include <costrand/wsman/classes/boot_settings.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/consent.hpp>
#include <costrand/wsman/classes/devices.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/hardware.hpp>
#include <costrand/wsman/classes/ieee8021x.hpp>
#include <costrand/wsman/classes/inventory.hpp>
#include <costrand/wsman/classes/kerberos.hpp>
#include <costrand/wsman/classes/logs.hpp>
#include <costrand/wsman/classes/network.hpp>
#include <costrand/wsman/classes/power.hpp>
#include <costrand/wsman/classes/proxy.hpp>
#include <costrand/wsman/classes/redirection.hpp>
#include <costrand/wsman/classes/remote_access.hpp>
#include <costrand/wsman/classes/setup.hpp>
#include <costrand/wsman/classes/tls.hpp>
#include <costrand/wsman/classes/wifi.hpp>

#include <algorithm>
#include <array>

namespace costrand::wsman {

namespace {

template <typename T>
constexpr registered_class described_as(fetch_by fetch) {
    return {&description_of<T>, fetch};
}

constexpr auto not_read = fetch_by::nothing;
constexpr auto by_get = fetch_by::get;
constexpr auto by_list = fetch_by::enumerate;

constexpr std::array classes = {
    described_as<amt::ieee8021x_profile>(by_list),
    described_as<amt::ieee8021x_credential_context>(not_read),
    described_as<amt::alarm_clock_service>(not_read),
    described_as<amt::asset_table>(by_list),
    described_as<amt::asset_table_service>(by_list),
    described_as<amt::audit_log>(by_get),
    described_as<amt::authorization_service>(not_read),
    described_as<amt::boot_capabilities>(by_get),
    described_as<amt::boot_setting_data>(by_get),
    described_as<amt::cryptographic_capabilities>(by_list),
    described_as<amt::environment_detection_setting_data>(by_get),
    described_as<amt::ethernet_port_settings>(by_list),
    described_as<amt::event_log_entry>(by_list),
    described_as<amt::general_settings>(by_get),
    described_as<amt::hdr8021_filter>(by_list),
    described_as<amt::kerberos_setting_data>(not_read),
    described_as<amt::mps_username_password>(not_read),
    described_as<amt::management_presence_remote_sap>(by_list),
    described_as<amt::message_log>(by_list),
    described_as<amt::public_key_certificate>(not_read),
    described_as<amt::public_key_management_service>(not_read),
    described_as<amt::public_private_key_pair>(not_read),
    described_as<amt::redirection_service>(by_get),
    described_as<amt::remote_access_capabilities>(by_list),
    described_as<amt::remote_access_policy_applies_to_mps>(by_list),
    described_as<amt::remote_access_policy_rule>(by_list),
    described_as<amt::remote_access_service>(not_read),
    described_as<amt::setup_and_configuration_service>(by_get),
    described_as<amt::system_power_scheme>(by_list),
    described_as<amt::tls_credential_context>(not_read),
    described_as<amt::tls_protocol_endpoint_collection>(not_read),
    described_as<amt::tls_setting_data>(not_read),
    described_as<amt::time_synchronization_service>(by_list),
    described_as<amt::user_initiated_connection_service>(by_get),
    described_as<amt::wifi_port_configuration_service>(by_list),
    described_as<cim::associated_power_management_service>(not_read),
    described_as<cim::bios_element>(by_list),
    described_as<cim::bios_feature>(by_list),
    described_as<cim::battery>(not_read),
    described_as<cim::boot_config_setting>(not_read),
    described_as<cim::boot_service>(not_read),
    described_as<cim::boot_source_setting>(not_read),
    described_as<cim::card>(by_get),
    described_as<cim::chassis>(by_get),
    described_as<cim::chip>(not_read),
    described_as<cim::computer_system_package>(by_get),
    described_as<cim::concrete_dependency>(not_read),
    described_as<cim::credential_context>(not_read),
    described_as<cim::ethernet_port>(by_list),
    described_as<cim::fan>(not_read),
    described_as<cim::ieee8021x_settings>(not_read),
    described_as<cim::kvm_redirection_sap>(by_get),
    described_as<cim::media_access_device>(not_read),
    described_as<cim::physical_memory>(not_read),
    described_as<cim::physical_package>(not_read),
    described_as<cim::power_management_capabilities>(by_list),
    described_as<cim::power_management_service>(by_get),
    described_as<cim::processor>(by_get),
    described_as<cim::redirection_service>(by_list),
    described_as<cim::sensor>(not_read),
    described_as<cim::service_available_to_element>(not_read),
    described_as<cim::software_identity>(by_list),
    described_as<cim::system_packaging>(not_read),
    described_as<cim::wifi_endpoint>(by_list),
    described_as<cim::wifi_endpoint_capabilities>(by_list),
    described_as<cim::wifi_endpoint_settings>(by_list),
    described_as<cim::wifi_port>(by_list),
    described_as<cim::wifi_port_capabilities>(by_list),
    described_as<ips::ieee8021x_credential_context>(not_read),
    described_as<ips::alarm_clock_occurrence>(not_read),
    described_as<ips::http_proxy_access_point>(by_list),
    described_as<ips::http_proxy_service>(not_read),
    described_as<ips::host_based_setup_service>(by_get),
    described_as<ips::host_boot_reason>(by_list),
    described_as<ips::host_ip_settings>(by_list),
    described_as<ips::ieee8021x_settings>(by_get),
    described_as<ips::ipv6_port_settings>(by_list),
    described_as<ips::kvm_redirection_setting_data>(by_get),
    described_as<ips::lan_endpoint>(by_list),
    described_as<ips::opt_in_service>(by_get),
    described_as<ips::power_management_service>(not_read),
    described_as<ips::provisioning_record_log>(by_list),
    described_as<ips::screen_setting_data>(by_get),
    described_as<ips::sec_io_service>(by_get),
};

} // namespace

std::span<const registered_class> all_classes() noexcept {
    return classes;
}

const class_description *find_class(std::string_view name) noexcept {
    const auto found = std::ranges::find_if(
        classes, [&](const registered_class &c) { return c.schema->name == name; });
    return found == classes.end() ? nullptr : found->schema;
}

core::result<any_instance> read_any(const xml_element &from) {
    const auto *schema = find_class(from.name);
    if (schema == nullptr)
        return errc::unknown_class;
    any_instance out(schema->make());
    read_fields(from, *out);
    return out;
}

} // namespace costrand::wsman
