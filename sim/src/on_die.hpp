// SPDX-License-Identifier: Apache-2.0
// What a device shows on its TLS port before it is set up: a chain of six certificates below an
// on-die root (rpc-cli.md 7.4, wsman.md 2.4). Private to sim.
#pragma once

#include <costrand/sim/certificates.hpp>

namespace costrand::sim {

// Leaf first, the root not among them. The same in every process and of every device.
[[nodiscard]] const identity &on_die_identity();
[[nodiscard]] const der_bytes &on_die_root();

} // namespace costrand::sim
