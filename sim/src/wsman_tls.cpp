// SPDX-License-Identifier: Apache-2.0
// AMT_TLSCredentialContext and AMT_TLSSettingData: what may be put, created and deleted. What is
// put is a wish: CommitChanges puts it in force (tls_state.hpp). Which fault refuses what is
// assumed, see docs/simulated-firmware.md.
#include "wsman_tls.hpp"

#include "encoding.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"

#include <costrand/sim/certificates.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

constexpr std::string_view contexts_class = "AMT_TLSCredentialContext";
constexpr std::string_view certificates_class = "AMT_PublicKeyCertificate";
constexpr std::string_view collection_class = "AMT_TLSProtocolEndpointCollection";

bool refers_to(const xml_element &property, const xml_element &instance) {
    const auto to = wsman::read_reference(property);
    return to && to->resource_uri == instance.ns && !to->selectors.empty() &&
           std::ranges::all_of(to->selectors, [&](const auto &key) {
               return instance.value(key.name) == key.value;
           });
}

// A credential context of TLS or 802.1x names it.
bool is_used(const device_state &state, const xml_element &certificate) {
    constexpr auto classes = std::to_array<std::string_view>(
        {contexts_class, "AMT_8021xCredentialContext", "IPS_8021xCredentialContext"});
    return std::ranges::any_of(classes, [&](std::string_view name) {
        const auto *known = state.objects.find_name(name);
        return known && std::ranges::any_of(known->instances, [&](const auto &context) {
                   return std::ranges::any_of(context.children, [&](const auto &property) {
                       return refers_to(property, certificate);
                   });
               });
    });
}

std::string public_key_text(const xml_element &certificate) {
    const auto der = from_base64(certificate.value("X509Certificate"));
    return der ? base64(public_key_in(*der)) : std::string();
}

bool is_key_used(const device_state &state, const xml_element &pair) {
    const auto *certificates = state.objects.find_name(certificates_class);
    return certificates &&
           std::ranges::any_of(certificates->instances, [&](const auto &certificate) {
               return public_key_text(certificate) == pair.value("DERKey") &&
                      is_used(state, certificate);
           });
}

// Asked for or in force.
bool is_tls_on(const device_state &state) {
    const auto *settings = state.objects.find_name("AMT_TLSSettingData");
    return (state.tls && state.tls->enabled) ||
           (settings && std::ranges::any_of(settings->instances, [](const auto &one) {
                return one.value("Enabled") == "true";
            }));
}

bool has_context(const device_state &state) {
    const auto *contexts = state.objects.find_name(contexts_class);
    return contexts && !contexts->instances.empty();
}

bool trusts_somebody(const device_state &state) {
    const auto *certificates = state.objects.find_name(certificates_class);
    return certificates && std::ranges::any_of(certificates->instances, [](const auto &one) {
               return one.value("TrustedRootCertficate") == "true";
           });
}

} // namespace

bool has_private_key(const device_state &state, const xml_element &certificate) {
    const auto *pairs = state.objects.find_name("AMT_PublicPrivateKeyPair");
    const auto wanted = public_key_text(certificate);
    return pairs && std::ranges::any_of(pairs->instances, [&](const auto &pair) {
               return pair.value("DERKey") == wanted &&
                      state.key_pairs.contains(pair.value("InstanceID"));
           });
}

std::optional<wsman::fault> refuse_tls_context(const device_state &state, const xml_element &body) {
    const auto *certificate_property = body.child("ElementInContext");
    const auto *collection_property = body.child("ElementProvidingContext");
    if (!certificate_property || !collection_property)
        return missing_values();
    const auto *certificate = referred(state.objects, certificate_property, certificates_class);
    // Nobody says whether the collection's name is looked at; the recorded one and the one that
    // servers send differ. It is not.
    const auto collection = wsman::read_reference(*collection_property);
    const auto *known = state.objects.find_name(collection_class);
    const bool right_collection = known && !known->instances.empty() && collection &&
                                  collection->resource_uri == known->resource_uri;
    if (!certificate || !right_collection ||
        certificate->value("TrustedRootCertficate") == "true" ||
        !has_private_key(state, *certificate))
        return invalid_values();
    return std::nullopt;
}

void write_tls_context(const device_state &state, xml_element &context, const xml_element &body) {
    const auto *certificate =
        referred(state.objects, body.child("ElementInContext"), certificates_class);
    set_reference(context, "ElementInContext", refer(*certificate, {"InstanceID"}));
    const auto &collection = state.objects.find_name(collection_class)->instances.front();
    set_reference(context, "ElementProvidingContext", refer(collection, {"ElementName"}));
}

std::variant<wsman::endpoint_reference, wsman::fault> create_tls_context(device_state &state,
                                                                         const xml_element &body) {
    if (const auto why = refuse_tls_context(state, body))
        return *why;
    if (has_context(state))
        return already_exists();
    auto &contexts = edit_class(state, contexts_class);
    auto made = instance_of(contexts);
    write_tls_context(state, made, body);
    wsman::endpoint_reference to;
    to.resource_uri = contexts.resource_uri;
    for (const auto &property : made.children) {
        auto key = wsman::read_reference(property);
        to.selectors.push_back(
            {property.name, "", std::make_shared<wsman::endpoint_reference>(std::move(*key))});
    }
    contexts.instances.push_back(std::move(made));
    return to;
}

std::optional<wsman::fault> refuse_tls_settings(const device_state &state,
                                                const xml_element &settings,
                                                const xml_element &body) {
    const auto wanted = [&](std::string_view name) {
        return (body.child(name) ? body : settings).value(name) == "true";
    };
    const bool enabled = wanted("Enabled"), mutual = wanted("MutualAuthentication");
    // A device without plain remote ports has no TLS to switch off either (wsman.md 11.3).
    const bool always = settings.value("NonSecureConnectionsSupported") == "false";
    if (always && (!enabled || wanted("AcceptNonSecureConnections")))
        return invalid_values();
    if (enabled && !has_context(state))
        return invalid_values();
    if (mutual && (!enabled || !trusts_somebody(state)))
        return invalid_values();
    return std::nullopt;
}

std::optional<wsman::fault> refuse_tls_delete(const device_state &state,
                                              const xml_element &instance) {
    const bool kept =
        (instance.name == certificates_class &&
         (instance.value("ReadOnlyCertificate") == "true" || is_used(state, instance))) ||
        (instance.name == "AMT_PublicPrivateKeyPair" && is_key_used(state, instance)) ||
        (instance.name == contexts_class && is_tls_on(state));
    if (kept)
        return access_denied();
    return std::nullopt;
}

} // namespace costrand::sim
