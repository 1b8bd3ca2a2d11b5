// SPDX-License-Identifier: Apache-2.0
// Text, boxes and table, by their columns.
#include <costrand/commands/report.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace costrand;
using commands::report;
using commands::report_section;

namespace {

report_section section(const std::string &title, std::vector<commands::report_row> rows) {
    return {title, title, "key", report_section::shape::object, {{"", std::move(rows), "", ""}}};
}

report two_sections() {
    return {section("One", {{"a", "Label", "-a", "value"}, {"b", "Other", "-b", "Größe"}}),
            section("Two", {{"c", "Long", "--long", std::string(70, 'x')}})};
}

std::vector<std::string> lines_of(const std::string &text) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        out.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

std::ptrdiff_t characters(const std::string &text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

std::ptrdiff_t widest(const std::string &text) {
    std::ptrdiff_t out = 0;
    for (const auto &line : lines_of(text))
        out = std::max(out, characters(line));
    return out;
}

} // namespace

TEST_CASE("off a terminal no value is wrapped and nothing has a colour") {
    const auto text = commands::as_text(two_sections(), 0);
    CHECK(text == "One\n───\n"
                  "  Label                          value\n"
                  "  Other                          Größe\n"
                  "\n"
                  "Two\n───\n"
                  "  Long                           " +
                      std::string(70, 'x') + "\n");
    CHECK(widest(commands::as_table(two_sections(), 0)) > 80);
    CHECK(text.find('\x1b') == text.npos);
}

TEST_CASE("a terminal of 80 columns gets lines of at most 80") {
    const auto text = commands::as_text(two_sections(), 80);
    CHECK(widest(text) == 80);
    CHECK(lines_of(text).back() == std::string(33, ' ') + std::string(70 - 47, 'x'));
    CHECK(widest(commands::as_table(two_sections(), 80)) <= 80);
}

TEST_CASE("from 150 columns on sections stand in boxes, two abreast") {
    CHECK(commands::as_text(two_sections(), 149).starts_with("One\n"));
    for (const std::size_t columns : {150u, 151u, 200u}) {
        CAPTURE(columns);
        const auto text = commands::as_text(two_sections(), columns);
        const auto lines = lines_of(text);
        REQUIRE(lines.size() >= 4);
        CHECK(lines[0].starts_with("┌─ One ─"));
        CHECK(lines[0].find("┌─ Two ─") != std::string::npos);
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(characters(lines[i]) == static_cast<std::ptrdiff_t>((columns - 2) / 2 * 2 + 2));
        CHECK(lines[3].starts_with("└─"));
        CHECK(lines[3].ends_with("─┘"));
    }
}

TEST_CASE("a section without rows for a person is left out") {
    const report what = {section("Empty", {{"a", "", "-a", "true"}, {"b", "Label", "-b", ""}})};
    CHECK(commands::as_text(what, 0).empty());
    CHECK(commands::as_text(what, 200).empty());
}

TEST_CASE("a table has one line for each property, with the option that asks for it") {
    CHECK(commands::as_table({two_sections()[0]}, 0) == "Category  Flag  Property  Value\n"
                                                        "────────  ────  ────────  ─────\n"
                                                        "One       -a    Label     value\n"
                                                        "One       -b    Other     Größe\n");
}

TEST_CASE("properties and values of a table give way on a narrow terminal, at blanks if they can") {
    const report what = {
        section("Category", {{"a", "A property with a long name", "--aRatherLongFlag",
                              "words that are many and then some more of them"}})};
    const auto text = commands::as_table(what, 70);
    const std::string indent(29, ' ');
    CHECK(text.ends_with("Category  --aRatherLongFlag  A property with a   words that are many\n" +
                         indent + "long name           and then some more of\n" + indent +
                         "                    them\n"));
    CHECK(widest(text) <= 70);
}

TEST_CASE("a table without options has no column for them") {
    CHECK(commands::as_table({section("One", {{"a", "Label", "", "value"}})}, 0) ==
          "Category  Property  Value\n"
          "────────  ────────  ─────\n"
          "One       Label     value\n");
}

TEST_CASE("indented JSON has two blanks for each level, and texts as they are") {
    CHECK(commands::indented_json(R"({"a":[1,{"b":"x,{\"[:"}],"c":{},"d":[]})") ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,{\\\"[:\"\n    }\n  ],\n"
          "  \"c\": {},\n  \"d\": []\n}");
}
