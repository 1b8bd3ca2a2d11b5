// SPDX-License-Identifier: Apache-2.0
// What went wrong on the way to the provisioning server, for somebody who has to mend it.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>

#include <exception>
#include <string>

namespace costrand::activate {

// "wss://rps/activate through the proxy http://proxy:3128 (--proxy)"; no user, no password.
[[nodiscard]] std::string server_and_way(const settings &options);

// What environment::connect_server can throw.
[[nodiscard]] failure explain_server(const std::exception_ptr &thrown, const settings &options);

} // namespace costrand::activate
