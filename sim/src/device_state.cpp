// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/device_state.hpp>

#include "encoding.hpp"
#include "presence.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace costrand::sim {
namespace {

std::string print_mac(const std::array<std::uint8_t, 6> &mac, std::string_view between) {
    std::string out;
    for (const auto byte : mac) {
        if (!out.empty())
            out += between;
        out += hex(std::array{std::byte{byte}});
    }
    return out;
}

std::string print_ipv4(const std::array<std::uint8_t, 4> &address) {
    std::string out;
    for (const auto part : address)
        out += (out.empty() ? "" : ".") + std::to_string(part);
    return out;
}

void describe_network(object_store &objects, const profile &p) {
    const auto *ports = objects.find_name("AMT_EthernetPortSettings");
    auto &settings = objects.edit(ports->resource_uri).instances;
    auto &wired = settings.front();
    set_property(wired, "MACAddress", print_mac(p.wired.mac, "-"));
    set_property(wired, "IPAddress", print_ipv4(p.wired.ipv4));
    set_property(wired, "DHCPEnabled", p.wired.dhcp ? "true" : "false");
    set_property(wired, "LinkIsUp", p.wired.link_up ? "true" : "false");
    if (p.wireless.present())
        set_property(settings[1], "MACAddress", print_mac(p.wireless.mac, "-"));
    else
        settings.resize(1);
    for (const auto *name : {"CIM_WiFiPort", "CIM_WiFiEndpoint", "CIM_WiFiEndpointCapabilities",
                             "CIM_WiFiPortCapabilities"})
        if (const auto *wifi = objects.find_name(name); wifi && !p.wireless.present())
            objects.edit(wifi->resource_uri).instances.clear();
    objects.change("CIM_EthernetPort", [&](auto &port) {
        set_property(port, "NetworkAddresses", print_mac(p.wired.mac, ""));
    });
    objects.change("IPS_LANEndpoint",
                   [&](auto &end) { set_property(end, "MACAddress", print_mac(p.wired.mac, "")); });
}

void describe_software(object_store &objects, const profile &p) {
    const auto *identities = objects.find_name("CIM_SoftwareIdentity");
    for (auto &identity : objects.edit(identities->resource_uri).instances) {
        const auto id = identity.value("InstanceID");
        if (id == "Build Number" || id == "Recovery Build Num")
            set_property(identity, "VersionString", p.build_number);
        else if (id == "Sku")
            set_property(identity, "VersionString", p.sku);
        else if (id != "VendorID" && id != "Legacy Mode")
            set_property(identity, "VersionString", p.amt_version);
    }
}

// The properties that tell the control mode. ProvisioningMode: 1 admin, 4 client control; 1 before
// the activation is assumed.
void describe_mode(device_state &state) {
    state.objects.change("IPS_HostBasedSetupService", [&](auto &service) {
        set_property(service, "CurrentControlMode",
                     std::to_string(static_cast<std::uint32_t>(state.mode)));
    });
    state.objects.change("AMT_SetupAndConfigurationService", [&](auto &service) {
        set_property(service, "ProvisioningMode", state.mode == control_mode::client ? "4" : "1");
        set_property(service, "ProvisioningState",
                     std::to_string(static_cast<std::uint32_t>(state.provisioning)));
    });
}

// What this generation lacks.
void shape_classes(object_store &objects, const class_profile &classes) {
    for (const auto &name : classes.missing)
        objects.remove_class(name);
    const auto instances_of = [&objects](std::string_view name) {
        const auto *known = objects.find_name(name);
        return known ? &objects.edit(known->resource_uri).instances : nullptr;
    };
    for (const auto &name : classes.empty)
        if (auto *instances = instances_of(name))
            instances->clear();
    for (const auto &name : classes.without) {
        const auto dot = name.find('.');
        if (auto *instances = instances_of(std::string_view(name).substr(0, dot)))
            for (auto &instance : *instances)
                remove_property(instance, std::string_view(name).substr(dot + 1));
    }
}

// AllowedControlModes do not change with the activation: assumed.
object_store factory_objects(const profile &p, const std::string &realm) {
    auto objects = object_store::factory();
    objects.change("AMT_GeneralSettings", [&](auto &settings) {
        set_property(settings, "DigestRealm", realm);
        set_property(settings, "HostName", p.host_name);
        set_property(settings, "DomainName", p.domain_name);
    });
    objects.change("IPS_HostBasedSetupService", [&](auto &service) {
        std::vector<std::string> modes{"2"};
        if (p.allows_client_control)
            modes.emplace_back("1");
        set_array(service, "AllowedControlModes", modes);
    });
    describe_network(objects, p);
    describe_software(objects, p);
    shape_classes(objects, p.classes);
    return objects;
}

void enter(device_state &state, control_mode mode, core::secret admin_ha1) {
    state.mode = mode;
    state.provisioning = provisioning_state::post;
    state.admin_ha1 = std::move(admin_ha1);
    describe_mode(state);
}

} // namespace

