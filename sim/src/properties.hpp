// SPDX-License-Identifier: Apache-2.0
// Properties of WS-Management instances that AMT host commands tell, too. Private to sim.
#pragma once

#include <costrand/sim/objects.hpp>

#include <string_view>

namespace costrand::sim {

// Of the first instance of a class; nullptr or empty when this firmware lacks it.
inline const wsman::xml_element *first_instance(const object_store &objects,
                                                std::string_view class_name) {
    const auto *known = objects.find_name(class_name);
    return known && !known->instances.empty() ? &known->instances.front() : nullptr;
}
inline std::string_view property(const object_store &objects, std::string_view class_name,
                                 std::string_view name) {
    const auto *instance = first_instance(objects, class_name);
    return instance ? instance->value(name) : std::string_view();
}

struct redirection_features {
    bool sol, ider, kvm;
};

// AMT_RedirectionService: 32769 IDER, 32770 SOL, 32771 both; KVM: 2 and 6 are enabled.
inline redirection_features enabled_redirection(const object_store &objects) {
    const auto enabled = property(objects, "AMT_RedirectionService", "EnabledState");
    const auto kvm = property(objects, "CIM_KVMRedirectionSAP", "EnabledState");
    return {enabled == "32770" || enabled == "32771", enabled == "32769" || enabled == "32771",
            kvm == "2" || kvm == "6"};
}

} // namespace costrand::sim
