// SPDX-License-Identifier: Apache-2.0
// Methods about presence servers and the rules when to call them. The instances are
// those of recorded conversations; no presence server is ever called.
#include "encoding.hpp"
#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"

#include <costrand/core/endian.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::endpoint_reference;
using wsman::xml_element;

constexpr std::size_t longest_account = 16; // user name and password of a presence server

// AMT_RemoteAccessCapabilities.MaxTotalMpServers.
std::size_t most_servers(const device_state &state) {
    const auto *told = first_instance(state.objects, "AMT_RemoteAccessCapabilities");
    return told ? number(*told, "MaxTotalMpServers").value_or(0) : 0;
}

endpoint_reference refer_to_server(const xml_element &server) {
    return refer(server, {"CreationClassName", "Name", "SystemCreationClassName", "SystemName"});
}
endpoint_reference refer_to_rule(const xml_element &rule) {
    return refer(rule,
                 {"CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName"});
}

// AuthMethod 1 is by a certificate that is here, 2 by user name and password.
bool can_log_in(const method_call &call) {
    const auto method = number(call.input, "AuthMethod");
    const auto user = call.input.value("Username"), password = call.input.value("Password");
    if (method == 1u)
        return referred(call.state.objects, call.input.child("Certificate"),
                        "AMT_PublicKeyCertificate") != nullptr;
    return method == 2u && !user.empty() && user.size() <= longest_account && !password.empty() &&
           password.size() <= longest_account;
}

constexpr std::string_view accounts_class = "AMT_MPSUsernamePassword";

// Recorded: the account has the number of its server, and tells no password.
std::string account_of(const xml_element &server) {
    const auto name = server.value("Name");
    return "Intel(r) AMT:MPS Username Password " + std::string(name.substr(name.rfind(' ') + 1));
}

void keep_account(device_state &state, const xml_element &server, std::string_view user) {
    if (user.empty() || !state.objects.find_name(accounts_class))
        return;
    auto &accounts = edit_class(state, accounts_class);
    auto made = instance_of(accounts);
    set_property(made, "InstanceID", account_of(server));
    set_property(made, "RemoteID", user);
    accounts.instances.push_back(std::move(made));
}

void forget_account(device_state &state, const xml_element &server) {
    if (state.objects.find_name(accounts_class))
        std::erase_if(edit_class(state, accounts_class).instances, [&](const auto &one) {
            return one.value("InstanceID") == account_of(server);
        });
}

method_outcome add_mp_server(method_call &call) {
    const auto format = number(call.input, "InfoFormat"), port = number(call.input, "Port");
    const bool good = (format == 3u || format == 4u || format == 201u) && port && *port > 0 &&
                      *port < 65536 && !call.input.value("AccessInfo").empty();
    if (!good || !can_log_in(call))
        return returns(invalid_parameter);
    auto &servers = edit_class(call.state, "AMT_ManagementPresenceRemoteSAP");
    if (servers.instances.size() >= most_servers(call.state))
        return returns(limit_reached);
    auto made = instance_of(servers);
    set_property(made, "CreationClassName", "AMT_ManagementPresenceRemoteSAP");
    set_property(made, "ElementName", "Intel(r) AMT:Management Presence Server");
    set_property(made, "Name",
                 free_name(servers, "Name", "Intel(r) AMT:Management Presence Server "));
    set_property(made, "SystemCreationClassName", "CIM_ComputerSystem");
    set_property(made, "SystemName", "Intel(r) AMT");
    for (const auto *name : {"AccessInfo", "CN", "InfoFormat", "Port"})
        if (call.input.child(name))
            set_property(made, name, call.input.value(name));
    std::vector<out_parameter> out;
    out.push_back({"MpServer", "", refer_to_server(made)});
    keep_account(call.state, made, call.input.value("Username"));
    servers.instances.push_back(std::move(made));
    return returns(success, std::move(out));
}

void associate(device_state &state, const xml_element &rule, const xml_element &server) {
    auto &associations = edit_class(state, "AMT_RemoteAccessPolicyAppliesToMPS");
    auto made = instance_of(associations);
    set_reference(made, "ManagedElement", refer_to_server(server));
    set_reference(made, "PolicySet", refer_to_rule(rule));
    set_property(made, "MpsType", "0");
    set_property(made, "OrderOfAccess", "0");
    associations.instances.push_back(std::move(made));
}

