// SPDX-License-Identifier: Apache-2.0
// Remote access (15.6): which presence server the device calls, when, and from where it counts as
// away. The last part of a run; its failure is told in the last word of a success.
#include "rps_run.hpp"

#include "encoding.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace costrand::sim {

namespace {

constexpr std::string_view component = "CIRAConnection";
constexpr std::string_view servers_class = "AMT_ManagementPresenceRemoteSAP";

void cira_failed(rps_run &run, std::string_view text) {
    run.status.set(component, std::string(text));
    run.status.record(component, rps_result::failure, "", text);
}

bool is_address(std::string_view text) {
    return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// The InfoFormat of AddMpServer: an IPv4 address, or a name (wsman section 11.4).
const char *info_format(const rps_cira &server) {
    return is_address(server.address) ? "3" : "201";
}

awaitable<bool> add_server(rps_run &run, const rps_cira &server) {
    const std::string port = std::to_string(server.port);
    amt_parameters parameters{{"AccessInfo", server.address},
                              {"InfoFormat", info_format(server)},
                              {"Port", port},
                              {"AuthMethod", "2"}, // user name and password
                              {"Username", server.user},
                              {"Password", server.password.reveal()}};
    if (is_address(server.address)) // what the certificate names otherwise
        parameters.emplace_back("CN", server.address);
    const auto added =
        co_await run.amt.call(amt_invoke("AMT_RemoteAccessService", "AddMpServer", parameters));
    co_return added.ok();
}

// The reference as the real server writes it: with default namespaces, unlike all its others.
std::string server_reference(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> in_addressing{"xmlns",
                                                                          wsman::uri::addressing};
    constexpr std::pair<std::string_view, std::string_view> in_wsman{"xmlns", wsman::uri::wsman};
    wsman::xml_writer to;
    to.open("h:MpServer");
    to.element("Address", wsman::uri::anonymous, {in_addressing});
    to.open("ReferenceParameters", {in_addressing});
    to.element("ResourceURI", std::string(wsman::uri::amt_base) + std::string(servers_class),
               {in_wsman});
    to.open("SelectorSet", {in_wsman});
    to.element("Selector", name, {{"Name", "Name"}});
    to.close().close().close();
    return to.finish().value(); // a name from a document that was parsed
}

struct rule {
    std::string_view trigger, life_time, extended_data;
};
// Every 25 s without an end, and when the user asks, for 300 s (wsman section 11.4).
constexpr std::array rules = {rule{"2", "0", "AAAAAAAAABk="}, rule{"0", "300", ""}};

awaitable<bool> add_rule(rps_run &run, rule what, std::string server_name) {
    wsman::xml_writer to;
    to.element("h:Trigger", what.trigger);
    to.element("h:TunnelLifeTime", what.life_time);
    to.element("h:ExtendedData", what.extended_data);
    to.raw(server_reference(server_name));
    const auto added = co_await run.amt.call(amt_invoke_with(
        "AMT_RemoteAccessService", "AddRemoteAccessPolicyRule", to.finish().value()));
    co_return added.ok();
}

// Both kinds of servers for each rule. False: the device refused.
awaitable<bool> apply_rules(rps_run &run) {
    auto applied = co_await run.amt.read_all("AMT_RemoteAccessPolicyAppliesToMPS");
    if (!applied.ok())
        co_return false;
    for (auto &association : applied.items) {
        write_property(association, "MpsType", "2"); // Both
        write_property(association, "OrderOfAccess", "0");
        const auto put = co_await run.amt.call(
            amt_put_association("AMT_RemoteAccessPolicyAppliesToMPS", association));
        if (!put.ok())
            co_return false;
    }
    co_return true;
}

// A name that no network has: the device counts as away wherever it is.
std::string random_domain(core::random_source &random) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    std::string text = hex(bytes);
    for (const std::size_t at : {20u, 16u, 12u, 8u})
        text.insert(at, 1, '-');
    return text + ".com";
}

awaitable<bool> detect_environment(rps_run &run) {
    auto settings = co_await run.amt.call(amt_get("AMT_EnvironmentDetectionSettingData"));
    if (!settings.ok())
        co_return false;
    auto wanted = settings.body();
    write_property(wanted, "DetectionStrings", random_domain(run.shared.random));
    const auto put =
        co_await run.amt.call(amt_put("AMT_EnvironmentDetectionSettingData", wanted, "InstanceID"));
    co_return put.ok();
}

// The text of what failed; empty when nothing did. Those of the presence server's name are
// recorded, the others assumed.
awaitable<std::string_view> configure(rps_run &run, const rps_cira &server) {
    if (!co_await add_trusted_root(run))
        co_return "Failed to add trusted root certificate";
    if (!co_await add_server(run, server))
        co_return "Failed to add MPS";
    const auto servers = co_await run.amt.read_all(std::string(servers_class));
    if (!servers.enumerated)
        co_return "Failed to enumerate Management Presence Remote SAP";
    const std::string name =
        servers.items.empty() ? "" : std::string(servers.items.front().value("Name"));
    for (const auto &r : rules) {
        bool added = false;
        if (!name.empty())
            added = co_await add_rule(run, r, name);
        if (!added)
            co_return "Failed to add remote policy access rule";
    }
    if (!co_await apply_rules(run))
        co_return "Failed to put remote access policy applies to MPS";
    const amt_parameters both{{"RequestedState", "32771"}}; // from the BIOS and from the OS
    const auto connection = co_await run.amt.call(
        amt_invoke("AMT_UserInitiatedConnectionService", "RequestStateChange", both));
    if (!connection.ok())
        co_return "Failed to request state change of user initiated connection service";
    if (!co_await detect_environment(run))
        co_return "Failed to put environment detection settings";
    co_return "";
}

} // namespace

awaitable<void> configure_cira(rps_run &run) {
    if (!run.order.profile->cira)
        co_return;
    co_await tell(run, "Configuring remote access");
    const auto failure = co_await configure(run, *run.order.profile->cira);
    if (!failure.empty()) {
        cira_failed(run, failure);
        co_return;
    }
    run.status.set(component, "Configured");
    run.status.record(component, rps_result::success, "", "Configured");
}

} // namespace costrand::sim
