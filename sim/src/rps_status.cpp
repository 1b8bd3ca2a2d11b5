// SPDX-License-Identifier: Apache-2.0
#include "rps_status.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace costrand::sim {

namespace {

constexpr std::string_view components_key = "Components";

struct part {
    std::string_view name, title;
};
// In the order in which parts that did not run are listed.
constexpr std::array all_parts = {part{"Activation", "Activation"},
                                  part{"WiredNetwork", "Wired network"},
                                  part{"WirelessNetwork", "Wireless network"},
                                  part{"TLS", "TLS"},
                                  part{"CIRAProxy", "CIRA proxy"},
                                  part{"CIRAConnection", "CIRA connection"}};

std::string normalised(std::string_view details) {
    while (details.ends_with('.'))
        details.remove_suffix(1);
    std::string out(details);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
        out[0] = static_cast<char>(out[0] - 32);
    return out;
}

} // namespace

void rps_status::set(std::string_view key, std::optional<std::string> text) {
    const auto at =
        std::find_if(texts_.begin(), texts_.end(), [key](const auto &t) { return t.first == key; });
    if (at == texts_.end())
        texts_.emplace_back(std::string(key), std::move(text));
    else
        at->second = std::move(text);
}

const std::string *rps_status::find(std::string_view key) const noexcept {
    for (const auto &[name, text] : texts_)
        if (name == key && text)
            return &*text;
    return nullptr;
}

bool rps_status::recorded(std::string_view name) const noexcept {
    return std::any_of(components_.begin(), components_.end(),
                       [name](const auto &c) { return c.name == name; });
}

void rps_status::record(std::string_view name, rps_result result, std::string_view mode,
                        std::string_view details) {
    set(components_key, std::string());
    component c{std::string(name), result == rps_result::success ? "Success" : "Failure",
                std::string(mode), normalised(details)};
    for (auto &known : components_) {
        if (known.name == name) {
            known = std::move(c);
            return;
        }
    }
    components_.push_back(std::move(c));
}

std::string rps_status::with_components() const {
    return write(true);
}

std::string rps_status::plain() const {
    return write(false);
}

std::string rps_status::write(bool with_components) const {
    boost::json::object parts;
    for (const auto &c : components_) {
        boost::json::object entry;
        entry["Result"] = c.result;
        if (!c.mode.empty())
            entry["Mode"] = c.mode;
        entry["Details"] = c.details;
        parts[c.name] = std::move(entry);
    }
    for (const auto &p : all_parts) {
        if (recorded(p.name))
            continue;
        boost::json::object entry;
        entry["Result"] = "NotApplicable";
        entry["Details"] = std::string(p.title) + " not part of this configuration";
        parts[p.name] = std::move(entry);
    }
    boost::json::object out;
    for (const auto &[key, text] : texts_) {
        if (key == components_key)
            out[key] = nullptr; // holds the place
        else if (text)
            out[key] = *text;
    }
    if (with_components)
        out[components_key] = std::move(parts);
    return boost::json::serialize(out);
}

} // namespace costrand::sim
