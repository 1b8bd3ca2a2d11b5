// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/configure_tls.hpp>

#include "base64.hpp"
#include "configure_additions.hpp"
#include "device_certificate.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/setup.hpp>
#include <costrand/wsman/classes/tls.hpp>
#include <costrand/wsman/configure.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::wsman {

namespace {

constexpr std::string_view network_settings = "Intel(r) AMT 802.3 TLS Settings";
constexpr std::string_view host_settings = "Intel(r) AMT LMS TLS Settings";

using certificates = std::vector<amt::public_key_certificate>;

const amt::tls_setting_data &instance_named(const std::vector<amt::tls_setting_data> &all,
                                            std::string_view id) {
    for (const auto &one : all)
        if (one.instance_id == id)
            return one;
    throw system_error(errc::envelope_malformed, "AMT tells no " + std::string(id));
}

bool takes_plain(tls_mode mode) {
    return mode == tls_mode::server_and_plain || mode == tls_mode::mutual_and_plain;
}
bool is_mutual(tls_mode mode) {
    return mode == tls_mode::mutual || mode == tls_mode::mutual_and_plain;
}

amt::tls_setting_data as_wanted(amt::tls_setting_data now, tls_mode mode) {
    now.enabled = mode != tls_mode::off;
    now.mutual_authentication = is_mutual(mode) && now.instance_id == network_settings;
    // Of a device without plain ports it keeps what it has (wsman.md 11.3).
    if (now.non_secure_connections_supported != false)
        now.accept_non_secure_connections = takes_plain(mode);
    return now;
}

bool differs(const amt::tls_setting_data &a, const amt::tls_setting_data &b) {
    return a.enabled != b.enabled || a.mutual_authentication != b.mutual_authentication ||
           a.accept_non_secure_connections != b.accept_non_secure_connections;
}

void check_mode(const std::vector<amt::tls_setting_data> &all, tls_mode mode) {
    const bool always = std::ranges::any_of(
        all, [](const auto &one) { return one.non_secure_connections_supported == false; });
    if (always && (mode == tls_mode::off || takes_plain(mode)))
        throw system_error(errc::method_refused,
                           "this device takes connections over TLS only: TLS cannot be switched "
                           "off, nor plain connections on (AMT_TLSSettingData."
                           "NonSecureConnectionsSupported)");
}

std::vector<std::byte> der_of(const amt::public_key_certificate &certificate) {
    return from_base64(certificate.x509_certificate.value_or("")).value_or(der());
}

// That of the context; nullptr: there is none.
const amt::public_key_certificate *
certificate_of(const certificates &all, const std::optional<endpoint_reference> &reference) {
    if (!reference)
        return nullptr;
    const auto id = instance_of(reference);
    const auto found =
        std::ranges::find_if(all, [&](const auto &c) { return c.instance_id == id; });
    return found == all.end() ? nullptr : &*found;
}

awaitable<std::vector<std::byte>> public_key_named(client &amt, std::string id) {
    const auto keys = co_await all_instances<amt::public_private_key_pair>(amt);
    for (const auto &key : keys)
        if (key.instance_id == id)
            co_return from_base64(key.der_key.value_or("")).value_or(der());
    throw system_error(errc::envelope_malformed, "AMT made a key and does not list it");
}

// As its host is known in the network, where AMT knows that.
awaitable<std::string> name_of(client &amt) {
    const auto settings = co_await get_instance<amt::general_settings>(amt);
    const auto host = settings.host_name.value_or(""), domain = settings.domain_name.value_or("");
    co_return host.empty() || domain.empty() ? host : host + '.' + domain;
}

// With a key of AMT's own: the InstanceID.
awaitable<std::string> add_certificate(client &amt, additions &added, std::int64_t now) {
    const passing_authority authority(now);
    (void)co_await added.add_root(authority.root());
    auto key = co_await added.make_key();
    const auto public_key = co_await public_key_named(amt, std::move(key));
    const auto name = co_await name_of(amt);
    co_return co_await added.add_certificate(authority.issue(public_key, name));
}

awaitable<amt::tls_credential_context> context_for(client &amt, std::string certificate) {
    const auto collection = co_await get_instance<amt::tls_protocol_endpoint_collection>(amt);
    amt::tls_credential_context out;
    out.element_in_context =
        reference_to<amt::public_key_certificate>(by_instance(std::move(certificate)));
    std::vector<selector> keys;
    keys.push_back({"ElementName", collection.element_name.value_or("")});
    out.element_providing_context =
        reference_to<amt::tls_protocol_endpoint_collection>(std::move(keys));
    co_return out;
}

std::vector<selector> keys_of(const amt::tls_credential_context &context) {
    std::vector<selector> out;
    add_reference_key(out, "ElementInContext", context.element_in_context);
    add_reference_key(out, "ElementProvidingContext", context.element_providing_context);
    return out;
}

// From CommitChanges on AMT shows that certificate.
awaitable<void> show(client &amt, const std::vector<amt::tls_credential_context> &known,
                     std::string certificate) {
    auto context = co_await context_for(amt, std::move(certificate));
    if (!known.empty()) {
        co_await put_instance(amt, std::move(context), keys_of(known.front()));
        co_return;
    }
    auto body = put_body(context).value();
    (void)co_await amt.create(uri::of_class(amt::tls_credential_context::wire_name),
                              std::move(body));
}

awaitable<void> need_certificate(client &amt, additions &added, std::int64_t now) {
    const auto contexts = co_await all_instances<amt::tls_credential_context>(amt);
    const auto known = co_await all_instances<amt::public_key_certificate>(amt);
    for (const auto &context : contexts) {
        const auto *shown = certificate_of(known, context.element_in_context);
        if (shown && is_current(der_of(*shown), now))
            co_return;
    }
    auto made = co_await add_certificate(amt, added, now);
    co_await show(amt, contexts, std::move(made));
}

awaitable<bool> put_settings(client &amt, const std::vector<amt::tls_setting_data> &all,
                             std::string_view which, tls_mode mode) {
    const auto &before = instance_named(all, which);
    auto after = as_wanted(before, mode);
    if (!differs(before, after))
        co_return false;
    co_await put_instance(amt, std::move(after), by_instance(std::string(which)));
    co_return true;
}

awaitable<void> write_settings(client &amt, additions &added, const tls_settings &wanted,
                               const std::vector<amt::tls_setting_data> &all) {
    if (wanted.mode != tls_mode::off) {
        co_await need_certificate(amt, added, wanted.now());
        (void)co_await sync_clock(amt, wanted.now);
    }
    const bool network = co_await put_settings(amt, all, network_settings, wanted.mode);
    if (network)
        co_await core::sleep_for(wanted.pause);
    (void)co_await put_settings(amt, all, host_settings, wanted.mode);
}

// False: the answer was lost.
awaitable<bool> commit(client &amt) {
    amt.disconnect(); // an idle connection that has ended would look like a lost answer
    auto call = invoke<amt::commit_changes_output>(amt);
    auto output = co_await core::as_result(std::move(call));
    if (!output && output.error() != errc::reply_lost)
        throw system_error(output.error());
    if (output)
        (void)accepted(std::move(*output));
    co_return output.has_value();
}

} // namespace

