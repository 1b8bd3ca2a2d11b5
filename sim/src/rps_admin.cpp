// SPDX-License-Identifier: Apache-2.0
// Admin control mode: the provisioning chain, the signature over both nonces, and what follows in
// each of the ways that lead there (15.2, 15.3, 15.4, 15.4b).
#include "rps_run.hpp"

#include "encoding.hpp"
#include "rps_authority.hpp"

#include <array>
#include <utility>
#include <vector>

namespace costrand::sim {

namespace {

constexpr std::string_view setup_class = "IPS_HostBasedSetupService";
constexpr std::size_t nonce_size = 20; // both nonces (15.2)

// The text is recorded of client control mode only, in section 5; for this mode it is assumed.
constexpr std::string_view cannot_activate = "Failed to activate in admin control mode.";

const char *boolean(bool b) {
    return b ? "true" : "false";
}

// Leaf first. False: the device refused one.
awaitable<bool> send_chain(rps_run &run, const rps_provisioning &with) {
    for (std::size_t i = 0; i < with.chain.size(); ++i) {
        const std::string der = base64(with.chain[i]);
        const amt_parameters parameters{{"NextCertificate", der},
                                        {"IsLeafCertificate", boolean(i == 0)},
                                        {"IsRootCertificate", boolean(i + 1 == with.chain.size())}};
        const auto taken =
            co_await run.amt.call(amt_invoke(setup_class, "AddNextCertInChain", parameters));
        if (!taken.ok())
            co_return false;
    }
    co_return true;
}

struct proof {
    std::string nonce, signature; // base64
};

// The firmware's nonce first, then ours (15.2).
proof prove(rps_run &run, const rps_provisioning &with, std::vector<std::byte> firmware_nonce) {
    std::array<std::byte, nonce_size> ours{};
    run.shared.random.fill(ours);
    firmware_nonce.insert(firmware_nonce.end(), ours.begin(), ours.end());
    return {base64(ours), base64(sign_sha256(with.key, firmware_nonce))};
}

// Sent once: whether it worked is read, not tried again (rps-session section 14).
awaitable<bool> set_up(rps_run &run, amt_call setup, std::string_view wanted_mode) {
    setup.once = true;
    const auto reply = co_await run.amt.call(std::move(setup));
    if (reply.end == call_end::done)
        co_return true;
    if (reply.end == call_end::timed_out || reply.end == call_end::unreadable)
        co_return co_await is_in_mode(run, wanted_mode);
    co_return false;
}

// Get, the chain, and the call that `make` gives for the proof.
template <typename Make>
awaitable<bool> prove_and_set_up(rps_run &run, Make make) {
    const auto service = co_await run.amt.call(amt_get(setup_class));
    if (!service.ok())
        co_return false;
    auto nonce = from_base64(service.body().value("ConfigurationNonce"));
    if (!nonce || nonce->size() != nonce_size)
        co_return false;
    const auto &with = run.shared.authority.provisioning_for(run.order.facts.fqdn);
    if (!co_await send_chain(run, with))
        co_return false;
    const auto p = prove(run, with, std::move(*nonce));
    auto call = make(p);
    co_return co_await set_up(run, std::move(call), "2");
}

awaitable<bool> admin_setup(rps_run &run) {
    const auto digest = admin_digest(run.realm, run.admin_password);
    auto make = [&digest](const proof &p) {
        const amt_parameters parameters{{"NetAdminPassEncryptionType", "2"},
                                        {"NetworkAdminPassword", digest.reveal()},
                                        {"McNonce", p.nonce},
                                        {"SigningAlgorithm", "2"},
                                        {"DigitalSignature", p.signature}};
        return amt_invoke(setup_class, "AdminSetup", parameters);
    };
    co_return co_await prove_and_set_up(run, make);
}

} // namespace

awaitable<bool> upgrade_to_admin(rps_run &run) {
    auto make = [](const proof &p) {
        const amt_parameters parameters{
            {"McNonce", p.nonce}, {"SigningAlgorithm", "2"}, {"DigitalSignature", p.signature}};
        return amt_invoke(setup_class, "UpgradeClientToAdmin", parameters);
    };
    co_return co_await prove_and_set_up(run, make);
}

awaitable<bool> set_admin_password(rps_run &run) {
    const auto digest = from_hex(admin_digest(run.realm, run.admin_password).reveal()).value();
    const std::string raw = base64(digest);
    const amt_parameters parameters{{"Username", "admin"}, {"DigestPassword", raw}};
    const auto set = co_await run.amt.call(
        amt_invoke("AMT_AuthorizationService", "SetAdminAclEntryEx", parameters));
    if (!set.ok())
        fail(run, set);
    co_return set.ok();
}

awaitable<void> set_mebx_password(rps_run &run) {
    const auto &wanted = run.order.profile->mebx_password;
    const auto password = wanted.empty() ? random_password(run.shared.random) : wanted;
    const amt_parameters parameters{{"Password", password.reveal()}};
    // A refusal changes nothing: the mode is reached (assumed, none is recorded).
    (void)co_await run.amt.call(
        amt_invoke("AMT_SetupAndConfigurationService", "SetMEBxPassword", parameters));
}

awaitable<script_end> activate_admin_control(rps_run &run) {
    choose_password(run);
    run.amt.set_user(run.order.facts.username, run.order.facts.password);
    co_await tell(run, "Activating");
    const bool known = co_await read_general_settings(run);
    if (!known)
        co_return script_end::error;
    const bool active = co_await admin_setup(run);
    if (!active)
        co_return fail(run, cannot_activate);
    activated(run, admin_mode);
    co_await rps_pause(run.shared, run.timings().after_activation, "behind the activation");
    log_in_as_admin(run);
    co_await set_mebx_password(run);
    co_return script_end::success;
}

awaitable<script_end> upgrade_control_mode(rps_run &run) {
    const bool upgraded = co_await upgrade_to_admin(run);
    if (!upgraded)
        co_return fail(run, cannot_activate);
    const bool changed = co_await set_admin_password(run);
    if (!changed)
        co_return script_end::error;
    log_in_as_admin(run);
    activated(run, upgraded_mode);
    co_await set_mebx_password(run);
    co_return script_end::success;
}

} // namespace costrand::sim
