// SPDX-License-Identifier: Apache-2.0
// All inputs and outputs of methods that are described, for tests that go through them.
#pragma once

#include <costrand/wsman/classes/access.hpp>
#include <costrand/wsman/classes/alarms.hpp>
#include <costrand/wsman/classes/boot.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/consent.hpp>
#include <costrand/wsman/classes/general.hpp>
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
#include <costrand/wsman/classes/wifi.hpp>

#include <array>
#include <string_view>

namespace costrand::test {

template <typename... T>
constexpr auto descriptions() {
    return std::array{&wsman::description_of<T>...};
}

namespace detail {
using namespace wsman;
inline constexpr auto all_messages = descriptions<
    amt::enumerate_user_acl_entries_input, amt::enumerate_user_acl_entries_output,
    amt::get_acl_enabled_state_input, amt::get_acl_enabled_state_output,
    amt::set_acl_enabled_state_input, amt::set_acl_enabled_state_output,
    amt::get_admin_acl_entry_output, amt::get_admin_acl_entry_status_output,
    amt::get_admin_net_acl_entry_status_output, amt::set_admin_acl_entry_input,
    amt::set_admin_acl_entry_output, amt::get_user_acl_entry_input, amt::get_user_acl_entry_output,
    amt::add_user_acl_entry_input, amt::add_user_acl_entry_output, amt::update_user_acl_entry_input,
    amt::update_user_acl_entry_output, amt::remove_user_acl_entry_input,
    amt::remove_user_acl_entry_output, amt::add_alarm_input, amt::add_alarm_output,
    cim::change_boot_order_input, cim::change_boot_order_output, cim::set_boot_config_role_input,
    cim::set_boot_config_role_output, cim::request_boot_service_state_input,
    cim::request_boot_service_state_output, amt::add_certificate_input, amt::add_certificate_output,
    amt::add_trusted_root_certificate_input, amt::add_trusted_root_certificate_output,
    amt::add_key_input, amt::add_key_output, amt::generate_key_pair_input,
    amt::generate_key_pair_output, amt::generate_pkcs10_request_input,
    amt::generate_pkcs10_request_output, ips::start_opt_in_output, ips::send_opt_in_code_input,
    ips::send_opt_in_code_output, ips::cancel_opt_in_output, ips::reset_screens_to_default_output,
    ips::request_sec_io_state_input, ips::request_sec_io_state_output,
    amt::get_low_accuracy_time_synch_output, amt::set_high_accuracy_time_synch_input,
    amt::set_high_accuracy_time_synch_output, ips::set_certificates_input,
    ips::set_certificates_output, amt::get_asset_table_size_input, amt::get_asset_table_size_output,
    amt::get_asset_table_data_input, amt::get_asset_table_data_output,
    amt::get_credential_cache_state_output, amt::set_credential_cache_state_input,
    amt::set_credential_cache_state_output, amt::read_audit_records_input,
    amt::read_audit_records_output, amt::position_to_first_record_output,
    amt::get_log_records_input, amt::get_log_records_output, amt::set_link_preference_input,
    amt::set_link_preference_output, cim::request_power_state_change_input,
    cim::request_power_state_change_output, ips::request_os_power_saving_state_change_input,
    ips::request_os_power_saving_state_change_output, ips::add_proxy_access_point_input,
    ips::add_proxy_access_point_output, amt::request_redirection_state_input,
    amt::request_redirection_state_output, cim::request_kvm_state_input,
    cim::request_kvm_state_output, ips::terminate_kvm_session_output, amt::add_mp_server_input,
    amt::add_mp_server_output, amt::add_remote_access_policy_rule_input,
    amt::add_remote_access_policy_rule_output, amt::request_user_initiated_state_input,
    amt::request_user_initiated_state_output, amt::get_uuid_output, amt::unprovision_input,
    amt::set_mebx_password_input, amt::unprovision_output, amt::partial_unprovision_output,
    amt::commit_changes_output, amt::set_mebx_password_output, ips::setup_input, ips::setup_output,
    ips::admin_setup_input, ips::admin_setup_output, ips::upgrade_client_to_admin_input,
    ips::upgrade_client_to_admin_output, ips::add_next_cert_in_chain_input,
    ips::add_next_cert_in_chain_output, cim::request_wifi_port_state_input,
    cim::request_wifi_port_state_output, amt::add_wifi_settings_input,
    amt::add_wifi_settings_output, amt::update_wifi_settings_input,
    amt::update_wifi_settings_output>();
} // namespace detail

// By its element and the class that has the method; nullptr if there is none.
inline const wsman::class_description *find_message(std::string_view owner, std::string_view name) {
    for (const auto *d : detail::all_messages)
        if (d->owner == owner && d->name == name)
            return d;
    return nullptr;
}

} // namespace costrand::test
