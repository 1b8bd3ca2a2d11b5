// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/device_state.hpp>

#include "encoding.hpp"
#include "factory_objects.hpp"
#include "presence.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace costrand::sim {
namespace {

void enter(device_state &state, control_mode mode, core::secret admin_ha1) {
    state.mode = mode;
    state.provisioning = provisioning_state::post;
    state.admin_ha1 = std::move(admin_ha1);
    show_mode(state);
}

} // namespace

// ProvisioningMode: 1 admin, 4 client control; 1 before
// the activation is assumed. So is
// that a device which was never set up has no provisioning record.
void show_mode(device_state &state) {
    state.objects.change("IPS_HostBasedSetupService", [&](auto &service) {
        set_property(service, "CurrentControlMode",
                     std::to_string(static_cast<std::uint32_t>(state.mode)));
    });
    state.objects.change("AMT_SetupAndConfigurationService", [&](auto &service) {
        set_property(service, "ProvisioningMode", state.mode == control_mode::client ? "4" : "1");
        set_property(service, "ProvisioningState",
                     std::to_string(static_cast<std::uint32_t>(state.provisioning)));
    });
    state.objects.change("IPS_ProvisioningRecordLog", [&](auto &log) {
        set_property(log, "CurrentNumberOfRecords", state.mode == control_mode::none ? "0" : "1");
    });
}

device_state factory_state(const profile &p, core::random_source &random) {
    device_state state;
    std::array<std::byte, 16> bytes;
    random.fill(bytes);
    state.digest_realm = "Digest:" + upper_hex(bytes);
    std::array<std::byte, 24> password;
    random.fill(password);
    state.local_password = core::secret(base64(password)); // 32 characters, as in heci.md 9.10
    state.amt_enabled = p.amt_enabled;
    state.objects = factory_objects(p, state.digest_realm);
    show_mode(state);
    return state;
}

device_state new_device(const profile &p, core::random_source &random, core::time_point now) {
    // 2026-01-01T00:00:00Z: assumed.
    constexpr std::int64_t unset_clock = 1'767'225'600;
    auto state = factory_state(p, random);
    const auto since_zero = now.time_since_epoch();
    state.clock_base =
        unset_clock - std::chrono::duration_cast<std::chrono::seconds>(since_zero).count();
    return state;
}

void enter_client_control(device_state &state, core::secret admin_ha1) {
    enter(state, control_mode::client, std::move(admin_ha1));
}

void enter_admin_control(device_state &state, core::secret admin_ha1) {
    enter(state, control_mode::admin, std::move(admin_ha1));
}

void forget_chain(device_state &state) {
    state.powered.setup_chain.clear();
    state.powered.setup_chain_complete = false;
}

void unprovision(device_state &state, const profile &p) {
    state.mode = control_mode::none;
    state.provisioning = provisioning_state::pre;
    state.admin_ha1 = core::secret();
    state.mebx_password = core::secret();
    state.acl.clear();
    state.kerberos_cache = false;
    state.host_based.reset();
    if (state.tls)
        ++state.powered.tls_changes;
    state.tls.reset();
    state.key_pairs.clear();
    state.tls_key = core::secret();
    state.tls_certificate.clear();
    state.last_failed_connection.reset();
    state.powered.user_connection.reset();
    state.powered.boot_source.clear();
    state.powered.consent.reset();
    state.powered.link_preferred_until.reset();
    forget_chain(state);
    state.powered.configuration_nonce.clear();
    state.objects = factory_objects(p, state.digest_realm);
    show_mode(state);
}

void settle(device_state &state, const profile &p, core::time_point now) {
    auto &on = state.powered;
    if (on.watchdog_due && now >= *on.watchdog_due) {
        on.watchdog_due.reset();
        ++on.watchdog_expiries;
    }
    if (on.user_connection && now - *on.user_connection >= p.presence.attempt) {
        const auto clock = [&](core::time_point t) {
            return static_cast<std::uint32_t>(device_clock(state, t));
        };
        state.last_failed_connection = failed_connection{
            clock(*on.user_connection), clock(*on.user_connection + p.presence.attempt),
            user_presence_server(state.objects).value_or("")};
        on.user_connection.reset();
    }
}

std::int64_t device_clock(const device_state &state, core::time_point now) noexcept {
    return state.clock_base +
           std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

} // namespace costrand::sim
