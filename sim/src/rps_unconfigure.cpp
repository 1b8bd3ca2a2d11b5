// SPDX-License-Identifier: Apache-2.0
// Removing what a former configuration left on a device: part of every activation (15.7). It looks
// first and removes only what is there.
#include "rps_run.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace costrand::sim {

namespace {

// The unconfiguration ends here and the run goes on. `text` becomes the Status, which is nothing
// when the step has no text of its own (recorded with both).
script_end stop_here(rps_run &run, std::optional<std::string> text) {
    run.status.set("TLSConfiguration", "");
    run.status.set("CIRAConnection", "");
    run.status.set("Status", std::move(text));
    return script_end::success;
}

// Deletes each item by that key. The first refusal ends it: false.
awaitable<bool> delete_all(rps_run &run, std::string class_name,
                           std::vector<wsman::xml_element> items, std::string key) {
    for (const auto &item : items) {
        const auto value = item.value(key);
        if (value.empty())
            continue;
        const auto reply = co_await run.amt.call(amt_delete(class_name, key, value));
        if (!reply.ok())
            co_return false;
    }
    co_return true;
}

// Deletes each item by that key, whatever the answers.
awaitable<void> try_delete_all(rps_run &run, std::string class_name,
                               std::vector<wsman::xml_element> items, std::string key) {
    for (const auto &item : items)
        if (const auto value = item.value(key); !value.empty())
            (void)co_await run.amt.call(amt_delete(class_name, key, value));
}

// 802.1x off, wireless profiles and proxies away. False: stopped, without a text.
awaitable<bool> clear_network(rps_run &run, ethernet_ports ports) {
    if (ports.wired) {
        auto settings = co_await run.amt.call(amt_get("IPS_IEEE8021xSettings"));
        if (!settings.ok())
            co_return false;
        const auto enabled = settings.body().value("Enabled");
        if (enabled == "2" || enabled == "6") {
            auto off = settings.body();
            for (const auto *name : {"Username", "Password", "AuthenticationProtocol"})
                drop_property(off, name);
            write_property(off, "Enabled", "3");
            const auto put = co_await run.amt.call(amt_put("IPS_IEEE8021xSettings", off, ""));
            if (!put.ok())
                co_return false;
        }
    }
    if (ports.wireless) {
        auto profiles = co_await run.amt.read_all("CIM_WiFiEndpointSettings");
        if (!profiles.ok())
            co_return false;
        // Priority 0 marks an entry that cannot be deleted.
        std::erase_if(profiles.items, [](const auto &p) { return p.value("Priority") == "0"; });
        const bool deleted = co_await delete_all(run, "CIM_WiFiEndpointSettings",
                                                 std::move(profiles.items), "InstanceID");
        if (!deleted)
            co_return false;
    }
    auto proxies = co_await run.amt.read_all("IPS_HTTPProxyAccessPoint");
    if (!proxies.ok())
        co_return false;
    co_return co_await delete_all(run, "IPS_HTTPProxyAccessPoint", std::move(proxies.items),
                                  "Name");
}

// Remote access: the policies, which are mostly not there, and the servers. Nothing: done;
// otherwise the text to stop with.
awaitable<std::optional<std::string>> clear_remote_access(rps_run &run) {
    for (const auto *rule : {"User Initiated", "Alert", "Periodic"})
        (void)co_await run.amt.call(
            amt_delete("AMT_RemoteAccessPolicyRule", "PolicyRuleName", rule));
    auto servers = co_await run.amt.read_all("AMT_ManagementPresenceRemoteSAP");
    if (!servers.ok())
        co_return servers.enumerated ? "Failed to Pull Management Presence Remote SAP"
                                     : "Failed to enumerate Management Presence Remote SAP";
    if (servers.items.empty())
        co_return std::nullopt;
    const bool deleted = co_await delete_all(run, "AMT_ManagementPresenceRemoteSAP",
                                             std::move(servers.items), "Name");
    if (!deleted)
        co_return "Failed to delete Management Presence Remote SAP";
    run.status.set("CIRAConnection", "unconfigured");
    co_return std::nullopt;
}

bool is_on(const wsman::xml_element &settings) {
    return settings.value("Enabled") == "true";
}

// TLS off on both interfaces, its keys and contexts away. Nothing: done. An empty text: stopped
// without one.
awaitable<std::optional<std::string>> switch_tls_off(rps_run &run,
                                                     std::vector<wsman::xml_element> settings) {
    auto remote = settings.at(0), local = settings.at(1);
    write_property(remote, "Enabled", "false");
    write_property(remote, "AcceptNonSecureConnections", "true");
    write_property(remote, "MutualAuthentication", "false");
    drop_property(remote, "TrustedCN");
    const auto first = co_await run.amt.call(amt_put("AMT_TLSSettingData", remote, "InstanceID"));
    // With only the remote one on the unconfiguration ends here (recorded in section 15.7).
    if (first.ok() && !is_on(local))
        co_return "";
    if (first.ok()) {
        write_property(local, "Enabled", "false");
        drop_property(local, "TrustedCN");
        (void)co_await run.amt.call(amt_put("AMT_TLSSettingData", local, "InstanceID"));
    }
    const amt_parameters none;
    const auto committed = co_await run.amt.call(
        amt_invoke("AMT_SetupAndConfigurationService", "CommitChanges", none));
    if (!committed.ok())
        co_return "Failed at setup and configuration service commit changes";
    run.status.set("TLSConfiguration", "unconfigured");

    auto contexts = co_await run.amt.read_all("AMT_TLSCredentialContext");
    if (!contexts.ok())
        co_return contexts.enumerated ? "Failed to pull TLS Credential context"
                                      : "Failed to enumerate TLS Credential context";
    for (const auto &context : contexts.items)
        (void)co_await run.amt.call(amt_delete_association("AMT_TLSCredentialContext", context));
    auto keys = co_await run.amt.read_all("AMT_PublicPrivateKeyPair");
    if (!keys.ok())
        co_return keys.enumerated ? "Failed to pull public private key pair"
                                  : "Failed to enumerate public private key pair";
    co_await try_delete_all(run, "AMT_PublicPrivateKeyPair", std::move(keys.items), "InstanceID");
    co_return std::nullopt;
}

// TLS and its certificates. As switch_tls_off.
awaitable<std::optional<std::string>> clear_tls(rps_run &run) {
    auto settings = co_await run.amt.read_all("AMT_TLSSettingData");
    if (!settings.ok())
        co_return settings.enumerated ? "Failed to pull TLS Setting Data"
                                      : "Failed to enumerate TLS Setting Data";
    if (run.amt.tunnelled())
        co_return std::nullopt; // TLS and its certificates stay: the server itself is in there
    if (settings.items.size() >= 2 && (is_on(settings.items[0]) || is_on(settings.items[1]))) {
        auto stopped = co_await switch_tls_off(run, std::move(settings.items));
        if (stopped)
            co_return stopped;
    }
    auto certificates = co_await run.amt.read_all("AMT_PublicKeyCertificate");
    if (!certificates.ok())
        co_return certificates.enumerated ? "Failed to pull public key certificate"
                                          : "Failed to enumerate public key certificate";
    co_await try_delete_all(run, "AMT_PublicKeyCertificate", std::move(certificates.items),
                            "InstanceID");
    co_return std::nullopt;
}

awaitable<std::optional<std::string>> clear_environment_detection(rps_run &run) {
    auto settings = co_await run.amt.call(amt_get("AMT_EnvironmentDetectionSettingData"));
    if (!settings.ok())
        co_return "Failed to get environment detection settings";
    auto cleared = settings.body();
    if (!cleared.child("DetectionStrings"))
        co_return std::nullopt;
    drop_property(cleared, "DetectionStrings");
    const auto put = co_await run.amt.call(
        amt_put("AMT_EnvironmentDetectionSettingData", cleared, "InstanceID"));
    if (!put.ok())
        co_return "Failed to put environment detection settings";
    co_return std::nullopt;
}

} // namespace

