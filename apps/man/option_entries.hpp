// SPDX-License-Identifier: Apache-2.0
// Manual page entries of option tables and exit codes, for the programs that use both.
#pragma once

#include "roff.hpp"

#include <costrand/activate/cli.hpp>
#include <costrand/activate/exit_code.hpp>

#include <string>

namespace costrand::man {

inline std::string option_entry(const activate::option_spec &spec) {
    const auto value = spec.kind == activate::value_kind::choice ? spec.choices : spec.value_name;
    return entry(option_tag(spec.letter, spec.name, value), activate::option_text(spec));
}

inline std::string exit_code_entries() {
    std::string out;
    for (const auto &[code, name, meaning] : activate::exit_codes())
        out += entry(bold(std::to_string(static_cast<int>(code))),
                     std::string(name) + (meaning.empty() ? "" : ": ") + std::string(meaning));
    return out;
}

} // namespace costrand::man
