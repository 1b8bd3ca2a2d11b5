// SPDX-License-Identifier: Apache-2.0
#include "factory_objects.hpp"

#include "encoding.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

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
    objects.change("CIM_WiFiPort", [&](auto &port) {
        set_property(port, "PermanentAddress", print_mac(p.wireless.mac, ""));
    });
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

} // namespace

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
    // As GetUuid tells it, in hexadecimal: two recorded replies of one device show that.
    objects.change("CIM_ComputerSystemPackage", [&](auto &package) {
        set_property(package, "PlatformGUID", upper_hex(wire_uuid(p.uuid)));
    });
    describe_network(objects, p);
    describe_software(objects, p);
    shape_classes(objects, p.classes);
    return objects;
}

} // namespace costrand::sim
