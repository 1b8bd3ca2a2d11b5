// SPDX-License-Identifier: Apache-2.0
// What the firmware takes for a provisioning certificate: the rules for each place in the chain.
// Sources: wsman.md 11.2, rpc-cli.md 7.2. Pure. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/profile.hpp>

#include <cstddef>
#include <cstdint>

namespace costrand::sim {

// Leaf to root. Assumed.
inline constexpr std::size_t longest_provisioning_chain = 4;

// Whether the leaf may set this device up: its usage or unit, its domain, its key and hash, and its
// time. `clock` is the device's.
[[nodiscard]] bool is_provisioning_leaf(const certificate_facts &leaf, const profile &device,
                                        std::int64_t clock);
// Whether it may stand above the leaf.
[[nodiscard]] bool is_provisioning_authority(const certificate_facts &certificate,
                                             std::int64_t clock);
// Whether the device has its SHA-256 or SHA-384 hash as an active root.
[[nodiscard]] bool is_trusted_root(core::const_bytes certificate, const profile &device);

} // namespace costrand::sim
