// SPDX-License-Identifier: Apache-2.0
// parse_xml and the look-ups. The only PropertyTree in costrand: it never sees a document that
// scan_xml did not pass.
#include <costrand/wsman/xml.hpp>

#include <costrand/wsman/namespaces.hpp>

#include "xml_scan.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

namespace costrand::wsman {

namespace {

using boost::property_tree::ptree;

// "p:local" or "local".
struct split_name {
    explicit split_name(std::string_view name) {
        const auto colon = name.find(':');
        if (colon != name.npos)
            prefix = name.substr(0, colon);
        local = colon == name.npos ? name : name.substr(colon + 1);
    }
    std::string_view prefix;
    std::string_view local;
};

// Turns the tree with prefixes into one with namespaces.
class resolver {
  public:
    // False: a prefix without declaration, or a declaration that XML namespaces forbid.
    bool element(std::string_view name, const ptree &from, xml_element &to) {
        const auto outer = scope_.size();
        const auto *attributes = child_or_null(from, "<xmlattr>");
        const split_name parts(name);
        if ((attributes && !declarations(*attributes)) || !lookup(parts.prefix, to.ns))
            return false;
        to.name = std::string(parts.local);
        if (attributes && !plain_attributes(*attributes, to))
            return false;
        for (const auto &[key, sub] : from) {
            if (key == "<xmlattr>")
                continue;
            to.children.emplace_back();
            if (!element(key, sub, to.children.back()))
                return false;
        }
        text(from.data(), to);
        scope_.resize(outer);
        return true;
    }

  private:
    static const ptree *child_or_null(const ptree &t, const char *key) {
        const auto found = t.find(key);
        return found == t.not_found() ? nullptr : &found->second;
    }

    bool declarations(const ptree &attributes) {
        for (const auto &[key, value] : attributes) {
            const split_name parts(key);
            if (key == "xmlns") {
                scope_.emplace_back(std::string(), value.data());
            } else if (parts.prefix == "xmlns") {
                const bool reserved = parts.local == "xml" || parts.local == "xmlns";
                if (reserved || value.data().empty())
                    return false;
                scope_.emplace_back(std::string(parts.local), value.data());
            }
        }
        return true;
    }
    bool plain_attributes(const ptree &attributes, xml_element &to) {
        for (const auto &[key, value] : attributes) {
            const split_name parts(key);
            if (key == "xmlns" || parts.prefix == "xmlns")
                continue;
            xml_attribute a;
            if (!parts.prefix.empty() && !lookup(parts.prefix, a.ns))
                return false;
            a.name = std::string(parts.local);
            a.value = value.data();
            // Two prefixes of one namespace make two attributes the same.
            for (const auto &other : to.attributes)
                if (other.ns == a.ns && other.name == a.name)
                    return false;
            to.attributes.push_back(std::move(a));
        }
        return true;
    }
    bool lookup(std::string_view prefix, std::string &ns) const {
        for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
            if (it->first == prefix) {
                ns = it->second;
                return true;
            }
        }
        if (prefix == "xml")
            ns = std::string(uri::xml);
        return prefix.empty() || prefix == "xml";
    }
    void text(const std::string &data, xml_element &to) const {
        if (!to.children.empty() && std::ranges::all_of(data, detail::is_xml_space))
            return;
        to.text = data;
        const auto value = trim_white_space(data);
        const split_name parts(value);
        if (detail::is_nc_name(parts.prefix) && detail::is_nc_name(parts.local))
            (void)lookup(parts.prefix, to.text_ns); // an unknown prefix makes it plain text
    }

    std::vector<std::pair<std::string, std::string>> scope_;
};

// XML says that every line break reads as a line feed; PropertyTree leaves them as they are.
std::string with_line_feeds(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] != '\r')
            out += s[i];
        else if (i + 1 == s.size() || s[i + 1] != '\n')
            out += '\n';
    }
    return out;
}

} // namespace

std::string_view trim_white_space(std::string_view s) noexcept {
    constexpr std::string_view space = " \t\r\n";
    const auto first = s.find_first_not_of(space);
    if (first == s.npos)
        return {};
    return s.substr(first, s.find_last_not_of(space) - first + 1);
}

core::result<xml_element> parse_xml(std::string_view document, const xml_limits &limits) {
    auto root = detail::scan_xml(document, limits);
    if (!root)
        return root.error();
    ptree tree;
    try {
        std::istringstream in(with_line_feeds(*root));
        read_xml(in, tree, boost::property_tree::xml_parser::no_comments);
    } catch (const boost::property_tree::xml_parser_error &) {
        return errc::xml_malformed;
    }
    xml_element out;
    if (tree.size() != 1 || !resolver().element(tree.front().first, tree.front().second, out))
        return errc::xml_malformed;
    return out;
}

const xml_element *xml_element::child(std::string_view local) const noexcept {
    for (const auto &c : children)
        if (c.name == local)
            return &c;
    return nullptr;
}

const xml_element *xml_element::child(std::string_view space,
                                      std::string_view local) const noexcept {
    for (const auto &c : children)
        if (c.is(space, local))
            return &c;
    return nullptr;
}

const xml_element *
xml_element::descend(std::initializer_list<std::string_view> locals) const noexcept {
    const xml_element *at = this;
    for (auto local : locals) {
        at = at->child(local);
        if (at == nullptr)
            break;
    }
    return at;
}

std::vector<const xml_element *> xml_element::children_named(std::string_view local) const {
    std::vector<const xml_element *> out;
    for (const auto &c : children)
        if (c.name == local)
            out.push_back(&c);
    return out;
}

std::string_view xml_element::value(std::string_view local) const noexcept {
    const auto *c = child(local);
    return c ? c->value() : std::string_view();
}

std::string_view xml_element::local_value() const noexcept {
    const auto v = value();
    return text_ns.empty() ? v : v.substr(v.find(':') + 1);
}

const std::string *xml_element::attribute(std::string_view local) const noexcept {
    for (const auto &a : attributes)
        if (a.name == local)
            return &a.value;
    return nullptr;
}

bool xml_element::is_nil() const noexcept {
    return std::ranges::any_of(attributes, [](const xml_attribute &a) {
        return a.ns == uri::schema_instance && a.name == "nil" &&
               (a.value == "true" || a.value == "1");
    });
}

} // namespace costrand::wsman
