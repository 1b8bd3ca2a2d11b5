// SPDX-License-Identifier: Apache-2.0
// XML documents: what the scan lets through is a tree within the limits, of characters that XML
// has, and the same tree after it was written and read again.
#include "fuzz.hpp"

#include <costrand/wsman/xml.hpp>

#include <algorithm>
#include <cstddef>

using namespace costrand;
using namespace costrand::wsman;
using fuzz::demand;

namespace {

void check_tree(const xml_element &e, std::size_t depth, std::size_t &elements,
                const xml_limits &limits) {
    demand(depth <= limits.depth, "the depth is within its limit");
    demand(++elements <= limits.elements, "so many elements at most");
    demand(e.attributes.size() <= limits.attributes, "so many attributes at most");
    demand(!e.name.empty() && e.name.size() <= limits.name_bytes, "a name is within its limit");
    demand(is_xml_text(e.text), "a text holds what XML can carry");
    for (const auto &a : e.attributes)
        demand(is_xml_text(a.value), "an attribute holds what XML can carry");
    for (const auto &child : e.children)
        check_tree(child, depth + 1, elements, limits);
}

// A text that is a name with a known prefix may come out with another prefix for its namespace; one
// whose prefix is unknown may meet a declaration that the writer made up.
bool same(const xml_element &a, const xml_element &b) {
    const bool same_text = a.text_ns.empty()
                               ? a.text == b.text
                               : a.text_ns == b.text_ns && a.local_value() == b.local_value();
    return a.ns == b.ns && a.name == b.name && a.attributes == b.attributes && same_text &&
           std::ranges::equal(a.children, b.children, same);
}

void check(std::string_view document, const xml_limits &limits) {
    const auto tree = parse_xml(document, limits);
    if (!tree)
        return;
    std::size_t elements = 0;
    check_tree(*tree, 1, elements, limits);
    xml_writer to;
    write_tree(to, *tree, {});
    const auto written = to.finish();
    demand(written.has_value(), "a tree that was read can be written");
    xml_limits wide = limits; // prefixes are declared where they are used
    wide.bytes = wide.attributes = 1U << 30;
    wide.name_bytes = 2 * limits.name_bytes;
    const auto again = parse_xml(*written, wide);
    demand(again.has_value(), "a tree that was written can be read");
    demand(same(*tree, *again), "a tree is the same when it is written and read again");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto document = core::as_text(fuzz::input(data, size));
    xml_limits narrow;
    narrow.bytes = 2000;
    narrow.depth = 4;
    narrow.elements = 20;
    narrow.attributes = 3;
    narrow.name_bytes = 20;
    check(document, xml_limits());
    check(document, narrow);
    return 0;
}
