// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/diagnostics.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/activate/option_rows.hpp>
#include <costrand/wsman/classes/registry.hpp>

#include <array>
#include <utility>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
using enum activate::standing;

constexpr std::string_view command = "diagnostics";

constexpr std::array own = {
    row(command, "class", 'c', "", list, "CLASS", works,
        "wsman: the class to get, any number of times; a name without -c does the same"),
    row(command, "all", 'a', "", toggle, "", works, "wsman: all classes that list names"),
    one_of("json|xml|table", "json",
           row(command, "format", 'f', "", choice, "", works, "wsman: the form of the result")),
    row(command, "output", 'o', "", text, "FILE", works, "write the result, or the log, to FILE"),
};

constexpr std::array believed = {
    global("skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK", toggle, "", works,
           "believe whatever certificate AMT shows on its TLS port"),
};

constexpr std::array unused = {
    global("tenantid", 0, "TENANT_ID", text, "ID", no_effect, "there is no server"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", toggle, "", no_effect,
           "there is no server"),
    global("table", 't', "RPC_TABLE", toggle, "", no_effect, "write --format table"),
};

constexpr auto table = joined(own, transport_row({}), device_row({}), password_row, believed,
                              output_rows, unused, lms_rows, http_server_rows);

[[noreturn]] void refuse(std::string text) {
    throw activate::error(activate::exit_code::incorrect_command_line_parameters, std::move(text));
}

std::string quoted(std::string_view word) {
    return '"' + activate::printable(word, 60) + '"';
}

void add_class(std::vector<std::string> &to, std::string_view name) {
    if (!wsman::find_class(name))
        refuse(quoted(name) + " is no class that this version knows: see diagnostics wsman list");
    to.emplace_back(name);
}

void add_listed(std::vector<std::string> &to, std::string_view names) {
    while (!names.empty()) {
        const auto comma = names.find(',');
        add_class(to, names.substr(0, comma));
        names.remove_prefix(comma == names.npos ? names.size() : comma + 1);
    }
}

std::vector<std::string> classes_to_get(const activate::option_values &values,
                                        std::span<const std::string> words) {
    std::vector<std::string> out;
    if (values.is_on("all")) {
        if (!words.empty() || values.given("class"))
            throw activate::error(activate::exit_code::invalid_parameter_combination,
                                  "--all and the name of a class exclude each other");
        for (const auto &known : wsman::all_classes())
            if (known.fetch != wsman::fetch_by::nothing)
                out.emplace_back(known.schema->name);
        return out;
    }
    add_listed(out, values.text("class"));
    for (const auto &word : words)
        add_class(out, word);
    if (out.empty())
        refuse("which class? Name one, as in \"diagnostics wsman get AMT_GeneralSettings\", or "
               "give --all");
    return out;
}

wsman_format format_of(std::string_view word) {
    return word == "xml"     ? wsman_format::xml
           : word == "table" ? wsman_format::table
                             : wsman_format::json;
}

// The words behind "wsman".
void read_wsman(const activate::option_values &values, std::span<const std::string> words,
                diagnostics_settings &out) {
    if (words.empty())
        return;
    if (words[0] == "list") {
        if (words.size() > 1)
            refuse("unexpected argument " + quoted(words[1]));
        out.task = diagnostics_task::list_classes;
    } else if (words[0] == "get") {
        out.task = diagnostics_task::get_classes;
        out.classes = classes_to_get(values, words.subspan(1));
    } else {
        refuse(quoted(words[0]) + ": diagnostics wsman has list and get");
    }
}

void read_log(const activate::option_values &values, std::span<const std::string> words,
              diagnostics_settings &out) {
    if (words.size() > 1)
        refuse("unexpected argument " + quoted(words[1]));
    for (const std::string_view name : {"class", "all", "format"})
        if (values[name].from == activate::origin::command_line)
            refuse(named(values, name) + " is no option of diagnostics " + words[0]);
    out.task = words[0] == "cira" ? diagnostics_task::cira : diagnostics_task::csme;
}

} // namespace

activate::option_table diagnostics_options() noexcept {
    return table;
}

diagnostics_settings make_diagnostics_settings(const activate::option_values &values,
                                               std::vector<activate::notice> &notices) {
    activate::note_without_effect(values, notices);
    diagnostics_settings out;
    activate::read_output_settings(values, out.base);
    activate::read_way_settings(values, out.base);
    out.base.password = values["password"].text;
    out.skip_amt_cert_check = values.is_on("skip-amt-cert-check");
    out.format = format_of(values["format"].text.reveal());
    out.output = values.text("output");

    std::span<const std::string> words(values.words);
    words = words.subspan(std::min<std::size_t>(words.size(), 1)); // the command
    if (words.empty())
        return out;
    if (words[0] == "wsman" || words[0] == "ws-man")
        read_wsman(values, words.subspan(1), out);
    else if (words[0] == "cira" || words[0] == "csme")
        read_log(values, words, out);
    else
        refuse(quoted(words[0]) + ": diagnostics has three subjects, wsman, cira and csme");
    return out;
}

} // namespace costrand::commands
