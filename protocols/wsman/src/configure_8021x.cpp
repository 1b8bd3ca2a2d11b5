// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/configure_8021x.hpp>

#include "configure_additions.hpp"
#include "configure_wireless.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/ieee8021x.hpp>
#include <costrand/wsman/classes/wifi.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace costrand::wsman {

namespace {

constexpr std::string_view settings_prefix = "Intel(r) AMT: 8021X Settings ";
constexpr std::int64_t pxe_seconds = 120; // the session of a boot from the network (wsman.md 11.6)

amt::eap_protocol on_the_wire(eap protocol) {
    return protocol == eap::tls ? amt::eap_protocol::tls : amt::eap_protocol::peap_mschapv2;
}

struct credentials {
    credentials() = default; // no aggregate, as in the header

    endpoint_reference root;
    std::optional<endpoint_reference> client;
};

endpoint_reference certificate_named(std::string id) {
    return reference_to<amt::public_key_certificate>(by_instance(std::move(id)));
}

awaitable<credentials> add_credentials(additions &added, const ieee8021x &wanted) {
    credentials out;
    auto root = co_await added.add_root(wanted.root);
    out.root = certificate_named(std::move(root));
    if (wanted.protocol != eap::tls)
        co_return out;
    co_await added.add_key(
        wanted.key); // before its certificate, which AMT then knows to be its own
    auto own = co_await added.add_certificate(wanted.certificate);
    out.client = certificate_named(std::move(own));
    co_return out;
}

awaitable<void> set_certificates(client &amt, credentials which) {
    ips::set_certificates_input input;
    input.server_certificate_issuer = std::move(which.root);
    input.client_certificate = std::move(which.client);
    auto output = co_await invoke<ips::set_certificates_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<void> write_wired(client &amt, additions &added, const ieee8021x &wanted,
                            ips::ieee8021x_settings settings) {
    auto which = co_await add_credentials(added, wanted);
    settings.enabled = ips::ieee8021x_state::with_certificates;
    settings.authentication_protocol = on_the_wire(wanted.protocol);
    settings.username = wanted.user;
    settings.password.reset();
    if (wanted.protocol != eap::tls)
        settings.password = wanted.password;
    settings.available_in_s0 = true;
    settings.pxe_timeout = pxe_seconds;
    co_await put_instance(amt, std::move(settings));
    co_await set_certificates(amt, std::move(which));
    const auto now = co_await get_instance<ips::ieee8021x_settings>(amt);
    if (now.enabled != ips::ieee8021x_state::with_certificates)
        throw system_error(errc::method_refused, "AMT took the settings for 802.1x and tells that "
                                                 "it is off");
}

// With its certificates gone it is of no use.
awaitable<void> switch_off(client &amt, ips::ieee8021x_settings before) {
    before.enabled = ips::ieee8021x_state::disabled;
    auto put = put_instance(amt, std::move(before));
    (void)co_await core::as_result(std::move(put)); // the change's own error is told
}

awaitable<void> write_profile(client &amt, additions &added, wireless_profile profile,
                              const ieee8021x &wanted) {
    auto which = co_await add_credentials(added, wanted);
    wireless_8021x more;
    more.settings.element_name = wanted.name;
    more.settings.instance_id = std::string(settings_prefix) + profile.name;
    more.settings.authentication_protocol = on_the_wire(wanted.protocol);
    more.settings.username = wanted.user;
    if (wanted.protocol != eap::tls)
        more.settings.password = wanted.password;
    more.root = std::move(which.root);
    more.client = std::move(which.client);
    std::optional<wireless_8021x> with(std::move(more));
    const auto name = profile.name;
    co_await write_wireless(amt, std::move(profile), std::move(with));
    const auto known = co_await all_instances<cim::wifi_endpoint_settings>(amt);
    const bool listed =
        std::ranges::any_of(known, [&](const auto &one) { return one.element_name == name; });
    if (!listed)
        throw system_error(errc::method_refused, "AMT took the profile and does not list it");
}

} // namespace

awaitable<void> set_wired_8021x(client &amt, ieee8021x wanted) {
    const auto before = co_await get_instance<ips::ieee8021x_settings>(amt);
    additions added(amt);
    std::exception_ptr failed;
    try {
        co_await write_wired(amt, added, wanted, before);
        co_return;
    } catch (const system_error &e) {
        if (!is_refusal(e.code()))
            throw;
        failed = std::current_exception();
    }
    if (before.enabled == ips::ieee8021x_state::disabled)
        co_await switch_off(amt, before);
    co_await added.take_back();
    std::rethrow_exception(failed);
}

awaitable<void> add_wireless(client &amt, wireless_profile profile, ieee8021x wanted) {
    additions added(amt);
    std::exception_ptr failed;
    try {
        co_await write_profile(amt, added, std::move(profile), wanted);
        co_return;
    } catch (const system_error &e) {
        if (!is_refusal(e.code()))
            throw;
        failed = std::current_exception();
    }
    co_await added.take_back();
    std::rethrow_exception(failed);
}

} // namespace costrand::wsman
