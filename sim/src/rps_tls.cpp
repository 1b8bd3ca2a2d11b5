// SPDX-License-Identifier: Apache-2.0
// TLS on a device: its configuration (15.5), and the two ways to get a device into a tunnel: from
// the start, because it enforces TLS (15.4), or by a change of the port (15.4b).
#include "rps_run.hpp"

#include "encoding.hpp"
#include "rps_authority.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace costrand::sim {

namespace {

constexpr std::string_view keys_class = "AMT_PublicKeyManagementService";
constexpr std::string_view network_settings = "Intel(r) AMT 802.3 TLS Settings";
constexpr std::string_view local_settings = "Intel(r) AMT LMS TLS Settings";
// As the real server names it (wsman section about the class).
constexpr std::string_view endpoints = "TLSProtocolEndpointInstances Collection";
constexpr std::uint32_t already_there = 2058; // PKM ReturnValue "Duplicate"

constexpr reached_mode first_phase{"Client control mode (TLS activation Phase 1).", "CCM"};

// Sets TLSConfiguration, which is then told beside the component.
bool tls_failed(rps_run &run, std::string_view text) {
    run.status.set("TLSConfiguration", std::string(text));
    run.status.record("TLS", rps_result::failure, "", text);
    return false;
}

// The InstanceID in the reference that a method gave.
std::string created(const amt_reply &reply, std::string_view parameter) {
    const auto *element = reply.body().child(parameter);
    const auto reference =
        element ? wsman::read_reference(*element) : wsman::errc::envelope_malformed;
    if (reference)
        for (const auto &key : reference->selectors)
            if (key.name == "InstanceID")
                return key.value;
    return {};
}

// A key that the device makes and keeps: its handle and its public half, DER. Nothing: failed.
struct device_key {
    std::string handle;
    std::vector<std::byte> public_key;
};
awaitable<std::optional<device_key>> make_key(rps_run &run) {
    const amt_parameters rsa_2048{{"KeyAlgorithm", "0"}, {"KeyLength", "2048"}};
    const auto made = co_await run.amt.call(amt_invoke(keys_class, "GenerateKeyPair", rsa_2048));
    if (!made.ok())
        co_return std::nullopt;
    device_key key;
    key.handle = created(made, "KeyPair");
    const auto keys = co_await run.amt.read_all("AMT_PublicPrivateKeyPair");
    for (const auto &k : keys.items)
        if (k.value("InstanceID") == key.handle)
            key.public_key = from_base64(k.value("DERKey")).value_or(std::vector<std::byte>());
    if (!keys.ok() || key.public_key.empty())
        co_return std::nullopt;
    co_return key;
}

// Gives the device a certificate for the key: its handle. Empty: failed.
awaitable<std::string> add_certificate(rps_run &run, device_key key) {
    const auto issued = run.shared.authority.issue_for_device(key.public_key, run.order.facts.uuid);
    if (issued.empty())
        co_return std::string();
    const std::string blob = base64(issued);
    const amt_parameters parameters{{"CertificateBlob", blob}};
    const auto added = co_await run.amt.call(amt_invoke(keys_class, "AddCertificate", parameters));
    if (!added.ok())
        co_return std::string();
    run.shared.device_certificates[run.order.facts.uuid] = issued;
    co_return created(added, "CreatedCertificate");
}

// From now on the device shows that certificate.
awaitable<bool> use_certificate(rps_run &run, std::string handle) {
    const auto contexts = co_await run.amt.read_all("AMT_TLSCredentialContext");
    if (!contexts.ok())
        co_return false;
    const auto properties =
        "<h:ElementInContext>" + amt_reference("AMT_PublicKeyCertificate", "InstanceID", handle) +
        "</h:ElementInContext><h:ElementProvidingContext>" +
        amt_reference("AMT_TLSProtocolEndpointCollection", "ElementName", endpoints) +
        "</h:ElementProvidingContext>";
    auto call = amt_create("AMT_TLSCredentialContext", properties);
    if (!contexts.items.empty()) { // that of another certificate is replaced; unproven
        auto put = amt_put_association("AMT_TLSCredentialContext", contexts.items.front());
        put.body = std::move(call.body);
        call = std::move(put);
    }
    const auto done = co_await run.amt.call(std::move(call));
    co_return done.ok();
}

awaitable<bool> put_settings(rps_run &run, const std::vector<wsman::xml_element> &all,
                             std::string_view which) {
    const auto found = std::find_if(
        all.begin(), all.end(), [which](const auto &s) { return s.value("InstanceID") == which; });
    if (found == all.end())
        co_return false;
    auto wanted = *found;
    const auto &profile = *run.order.profile;
    // The local side is the server's own way in: it has no certificate to show there.
    const bool mutual = profile.mutual_tls && which == network_settings;
    write_property(wanted, "Enabled", "true");
    write_property(wanted, "MutualAuthentication", mutual ? "true" : "false");
    // Devices that cannot accept plain connections keep what they have (wsman section 11.3).
    if (wanted.value("NonSecureConnectionsSupported") != "false")
        write_property(wanted, "AcceptNonSecureConnections",
                       profile.accept_plain ? "true" : "false");
    drop_property(wanted, "NonSecureConnectionsSupported"); // not to be put
    const auto put = co_await run.amt.call(amt_put("AMT_TLSSettingData", wanted, "InstanceID"));
    co_return put.ok();
}

awaitable<bool> switch_tls_on(rps_run &run) {
    const auto settings = co_await run.amt.read_all("AMT_TLSSettingData");
    if (!settings.ok())
        co_return tls_failed(run, "Failed to enumerate TLS Setting Data");
    if (!co_await put_settings(run, settings.items, network_settings))
        co_return tls_failed(run, "Failed to put remote TLS data");
    co_await rps_pause(run.shared, run.timings().between_tls_settings,
                       "between the two TLS settings");
    if (!co_await put_settings(run, settings.items, local_settings))
        co_return tls_failed(run, "Failed to put local TLS data");
    if (!co_await commit_changes(run))
        co_return tls_failed(run, "Failed to commit changes");
    co_return true;
}

awaitable<bool> synchronise_clock(rps_run &run) {
    const auto read = co_await read_clock(run);
    if (!read.ok())
        co_return false;
    const auto set = co_await set_clock(run, std::string(read.body().value("Ta0")));
    co_return set.ok();
}

// Phase 2 of a device that enforces TLS: what was set up is looked at again, in a tunnel of its
// own.
awaitable<bool> look_again(rps_run &run) {
    const auto settings = co_await run.amt.call(amt_get("AMT_GeneralSettings"));
    if (!settings.ok())
        co_return false;
    run.general_settings = settings.body();
    (void)co_await run.amt.read_all("AMT_TLSSettingData");
    (void)co_await run.amt.read_all("AMT_TLSCredentialContext");
    (void)co_await run.amt.read_all("AMT_TLSCredentialContext");
    const auto known = co_await run.amt.read_all("AMT_PublicKeyCertificate");
    if (known.ok())
        run.status.set("TLSConfiguration", "Already configured");
    co_return known.ok();
}

// The server ends its tunnel and waits; the next call makes another.
awaitable<void> renew_tunnel(rps_run &run, tunnel_proof proof, core::duration wait) {
    run.amt.begin_tunnel(proof);
    co_await rps_pause(run.shared, wait, "before a new tunnel");
}

// 15.4 step 5.
awaitable<script_end> go_on_to_admin_control(rps_run &run) {
    const auto wait = run.timings().before_tunnel;
    if (!co_await configure_tls(run))
        co_return script_end::over;
    co_await renew_tunnel(run, tunnel_proof::mps_root, wait);
    if (!co_await look_again(run))
        co_return script_end::over;
    co_await renew_tunnel(run, tunnel_proof::mps_root, wait);
    if (!co_await upgrade_to_admin(run))
        co_return script_end::over; // in the first phase, which the status says
    if (!co_await commit_changes(run))
        co_return script_end::over;
    co_await renew_tunnel(run, tunnel_proof::mps_root, wait);
    co_await set_mebx_password(run);
    activated(run, admin_mode);
    co_return script_end::success;
}

// Only a device of which the server has a certificate is asked for it (15.4b step 1).
awaitable<void> look_for_certificate(rps_run &run) {
    if (!run.shared.device_certificates.contains(run.order.facts.uuid))
        co_return;
    const auto contexts = co_await run.amt.read_all("AMT_TLSCredentialContext");
    if (!contexts.items.empty())
        (void)co_await run.amt.read_all("AMT_PublicKeyCertificate");
}

} // namespace

