// SPDX-License-Identifier: Apache-2.0
// Lists of names in one text, with a blank between them, for tables. Private to sim.
#pragma once

#include <string_view>

namespace costrand::sim {

// Calls for each word, in order.
template <typename Function>
void for_each_word(std::string_view list, Function function) {
    while (!list.empty()) {
        const auto word = list.substr(0, list.find(' '));
        list.remove_prefix(word.size() < list.size() ? word.size() + 1 : word.size());
        if (!word.empty())
            function(word);
    }
}

[[nodiscard]] inline bool has_word(std::string_view list, std::string_view wanted) {
    bool found = false;
    for_each_word(list, [&](std::string_view word) { found = found || word == wanted; });
    return found;
}

} // namespace costrand::sim
