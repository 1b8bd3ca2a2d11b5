// SPDX-License-Identifier: Apache-2.0
// Instances from elements of a reply, and into bodies of requests, by their class's table. Sans-io.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/xml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman {

// Fills an empty instance. Elements go by their local names (their namespaces differ in recorded
// replies). Nothing fails and nothing is lost: what does not fit goes to instance::others. An
// element that says nil is no value.
void read_fields(const xml_element &from, instance &to);

// An instance of exactly this class, or the output of exactly this method. Error:
// errc::another_class. Its members are all optional: look before you use one.
template <typename T>
[[nodiscard]] core::result<T> read(const xml_element &from) {
    if (from.name != T::wire_name)
        return errc::another_class;
    T out;
    read_fields(from, out);
    return out;
}

// Elements among the others that the table knows: their values are not of the type they should
// have, or they came too often.
[[nodiscard]] std::vector<std::string_view> misfits(const instance &of);

// Elements that a Put needs and that have no value.
[[nodiscard]] std::vector<std::string_view> missing(const instance &of);

// The body of a Put or Create: everything but the read-only members, in the table's order, then the
// others as they came. May hold secrets: see core::wipe. Errors: errc::element_missing,
// errc::xml_unwritable.
[[nodiscard]] core::result<std::string> put_body(const instance &of);

// The body that says everything, read-only members included.
[[nodiscard]] core::result<std::string> whole_body(const instance &of);

// The input of a method as method_call::parameters. May hold secrets. Error: errc::xml_unwritable.
[[nodiscard]] core::result<std::string> parameters(const instance &input);

} // namespace costrand::wsman
