// SPDX-License-Identifier: Apache-2.0
#include "tls_state.hpp"

#include "encoding.hpp"
#include "on_die.hpp"

#include <costrand/wsman/envelope.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::sim {
namespace {

// The instance about connections from the host (wsman.md 2.4); the other one is about the network.
constexpr std::string_view local_settings = "Intel(r) AMT LMS TLS Settings";

const wsman::xml_element *instance(const device_state &state, std::string_view class_name,
                                   std::string_view id) {
    const auto *known = state.objects.find_name(class_name);
    if (!known)
        return nullptr;
    const auto found = std::ranges::find_if(
        known->instances, [id](const auto &i) { return i.value("InstanceID") == id; });
    return found == known->instances.end() ? nullptr : &*found;
}

std::string referred_id(const wsman::xml_element &property) {
    if (const auto to = wsman::read_reference(property))
        for (const auto &key : to->selectors)
            if (key.name == "InstanceID")
                return key.value;
    return {};
}

// The certificate of the first context that is about one, with its key. AMT knows the key of a
// certificate by the public half: assumed.
std::optional<identity> installed(const device_state &state) {
    const auto *contexts = state.objects.find_name("AMT_TLSCredentialContext");
    if (!contexts)
        return std::nullopt;
    for (const auto &context : contexts->instances) {
        const auto *named = context.child("ElementInContext");
        const auto *certificate =
            named ? instance(state, "AMT_PublicKeyCertificate", referred_id(*named)) : nullptr;
        auto der = certificate ? from_base64(certificate->value("X509Certificate")) : std::nullopt;
        if (!der)
            continue;
        const auto wanted = public_key_in(*der);
        for (const auto &[id, key] : state.key_pairs)
            if (!wanted.empty() && public_key_of(key) == wanted)
                return identity{{std::move(*der)}, key};
    }
    return std::nullopt;
}

identity own_certificate(key_source &keys, std::int64_t clock) {
    constexpr std::int64_t day = 86'400, ten_years = 3652 * day;
    certificate_subject s;
    s.common_name = "Intel(r) AMT Device"; // assumed
    s.not_before = clock - day;            // clocks differ
    s.not_after = clock + ten_years;
    return make_root(s, keys.next_key());
}

committed_tls wanted(const device_state &state, const profile &p) {
    committed_tls out;
    const auto *settings = instance(state, "AMT_TLSSettingData", local_settings);
    const auto is = [settings](std::string_view name) {
        return settings && settings->value(name) == "true";
    };
    out.enabled = p.tls_enforced || is("Enabled");
    out.mutual = out.enabled && is("MutualAuthentication");
    out.plain =
        !p.tls_enforced && (!out.enabled || p.tls.keeps_plain || is("AcceptNonSecureConnections"));
    if (settings)
        for (const auto *name : settings->children_named("TrustedCN"))
            if (!name->value().empty())
                out.trusted_cns.emplace_back(name->value());
    return out;
}

// Clients show a chain below a root that the device was told to trust; usage and dates are not
// looked at: assumed.
chain_judge client_judge(const device_state &state) {
    std::vector<der_bytes> roots;
    if (const auto *known = state.objects.find_name("AMT_PublicKeyCertificate"))
        for (const auto &c : known->instances)
            if (c.value("TrustedRootCertficate") == "true")
                if (auto der = from_base64(c.value("X509Certificate")))
                    roots.push_back(std::move(*der));
    return [roots = std::move(roots), names = state.tls->trusted_cns](const auto &chain) {
        const bool below = std::ranges::any_of(
            roots, [&chain](const auto &root) { return is_chain_below(chain, root); });
        if (!below || names.empty())
            return below;
        const auto facts = read_certificate(chain.front());
        return facts && std::ranges::find(names, facts->common_name) != names.end();
    };
}

// A host-based configuration wants the one whose hash its start told (rpc-cli.md 7.3). That others
// do not get through the handshake is assumed.
chain_judge judge_of_start(const host_based_start &start) {
    return [wanted = start.server_hash](const std::vector<der_bytes> &chain) {
        const auto &leaf = chain.front();
        return wanted == (wanted.size() == 32 ? sha256_of(leaf) : sha384_of(leaf));
    };
}

} // namespace

bool listens(const device_state &state, const profile &p, std::uint16_t port) {
    if (port == plain_port)
        return !p.tls_enforced && (!state.tls || state.tls->plain);
    if (port == tls_port)
        return p.tls_enforced || (state.tls && state.tls->enabled) || state.host_based;
    return false;
}

tls_face tls_face_of(const device_state &state, const profile &p) {
    tls_face face;
    face.how.tls13 = p.tls.tls13;
    if (!state.tls || !state.tls->enabled) {
        face.who = on_die_identity();
        if (state.host_based)
            face.how.client = judge_of_start(*state.host_based);
        return face;
    }
    face.who = {{state.tls_certificate}, state.tls_key};
    if (state.tls->mutual)
        face.how.client = client_judge(state);
    return face;
}

void commit_tls(device_state &state, const profile &p, key_source &keys, std::int64_t clock) {
    if (state.mode == control_mode::none)
        return;
    const auto before = std::exchange(state.tls, wanted(state, p));
    const bool was_enabled = before ? before->enabled : p.tls_enforced;
    bool changed = before ? *before != *state.tls : was_enabled || state.tls->enabled;
    if (state.tls->enabled) {
        auto shown = installed(state);
        if (!shown && state.tls_certificate.empty())
            shown = own_certificate(keys, clock);
        if (shown && shown->chain.front() != state.tls_certificate) {
            state.tls_certificate = std::move(shown->chain.front());
            state.tls_key = std::move(shown->key);
            changed = true;
        }
    }
    if (changed && (was_enabled || state.tls->enabled))
        ++state.powered.tls_changes;
}

} // namespace costrand::sim
