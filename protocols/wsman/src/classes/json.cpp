// SPDX-License-Identifier: Apache-2.0
// to_json. Boost.JSON escapes and writes; nobody else sees it.
#include <costrand/wsman/classes/show.hpp>

#include "values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace costrand::wsman {

namespace {

using boost::json::value;
using detail::each_value;
using detail::enumerated_value;

value json_of(const std::string &v) {
    return value(v);
}
value json_of(const core::secret &v) {
    return value(v.empty() ? std::string_view() : hidden);
}
value json_of(bool v) {
    return value(v);
}
value json_of(std::int64_t v) {
    return value(v);
}
value json_of(std::uint64_t v) {
    return value(v);
}
value json_of(const enumerated_value &v) {
    return value(v.number);
}
value json_of(const cim_time &v) {
    if (v.element.empty())
        return value(v.text);
    boost::json::object out;
    out[v.element] = v.text;
    return out;
}
value json_of(const endpoint_reference &r) {
    boost::json::object parameters;
    parameters["ResourceURI"] = r.resource_uri;
    if (!r.selectors.empty()) {
        boost::json::object set;
        for (const auto &s : r.selectors)
            set[s.name] = s.reference ? json_of(*s.reference) : value(s.value);
        parameters["SelectorSet"] = std::move(set);
    }
    boost::json::object out;
    out["Address"] = r.address;
    out["ReferenceParameters"] = std::move(parameters);
    return out;
}

// One name more than once makes an array.
void add(boost::json::object &to, const std::string &name, value v) {
    auto *there = to.if_contains(name);
    if (there == nullptr) {
        to[name] = std::move(v);
    } else if (auto *list = there->if_array(); list != nullptr) {
        list->push_back(std::move(v));
    } else {
        boost::json::array both;
        both.push_back(std::move(*there));
        both.push_back(std::move(v));
        *there = std::move(both);
    }
}

// Attributes are "@name", text beside them or beside elements is "#text".
value json_of(const xml_element &e) {
    if (e.is_nil())
        return nullptr;
    if (auto reference = read_reference(e); reference)
        return json_of(*reference);
    if (e.attributes.empty() && e.children.empty())
        return value(e.text);
    boost::json::object out;
    for (const auto &a : e.attributes)
        add(out, "@" + a.name, value(a.value));
    if (!e.text.empty())
        add(out, "#text", value(e.text));
    for (const auto &c : e.children)
        add(out, c.name, json_of(c));
    return out;
}

value json_of(const instance &of) {
    boost::json::object out;
    for (const auto &f : of.schema().fields) {
        if (f.rule == field_rule::other_spelling)
            continue;
        boost::json::array list;
        each_value(f, of, [&](const auto &v) { list.push_back(json_of(v)); });
        if (list.empty())
            continue;
        if (f.repeats)
            out[f.name] = std::move(list);
        else
            out[f.name] = std::move(list.front());
    }
    for (const auto &e : of.others)
        add(out, e.name, detail::is_secret(of, e.name) ? value(hidden) : json_of(e));
    return out;
}

} // namespace

std::string to_json(const instance &of) {
    return boost::json::serialize(json_of(of));
}

} // namespace costrand::wsman
