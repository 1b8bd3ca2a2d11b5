// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/show.hpp>

#include "values.hpp"

#include <algorithm>
#include <utility>

namespace costrand::wsman {

namespace {

using detail::each_value;
using detail::enumerated_value;

std::string words(const endpoint_reference &r);

std::string words(const std::string &v) {
    return v;
}
std::string words(const core::secret &v) {
    return std::string(v.empty() ? "" : hidden);
}
std::string words(bool v) {
    return v ? "true" : "false";
}
std::string words(std::int64_t v) {
    return std::to_string(v);
}
std::string words(std::uint64_t v) {
    return std::to_string(v);
}
std::string words(const enumerated_value &v) {
    const auto known = text_in(v.texts, v.number);
    const auto number = std::to_string(v.number);
    return known.empty() ? number : number + " (" + std::string(known) + ")";
}
std::string words(const cim_time &v) {
    return v.text;
}
std::string words(const endpoint_reference &r) {
    std::string out = r.resource_uri.substr(r.resource_uri.rfind('/') + 1);
    for (const auto &s : r.selectors)
        out += " " + s.name + "=" + (s.reference ? "(" + words(*s.reference) + ")" : s.value);
    return out;
}

void add_fields(std::vector<shown_value> &to, const instance &of, const std::string &prefix);

void add_unknown(std::vector<shown_value> &to, const xml_element &e, const std::string &prefix) {
    const auto name = prefix + e.name;
    if (auto reference = read_reference(e); reference) {
        to.push_back({name, words(*reference)});
    } else if (e.children.empty()) {
        to.push_back({name, std::string(e.value())});
    } else {
        for (const auto &c : e.children)
            add_unknown(to, c, name + ".");
    }
}

void add_fields(std::vector<shown_value> &to, const instance &of, const std::string &prefix) {
    for (const auto &f : of.schema().fields) {
        if (f.rule == field_rule::other_spelling)
            continue;
        const auto name = prefix + std::string(f.name);
        each_value(f, of, [&](const auto &value) {
            if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, instance>)
                add_fields(to, value, name + ".");
            else
                to.push_back({name, words(value)});
        });
    }
    for (const auto &e : of.others) {
        if (detail::is_secret(of, e.name))
            to.push_back({prefix + e.name, std::string(hidden)});
        else
            add_unknown(to, e, prefix);
    }
}

} // namespace

std::vector<shown_value> shown(const instance &of) {
    std::vector<shown_value> out;
    add_fields(out, of, "");
    return out;
}

std::string to_text(const instance &of) {
    const auto values = shown(of);
    std::size_t width = 0;
    for (const auto &v : values)
        width = std::max(width, v.name.size());
    std::string out = std::string(of.schema().name) + "\n";
    for (const auto &v : values) {
        out += "  " + v.name;
        if (!v.value.empty())
            out += std::string(width - v.name.size() + 2, ' ') + v.value;
        out += '\n';
    }
    return out;
}

} // namespace costrand::wsman
