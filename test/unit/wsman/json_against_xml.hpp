// SPDX-License-Identifier: Apache-2.0
// The JSON of an instance beside the XML that it was read from, without the code that made the one
// of the other.
#pragma once

#include <costrand/wsman/xml.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

bool same_value(const wsman::xml_element &e, const boost::json::value &v);

// What a value looks like in XML.
inline std::string written(const boost::json::value &v) {
    return v.is_string() ? std::string(v.get_string()) : boost::json::serialize(v);
}

// All elements of one name: an array, or the one.
inline bool same_values(const std::vector<const wsman::xml_element *> &elements,
                        const boost::json::value &v) {
    const auto *list = v.if_array();
    if (!list)
        return elements.size() == 1 && same_value(*elements.front(), v);
    bool same = list->size() == elements.size();
    for (std::size_t i = 0; same && i < list->size(); ++i)
        same = same_value(*elements[i], (*list)[i]);
    return same;
}

// Names of the elements whose values are not in the object, or are others there, and of members
// that are no elements.
inline std::vector<std::string> differing(const wsman::xml_element &from,
                                          const boost::json::object &json) {
    std::vector<std::string> out;
    for (const auto &e : from.children) {
        const auto same_name = from.children_named(e.name);
        if (same_name.front() != &e || (e.name == "SelectorSet" && e.children.empty()))
            continue;
        const auto *v = json.if_contains(e.name);
        if (!v || !same_values(same_name, *v))
            out.push_back(e.name);
    }
    for (const auto &member : json)
        if (!from.child(std::string_view(member.key())))
            out.emplace_back(member.key());
    return out;
}

inline bool same_selectors(const wsman::xml_element &set, const boost::json::object &json) {
    bool same = json.size() == set.children.size();
    for (const auto &s : set.children) {
        const auto *name = s.attribute("Name");
        const auto *v = name ? json.if_contains(*name) : nullptr;
        const auto *inner = s.child("EndpointReference");
        same = same && v && (inner ? same_value(*inner, *v) : written(*v) == s.text);
    }
    return same;
}

inline bool same_value(const wsman::xml_element &e, const boost::json::value &v) {
    if (e.children.empty())
        return written(v) == e.text;
    const auto *object = v.if_object();
    if (!object)
        return false;
    return e.name == "SelectorSet" ? same_selectors(e, *object) : differing(e, *object).empty();
}

} // namespace costrand::test
