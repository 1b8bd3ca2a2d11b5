// SPDX-License-Identifier: Apache-2.0
// What a local activation is told as: exit codes by the published table (rpc-cli.md 11), results
// for stdout.
#include <costrand/activate/local.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace costrand::activate {

namespace {

using wsman::setup_step;

// Where the cause has no code of its own.
exit_code code_of(setup_step step) {
    switch (step) {
    case setup_step::check_password:
        return exit_code::missing_or_incorrect_password;
    case setup_step::read_mode:
        return exit_code::activation_reading_control_mode;
    case setup_step::read_certificate:
    case setup_step::check_trust:
        return exit_code::provisioning_certificate_invalid;
    case setup_step::sign:
        return exit_code::activation_signing;
    case setup_step::read_general_settings:
        return exit_code::activation_general_settings;
    case setup_step::read_setup_service:
        return exit_code::activation_setup_service;
    case setup_step::read_nonce:
        return exit_code::activation_nonce;
    case setup_step::add_certificate:
        return exit_code::activation_adding_certificate;
    case setup_step::start_configuration:
    case setup_step::set_up:
    case setup_step::commit:
        return exit_code::activation_failed;
    case setup_step::set_mebx_password:
        return exit_code::set_mebx_password_failed;
    case setup_step::unprovision:
        return exit_code::deactivation_failed;
    }
    return exit_code::activation_failed;
}

// Says less than the step does.
bool is_general(const error_mapping &mapping) {
    return !mapping.known || mapping.code == exit_code::generic_failure ||
           mapping.code == exit_code::wsman_message_error ||
           mapping.code == exit_code::amt_connection_failed;
}

std::string sentence(const local_report &r) {
    switch (r.goal) {
    case local_goal::client_control:
    case local_goal::admin_control:
        return "the device is now in " + to_string(r.done.after);
    case local_goal::deactivation:
        return "the device is no longer activated";
    case local_goal::stop_configuration:
        return "the configuration that was under way is stopped";
    }
    return {};
}

std::string message(const local_report &r) {
    auto out = sentence(r);
    if (r.done.in_spite_of)
        out += ", as its control mode shows; what AMT answered was an error: " +
               printable(r.done.in_spite_of->text, 400);
    if (!r.note.empty())
        out += "; " + r.note;
    return out;
}

std::string_view title(local_goal goal) {
    switch (goal) {
    case local_goal::client_control:
    case local_goal::admin_control:
        return "Activation succeeded: ";
    case local_goal::deactivation:
        return "Deactivation succeeded: ";
    case local_goal::stop_configuration:
        return "Stopped: ";
    }
    return {};
}

} // namespace

failure explain(const wsman::setup_error &e) {
    const auto mapping = map_error(e.code());
    failure out;
    out.code = is_general(mapping) ? code_of(e.step()) : mapping.code;
    out.text = printable(e.text(), 1000);
    if (!mapping.advice.empty())
        out.text += ": " + std::string(mapping.advice);
    return out;
}

std::string result_text(const local_report &r) {
    std::string out(title(r.goal));
    out += message(r) + "\n  Device        " + r.uuid + "\n";
    if (r.path)
        out += std::string("  Reached over  ") +
               (*r.path == rps::amt_path::lme ? "LME (HECI)" : "LMS") + "\n";
    return out;
}

std::string result_json(const local_report &r, const settings &options) {
    boost::json::object out;
    out["status"] = "success";
    out["mode"] = to_string(r.done.after);
    out["message"] = message(r);
    out["friendly_name"] = options.friendly_name;
    return boost::json::serialize(out) + "\n";
}

} // namespace costrand::activate
