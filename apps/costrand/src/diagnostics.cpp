// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/diagnostics.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/commands/report.hpp>
#include <costrand/core/error.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/show.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/fault.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace costrand::commands {

namespace {

constexpr std::string_view component = "wsman";

bool read_by_get(std::string_view name) {
    const auto all = wsman::all_classes();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto &c) { return c.schema->name == name; });
    return found != all.end() && found->fetch == wsman::fetch_by::get;
}

// It concerns this class alone: the next one may be answered.
bool ends_one_class(error_code why) {
    using wsman::errc;
    if (why.category() != wsman::error_category())
        return false;
    switch (static_cast<errc>(why.value())) {
    case errc::xml_malformed:
    case errc::xml_too_large:
    case errc::xml_forbidden:
    case errc::envelope_malformed:
    case errc::fault:
    case errc::http_status:
    case errc::wrong_reply:
    case errc::enumeration_too_long:
        return true;
    default:
        return false;
    }
}

struct fetch_failure {
    error_code code;
    std::string detail; // the device's words
};

awaitable<fetched_class> fetch_one(wsman::client &from, std::string name,
                                   std::optional<fetch_failure> &failed) {
    fetched_class out;
    out.single = read_by_get(name);
    auto uri = wsman::uri::of_class(name);
    out.name = std::move(name);
    try {
        if (out.single)
            out.instances.push_back(co_await from.get(std::move(uri)));
        else
            out.instances = co_await from.enumerate(std::move(uri));
    } catch (const wsman::fault_error &e) {
        failed = fetch_failure{e.code(), to_string(e.fault())};
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        failed = fetch_failure{e.code(), ""};
    }
    co_return out;
}

// An instance, or a class that is not described, as JSON.
std::string instance_json(const wsman::xml_element &element) {
    const auto instance = wsman::read_any(element);
    if (!instance)
        return "{\"class\":" + activate::json_string(element.name) +
               ",\"status\":\"fetch_failed\",\"message\":" +
               activate::json_string(instance.error().message()) + "}";
    return wsman::to_json(**instance);
}

std::string response_json(const fetched_class &of) {
    if (of.single && of.instances.size() == 1)
        return instance_json(of.instances.front());
    std::string out = "[";
    for (const auto &element : of.instances)
        out += (out.size() > 1 ? "," : "") + instance_json(element);
    return out + "]";
}

std::string all_json(const std::vector<fetched_class> &classes) {
    if (classes.size() == 1 && classes.front().failure.empty())
        return indented_json(response_json(classes.front())) + '\n';
    std::string out = "[";
    for (const auto &of : classes) {
        out += (out.size() > 1 ? ",{\"class\":" : "{\"class\":") + activate::json_string(of.name);
        if (of.failure.empty())
            out += ",\"status\":\"ok\",\"response\":" + response_json(of);
        else
            out += ",\"status\":\"fetch_failed\",\"message\":" + activate::json_string(of.failure);
        out += '}';
    }
    return indented_json(out + "]") + '\n';
}

std::string all_xml(const std::vector<fetched_class> &classes) {
    std::string out = "<instances>\n";
    for (const auto &of : classes)
        for (const auto &element : of.instances)
            if (const auto markup = wsman::element_body(element))
                out += *markup + '\n';
    return out + "</instances>\n";
}

std::string all_table(const std::vector<fetched_class> &classes, std::size_t columns) {
    report out;
    for (const auto &of : classes) {
        report_section section{of.name, of.name, of.name, report_section::shape::map, {}};
        for (const auto &element : of.instances) {
            const auto instance = wsman::read_any(element);
            if (!instance)
                continue;
            report_entry entry;
            for (auto &value : wsman::shown(**instance))
                entry.rows.push_back({"", std::move(value.name), "", std::move(value.value)});
            section.entries.push_back(std::move(entry));
        }
        if (!of.failure.empty())
            section.entries.push_back({"", {{"", "fetch_failed", "", of.failure}}, "", ""});
        out.push_back(std::move(section));
    }
    return as_table(out, columns);
}

} // namespace

std::string class_list() {
    std::string out;
    for (const auto &known : wsman::all_classes())
        if (known.fetch != wsman::fetch_by::nothing)
            out += std::string(known.schema->name) + '\n';
    return out;
}

awaitable<std::vector<fetched_class>> fetch_classes(wsman::client &from,
                                                    const std::vector<std::string> &classes,
                                                    const activate::environment &env) {
    std::vector<fetched_class> out;
    for (const auto &name : classes) {
        env.step("reading " + name, true);
        std::optional<fetch_failure> failed;
        auto one = co_await fetch_one(from, name, failed);
        if (failed) {
            auto why = activate::explain(failed->code, name, failed->detail);
            if (classes.size() == 1 || !ends_one_class(failed->code))
                throw activate::error(std::move(why));
            env.log.warn(component, why.text);
            one.failure = failed->detail.empty() ? failed->code.message() : failed->detail;
        }
        out.push_back(std::move(one));
    }
    co_return out;
}

std::string shown_classes(const std::vector<fetched_class> &classes, wsman_format format,
                          std::size_t columns) {
    switch (format) {
    case wsman_format::xml:
        return all_xml(classes);
    case wsman_format::table:
        return all_table(classes, columns);
    case wsman_format::json:
        break;
    }
    return all_json(classes);
}

} // namespace costrand::commands
