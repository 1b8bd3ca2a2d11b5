// SPDX-License-Identifier: Apache-2.0
// What a command tells, in sections of rows, and the three forms in which it is shown: text for a
// person, a table, JSON. Pure functions: no device, no terminal.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/commands/amtinfo.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::commands {

struct report_row {
    enum class form { text, boolean, number };

    std::string_view key;  // of JSON
    std::string label;     // of text and table; empty: only in JSON
    std::string_view flag; // of the table: the option that asks for it; without any: no column
    std::string value;
    form as = form::text;
    bool even_empty = false; // in JSON
};

struct report_entry {
    std::string name; // of one thing among several
    std::vector<report_row> rows;
    // In text, instead of the rows: one line beside the name, and one below.
    std::string brief, detail;
};

struct report_section {
    enum class shape {
        top,    // the rows of the one entry are members of the whole JSON object
        object, // ... of an object in it
        map,    // one object for each entry, by its name
        list,   // one object for each entry
    };

    std::string title;
    std::string category; // of the table
    std::string_view key; // of JSON; of top: none
    shape as = shape::top;
    std::vector<report_entry> entries;
};
using report = std::vector<report_section>;

[[nodiscard]] report describe(const device_info &info);

// A terminal's columns make two columns of boxes where there are at least 150; 0: no terminal.
[[nodiscard]] std::string as_text(const report &what, std::size_t columns);
// The last two of its columns are wrapped to fit a terminal; 0: no terminal.
[[nodiscard]] std::string as_table(const report &what, std::size_t columns);
// JSON without white space, indented by two. Must be valid.
[[nodiscard]] std::string indented_json(std::string_view json);

// With `why`, the members status, code, name and message too. Ends with a newline.
[[nodiscard]] std::string as_json(const report &what, const activate::failure *why);

} // namespace costrand::commands
