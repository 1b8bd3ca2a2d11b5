// SPDX-License-Identifier: Apache-2.0
// Reports for a person: sections one below the other, boxes side by side on a wide terminal, or a
// table.
#include <costrand/commands/report.hpp>

#include <algorithm>
#include <array>

namespace costrand::commands {

namespace {

using lines = std::vector<std::string>;

constexpr std::size_t label_width = 30;       // rpc-cli.md 4.3
constexpr std::size_t two_columns_from = 150; // rpc-cli.md 4.3
constexpr std::size_t gap = 2;                // between columns

// In characters, not bytes: all texts here are UTF-8.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string padded(std::string text, std::size_t width) {
    const auto is = width_of(text);
    return is < width ? text + std::string(width - is, ' ') : text;
}

std::string bar(std::size_t width) {
    std::string out;
    for (std::size_t i = 0; i < width; ++i)
        out += "─";
    return out;
}

// Pieces of at most `room` characters, at least one; cut at the last blank, if there is one.
lines pieces(std::string_view text, std::size_t room) {
    lines out;
    while (width_of(text) > room) {
        std::size_t cut = 0, blank = 0, characters = 0;
        for (std::size_t i = 0; i < text.size() && characters <= room; ++i)
            if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
                cut = i;
                if (text[i] == ' ')
                    blank = i;
                ++characters;
            }
        const auto end = blank > 0 ? blank : cut;
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(blank > 0 ? end + 1 : end);
    }
    out.emplace_back(text);
    return out;
}

void add(lines &to, const std::string &prefix, std::string_view value, std::size_t width) {
    constexpr std::size_t least = 10, unlimited = static_cast<std::size_t>(-1);
    const auto indent = width_of(prefix);
    const auto room = width == 0 ? unlimited : width > indent + least ? width - indent : least;
    bool first = true;
    for (const auto &piece : pieces(value, room)) {
        to.push_back((first ? prefix : std::string(indent, ' ')) + piece);
        first = false;
    }
}

void add_row(lines &to, std::string_view label, std::string_view value, std::size_t width) {
    add(to, "  " + padded(std::string(label), label_width) + ' ', value, width);
}

// What stands below a section's title, in at most `width` columns; 0: no limit.
lines body(const report_section &section, std::size_t width) {
    lines out;
    for (const auto &entry : section.entries) {
        if (!entry.brief.empty()) {
            add_row(out, entry.name, entry.brief, width);
            add(out, "    ", entry.detail, width);
            continue;
        }
        for (const auto &row : entry.rows)
            if (!row.label.empty() && !row.value.empty())
                add_row(out, row.label, row.value, width);
    }
    return out;
}

lines box(const report_section &section, std::size_t width) {
    constexpr std::size_t border = 4; // of the lines: "│ " and " │"
    lines out;
    const auto title = " " + section.title + " ";
    out.push_back("┌─" + title + bar(width - width_of(title) - 3) + "┐");
    for (auto &line : body(section, width - border))
        out.push_back("│ " + padded(std::move(line), width - border) + " │");
    out.push_back("└" + bar(width - 2) + "┘");
    return out;
}

std::string side_by_side(const report &what, std::size_t columns) {
    const std::size_t width = (columns - gap) / 2;
    std::array<lines, 2> sides;
    for (const auto &section : what) {
        if (body(section, 0).empty())
            continue;
        auto &side = sides[1].size() < sides[0].size() ? sides[1] : sides[0];
        for (auto &line : box(section, width))
            side.push_back(std::move(line));
    }
    std::string out;
    for (std::size_t i = 0; i < std::max(sides[0].size(), sides[1].size()); ++i) {
        const std::string left = i < sides[0].size() ? sides[0][i] : "";
        out += i < sides[1].size() ? padded(left, width + gap) + sides[1][i] : left;
        out += '\n';
    }
    return out;
}

using cells = std::array<std::string, 4>;
constexpr std::size_t flag_column = 1;

std::vector<cells> rows_of(const report &what) {
    std::vector<cells> out;
    for (const auto &section : what)
        for (const auto &entry : section.entries)
            for (const auto &row : entry.rows)
                if (!row.label.empty() && !row.value.empty())
                    out.push_back({section.category, std::string(row.flag), row.label, row.value});
    return out;
}

// The last two columns give way where the terminal is too narrow for all.
void fit(std::array<std::size_t, 4> &widths, std::size_t columns) {
    constexpr std::size_t narrow_property = 18, narrowest_value = 16;
    const auto before = [&] { return widths[0] + widths[1] + widths[2] + 3 * gap; };
    if (columns == 0 || before() + widths[3] <= columns)
        return;
    widths[2] = std::min(widths[2], narrow_property);
    widths[3] =
        std::min(widths[3], std::max(narrowest_value, columns - std::min(columns, before())));
}

std::string table_row(const cells &row, const std::array<std::size_t, 4> &widths) {
    std::array<lines, 4> parts;
    std::size_t height = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        parts[i] = pieces(row[i], std::max<std::size_t>(widths[i], 1));
        height = std::max(height, parts[i].size());
    }
    std::string out;
    for (std::size_t line = 0; line < height; ++line) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (widths[i] > 0)
                text += padded(line < parts[i].size() ? parts[i][line] : "", widths[i] + gap);
        out += text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
    }
    return out;
}

} // namespace

std::string as_text(const report &what, std::size_t columns) {
    if (columns >= two_columns_from)
        return side_by_side(what, columns);
    std::string out;
    for (const auto &section : what) {
        const auto below = body(section, columns);
        if (below.empty())
            continue;
        out +=
            (out.empty() ? "" : "\n") + section.title + '\n' + bar(width_of(section.title)) + '\n';
        for (const auto &line : below)
            out += line + '\n';
    }
    return out;
}

std::string as_table(const report &what, std::size_t columns) {
    auto rows = rows_of(what);
    rows.insert(rows.begin(), {"Category", "Flag", "Property", "Value"});
    std::array<std::size_t, 4> widths{};
    for (const auto &row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    const bool flags = std::any_of(rows.begin() + 1, rows.end(),
                                   [](const cells &row) { return !row[flag_column].empty(); });
    if (!flags) {
        widths[flag_column] = 0;
        rows.front()[flag_column].clear();
    }
    fit(widths, columns);
    std::string out;
    for (const auto &row : rows) {
        out += table_row(row, widths);
        if (&row == &rows.front())
            out +=
                table_row({bar(widths[0]), bar(widths[1]), bar(widths[2]), bar(widths[3])}, widths);
    }
    return out;
}

} // namespace costrand::commands
