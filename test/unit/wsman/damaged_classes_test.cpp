// SPDX-License-Identifier: Apache-2.0
// Recorded instances with one thing wrong in them: whatever comes, nothing is lost, the JSON is
// JSON, and what is written reads as what was read.
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/show.hpp>

#include "recorded_instances.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using wsman::xml_element;

namespace {

void check_survives(const xml_element &damaged) {
    const auto read = wsman::read_any(damaged);
    REQUIRE(read.has_value());
    boost::system::error_code no_json;
    const auto json = wsman::to_json(**read);
    CHECK(boost::json::parse(json, no_json).is_object());
    CHECK_FALSE(no_json);
    CHECK_FALSE(wsman::to_text(**read).empty());
    const auto written = test::body_of(wsman::whole_body(**read));
    CHECK(written.children.size() == damaged.children.size());
    const auto again = wsman::read_any(written);
    REQUIRE(again.has_value());
    CHECK(wsman::to_json(**again) == json);
}

xml_element leaf(std::string_view name, std::string_view text) {
    xml_element out;
    out.name = std::string(name);
    out.text = std::string(text);
    return out;
}

using damage = std::function<void(xml_element &instance, std::size_t child)>;

const std::vector<damage> &damages() {
    static const std::vector<damage> all = {
        [](xml_element &i, std::size_t n) { i.children.push_back(i.children[n]); },
        [](xml_element &i, std::size_t n) {
            i.children.erase(i.children.begin() + static_cast<std::ptrdiff_t>(n));
        },
        [](xml_element &i, std::size_t n) { i.children[n].text = "-9223372036854775809"; },
        [](xml_element &i, std::size_t n) { i.children[n].text = "\"]}&<>\\ \n\t\xc3\xa9 :"; },
        [](xml_element &i, std::size_t n) { i.children[n].name += "New"; },
        [](xml_element &i, std::size_t n) { i.children[n].ns = "urn:other"; },
        [](xml_element &i, std::size_t n) {
            i.children[n].text.clear();
            i.children[n].children.clear();
        },
        [](xml_element &i, std::size_t n) {
            i.children[n].children.push_back(leaf("Inner", "1"));
            i.children[n].children.push_back(leaf("Inner", "2"));
        },
        [](xml_element &i, std::size_t n) {
            i.children[n].attributes.push_back({"", "Name", "a"});
            i.children[n].name = "Other";
        },
    };
    return all;
}

} // namespace

TEST_CASE("an instance with a damaged element is read, shown and written without a loss") {
    std::set<std::string> seen; // one of each class is enough
    for (const auto &r : test::recorded_instances()) {
        if (!seen.insert(r.element.name).second)
            continue;
        for (std::size_t kind = 0; kind < damages().size(); ++kind)
            for (std::size_t n = 0; n < r.element.children.size(); ++n) {
                INFO(r.file << " " << r.element.children[n].name << " damage " << kind);
                auto damaged = r.element;
                damages()[kind](damaged, n);
                check_survives(damaged);
            }
    }
    CHECK(seen.size() > 70);
}

TEST_CASE("an unknown element may be as deep as a document can be") {
    xml_element deep = leaf("Deep", "x");
    for (int i = 0; i < 24; ++i) {
        xml_element outer = leaf("Deep", "");
        outer.children.push_back(deep);
        deep = outer;
    }
    xml_element instance = leaf("AMT_GeneralSettings", "");
    instance.ns = wsman::uri::of_class("AMT_GeneralSettings");
    instance.children.push_back(deep);
    check_survives(instance);
}

TEST_CASE("thousands of elements of one unknown name are one array") {
    xml_element instance = leaf("AMT_GeneralSettings", "");
    instance.ns = wsman::uri::of_class("AMT_GeneralSettings");
    for (int i = 0; i < 5000; ++i)
        instance.children.push_back(leaf("Many", std::to_string(i)));
    check_survives(instance);
    const auto read = wsman::read_any(instance);
    const auto json = boost::json::parse(wsman::to_json(**read));
    CHECK(json.as_object().at("Many").as_array().size() == 5000);
}
