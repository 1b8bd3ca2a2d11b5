// SPDX-License-Identifier: Apache-2.0
// object_store: the instances of the WS-Management classes that a simulated device holds. Made of
// the recorded ones in sim/data; changed by Put, Delete and methods. Knows no rules.
#pragma once

#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/xml.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// One class by its resource URI, and its instances: elements as Get gives them.
struct object_class {
    std::string resource_uri;
    std::vector<wsman::xml_element> instances;

    [[nodiscard]] std::string_view name() const noexcept {
        return std::string_view(resource_uri).substr(resource_uri.rfind('/') + 1);
    }
    // The first instance whose properties equal all selectors; nullptr when there is none.
    [[nodiscard]] wsman::xml_element *find(const std::vector<wsman::selector> &keys) noexcept;
    [[nodiscard]] const wsman::xml_element *
    find(const std::vector<wsman::selector> &keys) const noexcept;
};

// Whether the instance has all of these keys: a text, or a reference to an instance, whose address
// does not count.
[[nodiscard]] bool has_keys(const wsman::xml_element &instance,
                            const std::vector<wsman::selector> &keys);

// A property is a child element; an array is the same child several times.
void set_property(wsman::xml_element &instance, std::string_view name, std::string_view value);
void set_array(wsman::xml_element &instance, std::string_view name,
               const std::vector<std::string> &values);
void remove_property(wsman::xml_element &instance, std::string_view name);

// Copies are cheap: classes are shared until one of the copies is changed.
class object_store {
  public:
    // What a device holds when it leaves the factory.
    [[nodiscard]] static object_store factory();

    // nullptr: no such class in this firmware.
    [[nodiscard]] const object_class *find(std::string_view resource_uri) const noexcept;
    // For changing. Only of classes that find() knows.
    [[nodiscard]] object_class &edit(std::string_view resource_uri);
    // The class of that name, whatever its URI's base; nullptr when it is unknown.
    [[nodiscard]] const object_class *find_name(std::string_view class_name) const noexcept;
    // For changing the one instance of a class that has one; no effect on a class without.
    void change(std::string_view class_name,
                const std::function<void(wsman::xml_element &)> &change);

    // Every class, by its resource URI.
    [[nodiscard]] std::vector<const object_class *> all() const;

    void remove_class(std::string_view class_name);
    [[nodiscard]] std::size_t size() const noexcept { return classes_.size(); }

  private:
    using class_map = std::map<std::string, std::shared_ptr<object_class>, std::less<>>;

    class_map classes_; // by resource URI
};

} // namespace costrand::sim
