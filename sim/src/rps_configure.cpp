// SPDX-License-Identifier: Apache-2.0
// Network and features of an active device (15.8): reads, and puts what differs from the profile.
#include "rps_run.hpp"

#include <array>
#include <utility>

namespace costrand::sim {

namespace {

constexpr std::array address_properties = {"SubnetMask", "DefaultGateway", "IPAddress",
                                           "PrimaryDNS", "SecondaryDNS"};

const char *boolean(bool b) {
    return b ? "true" : "false";
}

// The Network text; where it stands among the others is known now.
void network_failed(rps_run &run, std::string_view text) {
    run.status.set("Network", std::string(text));
    run.status.record("WiredNetwork", rps_result::failure, "", text);
}

// Switches the interface, its ping answers and the shared name on, if one of them is off. False:
// the device refused.
awaitable<bool> enable_network(rps_run &run) {
    auto settings = run.general_settings;
    const bool on = settings.value("SharedFQDN") == "true" &&
                    settings.value("AMTNetworkEnabled") == "1" &&
                    settings.value("RmcpPingResponseEnabled") == "true";
    if (on)
        co_return true;
    write_property(settings, "SharedFQDN", "true");
    write_property(settings, "AMTNetworkEnabled", "1");
    write_property(settings, "RmcpPingResponseEnabled", "true");
    const auto put = co_await run.amt.call(amt_put("AMT_GeneralSettings", settings, ""));
    co_return put.ok();
}

// How the wired port is to be; `ip_sync` is what it is put to.
wsman::xml_element wanted_port(const wsman::xml_element &current, const rps_profile &profile) {
    auto port = current;
    const bool sync = profile.dhcp || profile.ip_sync;
    write_property(port, "DHCPEnabled", boolean(profile.dhcp));
    write_property(port, "IpSyncEnabled", boolean(sync));
    write_property(port, "SharedStaticIp", boolean(!profile.dhcp && sync));
    if (sync)
        for (const auto *name : address_properties)
            drop_property(port, name);
    return port;
}

void wired_done(rps_run &run) {
    run.status.set("Network", "Wired Network Configured");
    run.status.record("WiredNetwork", rps_result::success, "", "Wired Network Configured");
}

bool has_taken(const wsman::xml_element &answer, const wsman::xml_element &wanted) {
    for (const auto *name : {"DHCPEnabled", "IpSyncEnabled", "SharedStaticIp"})
        if (answer.child(name) && answer.value(name) != wanted.value(name))
            return false;
    return true;
}

awaitable<void> put_wired(rps_run &run, wsman::xml_element wanted) {
    const auto put =
        co_await run.amt.call(amt_put("AMT_EthernetPortSettings", wanted, "InstanceID"));
    if (!put.ok() || !has_taken(put.body(), wanted)) {
        network_failed(run, "Failed to put to ethernet port settings");
        co_return;
    }
    wired_done(run);
}

std::string_view opt_in_value(rps_profile::consent c) {
    switch (c) {
    case rps_profile::consent::none:
        return "0";
    case rps_profile::consent::kvm:
        return "1";
    case rps_profile::consent::all:
        break;
    }
    return "4294967295";
}

// AMT_RedirectionService.EnabledState: 32768 + 1 IDER + 2 SOL (wsman.md).
constexpr unsigned redirection_base = 32768;

struct redirection {
    wsman::xml_element service, kvm;
    bool changed = false;
};

redirection wanted_redirection(const wsman::xml_element &service, const wsman::xml_element &kvm,
                               const rps_profile &profile) {
    redirection out{service, kvm, false};
    const unsigned state = redirection_base + (profile.ider ? 1u : 0u) + (profile.sol ? 2u : 0u);
    const auto kvm_state = kvm.value("EnabledState");
    const bool kvm_on = kvm_state == "2" || kvm_state == "6"; // 6: on, but no session possible now
    const bool listens = service.value("ListenerEnabled") == "true";
    const bool redirects = profile.ider || profile.sol;
    out.changed = service.value("EnabledState") != std::to_string(state) ||
                  (redirects && !listens) || kvm_on != profile.kvm;
    if (out.changed) {
        // What is asked for, not what was read: 6 is no state to ask for.
        write_property(out.kvm, "EnabledState", profile.kvm ? "2" : "3");
        write_property(out.service, "EnabledState", std::to_string(state));
        write_property(out.service, "ListenerEnabled", boolean(redirects || profile.kvm));
        drop_property(out.service, "AccessLog"); // not to be put
    }
    return out;
}

// Three calls, whatever of the three is to change. False: the device refused one.
awaitable<bool> put_redirection(rps_run &run, redirection wanted) {
    const auto state = wanted.service.value("EnabledState");
    const amt_parameters service_state{{"RequestedState", state}};
    auto done = co_await run.amt.call(
        amt_invoke("AMT_RedirectionService", "RequestStateChange", service_state));
    if (!done.ok())
        co_return false;
    const amt_parameters kvm_state{{"RequestedState", wanted.kvm.value("EnabledState")}};
    done =
        co_await run.amt.call(amt_invoke("CIM_KVMRedirectionSAP", "RequestStateChange", kvm_state));
    if (!done.ok())
        co_return false;
    done = co_await run.amt.call(amt_put("AMT_RedirectionService", wanted.service, ""));
    co_return done.ok();
}

} // namespace

awaitable<void> configure_network(rps_run &run) {
    co_await tell(run, "Configuring the network");
    if (!co_await enable_network(run)) {
        run.status.set("Network", "Failed to update amt general settings on device");
        co_return;
    }
    const auto ports = co_await run.amt.read_all("AMT_EthernetPortSettings");
    if (!ports.ok()) {
        run.status.set("Network", ports.enumerated
                                      ? "Failed to pull ethernet port settings"
                                      : "Failed to get enumeration number to ethernet port "
                                        "settings");
        co_return;
    }
    const auto found = pick_ports(ports.items);
    if (found.wired && run.amt.tunnelled()) {
        wired_done(run); // its Put is left out (15.8), and told as done (recorded)
    } else if (found.wired) {
        auto wanted = wanted_port(*found.wired, *run.order.profile);
        co_await put_wired(run, std::move(wanted));
    }
    if (found.wireless && !run.order.profile->wireless.empty())
        co_await configure_wireless(run, *found.wireless);
}

awaitable<void> configure_features(rps_run &run) {
    co_await tell(run, "Configuring the features");
    const auto &profile = *run.order.profile;
    const auto service = co_await run.amt.call(amt_get("AMT_RedirectionService"));
    if (!service.ok())
        co_return; // told to nobody: the last word has no part for features
    const auto opt_in = co_await run.amt.call(amt_get("IPS_OptInService"));
    if (!opt_in.ok())
        co_return;
    const auto kvm = co_await run.amt.call(amt_get("CIM_KVMRedirectionSAP"));
    if (!kvm.ok())
        co_return;
    auto wanted = wanted_redirection(service.body(), kvm.body(), profile);
    if (wanted.changed) {
        const bool done = co_await put_redirection(run, std::move(wanted));
        if (!done)
            co_return;
    }
    if (opt_in.body().value("OptInRequired") == opt_in_value(profile.user_consent))
        co_return;
    auto consent = opt_in.body();
    write_property(consent, "OptInRequired", opt_in_value(profile.user_consent));
    (void)co_await run.amt.call(amt_put("IPS_OptInService", consent, ""));
}

} // namespace costrand::sim
