// SPDX-License-Identifier: Apache-2.0
// rps_authority: the certificates of a provisioning server: the provisioning chains by which it
// proves itself to devices, and the root of its presence server, below which devices get theirs.
// Made when first asked for. Private to sim/src/rps*.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

using rps_provisioning = identity;

// How a device is to prove that it is one (rps-session section 15.4).
enum class tunnel_proof {
    on_die,   // before it is set up: a chain below one of Intel's on-die roots
    own,      // after the first CommitChanges: signed by itself, or below the MPS root
    active,   // set up in an earlier run, which may have ended before its CommitChanges: either
    mps_root, // after the TLS configuration: below the MPS root
};

class rps_authority {
  public:
    rps_authority(std::shared_ptr<key_source> keys, std::vector<der_bytes> on_die_roots);

    // Leaf, intermediate, root; the leaf names the suffix.
    [[nodiscard]] const rps_provisioning &provisioning_for(std::string_view suffix);
    [[nodiscard]] const der_bytes &provisioning_root();
    [[nodiscard]] const der_bytes &mps_root();

    // A server certificate below the MPS root for a device's key. Empty when the key is none.
    [[nodiscard]] der_bytes issue_for_device(core::const_bytes public_key, std::string_view uuid);

    // Whether the chain, own certificate first, is that proof. Each certificate must be signed by
    // the next, and the last by the root: AMT does not send roots (recorded).
    [[nodiscard]] bool accepts(tunnel_proof proof, const std::vector<der_bytes> &chain);

  private:
    const identity &root_of_chains();
    const identity &root_of_devices();

    std::shared_ptr<key_source> keys_;
    std::vector<der_bytes> on_die_roots_;
    std::optional<identity> provisioning_root_, mps_root_;
    std::map<std::string, identity, std::less<>> chains_; // by suffix
};

} // namespace costrand::sim
