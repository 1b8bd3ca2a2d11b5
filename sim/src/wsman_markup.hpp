// SPDX-License-Identifier: Apache-2.0
// Instances as markup for the body of a reply. Private to sim.
#pragma once

#include <costrand/wsman/xml.hpp>

#include <string>
#include <vector>

namespace costrand::sim {

// The namespaces that a reply's body needs and the envelope does not declare, in order of use.
void collect_namespaces(const wsman::xml_element &tree, std::vector<std::string> &list);

// With the prefixes that the envelope has for these namespaces.
[[nodiscard]] std::string as_markup(const wsman::xml_element &tree,
                                    const std::vector<std::string> &namespaces);

} // namespace costrand::sim
