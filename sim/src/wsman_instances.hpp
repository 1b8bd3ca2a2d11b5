// SPDX-License-Identifier: Apache-2.0
// Making instances and references to them, for the methods that add some. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/sim/objects.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace costrand::sim {

// An instance of that class without properties.
[[nodiscard]] wsman::xml_element instance_of(const object_class &known);

// "<prefix>0", "<prefix>1", ...: the first that no instance has as its key.
[[nodiscard]] std::string free_name(const object_class &known, std::string_view key,
                                    std::string_view prefix);

// To an instance, by the properties that are its keys.
[[nodiscard]] wsman::endpoint_reference refer(const wsman::xml_element &instance,
                                              std::initializer_list<std::string_view> keys);

// A property that refers to an instance; replaces one of the same name.
void set_reference(wsman::xml_element &instance, std::string_view name,
                   const wsman::endpoint_reference &to);

// For changing. Only of classes that this firmware has.
[[nodiscard]] object_class &edit_class(device_state &state, std::string_view class_name);

// Its instances as from the factory again. Only of classes that this firmware has.
void restore_class(device_state &state, const profile &device, std::string_view class_name);

// The instance that a property or parameter refers to, when it is of that class; nullptr: none.
[[nodiscard]] const wsman::xml_element *referred(const object_store &objects,
                                                 const wsman::xml_element *reference,
                                                 std::string_view class_name);

} // namespace costrand::sim
