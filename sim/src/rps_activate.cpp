// SPDX-License-Identifier: Apache-2.0
// Into client control mode, and back into a device that is active already (15.1, 15.3), without or
// with a tunnel; and the pieces that all ways into a device share.
#include "rps_run.hpp"

#include "encoding.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace costrand::sim {

namespace {

constexpr std::string_view cannot_authenticate = "Unable to authenticate with AMT";
constexpr std::string_view unknown_error = "Unknown error has occured"; // so spelt (recorded)

bool is_realm(std::string_view text) {
    constexpr std::string_view begin = "Digest:";
    if (!text.starts_with(begin) || text.size() != begin.size() + 32)
        return false;
    text.remove_prefix(begin.size());
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_on(const wsman::xml_element &settings) {
    return settings.value("Enabled") == "true";
}

// What TLS there is. Nothing is made of it: seen is only that it is read. Without an answer the run
// goes on.
awaitable<void> look_at_tls(rps_run &run) {
    const auto settings = co_await run.amt.read_all("AMT_TLSSettingData");
    if (std::none_of(settings.items.begin(), settings.items.end(), is_on))
        co_return;
    (void)co_await run.amt.read_all("AMT_TLSCredentialContext");
    (void)co_await run.amt.read_all("AMT_TLSCredentialContext");
    (void)co_await run.amt.read_all("AMT_PublicKeyCertificate");
}

} // namespace

script_end fail(rps_run &run, std::string_view text) {
    run.status.set("Status", std::string(text));
    run.status.record("Activation", rps_result::failure, "", text);
    return script_end::error;
}

script_end fail(rps_run &run, const amt_reply &reply) {
    return fail(run, reply.end == call_end::unauthorized ? cannot_authenticate : unknown_error);
}

void activated(rps_run &run, reached_mode mode) {
    run.status.set("Status", std::string(mode.status));
    run.status.record("Activation", rps_result::success, mode.mode, mode.status);
    run.shared.passwords[run.order.facts.uuid] = run.admin_password;
}

core::secret random_password(core::random_source &random) {
    constexpr std::string_view letters =
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    std::array<std::byte, 12> bytes{};
    random.fill(bytes);
    std::string text = "aA1!"; // what firmware asks of every password
    for (const auto b : bytes)
        text += letters[std::to_integer<std::size_t>(b) % letters.size()];
    return core::secret(std::move(text));
}

void choose_password(rps_run &run) {
    const auto &wanted = run.order.profile->amt_password;
    run.admin_password = wanted.empty() ? random_password(run.shared.random) : wanted;
}

void log_in_as_admin(rps_run &run) {
    run.amt.set_user("admin", run.admin_password);
}

awaitable<void> tell(rps_run &run, std::string label) {
    if (run.order.facts.progress_supported)
        co_await run.link.send_progress(std::move(label));
}

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

awaitable<bool> is_in_mode(rps_run &run, std::string_view mode) {
    const auto reply = co_await run.amt.call(amt_get("IPS_HostBasedSetupService"));
    co_return reply.ok() && reply.body().value("CurrentControlMode") == mode;
}

// That a Setup without an answer is looked after as an AdminSetup is assumed; but it may be
// repeated (rps-session section 14 names the other two only).
awaitable<bool> set_up_client_control(rps_run &run) {
    const auto digest = admin_digest(run.realm, run.admin_password);
    const amt_parameters parameters{{"NetAdminPassEncryptionType", "2"},
                                    {"NetworkAdminPassword", digest.reveal()}};
    const auto setup =
        co_await run.amt.call(amt_invoke("IPS_HostBasedSetupService", "Setup", parameters));
    bool active = setup.ok();
    if (setup.end == call_end::timed_out) {
        active = co_await is_in_mode(run, "1");
    } else if (setup.end != call_end::done && setup.end != call_end::bad_value) {
        fail(run, setup);
        co_return false;
    }
    if (!active)
        fail(run, "Failed to activate in client control mode.");
    co_return active;
}

awaitable<script_end> activate_client_control(rps_run &run) {
    choose_password(run);
    run.amt.set_user(run.order.facts.username, run.order.facts.password);
    co_await tell(run, "Activating");
    const bool known = co_await read_general_settings(run);
    if (!known)
        co_return script_end::error;
    const bool active = co_await set_up_client_control(run);
    if (!active)
        co_return script_end::error;
    activated(run, client_mode);
    co_await rps_pause(run.shared, run.timings().after_activation, "behind the activation");
    log_in_as_admin(run);
    co_return script_end::success;
}

awaitable<script_end> log_in_again(rps_run &run) {
    const bool admin = run.order.profile->mode == rps_profile::activation::admin_control;
    const bool same_mode = admin == (run.order.facts.control_mode == 2);
    if (same_mode) // its place in the last word is before all others (recorded)
        run.status.set("Status", admin ? "already enabled in admin mode."
                                       : "already enabled in client mode.");
    run.amt.set_user("admin", run.order.facts.password);
    if (run.order.facts.tls_enforced) {
        run.amt.begin_tunnel(tunnel_proof::active);
    } else {
        // Whether AMT answers without TLS at all: a 401 is answer enough.
        auto probe = amt_enumerate("AMT_TLSSettingData");
        probe.probe = true;
        (void)co_await run.amt.call(std::move(probe));
    }
    if (!co_await read_general_settings(run))
        co_return script_end::error;
    co_await look_at_tls(run);

    const auto stored = run.shared.passwords.find(run.order.facts.uuid);
    if (stored != run.shared.passwords.end())
        run.admin_password = stored->second;
    else
        choose_password(run);
    if (!same_mode)
        co_return co_await upgrade_control_mode(run);
    if (!co_await set_admin_password(run))
        co_return script_end::error;
    log_in_as_admin(run);
    run.shared.passwords[run.order.facts.uuid] = run.admin_password;
    if (admin)
        co_await set_mebx_password(run);
    co_return script_end::success;
}

} // namespace costrand::sim
