// SPDX-License-Identifier: Apache-2.0
// What stands on stdout when a run is over.
#include <costrand/activate/wiring.hpp>

#include "step_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace costrand::activate {

namespace {

std::string_view mode_text(rps::control_mode mode) {
    switch (mode) {
    case rps::control_mode::client:
        return "client control mode";
    case rps::control_mode::admin:
        return "admin control mode";
    case rps::control_mode::unknown:
        break;
    }
    return {};
}

// Behind the run. The server tells the mode of an activation alone.
std::string_view mode_text(const report &r) {
    switch (r.asked.kind) {
    case rps::task::activate:
        return mode_text(r.outcome.mode);
    case rps::task::deactivate:
        return "not activated";
    case rps::task::maintenance:
        break;
    }
    return mode_text(r.device.control_mode == 2 ? rps::control_mode::admin
                                                : rps::control_mode::client);
}

std::string title(const errand &asked) {
    switch (asked.kind) {
    case rps::task::activate:
        return "Activation";
    case rps::task::deactivate:
        return "Deactivation";
    case rps::task::maintenance:
        break;
    }
    return std::string(to_string(asked.what));
}

boost::json::object device_object(const report &r) {
    const auto &device = r.device;
    boost::json::object out;
    const auto add = [&out](std::string_view key, std::string_view value) {
        if (!value.empty())
            out[key] = value;
    };
    add("amt", device.version);
    add("buildNumber", device.build);
    add("sku", device.sku);
    add("features", device.features);
    add("uuid", device.uuid);
    add("controlMode", mode_text(r));
    add("dnsSuffix", device.fqdn);
    add("hostnameOS", device.hostname);
    return out;
}

} // namespace

bool succeeded(const report &r) noexcept {
    return r.outcome.success && !r.outcome.error;
}

failure why_not(const report &r) {
    const auto mapping = map_error(r.outcome.error);
    const std::string said = printable(r.outcome.summary(), 1000);
    // The server's words first: they are the cause. Then what it means here.
    std::string text = said.empty() ? r.outcome.error.message() : said;
    if (!said.empty() && r.outcome.error != rps::errc::server_error)
        text += ": " + r.outcome.error.message();
    if (!mapping.advice.empty())
        text += ": " + std::string(mapping.advice);
    text += r.device_note;
    return {mapping.code, std::move(text)};
}

std::string result_text(const report &r) {
    std::string out = title(r.asked) + " succeeded: " + printable(r.outcome.summary(), 2000) + "\n";
    const auto line = [&out](std::string_view label, std::string_view value) {
        constexpr std::size_t column = 14;
        if (value.empty())
            return;
        out += "  " + std::string(label) + std::string(column - label.size(), ' ') +
               printable(value, 200) + "\n";
    };
    line("Control mode", mode_text(r));
    line("Device", r.device.uuid);
    line("Name", r.device.friendly_name);
    line("AMT", r.device.version + (r.device.build.empty() ? "" : "." + r.device.build));
    line("Reached over", r.path == rps::amt_path::lme ? "LME (HECI)" : "LMS");
    return out;
}

std::string result_json(const report &r, const settings &options) {
    boost::json::object out;
    out["status"] = "success";
    out["message"] = r.outcome.summary();
    out["rps_server"] = options.server.text;
    if (r.asked.kind == rps::task::activate) {
        out["profile"] = options.profile;
        out["friendly_name"] = r.device.friendly_name;
    } else if (r.asked.kind == rps::task::maintenance) {
        out["task"] = to_string(r.asked.what);
    }
    out["device_info"] = device_object(r);
    return boost::json::serialize(out) + "\n";
}

std::string failure_json(const failure &why) {
    boost::json::object out;
    out["status"] = "failed";
    out["code"] = static_cast<int>(why.code);
    out["name"] = name(why.code);
    out["message"] = why.text;
    if (!why.steps.empty())
        out["steps"] = json_of(why.steps);
    return boost::json::serialize(out) + "\n";
}

std::string interrupted_json(const failure &why, std::string_view signal) {
    boost::json::object out;
    out["status"] = "interrupted";
    out["signal"] = signal;
    out["message"] = why.text;
    if (!why.steps.empty())
        out["steps"] = json_of(why.steps);
    return boost::json::serialize(out) + "\n";
}

} // namespace costrand::activate
