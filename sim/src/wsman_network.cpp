// SPDX-License-Identifier: Apache-2.0
// Methods about the network: whose the wireless link is, HTTP proxies, and the certificates of the
// wired port's 802.1x.
// Limits: wsman.md 14.
#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::endpoint_reference;
using wsman::xml_element;

constexpr std::string_view proxies_class = "IPS_HTTPProxyAccessPoint";
constexpr std::string_view settings_class = "IPS_IEEE8021xSettings";
constexpr std::string_view ports_class = "AMT_EthernetPortSettings";
constexpr std::string_view wireless_port = "Intel(r) AMT Ethernet Port Settings 1";
constexpr std::string_view contexts_class = "IPS_8021xCredentialContext";
constexpr std::size_t longest_address = 256, longest_suffix = 192;

// How many there may be: AMT_RemoteAccessCapabilities.MaxTotalProxyEntryPoints.
std::size_t most_proxies(const device_state &state) {
    const auto *told = first_instance(state.objects, "AMT_RemoteAccessCapabilities");
    return told ? number(*told, "MaxTotalProxyEntryPoints").value_or(0) : 0;
}

// The reference that comes with 2058: recorded.
endpoint_reference nothing() {
    endpoint_reference to;
    to.address = "default";
    return to;
}

method_outcome add_proxy(method_call &call) {
    const auto format = number(call.input, "InfoFormat"), port = number(call.input, "Port");
    const auto address = call.input.value("AccessInfo");
    const bool good = (format == 3u || format == 4u || format == 201u) && port && *port > 0 &&
                      *port < 65536 && !address.empty() && address.size() <= longest_address &&
                      call.input.value("NetworkDnsSuffix").size() <= longest_suffix;
    if (!good)
        return returns(invalid_parameter);
    auto &proxies = edit_class(call.state, proxies_class);
    const auto same = [&](const xml_element &one) {
        return one.value("AccessInfo") == address &&
               one.value("Port") == call.input.value("Port") &&
               one.value("NetworkDnsSuffix") == call.input.value("NetworkDnsSuffix");
    };
    if (std::ranges::any_of(proxies.instances, same))
        return returns(duplicate, {{"ProxyAccessPoint", "", nothing()}});
    if (proxies.instances.size() >= most_proxies(call.state))
        return returns(limit_reached);
    auto made = instance_of(proxies);
    set_property(made, "CreationClassName", proxies_class);
    set_property(made, "ElementName", "Intel(r) ME:HTTP Proxy Access Point");
    set_property(made, "Name", free_name(proxies, "Name", "Intel(r) ME:HTTP Proxy Access Point "));
    set_property(made, "SystemCreationClassName", "CIM_ComputerSystem");
    set_property(made, "SystemName", "Intel(r) AMT");
    for (const auto *name : {"AccessInfo", "InfoFormat", "NetworkDnsSuffix", "Port"})
        set_property(made, name, call.input.value(name));
    std::vector<out_parameter> out;
    out.push_back(
        {"ProxyAccessPoint", "",
         refer(made, {"CreationClassName", "Name", "SystemCreationClassName", "SystemName"})});
    proxies.instances.push_back(std::move(made));
    return returns(success, std::move(out));
}

void add_context(device_state &state, const xml_element &certificate) {
    const auto *settings = first_instance(state.objects, settings_class);
    auto &contexts = edit_class(state, contexts_class);
    auto made = instance_of(contexts);
    set_reference(made, "ElementInContext", refer(certificate, {"InstanceID"}));
    set_reference(made, "ElementProvidingContext", refer(*settings, {"InstanceID"}));
    contexts.instances.push_back(std::move(made));
}

// Certificates that are not here, and a client's without its key: 1, the only other value that the
// method has.
method_outcome set_8021x_certificates(method_call &call) {
    constexpr std::uint32_t internal_error = 1;
    if (!first_instance(call.state.objects, settings_class))
        return destination_unreachable();
    constexpr auto names =
        std::to_array<std::string_view>({"ServerCertificateIssuer", "ClientCertificate"});
    std::vector<xml_element> found;
    for (const auto name : names) {
        const auto *reference = call.input.child(name);
        if (!reference)
            continue;
        const auto *certificate =
            referred(call.state.objects, reference, "AMT_PublicKeyCertificate");
        const bool is_own = name == names.back();
        if (!certificate || (is_own && !has_private_key(call.state, *certificate)))
            return returns(internal_error);
        found.push_back(*certificate);
    }
    if (found.empty())
        return missing_values();
    forget_8021x_certificates(call.state);
    for (const auto &certificate : found)
        add_context(call.state, certificate);
    return returns(success);
}

enum : std::uint32_t { of_firmware = 1, of_host = 2 }; // LinkPreference, LinkControl

// Of the wireless port, which the selectors name or which is the only one to ask.
bool names_wireless(const method_call &call) {
    const auto &keys = call.request.selectors;
    return keys.empty() || std::ranges::any_of(keys, [](const auto &key) {
               return key.name == "InstanceID" && key.value == wireless_port;
           });
}

void prefer(device_state &state, std::uint32_t whose) {
    auto &ports = edit_class(state, ports_class).instances;
    const auto at = std::ranges::find_if(
        ports, [](const auto &one) { return one.value("InstanceID") == wireless_port; });
    if (at == ports.end())
        return;
    set_property(*at, "LinkPreference", std::to_string(whose));
    set_property(*at, "LinkControl", std::to_string(whose));
}

// The firmware has the link for so many seconds, then the host again.
method_outcome set_link_preference(method_call &call) {
    const auto whose = number(call.input, "LinkPreference"),
               seconds = number(call.input, "Timeout");
    const auto *ports = call.state.objects.find_name(ports_class);
    const bool here = std::ranges::any_of(
        ports->instances, [](const auto &one) { return one.value("InstanceID") == wireless_port; });
    if (!here || !names_wireless(call) || !seconds || (whose != of_firmware && whose != of_host) ||
        (whose == of_firmware && *seconds == 0))
        return returns(invalid_parameter);
    auto &until = call.state.powered.link_preferred_until;
    until.reset();
    if (whose == of_firmware)
        until = call.now + std::chrono::seconds(*seconds);
    prefer(call.state, *whose);
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_EthernetPortSettings.SetLinkPreference", &set_link_preference, "LinkPreference Timeout"},
    {"IPS_HTTPProxyService.AddProxyAccessPoint",
     &add_proxy,
     "AccessInfo InfoFormat Port NetworkDnsSuffix",
     {proxies_class}},
    {"IPS_IEEE8021xSettings.SetCertificates",
     &set_8021x_certificates,
     "ServerCertificateIssuer? ClientCertificate?",
     {contexts_class}},
});

} // namespace

std::span<const named_method> network_methods() noexcept {
    return methods;
}

void show_link(device_state &state, core::time_point now) {
    auto &until = state.powered.link_preferred_until;
    if (!until || now < *until)
        return;
    until.reset();
    prefer(state, of_host);
}

void forget_8021x_certificates(device_state &state) {
    if (state.objects.find_name(contexts_class))
        edit_class(state, contexts_class).instances.clear();
}

} // namespace costrand::sim
