// SPDX-License-Identifier: Apache-2.0
#include "wsman_markup.hpp"

#include <costrand/wsman/envelope.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace costrand::sim {

void collect_namespaces(const wsman::xml_element &tree, std::vector<std::string> &list) {
    constexpr auto declared = std::to_array<std::string_view>(
        {wsman::uri::envelope, wsman::uri::addressing, wsman::uri::wsman});
    if (!tree.ns.empty() && std::ranges::find(declared, tree.ns) == declared.end() &&
        std::ranges::find(list, tree.ns) == list.end())
        list.push_back(tree.ns);
    for (const auto &child : tree.children)
        collect_namespaces(child, list);
}

std::string as_markup(const wsman::xml_element &tree, const std::vector<std::string> &namespaces) {
    wsman::xml_writer to;
    wsman::write_tree(to, tree, wsman::reply_prefixes(namespaces));
    auto text = to.finish();
    return text ? *text : std::string(); // our own data and parsed requests are always writable
}

} // namespace costrand::sim
