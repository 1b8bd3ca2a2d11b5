// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/codec.hpp>

#include <costrand/wsman/namespaces.hpp>

#include "values.hpp"

#include <utility>

namespace costrand::wsman {

namespace {

using detail::each_value;
using detail::enumerated_value;

// What a request declares and a class's body adds, for write_tree.
xml_prefixes body_prefixes(const instance &of) {
    xml_prefixes out;
    out.emplace_back("", uri::envelope);
    out.emplace_back("a", uri::addressing);
    out.emplace_back("w", uri::wsman);
    out.emplace_back("h", uri::of_class(of.schema().owner));
    return out;
}

class body_writer {
  public:
    body_writer(const instance &of, bool whole) : whole_(whole), prefixes_(body_prefixes(of)) {
        to_.reserve(room(of));
    }

    void open(const instance &of) {
        to_.open("h:" + std::string(of.schema().name),
                 {{"xmlns:h", uri::of_class(of.schema().owner)}});
    }
    void fields(const instance &of, const std::string &prefix) {
        for (const auto &f : of.schema().fields) {
            if (f.rule == field_rule::other_spelling ||
                (f.rule == field_rule::read_only && !whole_))
                continue;
            const auto name = prefix + ":" + std::string(f.name);
            each_value(f, of, [&](const auto &value) { element(name, value); });
        }
        for (const auto &e : of.others)
            write_tree(to_, e, prefixes_);
    }
    core::result<std::string> close() { return to_.close().finish(); }
    core::result<std::string> finish() { return to_.finish(); }

  private:
    // At least what will be written: a text that moves as it grows leaves pieces of secrets behind.
    static std::size_t room(const instance &of) {
        std::size_t out = 1024;
        for (const auto &f : of.schema().fields)
            each_value(f, of, [&](const auto &value) {
                constexpr std::size_t tags = 512;       // with what a reference needs
                constexpr std::size_t most_escaped = 5; // "&amp;"
                out += tags;
                using type = std::remove_cvref_t<decltype(value)>;
                if constexpr (std::same_as<type, std::string>)
                    out += most_escaped * value.size();
                else if constexpr (std::same_as<type, core::secret>)
                    out += most_escaped * value.reveal().size();
                else if constexpr (std::same_as<type, instance>)
                    out += room(value);
            });
        return out;
    }

    void element(const std::string &name, const std::string &v) { to_.element(name, v); }
    void element(const std::string &name, const core::secret &v) { to_.element(name, v.reveal()); }
    void element(const std::string &name, bool v) { to_.element(name, v ? "true" : "false"); }
    void element(const std::string &name, std::int64_t v) { to_.element(name, std::to_string(v)); }
    void element(const std::string &name, std::uint64_t v) { to_.element(name, std::to_string(v)); }
    void element(const std::string &name, const enumerated_value &v) {
        to_.element(name, std::to_string(v.number));
    }
    void element(const std::string &name, const cim_time &v) {
        to_.open(name);
        if (v.element.empty())
            to_.text(v.text);
        else
            to_.element("t:" + v.element, v.text, {{"xmlns:t", uri::cim_common}});
        to_.close();
    }
    void element(const std::string &name, const endpoint_reference &v) {
        to_.open(name);
        write_reference(to_, v, "a", "w");
        to_.close();
    }
    void element(const std::string &name, const instance &v) {
        const auto prefix = "s" + std::to_string(++depth_);
        to_.open(name, {{"xmlns:" + prefix, uri::of_class(v.schema().owner)}});
        fields(v, prefix);
        to_.close();
        --depth_;
    }

    xml_writer to_;
    bool whole_;
    xml_prefixes prefixes_;
    int depth_ = 0;
};

core::result<std::string> body(const instance &of, bool whole) {
    body_writer to(of, whole);
    to.open(of);
    to.fields(of, "h");
    return to.close();
}

} // namespace

core::result<std::string> put_body(const instance &of) {
    if (!missing(of).empty())
        return errc::element_missing;
    return body(of, false);
}

core::result<std::string> whole_body(const instance &of) {
    return body(of, true);
}

core::result<std::string> parameters(const instance &input) {
    body_writer to(input, true);
    to.fields(input, "h");
    return to.finish();
}

} // namespace costrand::wsman
