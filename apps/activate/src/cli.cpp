// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/cli.hpp>

#include <costrand/activate/failure.hpp>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdlib>

namespace costrand::activate {

namespace detail {

std::size_t find_option(option_table table, std::string_view name) noexcept {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const option_spec &spec) { return spec.name == name; });
    return found == table.end() ? no_option : static_cast<std::size_t>(found - table.begin());
}

std::size_t find_letter(option_table table, char letter) noexcept {
    const auto found = std::find_if(table.begin(), table.end(), [&](const option_spec &spec) {
        return letter != 0 && spec.letter == letter;
    });
    return found == table.end() ? no_option : static_cast<std::size_t>(found - table.begin());
}

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::optional<std::string> toggle(std::string_view text) {
    const std::string word = lower(text);
    for (std::string_view yes : {"true", "yes", "on", "1"})
        if (word == yes)
            return "true";
    for (std::string_view no : {"false", "no", "off", "0"})
        if (word == no)
            return "false";
    return std::nullopt;
}

std::string listed(std::string_view choices) {
    std::string out;
    for (const char c : choices)
        out += c == '|' ? std::string(", ") : std::string(1, c);
    return out;
}

std::optional<std::string> seconds(std::string_view text) {
    constexpr unsigned longest = 86400; // a day: more is a slip of the keyboard
    if (text.ends_with('s'))
        text.remove_suffix(1);
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < 1 || value > longest)
        return std::nullopt;
    return std::to_string(value);
}

std::optional<std::string> choice(std::string_view choices, std::string_view text) {
    const std::string word = lower(text);
    while (!choices.empty()) {
        const auto bar = choices.find('|');
        if (const auto one = choices.substr(0, bar); lower(one) == word)
            return std::string(one);
        choices.remove_prefix(bar == choices.npos ? choices.size() : bar + 1);
    }
    return std::nullopt;
}

void read_environment(option_values &values,
                      const std::function<const char *(const char *)> &environment) {
    const auto table = values.table();
    for (std::size_t i = 0; i < table.size(); ++i) {
        const option_spec &spec = table[i];
        if (spec.environment.empty())
            continue;
        const char *text = environment(std::string(spec.environment).c_str());
        if (!text || *text == '\0')
            continue;
        // By its convention any text in NO_COLOR switches colours off.
        auto value = spec.environment == "NO_COLOR" ? "true" : normal_form(spec, text);
        std::string where = "the environment variable " + std::string(spec.environment);
        if (!value)
            throw error(exit_code::incorrect_command_line_parameters,
                        where + ": \"" + (spec.secret ? "..." : printable(text, 60)) +
                            "\" is not " + expected(spec));
        values.offer(i, {core::secret(std::move(*value)), origin::environment, std::move(where)});
    }
}

} // namespace

std::optional<std::string> normal_form(const option_spec &spec, std::string_view text) {
    switch (spec.kind) {
    case value_kind::toggle:
        if (auto word = toggle(text); word || spec.choices.empty())
            return word;
        return choice(spec.choices, text);
    case value_kind::seconds:
        return seconds(text);
    case value_kind::choice:
        return choice(spec.choices, text);
    case value_kind::text:
    case value_kind::login:
    case value_kind::list:
        break;
    }
    return std::string(text);
}

std::string expected(const option_spec &spec) {
    switch (spec.kind) {
    case value_kind::toggle:
        if (spec.choices.empty())
            return "true or false";
        return "true, false or " + listed(spec.choices);
    case value_kind::seconds:
        return "a number of seconds from 1 to 86400";
    case value_kind::choice:
        return "one of " + listed(spec.choices);
    case value_kind::text:
    case value_kind::login:
    case value_kind::list:
        break;
    }
    return "a text";
}

} // namespace detail

const option_value &option_values::operator[](std::string_view name) const {
    const auto index = detail::find_option(table_, name);
    assert(index != detail::no_option);
    if (index == detail::no_option)
        std::abort();
    return values_[index];
}

std::string option_values::text(std::string_view name) const {
    return std::string((*this)[name].text.reveal());
}

bool option_values::is_on(std::string_view name) const {
    const auto text = (*this)[name].text.reveal();
    return !text.empty() && text != "false";
}

bool option_values::given(std::string_view name) const {
    const auto index = detail::find_option(table_, name);
    const option_value &value = (*this)[name];
    if (value.from == origin::standard || value.text.empty())
        return false;
    return table_[index].kind != value_kind::toggle || is_on(name);
}

void option_values::offer(std::size_t index, option_value value) {
    option_value &there = values_[index];
    if (value.from < there.from)
        return;
    if (table_[index].kind == value_kind::list && value.from == there.from && !there.text.empty())
        value.text =
            core::secret(std::string(there.text.reveal()) + ',' + std::string(value.text.reveal()));
    there = std::move(value);
}

std::string named(const option_values &values, std::string_view name) {
    return values[name].where.starts_with("--")
               ? values[name].where
               : "--" + std::string(name) + " (from " + values[name].where + ")";
}

void refuse_later(const option_values &values) {
    for (const option_spec &spec : values.table())
        if (spec.state == standing::later && values.given(spec.name))
            throw error(exit_code::incorrect_command_line_parameters,
                        named(values, spec.name) + " (" + std::string(spec.help) +
                            ") is not in this version yet");
}

void note_without_effect(const option_values &values, std::vector<notice> &notices) {
    for (const option_spec &spec : values.table())
        if (spec.state == standing::no_effect && values[spec.name].from != origin::standard &&
            values.given(spec.name))
            notices.emplace_back(core::log_level::warn,
                                 named(values, spec.name) +
                                     " has no effect here: " + std::string(spec.help));
}

option_values read_options(option_table table, option_sources sources,
                           std::vector<notice> &notices) {
    option_values values(table);
    for (std::size_t i = 0; i < table.size(); ++i)
        values.offer(i, {core::secret(table[i].fallback), origin::standard, "the default"});
    detail::read_command_line(values, std::move(sources.arguments), notices);
    detail::read_environment(values, sources.environment);
    if (!sources.config_file.empty())
        detail::read_config_file(values, sources.config_file, notices);
    return values;
}

bool holds_secret(const option_spec &spec, std::string_view value) noexcept {
    if (spec.kind == value_kind::login)
        return value.find('@') != value.npos;
    return spec.secret && !value.empty();
}

void hide_secrets(option_table table, std::span<char *> arguments) noexcept {
    const auto wipe_text = [](char *text) {
        while (*text != '\0')
            core::wipe(text++, 1);
    };
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view token(arguments[i]);
        if (token.size() < 2 || token[0] != '-')
            continue;
        const bool is_long = token[1] == '-';
        const auto equals = token.find('=');
        // Where the name ends. Letters of toggles may stand before the letter that takes a value.
        std::size_t last = is_long ? std::min(equals, token.size()) - 1 : 1;
        auto index = is_long ? detail::find_option(table, token.substr(2, last - 1))
                             : detail::find_letter(table, token[1]);
        while (!is_long && index != detail::no_option && table[index].kind == value_kind::toggle &&
               last + 1 < token.size())
            index = detail::find_letter(table, token[++last]);
        if (index == detail::no_option)
            continue;
        char *value = nullptr;
        if (last + 1 < token.size())
            value = arguments[i] + last + (is_long ? 2 : 1);
        else if (i + 1 < arguments.size())
            value = arguments[i + 1];
        if (value && holds_secret(table[index], value))
            wipe_text(value);
    }
}

} // namespace costrand::activate
