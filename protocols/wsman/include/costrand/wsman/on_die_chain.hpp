// SPDX-License-Identifier: Apache-2.0
// The certificates that AMT shows on its TLS port before it has any of its own: made on the die,
// and told apart by their names (rpc-cli.md 7.4). Sans-io; the crypto library stays in the .cpp.
#pragma once

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace costrand::wsman {

// What is wrong with a chain as the one of a device that is not set up, a sentence without a full
// stop; empty: nothing. `chain` is DER, the leaf first, as TLS brings it. With `upid_serial`, the
// identifier that the firmware's UPID client tells (20 bytes at least), the chain must be this
// platform's; without one that is not looked at. The names bind nothing to Intel's root: no source
// says which that is.
[[nodiscard]] std::string fault_of_on_die_chain(const std::vector<std::vector<std::byte>> &chain,
                                                core::const_bytes upid_serial);

} // namespace costrand::wsman
