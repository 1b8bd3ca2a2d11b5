// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/outcome.hpp>

#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>

#include "json_text.hpp"

#include <algorithm>
#include <array>

namespace costrand::rps {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_letters(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool contains(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

// The reference matches keys without regard to case.
const boost::json::value *find(const boost::json::object &object, std::string_view key) {
    for (const auto &member : object)
        if (same_letters(member.key(), key))
            return &member.value();
    return nullptr;
}

std::string text_of(const boost::json::object &object, std::string_view key) {
    const auto *value = find(object, key);
    return value && value->is_string() ? printable(value->get_string()) : std::string();
}

part read_part(const boost::json::object &components, std::string_view name) {
    const auto *value = find(components, name);
    if (!value || !value->is_object())
        return {};
    part p;
    const std::string result = text_of(value->get_object(), "Result");
    if (same_letters(result, "Success"))
        p.result = part_result::success;
    else if (same_letters(result, "Failure"))
        p.result = part_result::failure;
    else if (same_letters(result, "NotApplicable"))
        p.result = part_result::not_applicable;
    p.mode = text_of(value->get_object(), "Mode");
    p.details = text_of(value->get_object(), "Details");
    return p;
}

void read_components(const boost::json::object &object, outcome &to) {
    const auto *components = find(object, "Components");
    if (!components || !components->is_object())
        return;
    const auto &parts = components->get_object();
    to.has_components = true;
    to.activation = read_part(parts, "Activation");
    to.wired = read_part(parts, "WiredNetwork");
    to.wireless = read_part(parts, "WirelessNetwork");
    to.tls = read_part(parts, "TLS");
    to.cira_proxy = read_part(parts, "CIRAProxy");
    to.cira = read_part(parts, "CIRAConnection");
}

// Components know the mode; a server without them says it in Status only.
control_mode read_mode(const outcome &o) {
    if (o.activation.result == part_result::success && same_letters(o.activation.mode, "ACM"))
        return control_mode::admin;
    if (o.activation.result == part_result::success && same_letters(o.activation.mode, "CCM"))
        return control_mode::client;
    if (!o.success || o.has_components)
        return control_mode::unknown;
    if (contains(o.status, "admin control mode") || contains(o.status, "enabled in admin mode"))
        return control_mode::admin;
    if (contains(o.status, "client control mode") || contains(o.status, "enabled in client mode"))
        return control_mode::client;
    return control_mode::unknown;
}

bool failed(const part &p) {
    return p.result == part_result::failure;
}

struct cause {
    std::string_view words; // of the server, rps-session section 5
    errc code;
};

constexpr std::array known_causes = {
    cause{"does not match list of available AMT profiles", errc::unknown_profile},
    cause{"does not match list of available AMT domain suffixes", errc::unknown_domain},
    cause{"check with your OEM for a firmware update", errc::firmware_refused},
    cause{"AMT password DOES NOT match stored version", errc::password_mismatch},
    cause{"already enabled in admin control mode", errc::already_activated},
    cause{"is in pre-provisioning mode", errc::not_activated},
    cause{"hash does not exists in list of trusted root certificates", errc::untrusted_root},
    cause{"Unable to authenticate with AMT", errc::amt_authentication_failed},
    cause{"protocol version", errc::protocol_version}};

constexpr std::array maintenance_causes = {
    cause{"synctime failed", errc::sync_clock_failed},
    cause{"synchostname failed", errc::sync_hostname_failed},
    cause{"syncip failed", errc::sync_ip_failed},
    cause{"changepassword failed", errc::change_password_failed},
    cause{"syncdeviceinfo failed", errc::sync_device_info_failed}};

template <typename Causes>
boost::system::error_code find_cause(const Causes &causes, std::string_view text) {
    for (const cause &c : causes)
        if (contains(text, c.words))
            return c.code;
    return {};
}

// A device that enforces TLS gets to admin control mode by way of client control mode and a TLS
// session of its own certificate. The server calls it a success when it stops between the two.
bool stopped_half_way(const outcome &o) {
    return o.success && o.mode == control_mode::client &&
           contains(o.activation.details, "TLS activation Phase 1");
}

boost::system::error_code failed_part(const outcome &o) {
    if (failed(o.activation))
        return errc::activation_failed;
    if (failed(o.wired))
        return errc::network_failed;
    if (failed(o.cira) || failed(o.cira_proxy))
        return errc::cira_failed;
    if (failed(o.tls))
        return errc::tls_failed;
    if (failed(o.wireless))
        return errc::wifi_failed;
    if (stopped_half_way(o))
        return errc::activation_failed;
    return {};
}

boost::system::error_code error_of(const outcome &o, task asked_for) {
    if (o.success)
        return failed_part(o);
    if (const auto known = find_cause(known_causes, o.status))
        return known;
    if (asked_for == task::maintenance)
        if (const auto known = find_cause(maintenance_causes, o.status))
            return known;
    if (asked_for == task::deactivate)
        return errc::deactivation_failed;
    if (const auto part = failed_part(o))
        return part;
    return errc::server_error;
}

// Details repeats Status without the full stop and with a capital first letter.
bool status_tells_activation(const outcome &o) {
    std::string_view status = o.status;
    if (status.ends_with('.'))
        status.remove_suffix(1);
    return same_letters(status, o.activation.details);
}

void append_failure(std::string &to, std::string_view name, const part &p) {
    if (!failed(p))
        return;
    to += to.empty() ? "" : "; ";
    to += name;
    to += " failed";
    if (!p.details.empty())
        to += ": " + p.details;
}

} // namespace

outcome read_outcome(bool success, std::string_view text, task asked_for) {
    outcome o;
    o.success = success;
    using understood = core::result<void>;
    const auto read = with_json_object(text, [&o](const boost::json::object &object) -> understood {
        o.status = text_of(object, "Status");
        o.network = text_of(object, "Network");
        o.cira_connection = text_of(object, "CIRAConnection");
        o.tls_configuration = text_of(object, "TLSConfiguration");
        read_components(object, o);
        return {};
    });
    o.is_json = read.has_value();
    if (!read)
        o.status = printable(text);
    o.mode = read_mode(o);
    o.error = error_of(o, asked_for);
    o.cleanup_incomplete =
        o.success && o.activation.result == part_result::success && !status_tells_activation(o);
    return o;
}

std::string outcome::summary() const {
    std::string out;
    if (activation.result == part_result::success && !activation.details.empty())
        out = activation.details;
    else if (activation.result != part_result::failure)
        out = status;
    append_failure(out, "activation", activation);
    append_failure(out, "wired network", wired);
    append_failure(out, "wireless network", wireless);
    append_failure(out, "TLS", tls);
    append_failure(out, "CIRA proxy", cira_proxy);
    append_failure(out, "CIRA", cira);
    if (error == errc::activation_failed && stopped_half_way(*this))
        out += "; admin control mode was not reached";
    if (cleanup_incomplete)
        out += "; removing the former configuration stopped half-way";
    if (cleanup_incomplete && !status.empty() && status != cira.details && status != tls.details)
        out += ": " + status;
    // The error of a run that had come so far is not in its components.
    const bool told = out.find(status) != std::string::npos || status_tells_activation(*this);
    if (!success && !status.empty() && !told)
        out += (out.empty() ? "" : "; then: ") + status;
    if (out.empty())
        out = success ? "the server reported success" : "the server reported an error";
    return out;
}

std::string_view to_string(part_result r) noexcept {
    switch (r) {
    case part_result::not_reported:
        return "NotReported";
    case part_result::not_applicable:
        return "NotApplicable";
    case part_result::success:
        return "Success";
    case part_result::failure:
        return "Failure";
    }
    return "?";
}

std::string_view to_string(control_mode m) noexcept {
    switch (m) {
    case control_mode::client:
        return "CCM";
    case control_mode::admin:
        return "ACM";
    case control_mode::unknown:
        break;
    }
    return "unknown";
}

} // namespace costrand::rps
