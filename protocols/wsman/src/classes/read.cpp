// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/codec.hpp>

#include <costrand/wsman/namespaces.hpp>

#include "values.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace costrand::wsman {

std::string_view text_in(std::string_view texts, std::uint32_t value) noexcept {
    while (!texts.empty()) {
        const auto item = texts.substr(0, texts.find(", "));
        texts.remove_prefix(std::min(texts.size(), item.size() + 2));
        std::uint32_t number = 0;
        const auto [end, failed] = std::from_chars(item.data(), item.data() + item.size(), number);
        if (failed == std::errc() && number == value && *end == ' ')
            return item.substr(static_cast<std::size_t>(end - item.data()) + 1);
    }
    return {};
}

namespace {

template <typename T>
std::optional<T> read_number(const xml_element &e) {
    const auto digits = e.value();
    T out = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (failed != std::errc() || end != digits.data() + digits.size() || !e.children.empty())
        return std::nullopt;
    return out;
}

std::optional<bool> read_boolean(const xml_element &e) {
    const auto v = e.value();
    if (v == "true" || v == "1")
        return true;
    if (v == "false" || v == "0")
        return false;
    return std::nullopt;
}

std::optional<cim_time> read_time(const xml_element &e) {
    if (e.children.empty())
        return cim_time{std::string(e.value()), ""};
    const auto &inner = e.children.front();
    if (e.children.size() != 1 || inner.ns != uri::cim_common || !inner.children.empty())
        return std::nullopt;
    return cim_time{std::string(inner.value()), inner.name};
}

std::optional<std::string> read_text(const xml_element &e) {
    return e.children.empty() ? std::optional(e.text) : std::nullopt;
}

std::optional<endpoint_reference> read_endpoint(const xml_element &e) {
    auto read = read_reference(e);
    return read ? std::optional(std::move(*read)) : std::nullopt;
}

template <typename T>
bool store(const field &f, void *member, std::optional<T> value) {
    if (!value)
        return false;
    if (f.repeats) {
        static_cast<std::vector<T> *>(member)->push_back(std::move(*value));
        return true;
    }
    auto &one = *static_cast<std::optional<T> *>(member);
    if (one)
        return false;
    one = std::move(value);
    return true;
}

bool store_enumerated(const field &f, void *member, std::optional<std::uint32_t> value) {
    if (!value || (!f.repeats && f.enumerated->count(member) != 0))
        return false;
    f.enumerated->add(member, *value);
    return true;
}

bool store_structure(const field &f, void *member, const xml_element &e) {
    if (f.structure->get(member) != nullptr || !e.value().empty())
        return false;
    read_fields(e, *f.structure->make(member));
    return true;
}

// False: the value is not of the type, or there is one already.
bool take(const field &f, instance &to, const xml_element &e) {
    void *member = f.member(to);
    switch (f.kind) {
    case value_kind::text:
        return store(f, member, read_text(e));
    case value_kind::secret: {
        auto read = read_text(e);
        return store(f, member,
                     read ? std::optional(core::secret(std::move(*read))) : std::nullopt);
    }
    case value_kind::boolean:
        return store(f, member, read_boolean(e));
    case value_kind::integer:
        return store(f, member, read_number<std::int64_t>(e));
    case value_kind::large:
        return store(f, member, read_number<std::uint64_t>(e));
    case value_kind::enumerated:
        return store_enumerated(f, member, read_number<std::uint32_t>(e));
    case value_kind::time:
        return store(f, member, read_time(e));
    case value_kind::reference:
        return store(f, member, read_endpoint(e));
    case value_kind::structure:
        return store_structure(f, member, e);
    }
    return false;
}

} // namespace

void read_fields(const xml_element &from, instance &to) {
    const auto &fields = to.schema().fields;
    for (const auto &e : from.children) {
        const auto f = std::ranges::find(fields, e.name, &field::name);
        const bool known = f != fields.end();
        if (known && e.is_nil())
            continue;
        if (!known || !take(*f, to, e))
            to.others.push_back(e);
    }
}

std::vector<std::string_view> misfits(const instance &of) {
    std::vector<std::string_view> out;
    for (const auto &e : of.others)
        for (const auto &f : of.schema().fields)
            if (f.name == e.name)
                out.push_back(f.name);
    return out;
}

std::vector<std::string_view> missing(const instance &of) {
    std::vector<std::string_view> out;
    for (const auto &f : of.schema().fields)
        if (f.rule == field_rule::needed && !detail::has_value(f, of))
            out.push_back(f.name);
    return out;
}

} // namespace costrand::wsman
