// SPDX-License-Identifier: Apache-2.0
// The described classes by their names, for programs that learn at run time which class they have
// before them. Sans-io.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/xml.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace costrand::wsman {

// How a diagnostic reads a class (wsman.md 8, rpc-cli.md 10.1).
enum class fetch_by : std::uint8_t { nothing, get, enumerate };

struct registered_class {
    const class_description *schema;
    fetch_by fetch;
};

// All classes, in the order of wsman.md 8: AMT, CIM, IPS.
[[nodiscard]] std::span<const registered_class> all_classes() noexcept;

// nullptr for a class that is not described.
[[nodiscard]] const class_description *find_class(std::string_view name) noexcept;

struct instance_deleter {
    void operator()(instance *i) const noexcept { i->schema().destroy(i); }
};
using any_instance = std::unique_ptr<instance, instance_deleter>;

// An instance of whatever class the element names: a base class gives those of derived classes.
// Error: errc::unknown_class.
[[nodiscard]] core::result<any_instance> read_any(const xml_element &from);

} // namespace costrand::wsman