awaitable<bool> add_trusted_root(rps_run &run) {
    const std::string blob = base64(run.shared.authority.mps_root());
    const amt_parameters parameters{{"CertificateBlob", blob}};
    const auto added =
        co_await run.amt.call(amt_invoke(keys_class, "AddTrustedRootCertificate", parameters));
    co_return added.ok() ||
        (added.end == call_end::bad_value && added.soap.return_value() == already_there);
}

awaitable<bool> commit_changes(rps_run &run) {
    const amt_parameters none;
    const auto done = co_await run.amt.call(
        amt_invoke("AMT_SetupAndConfigurationService", "CommitChanges", none));
    co_return done.ok();
}

// The first text is recorded, the others are assumed.
awaitable<bool> configure_tls(rps_run &run) {
    co_await tell(run, "Configuring TLS");
    const auto known = co_await run.amt.read_all("AMT_PublicKeyCertificate");
    if (!known.ok())
        co_return tls_failed(run, "Failed to enumerate public key certificates");
    if (!co_await add_trusted_root(run))
        co_return tls_failed(run, "Failed to add trusted root certificate");
    auto key = co_await make_key(run);
    if (!key)
        co_return tls_failed(run, "Failed to generate key pair");
    const auto handle = co_await add_certificate(run, std::move(*key));
    if (handle.empty())
        co_return tls_failed(run, "Failed to add certificate");
    if (!co_await use_certificate(run, handle))
        co_return tls_failed(run, "Failed to create TLS Credential context");
    if (!co_await synchronise_clock(run))
        co_return tls_failed(run, "Failed to synchronize time");
    if (!co_await switch_tls_on(run))
        co_return false;
    run.amt.expect(tunnel_proof::mps_root);
    run.status.set("TLSConfiguration", "Configured");
    run.status.record("TLS", rps_result::success, "", "Configured");
    co_return true;
}