awaitable<bool> set_tls(client &amt, tls_settings wanted) {
    const auto all = co_await all_instances<amt::tls_setting_data>(amt);
    check_mode(all, wanted.mode);
    additions added(amt);
    std::exception_ptr failed;
    try {
        co_await write_settings(amt, added, wanted, all);
        co_return co_await commit(amt);
    } catch (const system_error &e) {
        if (!is_refusal(e.code()))
            throw;
        failed = std::current_exception();
    }
    co_await added.take_back();
    std::rethrow_exception(failed);
}

awaitable<bool> has_tls(client &amt, tls_mode mode) {
    const auto all = co_await all_instances<amt::tls_setting_data>(amt);
    for (const auto which : {network_settings, host_settings}) {
        const auto &now = instance_named(all, which);
        if (differs(now, as_wanted(now, mode)))
            co_return false;
    }
    co_return true;
}

awaitable<std::size_t> count_client_roots(client &amt) {
    const auto known = co_await all_instances<amt::public_key_certificate>(amt);
    std::size_t out = 0;
    for (const auto &root : known) {
        const auto bytes = der_of(root);
        if (root.trusted_root_certificate == true && !is_passing_root_of(bytes, bytes))
            ++out;
    }
    co_return out;
}

awaitable<std::size_t> remove_tls_certificate(client &amt) {
    const auto contexts = co_await all_instances<amt::tls_credential_context>(amt);
    const auto known = co_await all_instances<amt::public_key_certificate>(amt);
    const auto keys = co_await all_instances<amt::public_private_key_pair>(amt);
    std::vector<endpoint_reference> objects;
    const auto certificate_named = [&objects](const amt::public_key_certificate &one) {
        if (one.instance_id)
            objects.push_back(
                reference_to<amt::public_key_certificate>(by_instance(*one.instance_id)));
    };
    for (const auto &context : contexts) {
        objects.push_back(reference_to<amt::tls_credential_context>(keys_of(context)));
        const auto *shown = certificate_of(known, context.element_in_context);
        if (!shown)
            continue;
        const auto bytes = der_of(*shown);
        certificate_named(*shown);
        for (const auto &key : keys) {
            const auto public_key = from_base64(key.der_key.value_or(""));
            if (key.instance_id && public_key && is_for_key(bytes, *public_key))
                objects.push_back(
                    reference_to<amt::public_private_key_pair>(by_instance(*key.instance_id)));
        }
        for (const auto &root : known)
            if (root.trusted_root_certificate == true && is_passing_root_of(der_of(root), bytes))
                certificate_named(root);
    }
    std::size_t gone = 0;
    for (auto &which : objects) {
        const bool removed = co_await try_to_remove(amt, std::move(which));
        gone += removed ? 1 : 0;
    }
    co_return gone;
}

} // namespace costrand::wsman
