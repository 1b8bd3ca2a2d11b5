// SPDX-License-Identifier: Apache-2.0
// The tables of the classes against the lists of docs/spec/wsman.md, 8, 10 and 12 to 14: names,
// types, arrays, and the text of each value.
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/return_values.hpp>
#include <costrand/wsman/classes/setup.hpp>

#include "described_messages.hpp"
#include "recorded.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace costrand;
using wsman::value_kind;
namespace ips = wsman::ips;

namespace {

struct listed_field {
    std::string name, type;
    bool repeats = false;
};
struct listed_class {
    std::string name;
    bool names_only = false; // types of a list made from replies are those of one reply
    std::vector<listed_field> fields;
};
// One "###" of the specification: several classes may share it.
struct section {
    std::vector<std::string> classes;
    std::vector<listed_class> lists;
    std::map<std::string, std::string> values; // enumeration, its texts
};

std::vector<std::string> split(std::string_view s, std::string_view by) {
    std::vector<std::string> out;
    for (;;) {
        const auto end = s.find(by);
        out.emplace_back(s.substr(0, end));
        if (end == s.npos)
            return out;
        s.remove_prefix(end + by.size());
    }
}

const std::string &specification() {
    static const auto text =
        test::read_file(std::filesystem::path(COSTRAND_TEST_DATA).parent_path().parent_path() /
                        "docs/spec/wsman.md");
    return text;
}

std::string_view chapter(std::string_view from, std::string_view to) {
    const std::string_view all = specification();
    const auto begin = all.find(from);
    REQUIRE(begin != all.npos);
    return all.substr(begin, all.find(to, begin) - begin);
}

listed_class read_list(std::string_view name, std::string_view fields, bool names_only) {
    listed_class out{std::string(name), names_only, {}};
    for (const auto &f : split(fields, ", ")) {
        const auto colon = f.find(':');
        auto type = f.substr(colon + 1);
        const bool repeats = type.ends_with("[]");
        if (repeats)
            type.resize(type.size() - 2);
        out.fields.push_back({f.substr(0, colon), type, repeats});
    }
    return out;
}

std::vector<section> sections() {
    std::vector<section> out;
    for (const auto &line : split(chapter("\n## 12. ", "\n# end of the file"), "\n")) {
        if (line.starts_with("### "))
            out.push_back({split(line.substr(4), ", "), {}, {}});
        const auto colon = line.find(": ");
        if (out.empty() || colon == line.npos)
            continue;
        const auto rest = line.substr(colon + 2);
        if (line.starts_with("* **"))
            out.back().lists.push_back(read_list(line.substr(4, line.find("**", 4) - 4), rest,
                                                 line.find("recorded replies") < colon));
        else if (line.starts_with("* *"))
            out.back().values[line.substr(3, line.find('*', 3) - 3)] = rest;
        else if (line.starts_with("  * also in recorded replies"))
            for (auto &f : read_list("", rest, false).fields)
                out.back().lists.back().fields.push_back(std::move(f));
    }
    REQUIRE(out.size() > 60);
    return out;
}

// "2 shut down" and "2 ShutDown" are the same.
std::string plain(std::string_view values) {
    std::string out;
    for (const char c : values)
        if (c != ' ' && c != '-')
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::map<std::string, std::string> common_values() {
    std::map<std::string, std::string> out;
    for (const auto &line : split(chapter("\n## 10. ", "\n## 11. "), "\n")) {
        const auto cells = split(line, " | ");
        if (line.starts_with("| ") && cells.size() == 2 && line[2] != '-')
            out[split(cells[0].substr(2), " ")[0]] = cells[1].substr(0, cells[1].rfind(" |"));
    }
    REQUIRE(out.size() == 7); // six enumerations and the head of the table
    return out;
}

bool fits(const wsman::field &f, const std::string &type, const std::string *values) {
    const auto is = [&](auto... kinds) { return ((f.kind == kinds) || ...); };
    if (type == "string")
        return is(value_kind::text, value_kind::secret, value_kind::time) ||
               (f.name == "Certificate" && is(value_kind::reference)); // "Certificate EPR only for"
    if (type == "bool")
        return is(value_kind::boolean);
    if (type == "int")
        // Keys are octet strings, whatever the list says; some numbers have texts.
        return is(value_kind::integer, value_kind::enumerated, value_kind::secret);
    if (type == "uint64")
        return is(value_kind::large);
    if (type == "EPR" || type == "struct")
        return is(value_kind::reference);
    if (type == "Time" || type == "Datetime" || type == "StartTime" || type == "Interval")
        return is(value_kind::time);
    if (values == nullptr)
        return is(value_kind::structure);
    if (*values == "5 5, 6 6, 7 7" || *values == "2048 2048") // no texts
        return is(value_kind::integer);
    if (type == "MPServerInfoFormat") // three values of InfoFormat
        return is(value_kind::enumerated) && f.name == "InfoFormat";
    return is(value_kind::enumerated) && plain(f.enumerated->texts) == plain(*values);
}

const wsman::class_description *find_described(const section &s, const listed_class &list) {
    // Lists under another name than the class's.
    static const std::map<std::string, std::string> other_names = {
        {"SystemPackage", "CIM_SystemPackaging"},
        {"WiFiEndpointSettingsInput", "CIM_WiFiEndpointSettings"}};
    const auto other = other_names.find(list.name);
    const auto name = other == other_names.end() ? list.name : other->second;
    for (const auto *prefix : {"", "CIM_"})
        if (const auto *known = wsman::find_class(prefix + name))
            return known;
    for (const auto &owner : s.classes)
        if (const auto *message = test::find_message(owner, list.name))
            return message;
    return nullptr;
}

} // namespace

TEST_CASE("all 84 classes of the specification are described, in its order") {
    std::vector<std::string> listed;
    for (const auto &line : split(chapter("\n## 8. ", "\n## 9. "), "\n"))
        if (line.starts_with("| AMT_") || line.starts_with("| CIM_") || line.starts_with("| IPS_"))
            listed.push_back(line.substr(2, line.find(' ', 2) - 2));
    CHECK(listed.size() == 84);
    std::vector<std::string> described;
    for (const auto &c : wsman::all_classes())
        described.emplace_back(c.schema->name);
    CHECK(described == listed);
}

TEST_CASE("a diagnostic reads the 52 classes that the operator's program reads, and as it does") {
    const auto table =
        test::read_file(std::filesystem::path(COSTRAND_TEST_DATA).parent_path().parent_path() /
                        "docs/spec/rpc-cli.md");
    const auto begin = table.find("### 10.1 Classes");
    std::map<std::string, std::string> listed;
    for (const auto &line :
         split(std::string_view(table).substr(begin, table.find("Resource URIs", begin) - begin),
               "\n")) {
        const auto cells = split(line, " | ");
        for (std::size_t i = 0; i + 1 < cells.size(); ++i)
            if (const auto name = cells[i].find("_"); name != std::string::npos)
                listed[cells[i].substr(name - 3)] = cells[i + 1].substr(0, 1);
    }
    CHECK(listed.size() == 52);
    std::map<std::string, std::string> described;
    for (const auto &c : wsman::all_classes())
        if (c.fetch != wsman::fetch_by::nothing)
            described[std::string(c.schema->name)] = c.fetch == wsman::fetch_by::get ? "G" : "E";
    CHECK(described == listed);
}

TEST_CASE("each element that the specification lists has a row of its type") {
    auto common = common_values();
    const auto all = sections();
    for (const auto &s : all) // those that a class borrows from another's section
        if (std::ranges::count(s.classes, "CIM_WiFiPort") != 0)
            common.insert(s.values.begin(), s.values.end());
        else if (const auto power = s.values.find("PowerState"); power != s.values.end())
            for (const auto *type : {"AvailableRequestedPowerStates", "PowerState",
                                     "RequestedPowerState", "TransitioningToPowerState"})
                common[type] = power->second;
    std::size_t compared = 0;
    for (const auto &s : all) {
        for (const auto &list : s.lists) {
            const auto *described = find_described(s, list);
            if (described == nullptr)
                continue;
            CAPTURE(list.name);
            for (const auto &f : list.fields) {
                CAPTURE(f.name);
                if (f.name == "RawEventData" || f.name == "RefinedEventData")
                    continue; // no elements: what the source made of RecordArray
                const auto row = std::ranges::find(described->fields, f.name, &wsman::field::name);
                REQUIRE(row != described->fields.end());
                ++compared;
                if (list.names_only || row->rule == wsman::field_rule::other_spelling)
                    continue;
                CHECK(row->repeats == f.repeats);
                if (f.name == "ReturnValue") // several classes have shorter lists of the same
                    continue;
                const auto own = s.values.find(f.type);
                const auto shared = common.find(f.type);
                const auto *values = own != s.values.end()    ? &own->second
                                     : shared != common.end() ? &shared->second
                                                              : nullptr;
                CHECK(fits(*row, f.type, values));
            }
        }
    }
    CHECK(compared > 800);
}

TEST_CASE("each list of a class in the specification is of a described struct") {
    std::vector<std::string> unknown;
    for (const auto &s : sections())
        for (const auto &list : s.lists)
            if (find_described(s, list) == nullptr)
                unknown.push_back(list.name);
    // Parts of others: the inside of a time, of a record, of a template, of an enumeration's
    // answer.
    const std::vector<std::string> parts = {"AlarmClockOccurrence",
                                            "Datetime",
                                            "RawEventData",
                                            "Time",
                                            "Items",
                                            "Time",
                                            "Time",
                                            "StartTime",
                                            "Interval"};
    CHECK(unknown == parts);
}

TEST_CASE("a status that a method may return has a text") {
    std::size_t lists = 0;
    for (const auto &s : sections())
        for (const auto &list : s.lists) {
            const auto *described = find_described(s, list);
            if (described == nullptr || !list.name.ends_with("_OUTPUT"))
                continue;
            CAPTURE(list.name);
            const auto row =
                std::ranges::find(described->fields, "ReturnValue", &wsman::field::name);
            REQUIRE(row != described->fields.end());
            REQUIRE(row->enumerated != nullptr);
            // A list for the one method before the one that its line names (wsman.md 9.3).
            const auto method = list.name.substr(0, list.name.rfind('_'));
            for (const auto &name : {method + "ReturnValue", list.fields.back().type}) {
                const auto values = s.values.find(name);
                if (values == s.values.end())
                    continue;
                ++lists;
                for (const auto &item : split(values->second, ", ")) {
                    CAPTURE(item);
                    const auto number = static_cast<std::uint32_t>(std::stoul(item));
                    CHECK_FALSE(wsman::text_in(row->enumerated->texts, number).empty());
                }
                break;
            }
        }
    CHECK(lists > 30);
}

TEST_CASE("the three methods of setting up AMT have the three lists of return values") {
    std::size_t rows = 0;
    for (const auto &line : split(chapter("\n### 9.3 ", "\n## 10. "), "\n")) {
        auto cells = split(line, " | ");
        if (cells.size() != 4 || !std::isdigit(static_cast<unsigned char>(line[2])))
            continue;
        ++rows;
        const auto number = static_cast<std::uint32_t>(std::stoul(line.substr(2)));
        const std::string_view texts[] = {
            wsman::text(static_cast<ips::setup_status>(number)),
            wsman::text(static_cast<ips::admin_setup_status>(number)),
            wsman::text(static_cast<ips::add_next_cert_in_chain_status>(number))};
        for (std::size_t i = 0; i < 3; ++i) {
            CAPTURE(number);
            CAPTURE(i);
            CHECK(texts[i].empty() == cells[i + 1].starts_with("\xe2\x80\x94")); // a dash
            // "method disabled" and MethodDisabled: the first three letters will do.
            if (!texts[i].empty() && texts[i] != "CertChainLengthExceeded") // chain too long
                CHECK(plain(texts[i]).substr(0, 3) ==
                      plain(cells[i + 1].substr(cells[i + 1].find_first_not_of('*'))).substr(0, 3));
        }
    }
    CHECK(rows == 7);
}

TEST_CASE("AMT's status values have the names of the specification") {
    std::size_t compared = 0;
    for (const auto &line : split(chapter("\n### 9.1 ", "\n### 9.2 "), "\n")) {
        const auto cells = split(line, "|");
        for (std::size_t i = 1; i + 2 < cells.size(); i += 2) {
            const auto digits = plain(cells[i]);
            if (digits.empty() || !std::isdigit(static_cast<unsigned char>(digits[0])))
                continue;
            const auto status = static_cast<wsman::pt_status>(std::stoul(digits));
            CHECK(" " + std::string(wsman::text(status)) + " " == cells[i + 1]);
            ++compared;
        }
    }
    CHECK(compared == 56);
    CHECK(split(texts(wsman::pt_status::success), ", ").size() == compared);
}

TEST_CASE("the texts of an enumeration are numbers in rising order with a word each") {
    std::size_t enumerations = 0;
    for (const auto &c : wsman::all_classes())
        for (const auto &f : c.schema->fields) {
            if (f.kind != value_kind::enumerated)
                continue;
            ++enumerations;
            long long last = -1;
            for (const auto &item : split(f.enumerated->texts, ", ")) {
                CAPTURE(item);
                const auto words = split(item, " ");
                REQUIRE(words.size() == 2);
                const auto number = std::stoll(words[0]);
                CHECK(number > last);
                CHECK(wsman::text_in(f.enumerated->texts, static_cast<std::uint32_t>(number)) ==
                      words[1]);
                last = number;
            }
        }
    CHECK(enumerations > 100);
}

TEST_CASE("a table names an element once, and each member once") {
    for (const auto &c : wsman::all_classes()) {
        const wsman::any_instance one(c.schema->make());
        for (const auto &f : c.schema->fields)
            for (const auto &g : c.schema->fields) {
                if (&f == &g)
                    continue;
                CHECK(f.name != g.name);
                if (f.rule != wsman::field_rule::other_spelling &&
                    g.rule != wsman::field_rule::other_spelling)
                    CHECK(f.member(*one) != g.member(*one));
            }
    }
}
