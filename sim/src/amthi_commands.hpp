// SPDX-License-Identifier: Apache-2.0
// The AMT host commands of the simulated firmware, one function each, in groups. amthi.cpp has the
// table that says which may be called when and with how much data. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/sim/amthi.hpp>
#include <costrand/transports/heci_status.hpp>

#include <cstddef>
#include <vector>

namespace costrand::sim {

struct amthi_call {
    core::const_bytes data; // its length was checked
    const command_context &on;

    [[nodiscard]] device_state &state() const noexcept { return on.state; }
    [[nodiscard]] const profile &device() const noexcept { return on.device; }
};

struct amthi_outcome {
    amthi_outcome(heci::status s) : status(s) {}
    amthi_outcome(std::vector<std::byte> d) : data(std::move(d)) {}
    amthi_outcome(heci::status s, std::vector<std::byte> d) : status(s), data(std::move(d)) {}

    heci::status status = heci::status::success;
    std::vector<std::byte> data;
};

// What the device is: amthi_facts.cpp.
amthi_outcome tell_code_versions(const amthi_call &call);
amthi_outcome tell_uuid(const amthi_call &call);
amthi_outcome tell_security_parameters(const amthi_call &call);
amthi_outcome tell_hash_handles(const amthi_call &call);
amthi_outcome tell_hash_entry(const amthi_call &call);
amthi_outcome tell_ehbc_state(const amthi_call &call);

// Its network: amthi_network.cpp.
amthi_outcome tell_mac_addresses(const amthi_call &call);
amthi_outcome tell_lan_settings(const amthi_call &call);
amthi_outcome tell_dns_suffix(const amthi_call &call);
amthi_outcome tell_dns_suffix_list(const amthi_call &call);
amthi_outcome tell_fqdn(const amthi_call &call);
amthi_outcome set_host_fqdn(const amthi_call &call);

// Being set up: amthi_provisioning.cpp.
amthi_outcome tell_provisioning_mode(const amthi_call &call);
amthi_outcome tell_provisioning_state(const amthi_call &call);
amthi_outcome tell_control_mode(const amthi_call &call);
amthi_outcome tell_local_account(const amthi_call &call);
amthi_outcome unprovision_by_host(const amthi_call &call);
amthi_outcome start_configuration(const amthi_call &call);
amthi_outcome start_host_based_configuration(const amthi_call &call);
amthi_outcome stop_configuration(const amthi_call &call);

// Presence servers: amthi_presence.cpp.
amthi_outcome open_user_connection(const amthi_call &call);
amthi_outcome close_user_connection(const amthi_call &call);
amthi_outcome tell_remote_access(const amthi_call &call);
amthi_outcome tell_cira_log(const amthi_call &call);

// Asked by Intel's LMS only: amthi_local_service.cpp.
amthi_outcome tell_tcpip_parameters(const amthi_call &call);
amthi_outcome tell_zero_touch(const amthi_call &call);
amthi_outcome set_enterprise_access(const amthi_call &call);
amthi_outcome tell_power_policy(const amthi_call &call);
amthi_outcome tell_features_state(const amthi_call &call);
amthi_outcome tell_last_reset_reason(const amthi_call &call);
amthi_outcome tell_user_interfaces(const amthi_call &call);
amthi_outcome tell_configuration_server(const amthi_call &call);
amthi_outcome tell_setup_record(const amthi_call &call);
amthi_outcome tell_ipv6_status(const amthi_call &call);
amthi_outcome tell_redirection_state(const amthi_call &call);
// Get AMT state, which is of another class. Nothing when the request is not that.
command_reply answer_state_query(core::const_bytes request, const command_context &on);

} // namespace costrand::sim
