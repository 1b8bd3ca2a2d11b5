// SPDX-License-Identifier: Apache-2.0
// What went wrong on the way to the provisioning server, for somebody who has to mend it.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/core/time.hpp>

#include <exception>
#include <string>

namespace costrand::activate {

// " through the proxy http://proxy:3128 (--proxy)", or nothing; no user, no password.
[[nodiscard]] std::string way_words(const settings &options);

// "wss://rps/activate through the proxy http://proxy:3128 (--proxy)"; no user, no password.
[[nodiscard]] std::string server_and_way(const settings &options);

// What environment::connect_server can throw.
[[nodiscard]] failure explain_server(const std::exception_ptr &thrown, const settings &options);

// What the way to any server can throw: look-up, connection, proxy, TLS, HTTP. `doing` is what it
// was for, "connecting to wss://...", and `limit` the time that it had.
[[nodiscard]] failure explain_way(const std::exception_ptr &thrown, const std::string &doing,
                                  core::duration limit);

} // namespace costrand::activate
