// SPDX-License-Identifier: Apache-2.0
// With config_file.cpp the only file that includes yaml-cpp.
#include "document.hpp"
#include "wiping_resource.hpp"

#include <costrand/activate/failure.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

namespace costrand::activate {

namespace {

constexpr std::size_t most_levels = 16, most_parts = 20'000;

[[noreturn]] void refuse(std::string_view source, std::size_t line, const std::string &why) {
    throw error(exit_code::failed_reading_configuration, at_line(source, line) + ": " + why);
}

class converter {
  public:
    explicit converter(std::string_view source) : source_(source) {}

    document_node node(const YAML::Node &from, std::size_t level) {
        document_node out;
        out.line = line_of(from);
        if (++parts_ > most_parts)
            refuse(source_, out.line, "more than 20000 parts: this is no profile");
        if (level > most_levels)
            refuse(source_, out.line, "more than 16 levels: this is no profile");
        if (from.IsScalar()) {
            out.is = document_node::kind::scalar;
            out.quoted = from.Tag() == "!";
            out.text = core::secret(std::string_view(from.Scalar()));
        } else if (from.IsSequence()) {
            out.is = document_node::kind::list;
            for (const auto &item : from)
                out.items.push_back(node(item, level + 1));
        } else if (from.IsMap()) {
            out.is = document_node::kind::map;
            for (const auto &entry : from)
                member(out, entry.first, entry.second, level);
        }
        return out;
    }

  private:
    static std::size_t line_of(const YAML::Node &of) {
        const auto mark = of.Mark();
        return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
    }

    void member(document_node &to, const YAML::Node &key, const YAML::Node &value,
                std::size_t level) {
        document_member out;
        out.line = line_of(key);
        if (!key.IsScalar())
            refuse(source_, out.line, "a key that is no word");
        out.name = key.Scalar();
        const bool twice = std::ranges::any_of(
            to.members, [&](const document_member &other) { return other.name == out.name; });
        if (twice)
            refuse(source_, out.line, '"' + printable(out.name, 60) + "\" stands there twice");
        out.value = node(value, level + 1);
        to.members.push_back(std::move(out));
    }

    std::string_view source_;
    std::size_t parts_ = 0;
};

bool is_json(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != text.npos && text[first] == '{';
}

// What YAML does not take of JSON are characters written as two \u: as JSON is written out again
// they are characters. Nothing: it is no JSON, either.
std::string without_escapes(std::string_view text) {
    boost::json::parse_options how;
    how.max_depth = most_levels;
    boost::system::error_code failed;
    wiping_resource memory; // it may have passwords
    const auto read = boost::json::parse(text, failed, &memory, how);
    return failed ? std::string() : boost::json::serialize(read);
}

} // namespace

std::string at_line(std::string_view source, std::size_t line) {
    auto out = printable(source, 300);
    if (line != 0)
        out += ", line " + std::to_string(line);
    return out;
}

document_node read_document(std::string_view text, std::string_view source) {
    std::string copy(text);
    std::string why;
    std::size_t line = 0;
    for (bool again : {false, true}) {
        try {
            const auto root = YAML::Load(copy);
            core::wipe(copy);
            return converter(source).node(root, 1);
        } catch (const YAML::Exception &e) {
            core::wipe(copy);
            if (!again) {
                why = printable(e.msg, 200);
                line = e.mark.is_null() ? 0 : static_cast<std::size_t>(e.mark.line) + 1;
            }
        }
        if (!again && is_json(text))
            copy = without_escapes(text);
        if (copy.empty())
            break;
    }
    refuse(source, line, "this is neither YAML nor JSON: " + why);
}

} // namespace costrand::activate
