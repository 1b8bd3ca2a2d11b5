// SPDX-License-Identifier: Apache-2.0
// Questions to the AMT host interface that more than one command asks in the same way.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <string>

namespace costrand::activate {

// The versions, asked for once more after timeouts::versions_again when the firmware does not know
// them yet. Errors: those of amthi. `amt` and `limits` outlive the call.
[[nodiscard]] awaitable<heci::version_table> read_versions_patiently(heci::amthi &amt,
                                                                     const heci::timeouts &limits);

// Hexadecimal, lower case.
[[nodiscard]] std::string hex_text(core::const_bytes bytes);

} // namespace costrand::activate
