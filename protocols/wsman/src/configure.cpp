// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/configure.hpp>

#include "base64.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/wsman/classes/access.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/redirection.hpp>
#include <costrand/wsman/classes/setup.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/setup.hpp>

#include <utility>

namespace costrand::wsman {

namespace detail {

void refuse(std::string_view owner, std::string_view method, std::optional<std::uint32_t> value,
            std::string_view text) {
    auto said = std::string(owner) + '.' + std::string(method);
    said += value ? " returned " + std::to_string(*value) : " told no ReturnValue";
    if (!text.empty())
        said += " (" + std::string(text) + ')';
    throw system_error(errc::method_refused, said);
}

} // namespace detail

namespace {

amt::redirection_state redirection_of(const remote_features &wanted) {
    constexpr std::uint32_t none = 32768, ider = 1, sol = 2; // wsman.md, AMT_RedirectionService
    return static_cast<amt::redirection_state>(none + (wanted.ider ? ider : 0) +
                                               (wanted.sol ? sol : 0));
}

awaitable<void> switch_redirection(client &amt, amt::redirection_state wanted) {
    amt::request_redirection_state_input input;
    input.requested_state = wanted;
    auto output = co_await invoke<amt::request_redirection_state_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<void> switch_kvm(client &amt, bool on) {
    cim::request_kvm_state_input input;
    input.requested_state = on ? cim::requested_state::enabled : cim::requested_state::disabled;
    auto output = co_await invoke<cim::request_kvm_state_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

void check_consent(const ips::opt_in_service &now, std::optional<ips::opt_in_required> wanted) {
    if (!wanted || now.opt_in_required == wanted ||
        now.can_modify_opt_in_policy != ips::opt_in_policy_change::false_)
        return;
    throw system_error(errc::method_refused,
                       "AMT does not let the user's consent be changed (IPS_OptInService."
                       "CanModifyOptInPolicy)");
}

} // namespace

awaitable<void> set_features(client &amt, remote_features wanted) {
    auto redirection = co_await get_instance<amt::redirection_service>(amt);
    auto consent = co_await get_instance<ips::opt_in_service>(amt);
    const auto kvm = co_await get_instance<cim::kvm_redirection_sap>(amt);
    check_consent(consent, wanted.consent);

    const auto state = redirection_of(wanted);
    if (redirection.enabled_state != state)
        co_await switch_redirection(amt, state);
    const bool kvm_is_on = kvm.enabled_state == cim::enabled_state::enabled ||
                           kvm.enabled_state == cim::enabled_state::enabled_but_offline;
    if (kvm_is_on != wanted.kvm)
        co_await switch_kvm(amt, wanted.kvm);
    const bool listens = wanted.kvm || wanted.sol || wanted.ider;
    if (redirection.listener_enabled != listens) {
        redirection.enabled_state = state;
        redirection.listener_enabled = listens;
        co_await put_instance(amt, std::move(redirection));
    }
    if (wanted.consent && consent.opt_in_required != wanted.consent) {
        consent.opt_in_required = wanted.consent;
        co_await put_instance(amt, std::move(consent));
    }
}

awaitable<std::int64_t> sync_clock(client &amt, std::function<std::int64_t()> now) {
    auto answer = co_await invoke<amt::get_low_accuracy_time_synch_output>(amt);
    const auto device = accepted(std::move(answer)).ta0;
    if (!device)
        throw system_error(errc::envelope_malformed, "GetLowAccuracyTimeSynch without its Ta0");
    const auto ours = now();
    amt::set_high_accuracy_time_synch_input input;
    input.ta0 = *device;
    input.tm1 = ours;
    input.tm2 = ours;
    auto set = co_await invoke<amt::set_high_accuracy_time_synch_output>(amt, std::move(input));
    (void)accepted(std::move(set));
    co_return ours - *device;
}

awaitable<void> set_mebx_password(client &amt, core::secret password) {
    amt::set_mebx_password_input input;
    input.password = std::move(password);
    auto output = co_await invoke<amt::set_mebx_password_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<void> set_admin_password(client &amt, core::secret password) {
    const auto settings = co_await get_instance<amt::general_settings>(amt);
    if (!settings.digest_realm)
        throw system_error(errc::envelope_malformed, "AMT_GeneralSettings without its DigestRealm");
    const auto ha1 = digest_ha1("admin", *settings.digest_realm, password).value();
    amt::set_admin_acl_entry_input input;
    input.username = "admin";
    input.digest_password = core::secret(base64_of_hex(ha1.reveal()));
    auto call = invoke<amt::set_admin_acl_entry_output>(amt, std::move(input));
    auto output = co_await core::as_result(std::move(call));
    if (output)
        (void)accepted(std::move(*output));
    else if (output.error() != errc::reply_lost)
        throw system_error(output.error());
    amt.set_user("admin", std::move(password));
    if (output)
        co_return;
    auto look = get_instance<amt::general_settings>(amt);
    const auto in_force = co_await core::as_result(std::move(look));
    if (in_force)
        co_return;
    if (in_force.error() == core::cond::cancelled)
        throw system_error(in_force.error());
    if (in_force.error() == errc::unauthorized)
        throw system_error(errc::method_refused, "the connection was lost and the AMT password was "
                                                 "not changed: the old one is still in force");
    throw system_error(output.error());
}

awaitable<void> set_host_name(client &amt, std::string host, std::string domain) {
    auto settings = co_await get_instance<amt::general_settings>(amt);
    if (domain.empty())
        domain = settings.domain_name.value_or("");
    if (settings.host_name == host && settings.domain_name.value_or("") == domain)
        co_return;
    settings.host_name = std::move(host);
    settings.domain_name = std::move(domain);
    co_await put_instance(amt, std::move(settings));
}

} // namespace costrand::wsman
