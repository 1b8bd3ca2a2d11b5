// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/amthi.hpp>

#include "amthi_commands.hpp"

#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <array>

namespace costrand::sim {
namespace {

using heci::command;
using heci::status;

struct amthi_command {
    command what;
    amthi_outcome (*function)(const amthi_call &);
    // Data in bytes.
    std::size_t least = 0, most = 0;
    // Refused while AMT is disabled; what tells about the device is not. Assumed.
    bool wants_amt = false;
};

constexpr std::size_t number = sizeof(std::uint32_t);
constexpr std::size_t longest_fqdn = 2 + 255; // a u16 length before it
constexpr std::size_t enterprise_access_size = 18;
constexpr std::size_t host_based_size = 390;

constexpr auto commands = std::to_array<amthi_command>({
    {command::tcpip_parameters, &tell_tcpip_parameters},
    {command::provisioning_mode, &tell_provisioning_mode},
    {command::unprovision, &unprovision_by_host, number, number, true},
    {command::provisioning_state, &tell_provisioning_state},
    {command::code_versions, &tell_code_versions},
    {command::security_parameters, &tell_security_parameters},
    {command::mac_addresses, &tell_mac_addresses},
    {command::start_configuration, &start_configuration, 0, 0, true},
    {command::hash_handles, &tell_hash_handles},
    {command::hash_entry, &tell_hash_entry, number, number},
    {command::zero_touch, &tell_zero_touch},
    {command::dns_suffix, &tell_dns_suffix},
    {command::dns_suffix_list, &tell_dns_suffix_list},
    {command::enterprise_access, &set_enterprise_access, enterprise_access_size,
     enterprise_access_size, true},
    {command::open_user_connection, &open_user_connection, 0, 0, true},
    {command::close_user_connection, &close_user_connection, 0, 0, true},
    {command::remote_access_status, &tell_remote_access},
    {command::power_policy, &tell_power_policy},
    {command::lan_settings, &tell_lan_settings, number, number},
    {command::features_state, &tell_features_state, number, number},
    {command::last_reset_reason, &tell_last_reset_reason},
    {command::user_interfaces, &tell_user_interfaces},
    {command::configuration_server, &tell_configuration_server},
    {command::setup_record, &tell_setup_record},
    {command::ipv6_status, &tell_ipv6_status, number, number},
    {command::fqdn, &tell_fqdn},
    {command::redirection_state, &tell_redirection_state},
    {command::set_host_fqdn, &set_host_fqdn, 2, longest_fqdn, true},
    {command::uuid, &tell_uuid},
    {command::stop_configuration, &stop_configuration, 0, 0, true},
    {command::local_account, &tell_local_account, heci::local_account_request_size,
     heci::local_account_request_size, true},
    {command::control_mode, &tell_control_mode},
    {command::ehbc_state, &tell_ehbc_state},
    {command::start_host_based_configuration, &start_host_based_configuration, host_based_size,
     host_based_size, true},
    {command::cira_log, &tell_cira_log, 1, 1},
});

const amthi_command *find(command what, const profile &device) {
    if (std::ranges::find(device.amthi.unknown_commands, static_cast<std::uint32_t>(what)) !=
        device.amthi.unknown_commands.end())
        return nullptr;
    const auto *found = std::ranges::find(commands, what, &amthi_command::what);
    return found == commands.end() ? nullptr : found;
}

} // namespace

command_reply answer_amthi(core::const_bytes request, const command_context &on) {
    settle(on.state, on.device, on.now);
    if (auto state = answer_state_query(request, on))
        return state;
    const auto asked = heci::decode_request(request);
    if (!asked) {
        // A length that lies is told, and another version; without a command word there is nothing
        // to answer to.
        core::byte_reader header(request);
        const auto version = header.le<std::uint16_t>();
        header.skip(2);
        const auto word = header.le<std::uint32_t>();
        if (header.failed() || (word & ~0x007fffffu) != 0x04000000u)
            return std::nullopt;
        return heci::encode_reply(static_cast<command>(word & 0x007fffffu),
                                  version == 0x0101 ? status::invalid_message_length
                                                    : status::unsupported_version);
    }
    const auto what = asked->what;
    const auto *known = find(what, on.device);
    if (!known)
        return heci::encode_reply(what, status::invalid_command);
    if (asked->data.size() < known->least || asked->data.size() > known->most)
        return heci::encode_reply(what, status::invalid_message_length);
    if (known->wants_amt && !on.state.amt_enabled)
        return heci::encode_reply(what, status::invalid_mode); // which status: assumed
    const auto outcome = known->function({asked->data, on});
    return heci::encode_reply(what, outcome.status, outcome.data);
}

awaitable<void> serve_commands(core::message_stream &link, command_face answer) {
    std::vector<std::byte> buffer(link.max_message_size());
    for (;;) {
        const auto n = co_await link.receive(net::buffer(buffer));
        const auto reply = answer(core::const_bytes(buffer).first(n));
        if (reply)
            co_await link.send(net::buffer(*reply));
    }
}

} // namespace costrand::sim
