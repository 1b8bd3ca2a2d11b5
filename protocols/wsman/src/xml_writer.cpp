// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace costrand::wsman {

void xml_writer::end_start_tag() {
    if (std::exchange(in_start_tag_, false))
        out_ += '>';
}

void xml_writer::escape(std::string_view value, bool in_attribute) {
    failed_ = failed_ || !is_xml_text(value);
    for (char c : value) {
        if (c == '&')
            out_ += "&amp;";
        else if (c == '<')
            out_ += "&lt;";
        else if (c == '>')
            out_ += "&gt;";
        else if (c == '"' && in_attribute)
            out_ += "&quot;";
        else if (c == '\r') // a bare one would be read as a line feed
            out_ += "&#13;";
        else if (c == '\n' && in_attribute)
            out_ += "&#10;";
        else if (c == '\t' && in_attribute)
            out_ += "&#9;";
        else
            out_ += c;
    }
}

xml_writer &xml_writer::open(std::string_view name, attributes list) {
    end_start_tag();
    out_ += '<';
    out_ += name;
    open_.emplace_back(name);
    in_start_tag_ = true;
    for (const auto &[key, value] : list)
        attribute(key, value);
    return *this;
}

xml_writer &xml_writer::attribute(std::string_view name, std::string_view value) {
    assert(in_start_tag_);
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    escape(value, true);
    out_ += '"';
    return *this;
}

xml_writer &xml_writer::text(std::string_view value) {
    end_start_tag();
    escape(value, false);
    return *this;
}

xml_writer &xml_writer::close() {
    assert(!open_.empty());
    end_start_tag();
    out_ += "</" + open_.back() + ">";
    open_.pop_back();
    return *this;
}

xml_writer &xml_writer::element(std::string_view name, std::string_view value, attributes list) {
    return open(name, list).text(value).close();
}

xml_writer &xml_writer::raw(std::string_view markup) {
    end_start_tag();
    out_ += markup;
    return *this;
}

core::result<std::string> xml_writer::finish() {
    assert(open_.empty());
    if (failed_)
        return errc::xml_unwritable;
    return std::move(out_);
}

namespace {

// Finds prefixes, and makes up those that are not declared yet.
class tree_writer {
  public:
    tree_writer(xml_writer &to, const xml_prefixes &prefixes) : to_(to), prefixes_(prefixes) {}

    void element(const xml_element &e) {
        const auto outer = prefixes_.size();
        std::vector<std::pair<std::string, std::string>> attributes;
        const std::string name = qualified(e.ns, e.name, true);
        for (const auto &a : e.attributes)
            attributes.emplace_back(qualified(a.ns, a.name, false), a.value);
        std::string text = e.text;
        if (!e.text_ns.empty())
            text = qualified(e.text_ns, e.local_value(), false);
        to_.open(name);
        for (auto i = outer; i < prefixes_.size(); ++i) {
            const auto &[prefix, ns] = prefixes_[i];
            to_.attribute(prefix.empty() ? "xmlns" : "xmlns:" + prefix, ns);
        }
        for (const auto &[key, value] : attributes)
            to_.attribute(key, value);
        to_.text(text);
        for (const auto &c : e.children)
            element(c);
        to_.close();
        prefixes_.resize(outer);
    }

  private:
    // The innermost namespace of the prefix is the one that counts.
    [[nodiscard]] bool hidden(std::size_t index) const {
        return std::any_of(prefixes_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                           prefixes_.end(),
                           [&](const auto &p) { return p.first == prefixes_[index].first; });
    }
    // `bare`: the default namespace will do, as it does for elements only.
    std::string qualified(std::string_view ns, std::string_view local, bool bare) {
        if (ns.empty())
            return without_namespace(local, bare);
        if (ns == uri::xml)
            return "xml:" + std::string(local);
        for (auto i = prefixes_.size(); i-- > 0;) {
            const auto &[prefix, uri] = prefixes_[i];
            if (uri != ns || hidden(i) || (prefix.empty() && !bare))
                continue;
            return prefix.empty() ? std::string(local) : prefix + ":" + std::string(local);
        }
        // Not "n" and a number that an outer element used: depth bounds the list.
        prefixes_.emplace_back("n" + std::to_string(prefixes_.size()), std::string(ns));
        return prefixes_.back().first + ":" + std::string(local);
    }
    std::string without_namespace(std::string_view local, bool bare) {
        for (auto i = prefixes_.size(); bare && i-- > 0;) {
            if (!prefixes_[i].first.empty())
                continue;
            if (!prefixes_[i].second.empty())
                prefixes_.emplace_back("", "");
            break;
        }
        return std::string(local);
    }

    xml_writer &to_;
    xml_prefixes prefixes_;
};

} // namespace

void write_tree(xml_writer &to, const xml_element &tree, const xml_prefixes &prefixes) {
    tree_writer(to, prefixes).element(tree);
}

} // namespace costrand::wsman
