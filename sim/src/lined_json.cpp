// SPDX-License-Identifier: Apache-2.0
#include "lined_json.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <limits>

namespace costrand::sim {
namespace {

using kind = lined_value::kind;

// A person's file has a handful of levels.
constexpr std::size_t deepest = 16;

// Builds the tree; the line is that of the text that is being parsed.
struct handler {
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    using error_code = boost::json::error_code;
    using string_view = boost::json::string_view;

    bool on_document_begin(error_code &) { return true; }
    bool on_document_end(error_code &) { return true; }
    bool on_object_begin(error_code &) { return open(kind::object); }
    bool on_object_end(std::size_t, error_code &) { return close(); }
    bool on_array_begin(error_code &) { return open(kind::list); }
    bool on_array_end(std::size_t, error_code &) { return close(); }
    bool on_key_part(string_view s, std::size_t, error_code &) {
        key.append(s.data(), s.size());
        return true;
    }
    bool on_key(string_view s, std::size_t, error_code &) {
        key.append(s.data(), s.size());
        key_line = line;
        return true;
    }
    bool on_string_part(string_view s, std::size_t, error_code &) {
        part.append(s.data(), s.size());
        return true;
    }
    bool on_string(string_view s, std::size_t, error_code &) {
        auto &v = add(kind::text);
        v.text = std::exchange(part, {}).append(s.data(), s.size());
        return true;
    }
    bool on_number_part(string_view, error_code &) { return true; }
    bool on_int64(std::int64_t i, string_view, error_code &) {
        add(kind::integer).integer = i;
        return true;
    }
    bool on_uint64(std::uint64_t, string_view, error_code &) {
        return refuse("the number is too large");
    }
    bool on_double(double, string_view, error_code &) {
        return refuse("numbers are integers here");
    }
    bool on_bool(bool b, error_code &) {
        add(kind::boolean).boolean = b;
        return true;
    }
    bool on_null(error_code &) {
        add(kind::null);
        return true;
    }
    bool on_comment_part(string_view, error_code &) { return true; }
    bool on_comment(string_view, error_code &) { return true; }

    lined_value &add(kind what) {
        lined_value v;
        v.what = what;
        v.line = line;
        if (levels.empty()) {
            root = std::move(v);
            return root;
        }
        auto &parent = *levels.back();
        if (parent.what == kind::list)
            return parent.items.emplace_back(std::move(v));
        v.line = key_line;
        parent.members.push_back({std::exchange(key, {}), std::move(v)});
        return parent.members.back().value;
    }
    bool open(kind what) {
        if (levels.size() == deepest)
            return refuse("too many levels");
        levels.push_back(&add(what));
        return true;
    }
    bool close() {
        levels.pop_back();
        return true;
    }
    bool refuse(const char *what) {
        complaint = what;
        return false;
    }

    lined_value root;
    std::vector<lined_value *> levels; // each the last child of the one before: they do not move
    std::string key, part;
    std::size_t line = 1, key_line = 1;
    std::string complaint;
};

std::string_view name_of(kind what) {
    switch (what) {
    case kind::null:
        return "null";
    case kind::boolean:
        return "true or false";
    case kind::integer:
        return "a number";
    case kind::text:
        return "a text";
    case kind::list:
        return "a list";
    case kind::object:
        return "an object";
    }
    return "?";
}

// What stands in {"value": ..., "assumed": true}.
const lined_value &plain(const lined_value &v) {
    if (v.what != kind::object || v.members.size() != 2)
        return v;
    const auto &[first, value] = v.members[0];
    const auto &[second, mark] = v.members[1];
    const bool assumed = first == "value" && second == "assumed" && mark.what == kind::boolean;
    return assumed ? value : v;
}

} // namespace

lined_value parse_lined_json(std::string_view file, std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = deepest + 1;
    boost::json::basic_parser<handler> parser(options);
    boost::json::error_code failure;
    auto &state = parser.handler();
    std::size_t line = 1;
    // Line by line: the parser itself does not know where it is.
    while (!text.empty() && !failure) {
        const auto end = text.find('\n');
        const auto piece = text.substr(0, end == text.npos ? text.size() : end + 1);
        text.remove_prefix(piece.size());
        state.line = line;
        parser.write_some(!text.empty(), piece.data(), piece.size(), failure);
        if (!failure)
            ++line;
    }
    if (!failure && !parser.done()) {
        failure = boost::json::error::incomplete;
        line = std::max<std::size_t>(1, line - 1); // the last one that there was
    }
    if (!state.complaint.empty())
        throw text_error(file, line, state.complaint);
    if (failure)
        throw text_error(file, line, "this is not JSON: " + failure.message());
    return std::move(state.root);
}

object_reader::object_reader(std::string_view file, const lined_value &object)
    : file_(file),
      object_(object) {
    if (object.what != kind::object)
        fail(object, "an object is wanted here");
    for (std::size_t i = 0; i < object.members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (object.members[i].name == object.members[j].name)
                fail(object.members[i].value, "\"" + object.members[i].name + "\" comes twice");
}

void object_reader::fail(const lined_value &where, std::string_view what) const {
    throw text_error(file_, where.line, what);
}

const lined_value *object_reader::find(std::string_view key) {
    known_.emplace_back(key);
    for (const auto &[name, value] : object_.members)
        if (name == key)
            return &plain(value);
    return nullptr;
}

const lined_value *object_reader::child(std::string_view key) {
    return find(key);
}

const lined_value &object_reader::of_kind(const lined_value &v, kind wanted,
                                          std::string_view key) const {
    if (v.what != wanted)
        fail(v, "\"" + std::string(key) + "\" wants " + std::string(name_of(wanted)) + ", not " +
                    std::string(name_of(v.what)));
    return v;
}

bool object_reader::take(std::string_view key, bool &to) {
    const auto *found = find(key);
    if (found)
        to = of_kind(*found, kind::boolean, key).boolean;
    return found != nullptr;
}

bool object_reader::take(std::string_view key, std::string &to) {
    const auto *found = find(key);
    if (found)
        to = of_kind(*found, kind::text, key).text;
    return found != nullptr;
}

bool object_reader::take(std::string_view key, std::vector<std::string> &to) {
    const auto *found = find(key);
    if (!found)
        return false;
    to.clear();
    for (const auto &item : of_kind(*found, kind::list, key).items)
        to.push_back(of_kind(item, kind::text, key).text);
    return true;
}

bool object_reader::take(std::string_view key, std::int64_t &to, std::int64_t least,
                         std::int64_t most) {
    const auto *found = find(key);
    if (!found)
        return false;
    const auto value = of_kind(*found, kind::integer, key).integer;
    if (value < least || value > most)
        fail(*found, "\"" + std::string(key) + "\" wants a number from " + std::to_string(least) +
                         " to " + std::to_string(most));
    to = value;
    return true;
}

void object_reader::finish() const {
    for (const auto &[name, value] : object_.members) {
        if (std::ranges::find(known_, name) != known_.end())
            continue;
        std::string all;
        for (const auto &key : known_)
            all += (all.empty() ? "" : ", ") + key;
        fail(value, "unknown key \"" + name + "\"; there are: " + all);
    }
}

} // namespace costrand::sim
