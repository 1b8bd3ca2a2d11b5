// SPDX-License-Identifier: Apache-2.0
// Into client control mode, and back into a device that is there already (15.1, 15.3).
#include "rps_run.hpp"

#include "encoding.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace costrand::sim {

namespace {

constexpr std::string_view cannot_authenticate = "Unable to authenticate with AMT";
constexpr std::string_view unknown_error = "Unknown error has occured"; // so spelt (recorded)

script_end fail(rps_run &run, std::string_view text) {
    run.status.set("Status", std::string(text));
    run.status.record("Activation", rps_result::failure, "", text);
    return script_end::error;
}

script_end fail(rps_run &run, const amt_reply &reply) {
    return fail(run, reply.end == call_end::unauthorized ? cannot_authenticate : unknown_error);
}

bool is_realm(std::string_view text) {
    constexpr std::string_view begin = "Digest:";
    if (!text.starts_with(begin) || text.size() != begin.size() + 32)
        return false;
    text.remove_prefix(begin.size());
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// False: the run ended, and its status says why.
awaitable<bool> read_general_settings(rps_run &run) {
    auto reply = co_await run.amt.call(amt_get("AMT_GeneralSettings"));
    if (!reply.ok()) {
        fail(run, reply);
        co_return false;
    }
    run.general_settings = reply.body();
    run.realm = std::string(run.general_settings.value("DigestRealm"));
    if (!is_realm(run.realm)) {
        fail(run, "Not a valid digest realm.");
        co_return false;
    }
    co_return true;
}

void log_in_as_admin(rps_run &run, core::secret password) {
    run.admin_password = password;
    run.amt.set_user("admin", std::move(password));
}

// Setup was sent, and no answer came: the device tells whether it worked. Known of AdminSetup
// (rps-session section 14); of Setup it is assumed.
awaitable<bool> is_active_now(rps_run &run) {
    const auto reply = co_await run.amt.call(amt_get("IPS_HostBasedSetupService"));
    co_return reply.ok() && reply.body().value("CurrentControlMode") == "1";
}

} // namespace

awaitable<void> tell(rps_run &run, std::string label) {
    if (run.order.facts.progress_supported)
        co_await run.link.send_progress(std::move(label));
}

awaitable<script_end> activate_client_control(rps_run &run) {
    run.amt.set_user(run.order.facts.username, run.order.facts.password);
    co_await tell(run, "Activating");
    if (!co_await read_general_settings(run))
        co_return script_end::error;

    const auto digest = admin_digest(run.realm, run.order.profile->amt_password);
    const amt_parameters parameters{{"NetAdminPassEncryptionType", "2"},
                                    {"NetworkAdminPassword", digest.reveal()}};
    const auto setup =
        co_await run.amt.call(amt_invoke("IPS_HostBasedSetupService", "Setup", parameters));
    bool active = setup.ok();
    if (setup.end == call_end::timed_out)
        active = co_await is_active_now(run);
    else if (setup.end != call_end::done && setup.end != call_end::bad_value)
        co_return fail(run, setup);
    if (!active)
        co_return fail(run, "Failed to activate in client control mode.");

    run.status.set("Status", "Client control mode.");
    run.status.record("Activation", rps_result::success, "CCM", "Client control mode.");
    co_await rps_pause(run.shared, run.timings().after_activation);
    log_in_as_admin(run, run.order.profile->amt_password);
    run.shared.passwords[run.order.facts.uuid] = run.admin_password;
    co_return script_end::success;
}

awaitable<script_end> log_in_again(rps_run &run) {
    // Its place in the last word is before all others (recorded).
    run.status.set("Status", "already enabled in client mode.");
    run.amt.set_user("admin", run.order.facts.password);

    // Whether AMT answers without TLS at all: a 401 is answer enough.
    auto probe = amt_enumerate("AMT_TLSSettingData");
    probe.probe = true;
    (void)co_await run.amt.call(std::move(probe));
    if (!co_await read_general_settings(run))
        co_return script_end::error;
    // TLS that is on changes the way only for tunnels; without an answer the run goes on.
    (void)co_await run.amt.read_all("AMT_TLSSettingData");

    const auto stored = run.shared.passwords.find(run.order.facts.uuid);
    const core::secret password =
        stored != run.shared.passwords.end() ? stored->second : run.order.profile->amt_password;
    const auto digest = from_hex(admin_digest(run.realm, password).reveal()).value();
    const std::string raw = base64(digest);
    const amt_parameters parameters{{"Username", "admin"}, {"DigestPassword", raw}};
    const auto changed = co_await run.amt.call(
        amt_invoke("AMT_AuthorizationService", "SetAdminAclEntryEx", parameters));
    if (!changed.ok())
        co_return fail(run, changed);
    log_in_as_admin(run, password);
    run.shared.passwords[run.order.facts.uuid] = password;
    co_return script_end::success;
}

} // namespace costrand::sim
