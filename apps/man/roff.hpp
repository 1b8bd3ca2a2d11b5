// SPDX-License-Identifier: Apache-2.0
// Text for manual pages: a page is a template whose @marks@ are replaced by what the tables of a
// program say.
#pragma once

#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace costrand::man {

// As plain text: a hyphen that can be copied, no control lines.
inline std::string plain(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\''))
        out += "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

inline std::string bold(std::string_view text) {
    return "\\fB" + plain(text) + "\\fR";
}

inline std::string italic(std::string_view text) {
    return "\\fI" + plain(text) + "\\fR";
}

inline std::string heading(std::string_view text) {
    return ".SS " + plain(text) + '\n';
}

// `tag` is roff already.
inline std::string entry(const std::string &tag, std::string_view text) {
    return ".TP\n" + tag + '\n' + plain(text) + '\n';
}

// "-u, --url URL"; no letter: 0, no value: empty.
inline std::string option_tag(char letter, std::string_view name, std::string_view value) {
    std::string out = letter != 0 ? bold(std::string{'-', letter}) + ", " : std::string();
    out += bold("--" + std::string(name));
    return value.empty() ? out : out + ' ' + italic(value);
}

// Writes the page. Each mark of the template must be known.
inline void write_page(const std::string &from, const std::string &to,
                       const std::map<std::string, std::string> &marks) {
    std::ifstream in(from);
    std::string page(std::istreambuf_iterator<char>(in), {});
    if (!in || page.empty())
        throw std::runtime_error(from + " cannot be read");
    for (std::size_t at = page.find('@'); at != page.npos; at = page.find('@', at)) {
        const auto end = page.find('@', at + 1);
        const auto found =
            end == page.npos ? marks.end() : marks.find(page.substr(at + 1, end - at - 1));
        if (found == marks.end())
            throw std::runtime_error(from + ": a mark that nobody fills");
        page.replace(at, end + 1 - at, found->second);
        at += found->second.size();
    }
    std::ofstream out(to);
    out << page;
    if (!out.flush())
        throw std::runtime_error(to + " cannot be written");
}

} // namespace costrand::man
