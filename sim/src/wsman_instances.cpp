// SPDX-License-Identifier: Apache-2.0
#include "wsman_instances.hpp"

#include "factory_objects.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace costrand::sim {

using wsman::endpoint_reference;
using wsman::xml_element;

xml_element instance_of(const object_class &known) {
    xml_element made;
    made.ns = known.resource_uri;
    made.name = known.name();
    return made;
}

std::string free_name(const object_class &known, std::string_view key, std::string_view prefix) {
    for (std::size_t n = 0;; ++n) {
        auto name = std::string(prefix) + std::to_string(n);
        if (std::ranges::none_of(known.instances,
                                 [&](const auto &i) { return i.value(key) == name; }))
            return name;
    }
}

endpoint_reference refer(const xml_element &instance,
                         std::initializer_list<std::string_view> keys) {
    endpoint_reference to;
    to.resource_uri = instance.ns;
    for (const auto key : keys)
        to.selectors.push_back({std::string(key), std::string(instance.value(key)), nullptr});
    return to;
}

void set_reference(xml_element &instance, std::string_view name, const endpoint_reference &to) {
    wsman::xml_writer markup;
    markup.open("p", {{"xmlns:b", wsman::uri::addressing}, {"xmlns:c", wsman::uri::wsman}});
    wsman::write_reference(markup, to, "b", "c");
    auto property = wsman::parse_xml(*markup.close().finish());
    property->ns = instance.ns;
    property->name = name;
    const auto old = std::ranges::find(instance.children, name, &xml_element::name);
    if (old != instance.children.end())
        *old = std::move(*property);
    else
        instance.children.push_back(std::move(*property));
}

object_class &edit_class(device_state &state, std::string_view class_name) {
    return state.objects.edit(state.objects.find_name(class_name)->resource_uri);
}

void restore_class(device_state &state, const profile &device, std::string_view class_name) {
    const auto fresh = factory_objects(device, state.digest_realm);
    edit_class(state, class_name).instances = fresh.find_name(class_name)->instances;
}

const xml_element *referred(const object_store &objects, const xml_element *reference,
                            std::string_view class_name) {
    const auto *known = objects.find_name(class_name);
    if (!known || !reference)
        return nullptr;
    const auto to = wsman::read_reference(*reference);
    if (!to || to->resource_uri != known->resource_uri || to->selectors.empty())
        return nullptr;
    return known->find(to->selectors);
}

} // namespace costrand::sim