device_state factory_state(const profile &p, core::random_source &random) {
    device_state state;
    std::array<std::byte, 16> bytes;
    random.fill(bytes);
    state.digest_realm = "Digest:" + upper_hex(bytes);
    std::array<std::byte, 24> password;
    random.fill(password);
    state.local_password = core::secret(base64(password)); // 32 characters, as in heci.md 9.10
    state.amt_enabled = p.amt_enabled;
    state.objects = factory_objects(p, state.digest_realm);
    describe_mode(state);
    return state;
}

device_state new_device(const profile &p, core::random_source &random, core::time_point now) {
    // 2026-01-01T00:00:00Z: assumed.
    constexpr std::int64_t unset_clock = 1'767'225'600;
    auto state = factory_state(p, random);
    const auto since_zero = now.time_since_epoch();
    state.clock_base =
        unset_clock - std::chrono::duration_cast<std::chrono::seconds>(since_zero).count();
    return state;
}

void enter_client_control(device_state &state, core::secret admin_ha1) {
    enter(state, control_mode::client, std::move(admin_ha1));
}

void enter_admin_control(device_state &state, core::secret admin_ha1) {
    enter(state, control_mode::admin, std::move(admin_ha1));
}

void forget_chain(device_state &state) {
    state.powered.setup_chain.clear();
    state.powered.setup_chain_complete = false;
}

void unprovision(device_state &state, const profile &p) {
    state.mode = control_mode::none;
    state.provisioning = provisioning_state::pre;
    state.admin_ha1 = core::secret();
    state.mebx_password = core::secret();
    state.host_based.reset();
    if (state.tls)
        ++state.powered.tls_changes;
    state.tls.reset();
    state.key_pairs.clear();
    state.tls_key = core::secret();
    state.tls_certificate.clear();
    state.last_failed_connection.reset();
    state.powered.user_connection.reset();
    forget_chain(state);
    state.powered.configuration_nonce.clear();
    state.objects = factory_objects(p, state.digest_realm);
    describe_mode(state);
}

void settle(device_state &state, const profile &p, core::time_point now) {
    auto &on = state.powered;
    if (on.watchdog_due && now >= *on.watchdog_due) {
        on.watchdog_due.reset();
        ++on.watchdog_expiries;
    }
    if (on.user_connection && now - *on.user_connection >= p.presence.attempt) {
        const auto clock = [&](core::time_point t) {
            return static_cast<std::uint32_t>(device_clock(state, t));
        };
        state.last_failed_connection = failed_connection{
            clock(*on.user_connection), clock(*on.user_connection + p.presence.attempt),
            user_presence_server(state.objects).value_or("")};
        on.user_connection.reset();
    }
}

std::int64_t device_clock(const device_state &state, core::time_point now) noexcept {
    return state.clock_base +
           std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

} // namespace costrand::sim
