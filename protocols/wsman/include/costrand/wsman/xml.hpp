// SPDX-License-Identifier: Apache-2.0
// XML in and out, as far as WS-Management needs it: documents become trees of elements with
// resolved namespaces, so nobody else sees a prefix or a parser. Documents from a peer are checked
// against limits first. Sans-io; the parser behind parse_xml stays in xml.cpp.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/errc.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::wsman {

struct xml_attribute {
    std::string ns; // empty for an attribute without prefix
    std::string name;
    std::string value;

    friend bool operator==(const xml_attribute &, const xml_attribute &) = default;
};

// Without blanks, tabs and line breaks at both ends.
[[nodiscard]] std::string_view trim_white_space(std::string_view s) noexcept;

struct xml_element {
    std::string ns;
    std::string name; // local
    std::vector<xml_attribute> attributes;
    // The characters directly inside, as written; nothing if there are children and the rest is
    // white space, which is only layout.
    std::string text;
    // When the text is a name with a prefix that is known here ("a:Sender"): the namespace.
    std::string text_ns;
    std::vector<xml_element> children;

    friend bool operator==(const xml_element &, const xml_element &) = default;

    // The first child of that local name, or nullptr. AMT's replies never have two namespaces with
    // one local name side by side; the second form asks for the namespace too.
    [[nodiscard]] const xml_element *child(std::string_view local) const noexcept;
    [[nodiscard]] const xml_element *child(std::string_view space,
                                           std::string_view local) const noexcept;
    // Down several levels, first child each; nullptr when one is missing.
    [[nodiscard]] const xml_element *
    descend(std::initializer_list<std::string_view> locals) const noexcept;
    [[nodiscard]] std::vector<const xml_element *> children_named(std::string_view local) const;

    // The text, or that of a child, without white space around; empty when there is no such child.
    [[nodiscard]] std::string_view value() const noexcept { return trim_white_space(text); }
    [[nodiscard]] std::string_view value(std::string_view local) const noexcept;
    // The text without white space around and without its prefix: "Sender" of "a:Sender".
    [[nodiscard]] std::string_view local_value() const noexcept;

    [[nodiscard]] const std::string *attribute(std::string_view local) const noexcept;
    [[nodiscard]] bool is(std::string_view space, std::string_view local) const noexcept {
        return ns == space && name == local;
    }
    // xsi:nil="true": there is no value.
    [[nodiscard]] bool is_nil() const noexcept;
};

struct xml_limits {
    std::size_t bytes = 4 * 1024 * 1024; // as http_limits::body_bytes
    // Recorded documents nest 10 deep. Bounds every recursion over a tree.
    std::size_t depth = 30;
    std::size_t elements = 50'000;
    std::size_t attributes = 64; // of one element, namespace declarations included
    std::size_t name_bytes = 256;
};

// One whole document: its root. White space before the XML declaration is skipped (recorded replies
// have it). Errors: xml_malformed, xml_too_large, xml_forbidden.
[[nodiscard]] core::result<xml_element> parse_xml(std::string_view document,
                                                  const xml_limits &limits = {});

// Whether it is UTF-8 without characters that XML excludes (NUL and most control characters).
[[nodiscard]] bool is_xml_text(std::string_view s) noexcept;

// Writes markup front to back, without line breaks between elements, as AMT and RPS do. Names are
// ours (with prefix); values are anything and escaped.
class xml_writer {
  public:
    using attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // "<name a="v">"; close() writes the end tag of the innermost open element.
    xml_writer &open(std::string_view name, attributes list = {});
    xml_writer &attribute(std::string_view name, std::string_view value); // right after open
    xml_writer &text(std::string_view value);
    xml_writer &close();
    // open, text, close.
    xml_writer &element(std::string_view name, std::string_view value, attributes list = {});
    // Markup that is already right: an xml declaration, or what another writer finished.
    xml_writer &raw(std::string_view markup);

    // Room for so many bytes, so that what is written does not move as it grows.
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

    // What was written, every element closed. Error: xml_unwritable when a value held a character
    // that XML cannot carry.
    [[nodiscard]] core::result<std::string> finish();

  private:
    void end_start_tag();
    void escape(std::string_view value, bool in_attribute);

    std::string out_;
    std::vector<std::string> open_;
    bool in_start_tag_ = false;
    bool failed_ = false;
};

// Prefix and namespace; the empty prefix is the default namespace.
using xml_prefixes = std::vector<std::pair<std::string, std::string>>;

// Writes a tree with prefixes that are declared further out; what is missing there is declared
// where it is used. Depth is that of the tree: at most xml_limits::depth when it was parsed.
void write_tree(xml_writer &to, const xml_element &tree, const xml_prefixes &prefixes);

} // namespace costrand::wsman