// What wsman.md 11.4 says of periodic connections: a kind and its numbers, 4 bytes each: 0 and
// seconds, 1 and hour and minute. Nothing at all is taken, too.
bool is_schedule(std::string_view text) {
    const auto data = from_base64(text);
    if (!data || data->empty())
        return data.has_value();
    const auto at = [&](std::size_t i) { return core::load_be<std::uint32_t>(&(*data)[i]); };
    if (data->size() == 8)
        return at(0) == 0 && at(4) > 0;
    return data->size() == 12 && at(0) == 1 && at(4) < 24 && at(8) < 60;
}

method_outcome add_policy_rule(method_call &call) {
    constexpr auto names = std::to_array<std::string_view>({"User Initiated", "Alert", "Periodic"});
    const auto trigger = number(call.input, "Trigger");
    constexpr std::uint32_t periodic = 2;
    if (!trigger || *trigger >= names.size() || !number(call.input, "TunnelLifeTime") ||
        (trigger == periodic && !is_schedule(call.input.value("ExtendedData"))))
        return returns(invalid_parameter);
    const auto target = wsman::read_reference(*call.input.child("MpServer"));
    const auto *servers = call.state.objects.find_name("AMT_ManagementPresenceRemoteSAP");
    const auto *server = target ? servers->find(target->selectors) : nullptr;
    if (!server)
        return returns(invalid_parameter);
    auto &rules = edit_class(call.state, "AMT_RemoteAccessPolicyRule");
    const auto name = names[*trigger];
    if (std::ranges::any_of(rules.instances,
                            [&](const auto &r) { return r.value("PolicyRuleName") == name; }))
        return returns(duplicate);
    auto made = instance_of(rules);
    set_property(made, "CreationClassName", "AMT_RemoteAccessPolicyRule");
    set_property(made, "ElementName", "Inte(r) AMT:Remote Access Policy"); // as recorded
    set_property(made, "ExtendedData", call.input.value("ExtendedData"));
    set_property(made, "PolicyRuleName", name);
    set_property(made, "SystemCreationClassName", "CIM_ComputerSystem");
    set_property(made, "SystemName", "Intel(r) AMT");
    set_property(made, "Trigger", std::to_string(*trigger));
    set_property(made, "TunnelLifeTime", call.input.value("TunnelLifeTime"));
    associate(call.state, made, *server);
    std::vector<out_parameter> out;
    out.push_back({"PolicyRule", "", refer_to_rule(made)});
    rules.instances.push_back(std::move(made));
    return returns(success, std::move(out));
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_RemoteAccessService.AddMpServer",
     &add_mp_server,
     "AccessInfo InfoFormat Port AuthMethod Username? Password? CN? Certificate?",
     {"AMT_ManagementPresenceRemoteSAP"}},
    {"AMT_RemoteAccessService.AddRemoteAccessPolicyRule",
     &add_policy_rule,
     "Trigger TunnelLifeTime ExtendedData? MpServer",
     {"AMT_ManagementPresenceRemoteSAP", "AMT_RemoteAccessPolicyRule",
      "AMT_RemoteAccessPolicyAppliesToMPS"}},
});

} // namespace

std::span<const named_method> remote_access_methods() noexcept {
    return methods;
}

// An association does not outlive what it associates.
void after_delete(device_state &state, const xml_element &gone) {
    if (gone.name == "CIM_WiFiEndpointSettings")
        after_wifi_delete(state, gone);
    if (gone.name == "AMT_PublicPrivateKeyPair")
        std::erase_if(state.key_pairs,
                      [&](const auto &pair) { return pair.first == gone.value("InstanceID"); });
    if (gone.name == "AMT_ManagementPresenceRemoteSAP")
        forget_account(state, gone);
    endpoint_reference to;
    if (gone.name == "AMT_ManagementPresenceRemoteSAP")
        to = refer_to_server(gone);
    else if (gone.name == "AMT_RemoteAccessPolicyRule")
        to = refer_to_rule(gone);
    else
        return;
    const auto refers = [&to](const xml_element &property) {
        const auto target = wsman::read_reference(property);
        return target && target->resource_uri == to.resource_uri &&
               target->selectors == to.selectors;
    };
    std::erase_if(edit_class(state, "AMT_RemoteAccessPolicyAppliesToMPS").instances,
                  [&](const auto &i) { return std::ranges::any_of(i.children, refers); });
}

} // namespace costrand::sim
