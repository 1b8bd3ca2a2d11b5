// SPDX-License-Identifier: Apache-2.0
// The way AMT itself is on the network: wired and wireless ports, proxies.
#include <costrand/wsman/configure.hpp>

#include "configure_additions.hpp"
#include "configure_wireless.hpp"

#include <costrand/core/error.hpp>
#include <costrand/wsman/classes/boot_settings.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace costrand::wsman {

namespace {

constexpr std::string_view wired_port = "Intel(r) AMT Ethernet Port Settings 0";
constexpr std::string_view wireless_port = "Intel(r) AMT Ethernet Port Settings 1";
constexpr std::string_view profile_prefix = "Intel(r) AMT:WiFi Endpoint Settings ";

void write_addresses(amt::ethernet_port_settings &port, const wired_settings &wanted) {
    const auto set = [](std::optional<std::string> &field, const std::string &value) {
        field.reset();
        if (!value.empty())
            field = value;
    };
    set(port.ip_address, wanted.address);
    set(port.subnet_mask, wanted.subnet_mask);
    set(port.default_gateway, wanted.gateway);
    set(port.primary_dns, wanted.primary_dns);
    set(port.secondary_dns, wanted.secondary_dns);
}

awaitable<void> switch_wifi_on(client &amt) {
    const auto port = co_await get_instance<cim::wifi_port>(amt);
    constexpr auto on = cim::wifi_port_state::wifi_enabled_s0_sx_ac;
    if (port.enabled_state == on)
        co_return;
    cim::request_wifi_port_state_input input;
    input.requested_state = on;
    auto output = co_await invoke<cim::request_wifi_port_state_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

cim::wifi_endpoint_settings settings_of(wireless_profile profile, const std::string &id) {
    cim::wifi_endpoint_settings out;
    out.element_name = std::move(profile.name);
    out.instance_id = id;
    out.authentication_method = profile.authentication;
    out.encryption_method = profile.encryption;
    out.ssid = std::move(profile.ssid);
    out.priority = profile.priority;
    if (!profile.passphrase.empty())
        out.psk_pass_phrase = std::move(profile.passphrase);
    return out;
}

// Of the input of adding and of updating.
template <typename Input>
void write_8021x(Input &to, std::optional<wireless_8021x> from) {
    if (!from)
        return;
    to.ieee8021x_settings_input = std::move(from->settings);
    to.client_credential = std::move(from->client);
    to.ca_credential = std::move(from->root);
}

awaitable<void> add_profile(client &amt, cim::wifi_endpoint_settings settings,
                            std::optional<wireless_8021x> more) {
    amt::add_wifi_settings_input input;
    write_8021x(input, std::move(more));
    std::vector<selector> endpoint;
    endpoint.push_back({"Name", "WiFi Endpoint 0"});
    input.wifi_endpoint = reference_to<cim::wifi_endpoint>(std::move(endpoint));
    input.wifi_endpoint_settings_input = std::move(settings);
    auto output = co_await invoke<amt::add_wifi_settings_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

// The old one is there until the device has taken the new one: its passphrase cannot be read.
awaitable<void> update_profile(client &amt, cim::wifi_endpoint_settings settings,
                               std::optional<wireless_8021x> more) {
    amt::update_wifi_settings_input input;
    write_8021x(input, std::move(more));
    input.wifi_endpoint_settings =
        reference_to<cim::wifi_endpoint_settings>(by_instance(*settings.instance_id));
    input.wifi_endpoint_settings_input = std::move(settings);
    auto output = co_await invoke<amt::update_wifi_settings_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<void> remove_profile(client &amt, std::string id) {
    auto which = reference_to<cim::wifi_endpoint_settings>(by_instance(std::move(id)));
    co_await amt.remove(std::move(which));
}

ips::proxy_info_format format_of(const std::string &address) {
    error_code failed;
    const auto parsed = net::ip::make_address(address, failed);
    if (failed)
        return ips::proxy_info_format::fqdn;
    return parsed.is_v4() ? ips::proxy_info_format::ipv4 : ips::proxy_info_format::ipv6;
}

} // namespace

// A device without one has the instance all the same, without an address.
awaitable<bool> has_wireless_port(client &amt) {
    constexpr std::string_view no_address = "00-00-00-00-00-00";
    const auto ports = co_await all_instances<amt::ethernet_port_settings>(amt);
    co_return std::ranges::any_of(ports, [&](const auto &port) {
        const auto address = port.mac_address.value_or("");
        return port.instance_id == wireless_port && !address.empty() && address != no_address;
    });
}

awaitable<bool> set_wifi_sync(client &amt, bool with_system, bool with_uefi) {
    using sync = amt::local_profile_synchronization;
    auto service = co_await get_instance<amt::wifi_port_configuration_service>(amt);
    const auto can = co_await get_instance<amt::boot_capabilities>(amt);
    const bool can_share = can.uefi_wifi_co_existence_and_profile_share == true;
    const auto before = service;
    service.local_profile_synchronization_enabled =
        with_system ? sync::unrestricted_sync : sync::local_sync_disabled;
    if (can_share)
        service.uefi_wifi_profile_share_enabled = with_uefi;
    const bool differs =
        service.local_profile_synchronization_enabled !=
            before.local_profile_synchronization_enabled ||
        service.uefi_wifi_profile_share_enabled != before.uefi_wifi_profile_share_enabled;
    if (differs)
        co_await put_instance(amt, std::move(service));
    co_return can_share;
}

awaitable<void> set_wired(client &amt, wired_settings wanted) {
    auto key = by_instance(std::string(wired_port));
    auto port = co_await get_instance<amt::ethernet_port_settings>(amt, key);
    port.dhcp_enabled = wanted.dhcp;
    port.ip_sync_enabled = wanted.ip_sync;
    port.shared_static_ip = !wanted.dhcp && wanted.ip_sync;
    if (wanted.dhcp || wanted.ip_sync)
        port = without_addresses(std::move(port));
    else
        write_addresses(port, wanted);
    co_await put_instance(amt, std::move(port), std::move(key));
}

awaitable<void> add_wireless(client &amt, wireless_profile profile) {
    return write_wireless(amt, std::move(profile), std::nullopt);
}

awaitable<void> write_wireless(client &amt, wireless_profile profile,
                               std::optional<wireless_8021x> more) {
    const auto known = co_await all_instances<cim::wifi_endpoint_settings>(amt);
    const auto id = std::string(profile_prefix) + profile.name;
    const bool is_there =
        std::ranges::any_of(known, [&](const auto &other) { return other.instance_id == id; });
    co_await switch_wifi_on(amt);
    auto settings = settings_of(std::move(profile), id);
    if (is_there)
        co_await update_profile(amt, std::move(settings), std::move(more));
    else
        co_await add_profile(amt, std::move(settings), std::move(more));
}

awaitable<std::size_t> purge_wireless(client &amt) {
    const auto known = co_await all_instances<cim::wifi_endpoint_settings>(amt);
    std::size_t deleted = 0;
    std::exception_ptr first;
    for (const auto &profile : known) {
        if (!profile.instance_id || profile.instance_id->empty())
            continue;
        try {
            co_await remove_profile(amt, *profile.instance_id);
            ++deleted;
        } catch (const system_error &e) {
            if (e.code() != errc::fault)
                throw;
            if (!first)
                first = std::current_exception();
        }
    }
    if (first)
        std::rethrow_exception(first);
    co_return deleted;
}

awaitable<std::vector<ips::http_proxy_access_point>> proxies(client &amt) {
    return all_instances<ips::http_proxy_access_point>(amt);
}

awaitable<void> add_proxy(client &amt, proxy_settings proxy) {
    ips::add_proxy_access_point_input input;
    input.info_format = format_of(proxy.address);
    input.access_info = std::move(proxy.address);
    input.port = proxy.port;
    input.network_dns_suffix = std::move(proxy.dns_suffix);
    auto output = co_await invoke<ips::add_proxy_access_point_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<std::size_t> remove_proxy(client &amt, std::string address) {
    const auto known = co_await proxies(amt);
    std::size_t deleted = 0;
    for (const auto &proxy : known) {
        if (proxy.access_info != address || !proxy.name)
            continue;
        std::vector<selector> keys;
        keys.push_back({"Name", *proxy.name});
        auto which = reference_to<ips::http_proxy_access_point>(std::move(keys));
        co_await amt.remove(std::move(which));
        ++deleted;
    }
    co_return deleted;
}

} // namespace costrand::wsman
