// SPDX-License-Identifier: Apache-2.0
// What the device's objects say about presence servers: which one a user-initiated connection goes
// to, and which DNS suffixes mean "at home". Private to sim.
#pragma once

#include <costrand/sim/objects.hpp>

#include <costrand/wsman/envelope.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace costrand::sim {

// The instance that a property of an association refers to; nullptr when it is gone.
inline const wsman::xml_element *referred(const object_store &objects,
                                          const wsman::xml_element &association,
                                          std::string_view property) {
    const auto *reference = association.child(property);
    if (!reference)
        return nullptr;
    const auto target = wsman::read_reference(*reference);
    const auto *known = target ? objects.find(target->resource_uri) : nullptr;
    return known ? known->find(target->selectors) : nullptr;
}

// Address of the server that the rule for user-initiated connections names.
inline std::optional<std::string> user_presence_server(const object_store &objects) {
    const auto *all = objects.find_name("AMT_RemoteAccessPolicyAppliesToMPS");
    if (!all)
        return std::nullopt;
    for (const auto &association : all->instances) {
        const auto *rule = referred(objects, association, "PolicySet");
        const auto *server = referred(objects, association, "ManagedElement");
        if (rule && server && rule->value("Trigger") == "0")
            return std::string(server->value("AccessInfo"));
    }
    return std::nullopt;
}

inline std::vector<std::string> home_suffixes(const object_store &objects) {
    std::vector<std::string> suffixes;
    const auto *known = objects.find_name("AMT_EnvironmentDetectionSettingData");
    if (known && !known->instances.empty())
        for (const auto *one : known->instances.front().children_named("DetectionStrings"))
            suffixes.emplace_back(one->value());
    return suffixes;
}

} // namespace costrand::sim
