// SPDX-License-Identifier: Apache-2.0
#include "rps_authority.hpp"

#include <algorithm>
#include <utility>

namespace costrand::sim {

namespace {

// 2020 to 2049: simulations run in a time of their own, and certificates must be good in all.
constexpr std::int64_t good_from = 1'577'836'800;
constexpr std::int64_t good_to = 2'493'072'000;

certificate_subject named(std::string common_name) {
    certificate_subject s;
    s.common_name = std::move(common_name);
    s.organization = "costrand simulation";
    s.not_before = good_from;
    s.not_after = good_to;
    return s;
}

} // namespace

rps_authority::rps_authority(std::shared_ptr<key_source> keys, std::vector<der_bytes> on_die_roots)
    : keys_(std::move(keys)),
      on_die_roots_(std::move(on_die_roots)) {}

const identity &rps_authority::root_of_chains() {
    if (!provisioning_root_) {
        auto s = named("Simulated Provisioning Root");
        s.authority = true;
        provisioning_root_ = make_root(s, keys_->next_key());
    }
    return *provisioning_root_;
}

const identity &rps_authority::root_of_devices() {
    if (!mps_root_) {
        auto s = named("MPSRoot-simulated");
        s.authority = true;
        mps_root_ = make_root(s, keys_->next_key());
    }
    return *mps_root_;
}

const rps_provisioning &rps_authority::provisioning_for(std::string_view suffix) {
    const auto known = chains_.find(suffix);
    if (known != chains_.end())
        return known->second;
    auto above = named("Simulated Provisioning Intermediate");
    above.authority = true;
    const auto intermediate = make_issued(root_of_chains(), above, keys_->next_key());
    auto leaf = named("provision." + std::string(suffix));
    // What marks a provisioning certificate: this usage, or OU = "Intel(R) Client Setup
    // Certificate". Both are there: firmware looks for either.
    leaf.unit = "Intel(R) Client Setup Certificate";
    leaf.extended_usages = {"serverAuth", provisioning_usage};
    auto made = make_issued(intermediate, leaf, keys_->next_key());
    return chains_.emplace(std::string(suffix), std::move(made)).first->second;
}

const der_bytes &rps_authority::provisioning_root() {
    return root_of_chains().chain.front();
}

const der_bytes &rps_authority::mps_root() {
    return root_of_devices().chain.front();
}

der_bytes rps_authority::issue_for_device(core::const_bytes public_key, std::string_view uuid) {
    auto s = named(std::string(uuid));
    s.extended_usages = {"serverAuth", "clientAuth"};
    return issue_certificate(root_of_devices(), s, public_key);
}

bool rps_authority::accepts(tunnel_proof proof, const std::vector<der_bytes> &chain) {
    switch (proof) {
    case tunnel_proof::on_die:
        return std::any_of(on_die_roots_.begin(), on_die_roots_.end(),
                           [&](const auto &root) { return is_chain_below(chain, root); });
    case tunnel_proof::own:
        return (chain.size() == 1 && is_signed_by(chain[0], chain[0])) ||
               is_chain_below(chain, mps_root());
    case tunnel_proof::active:
        return accepts(tunnel_proof::on_die, chain) || accepts(tunnel_proof::own, chain);
    case tunnel_proof::mps_root:
        return is_chain_below(chain, mps_root());
    }
    return false;
}

} // namespace costrand::sim
