// SPDX-License-Identifier: Apache-2.0
// The help text and what a manual page says of options, from the option table alone.
#include <costrand/activate/cli.hpp>

#include <algorithm>
#include <cstddef>

namespace costrand::activate {

namespace {

constexpr std::size_t text_column = 28;
constexpr std::size_t narrowest_text = 30;

std::string names(const option_spec &spec) {
    std::string out = spec.letter != 0 ? std::string("  -") + spec.letter + ", --" : "      --";
    out += spec.name;
    if (spec.kind == value_kind::toggle)
        return spec.choices.empty() ? out : out + "[=" + std::string(spec.choices) + ']';
    out += ' ';
    out += spec.kind == value_kind::choice ? spec.choices : spec.value_name;
    return out;
}

// Words that fill the columns from text_column to width.
void wrap(std::string &out, std::string_view text, std::size_t width) {
    const std::size_t room =
        std::max(width > text_column ? width - text_column : 0, narrowest_text);
    std::size_t used = 0;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        if (used > 0 && used + 1 + word.size() > room) {
            out += '\n' + std::string(text_column, ' ');
            used = 0;
        } else if (used > 0) {
            out += ' ';
            ++used;
        }
        out += word;
        used += word.size();
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    out += '\n';
}

void add_line(std::string &out, const option_spec &spec, std::size_t width) {
    std::string left = names(spec);
    if (left.size() + 2 > text_column)
        left += '\n' + std::string(text_column, ' ');
    else
        left.resize(text_column, ' ');
    out += left;
    wrap(out, option_text(spec), width);
}

} // namespace

std::string option_text(const option_spec &spec) {
    std::string out(spec.help);
    std::string facts;
    const auto add = [&](std::string_view label, std::string_view value) {
        if (value.empty())
            return;
        facts += facts.empty() ? " (" : "; ";
        facts += label;
        facts += value;
    };
    if (spec.kind != value_kind::toggle)
        add("default ", spec.fallback);
    add("environment ", spec.environment);
    return out + (facts.empty() ? "" : facts + ")");
}

std::vector<option_section> option_sections(option_table table) {
    std::vector<option_section> out;
    const auto add = [&](std::string heading, const auto &holds) {
        option_section section{std::move(heading), {}};
        for (const option_spec &spec : table)
            if (holds(spec))
                section.options.push_back(&spec);
        if (!section.options.empty())
            out.push_back(std::move(section));
    };
    std::vector<std::string_view> commands;
    for (const option_spec &of : table) {
        if (of.command.empty() || std::ranges::count(commands, of.command) > 0)
            continue;
        commands.push_back(of.command);
        add("Options of " + std::string(of.command), [&](const option_spec &s) {
            return s.command == of.command && s.state == standing::works;
        });
    }
    add("Options",
        [](const option_spec &s) { return s.command.empty() && s.state == standing::works; });
    add("Accepted, without effect",
        [](const option_spec &s) { return s.state == standing::no_effect; });
    add("Known, but not in this version",
        [](const option_spec &s) { return s.state == standing::later; });
    return out;
}

std::string describe_options(option_table table, std::size_t width) {
    std::string out;
    for (const option_section &section : option_sections(table)) {
        out += (out.empty() ? "" : "\n") + section.heading + ":\n";
        for (const option_spec *spec : section.options)
            add_line(out, *spec, width);
    }
    return out;
}

} // namespace costrand::activate
