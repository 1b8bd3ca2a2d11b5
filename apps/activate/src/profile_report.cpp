// SPDX-License-Identifier: Apache-2.0
// What is told of a profile's run.
#include <costrand/activate/profile_run.hpp>

#include "step_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace costrand::activate {

namespace {

std::string state_of(wsman::control_mode mode) {
    const bool active = mode != wsman::control_mode::none;
    return std::string(active ? "in " : "") + to_string(mode);
}

} // namespace

std::string_view to_string(profile_step step) noexcept {
    switch (step) {
    case profile_step::password:
        return "AMT password";
    case profile_step::activation:
        return "activation";
    case profile_step::mebx:
        return "MEBx password";
    case profile_step::features:
        return "AMT features";
    case profile_step::wired:
        return "wired port";
    case profile_step::wifi_sync:
        return "Wi-Fi sync";
    case profile_step::wireless:
        return "wireless";
    case profile_step::tls:
        return "TLS";
    case profile_step::cira:
        return "CIRA";
    case profile_step::proxies:
        return "HTTP proxies";
    }
    return "?";
}

std::string progress_text(const profile_report &r) {
    std::string done, missing;
    for (const auto &entry : r.steps)
        if (entry.done)
            done += (done.empty() ? "" : ", ") + std::string(to_string(entry.step));
    for (const auto step : r.missing)
        missing += (missing.empty() ? "" : ", ") + std::string(to_string(step));
    std::string out = "done before: " + (done.empty() ? "nothing" : done);
    if (!missing.empty())
        out += "; not done: " + missing;
    return out;
}

std::string profile_text(const profile_report &r, std::string_view source) {
    std::string out = "The profile " + printable(source, 300) + " is carried out: the device is " +
                      state_of(r.mode) + "\n";
    const auto line = [&out](std::string_view label, const std::string &text) {
        constexpr std::size_t column = 14;
        out += "  " + std::string(label) + std::string(column - label.size(), ' ') + text + "\n";
    };
    for (const auto &entry : r.steps)
        line(to_string(entry.step), (entry.done ? "" : "skipped: ") + entry.text);
    line("Device", r.uuid);
    if (r.path)
        line("Reached over", *r.path == rps::amt_path::lme ? "LME (HECI)" : "LMS");
    return out;
}

std::vector<finished_step> finished_steps(const profile_report &r) {
    std::vector<finished_step> out;
    for (const auto &entry : r.steps)
        out.push_back({std::string(to_string(entry.step)), entry.done, entry.text});
    return out;
}

std::string profile_json(const profile_report &r, const settings &options) {
    boost::json::object out;
    out["status"] = "success";
    out["mode"] = to_string(r.mode);
    out["message"] = "the device is " + state_of(r.mode);
    out["friendly_name"] = options.friendly_name;
    out["steps"] = json_of(finished_steps(r));
    return boost::json::serialize(out) + "\n";
}

} // namespace costrand::activate
