// SPDX-License-Identifier: Apache-2.0
#include "provisioning_chain.hpp"

#include "encoding.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace costrand::sim {

namespace {

constexpr std::string_view provisioning_unit = "Intel(R) Client Setup Certificate";
constexpr unsigned least_rsa_bits = 2048; // assumed

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

// The suffix itself, or a name below it.
bool is_in_domain(std::string_view name, std::string_view suffix) {
    const auto n = lower(name), s = lower(suffix);
    return !s.empty() && (n == s || n.ends_with("." + s));
}

bool is_good_key(const certificate_facts &c) {
    return c.rsa_bits >= least_rsa_bits && c.with_sha2;
}

bool is_valid_at(const certificate_facts &c, std::int64_t clock) {
    return c.not_before <= clock && clock <= c.not_after;
}

} // namespace

bool is_provisioning_leaf(const certificate_facts &leaf, const profile &device,
                          std::int64_t clock) {
    const auto in_domain = [&](const std::string &name) {
        return is_in_domain(name, device.dns_suffix);
    };
    const bool marked =
        leaf.unit == provisioning_unit ||
        std::ranges::find(leaf.extended_usages, provisioning_usage) != leaf.extended_usages.end();
    return marked && is_good_key(leaf) && is_valid_at(leaf, clock) &&
           (in_domain(leaf.common_name) || std::ranges::any_of(leaf.dns_names, in_domain));
}

bool is_provisioning_authority(const certificate_facts &certificate, std::int64_t clock) {
    return certificate.authority && is_good_key(certificate) && is_valid_at(certificate, clock);
}

bool is_trusted_root(core::const_bytes certificate, const profile &device) {
    using algorithm = trusted_root::algorithm;
    const auto sha256 = hex(sha256_of(certificate)), sha384 = hex(sha384_of(certificate));
    return std::ranges::any_of(device.roots, [&](const trusted_root &root) {
        const bool same =
            (root.hash_algorithm == algorithm::sha256 && lower(root.hash) == sha256) ||
            (root.hash_algorithm == algorithm::sha384 && lower(root.hash) == sha384);
        return root.active && same;
    });
}

} // namespace costrand::sim