awaitable<script_end> activate_enforced(rps_run &run) {
    const bool admin = run.order.profile->mode == rps_profile::activation::admin_control;
    const auto &t = run.timings();
    choose_password(run);
    run.amt.set_user(run.order.facts.username, run.order.facts.password);
    run.amt.begin_tunnel(tunnel_proof::on_die);
    co_await tell(run, "Activating");
    if (!co_await read_general_settings(run))
        co_return script_end::error;
    if (!co_await set_up_client_control(run))
        co_return script_end::error;
    activated(run, admin ? first_phase : client_mode);
    log_in_as_admin(run);
    if (!co_await commit_changes(run))
        co_return fail(run, "Failed at setup and configuration service commit changes");
    // 12 + 15 s and 15 + 12 + 15 s (15.4 step 3).
    const auto wait = admin ? t.after_activation + t.before_tunnel
                            : t.before_tunnel + t.after_activation + t.before_tunnel;
    co_await renew_tunnel(run, tunnel_proof::own, wait);
    if (admin)
        co_return co_await go_on_to_admin_control(run);
    co_return script_end::success;
}

awaitable<script_end> activate_into_tunnel(rps_run &run) {
    auto end = co_await activate_client_control(run);
    if (end != script_end::success)
        co_return end;
    const bool admin = run.order.profile->mode == rps_profile::activation::admin_control;
    if (admin)
        activated(run, first_phase);
    co_await look_for_certificate(run);
    if (!co_await configure_tls(run))
        co_return script_end::over;
    const auto &t = run.timings();
    const auto delay = std::chrono::duration_cast<std::chrono::seconds>(t.port_switch_delay);
    const bool switched =
        co_await run.link.switch_port(rps_amt::tls_port, delay, delay + t.port_switch_ack);
    if (!switched)
        co_return fail(run, "Failed to switch to the TLS port"); // assumed
    run.amt.begin_tunnel(tunnel_proof::mps_root);
    if (!admin)
        co_return script_end::success;
    if (!co_await read_general_settings(run))
        co_return script_end::error;
    if (!co_await upgrade_to_admin(run))
        co_return script_end::over; // as with TLS enforced; unproven
    if (!co_await set_admin_password(run))
        co_return script_end::error;
    co_await set_mebx_password(run);
    activated(run, admin_mode);
    co_return script_end::success;
}

} // namespace costrand::sim
