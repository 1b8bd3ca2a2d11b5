// SPDX-License-Identifier: Apache-2.0
// The wireless half of the network (15.8), for devices with a wireless port and profiles with
// wireless networks.
#include "rps_run.hpp"

#include <string>
#include <utility>

namespace costrand::sim {

namespace {

// Retransmissions of a console's connection: what the real server puts (recorded).
constexpr std::string_view retransmissions = "7";

awaitable<bool> put_port(rps_run &run, wsman::xml_element port) {
    write_property_after(port, "SharedMAC", "ConsoleTcpMaxRetransmissions", retransmissions);
    const auto put = co_await run.amt.call(amt_put("AMT_EthernetPortSettings", port, "InstanceID"));
    co_return put.ok();
}

// The host's own profiles are to reach AMT, and AMT's the BIOS where that can be.
awaitable<bool> synchronise_profiles(rps_run &run) {
    auto service = co_await run.amt.call(amt_get("AMT_WiFiPortConfigurationService"));
    if (!service.ok())
        co_return false;
    constexpr std::string_view synchronised = "3"; // unrestricted (wsman, the class)
    const bool on = service.body().value("localProfileSynchronizationEnabled") == synchronised &&
                    service.body().value("UEFIWiFiProfileShareEnabled") != "false";
    if (on)
        co_return true;
    const auto boot = co_await run.amt.call(amt_get("AMT_BootCapabilities"));
    if (!boot.ok())
        co_return false;
    auto wanted = service.body();
    const bool shares = boot.body().value("UEFIWiFiCoExistenceAndProfileShare") == "true";
    if (wanted.child("UEFIWiFiProfileShareEnabled"))
        write_property(wanted, "UEFIWiFiProfileShareEnabled", shares ? "true" : "false");
    write_property(wanted, "localProfileSynchronizationEnabled", synchronised);
    const auto put = co_await run.amt.call(amt_put("AMT_WiFiPortConfigurationService", wanted, ""));
    co_return put.ok();
}

std::string settings_of(const rps_wireless &network, unsigned priority) {
    wsman::xml_writer to;
    to.open("h:WiFiEndpoint").open("a:Address").text("/wsman").close();
    to.open("a:ReferenceParameters");
    to.element("w:ResourceURI", std::string(wsman::uri::cim_base) + "CIM_WiFiEndpoint");
    to.open("w:SelectorSet").element("w:Selector", "WiFi Endpoint 0", {{"Name", "Name"}});
    to.close().close().close();
    const auto settings = std::string(wsman::uri::cim_base) + "CIM_WiFiEndpointSettings";
    to.open("h:WiFiEndpointSettingsInput", {{"xmlns:q", settings}});
    to.element("q:ElementName", network.name);
    to.element("q:InstanceID", "Intel(r) AMT:WiFi Endpoint Settings " + network.name);
    to.element("q:AuthenticationMethod", std::to_string(network.authentication));
    to.element("q:EncryptionMethod", std::to_string(network.encryption));
    to.element("q:SSID", network.ssid);
    to.element("q:Priority", std::to_string(priority));
    to.element("q:PSKPassPhrase", network.passphrase.reveal());
    to.close();
    return to.finish().value();
}

awaitable<bool> add_networks(rps_run &run) {
    unsigned priority = 0;
    for (const auto &network : run.order.profile->wireless) {
        const auto added = co_await run.amt.call(amt_invoke_with("AMT_WiFiPortConfigurationService",
                                                                 "AddWiFiSettings",
                                                                 settings_of(network, ++priority)));
        if (!added.ok())
            co_return false;
    }
    co_return true;
}

// The text of what failed (assumed: no failure of this part is recorded); empty when nothing did.
awaitable<std::string_view> configure(rps_run &run, wsman::xml_element port) {
    if (!co_await put_port(run, std::move(port)))
        co_return "Failed to put WiFi port settings";
    if (!co_await synchronise_profiles(run))
        co_return "Failed to put WiFi port configuration service";
    const amt_parameters both{{"RequestedState", "32769"}}; // in S0 and in Sx/AC
    const auto state =
        co_await run.amt.call(amt_invoke("CIM_WiFiPort", "RequestStateChange", both));
    if (!state.ok())
        co_return "Failed to update state change for wifi port";
    if (!co_await add_networks(run))
        co_return "Failed to add wifi settings";
    co_return "";
}

} // namespace

awaitable<void> configure_wireless(rps_run &run, wsman::xml_element port) {
    const auto failure = co_await configure(run, std::move(port));
    const auto *wired = run.status.find("Network");
    const std::string before = wired ? *wired + ". " : std::string();
    const std::string_view text = failure.empty() ? "Wireless Configured" : failure;
    run.status.set("Network", before + std::string(text));
    run.status.record("WirelessNetwork",
                      failure.empty() ? rps_result::success : rps_result::failure, "", text);
}

} // namespace costrand::sim