ethernet_ports pick_ports(const std::vector<wsman::xml_element> &items) {
    ethernet_ports out;
    for (const auto &item : items) {
        const auto id = item.value("InstanceID");
        if (item.value("MACAddress").empty())
            continue; // the machine has no such port
        if (id.find("Settings 0") != std::string_view::npos)
            out.wired = &item;
        else if (id.find("Settings 1") != std::string_view::npos)
            out.wireless = &item;
    }
    return out;
}

void write_property(wsman::xml_element &instance, std::string_view name, std::string_view value) {
    for (auto &child : instance.children) {
        if (child.name == name) {
            child.text = value;
            return;
        }
    }
    wsman::xml_element added;
    added.ns = instance.ns;
    added.name = name;
    added.text = value;
    instance.children.push_back(std::move(added));
}

void write_property_after(wsman::xml_element &instance, std::string_view before,
                          std::string_view name, std::string_view value) {
    const auto known = instance.children.size();
    write_property(instance, name, value);
    if (instance.children.size() == known)
        return; // it was there
    auto at = std::find_if(instance.children.begin(), instance.children.end(),
                           [before](const auto &child) { return child.name == before; });
    if (at < instance.children.end() - 1)
        std::rotate(at + 1, instance.children.end() - 1, instance.children.end());
}

void drop_property(wsman::xml_element &instance, std::string_view name) {
    std::erase_if(instance.children, [name](const auto &child) { return child.name == name; });
}

awaitable<script_end> unconfigure(rps_run &run) {
    co_await tell(run, "Removing the former configuration");
    const auto ports = co_await run.amt.read_all("AMT_EthernetPortSettings");
    if (!ports.enumerated)
        co_return script_end::mute; // recorded after a 400: 75 s without a word; else assumed
    if (!ports.ok())
        co_return stop_here(run, std::nullopt);
    if (!co_await clear_network(run, pick_ports(ports.items)))
        co_return stop_here(run, std::nullopt);
    auto stopped = co_await clear_remote_access(run);
    if (!stopped)
        stopped = co_await clear_tls(run);
    if (!stopped)
        stopped = co_await clear_environment_detection(run);
    if (!stopped)
        co_return script_end::success;
    if (stopped->empty())
        stopped.reset();
    co_return stop_here(run, std::move(stopped));
}

} // namespace costrand::sim
