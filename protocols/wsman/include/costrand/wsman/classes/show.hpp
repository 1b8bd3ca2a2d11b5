// SPDX-License-Identifier: Apache-2.0
// Instances for people and for programs: rows, lines of text, JSON. Sans-io; nothing here shows a
// secret.
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman {

// One value of an instance.
struct shown_value {
    std::string name; // of the element
    std::string
        value; // "5 (NotApplicable)"; of a reference: "AMT_PublicKeyCertificate InstanceID=..."
};

// All values there are, in the table's order, then the elements that the table does not know; one
// entry for each element of an array.
[[nodiscard]] std::vector<shown_value> shown(const instance &of);

// The class's name, and a line for each value below it.
[[nodiscard]] std::string to_text(const instance &of);

// A JSON object, without white space. Keys are the names of the elements. Numbers and booleans are
// JSON's; an enumerated value is its number; an array is an array even with one element. A time is
// {"Datetime": ...}, a reference {"Address": ..., "ReferenceParameters": {"ResourceURI": ...,
// "SelectorSet": {name: value or reference}}}. Unknown elements are text or objects, and an array
// when there are several of one name.
[[nodiscard]] std::string to_json(const instance &of);

// What stands for a secret that is not empty.
inline constexpr std::string_view hidden = "(hidden)";

} // namespace costrand::wsman
