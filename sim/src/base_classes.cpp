// SPDX-License-Identifier: Apache-2.0
#include "base_classes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace costrand::sim {
namespace {

struct base_class {
    std::string_view name;
    std::array<std::string_view, 3> derived;
};

// Recorded, but for a second package: that the chassis is one is assumed.
constexpr auto base_classes = std::to_array<base_class>({
    {"CIM_CredentialContext",
     {"AMT_8021xCredentialContext", "AMT_TLSCredentialContext", "IPS_8021xCredentialContext"}},
    {"CIM_PhysicalPackage", {"CIM_Card", "CIM_Chassis"}},
    {"CIM_ServiceAvailableToElement", {"CIM_AssociatedPowerManagementService"}},
    {"CIM_SystemPackaging", {"CIM_ComputerSystemPackage"}},
});

void append(std::vector<const wsman::xml_element *> &list, const object_class &from) {
    for (const auto &instance : from.instances)
        list.push_back(&instance);
}

} // namespace

std::vector<const wsman::xml_element *> listed(const object_store &objects,
                                               const object_class &known) {
    std::vector<const wsman::xml_element *> list;
    const auto *base = std::ranges::find(base_classes, known.name(), &base_class::name);
    if (base == base_classes.end()) {
        append(list, known);
        return list;
    }
    for (const auto name : base->derived)
        if (const auto *one = objects.find_name(name))
            append(list, *one);
    return list;
}

} // namespace costrand::sim
