// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/objects.hpp>

#include "recorded_classes.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace costrand::sim {
namespace {

// A key that refers to another instance equals a property that refers to the same class and keys;
// nobody looks at the address.
bool same_instance(const wsman::endpoint_reference &a, const wsman::endpoint_reference &b) {
    return a.resource_uri == b.resource_uri && a.selectors == b.selectors;
}

bool has_value(const wsman::xml_element &instance, const wsman::selector &key) {
    return std::ranges::any_of(instance.children, [&](const wsman::xml_element &property) {
        if (property.name != key.name)
            return false;
        if (!key.reference)
            return property.value() == key.value;
        const auto here = wsman::read_reference(property);
        return here && same_instance(*here, *key.reference);
    });
}

std::shared_ptr<object_class> read_class(std::string_view document) {
    auto root = wsman::parse_xml(document);
    assert(root && "the embedded documents are well-formed");
    auto made = std::make_shared<object_class>();
    made->resource_uri = *root->attribute("resource");
    made->instances = std::move(root->children);
    return made;
}

} // namespace

bool has_keys(const wsman::xml_element &instance, const std::vector<wsman::selector> &keys) {
    return std::ranges::all_of(
        keys, [&](const wsman::selector &key) { return has_value(instance, key); });
}

const wsman::xml_element *
object_class::find(const std::vector<wsman::selector> &keys) const noexcept {
    const auto found = std::ranges::find_if(
        instances, [&](const wsman::xml_element &i) { return has_keys(i, keys); });
    return found == instances.end() ? nullptr : &*found;
}

wsman::xml_element *object_class::find(const std::vector<wsman::selector> &keys) noexcept {
    return const_cast<wsman::xml_element *>(std::as_const(*this).find(keys));
}

void set_array(wsman::xml_element &instance, std::string_view name,
               const std::vector<std::string> &values) {
    auto &list = instance.children;
    auto at = std::ranges::find(list, name, &wsman::xml_element::name) - list.begin();
    remove_property(instance, name);
    // Firmware lists properties by the alphabet.
    if (at == std::ssize(list))
        at =
            std::ranges::find_if(list, [&](const auto &e) { return e.name > name; }) - list.begin();
    for (const auto &value : values) {
        wsman::xml_element property;
        property.ns = instance.ns;
        property.name = name;
        property.text = value;
        list.insert(list.begin() + at++, std::move(property));
    }
}

void set_property(wsman::xml_element &instance, std::string_view name, std::string_view value) {
    std::vector<std::string> one;
    one.emplace_back(value);
    set_array(instance, name, one);
}

void remove_property(wsman::xml_element &instance, std::string_view name) {
    std::erase_if(instance.children, [&](const auto &e) { return e.name == name; });
}

object_store object_store::factory() {
    static const object_store recorded = [] {
        object_store made;
        for (const auto document : recorded_classes()) {
            auto one = read_class(document);
            made.classes_.emplace(one->resource_uri, std::move(one));
        }
        return made;
    }();
    return recorded;
}

const object_class *object_store::find(std::string_view resource_uri) const noexcept {
    const auto found = classes_.find(resource_uri);
    return found == classes_.end() ? nullptr : found->second.get();
}

object_class &object_store::edit(std::string_view resource_uri) {
    const auto found = classes_.find(resource_uri);
    assert(found != classes_.end());
    // The factory's copy always holds one of the counts.
    if (found->second.use_count() > 1)
        found->second = std::make_shared<object_class>(*found->second);
    return *found->second;
}

const object_class *object_store::find_name(std::string_view class_name) const noexcept {
    const auto found = std::ranges::find_if(
        classes_, [&](const auto &entry) { return entry.second->name() == class_name; });
    return found == classes_.end() ? nullptr : found->second.get();
}

void object_store::change(std::string_view class_name,
                          const std::function<void(wsman::xml_element &)> &change) {
    const auto *known = find_name(class_name);
    if (!known || known->instances.empty())
        return;
    change(edit(known->resource_uri).instances.front());
}

std::vector<const object_class *> object_store::all() const {
    std::vector<const object_class *> out;
    for (const auto &[uri, one] : classes_)
        out.push_back(one.get());
    return out;
}

void object_store::remove_class(std::string_view class_name) {
    std::erase_if(classes_, [&](const auto &entry) { return entry.second->name() == class_name; });
}

} // namespace costrand::sim
