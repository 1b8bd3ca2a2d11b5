// SPDX-License-Identifier: Apache-2.0
// TLS of AMT's ports: written, and looked at on the port that is open afterwards.
#pragma once

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/configure_tls.hpp>

#include <string>

namespace costrand::activate {

// `amt` is open and logged in. Gives what is so now, a sentence without a full stop. Throws what
// wsman::set_tls throws, and error 105 where AMT says yes and does not hold it, or where
// nobody knows, because it said nothing and is not reached for a minute.
[[nodiscard]] awaitable<std::string> switch_tls(amt_client &amt, const environment &env,
                                                wsman::tls_settings wanted);

} // namespace costrand::activate
