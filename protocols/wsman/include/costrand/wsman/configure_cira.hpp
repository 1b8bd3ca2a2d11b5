// SPDX-License-Identifier: Apache-2.0
// Remote access of an activated device (CIRA; rpc-cli.md 9, wsman.md 11.4): as the calls in
// configure.hpp, whose rules hold here, too.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/client.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace costrand::core {
class random_source;
}

namespace costrand::wsman {

// The presence server that AMT calls, and from where it does.
struct cira_settings {
    cira_settings() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string address; // IPv4, IPv6 or a name, at most 256 bytes
    std::uint16_t port = 4433;
    std::vector<std::byte> root; // certificate above the server's, DER
    std::string user;            // 1 to 16 bytes
    core::secret password;       // 1 to 16 bytes
    // AMT is at home, and does not call, where the network has one of these DNS suffixes; at most 5
    // of at most 191 bytes. None: it calls from everywhere.
    std::vector<std::string> home_domains;
};

// Replaces the servers and policies that AMT has. It calls every 25 s while it has no tunnel, and
// when the user asks it to. Afterwards all is read back: errc::method_refused where AMT tells
// something else than it took. What was added is deleted when AMT refuses what comes behind it; the
// old servers are gone then, too. The random source outlives the call.
[[nodiscard]] awaitable<void> set_cira(client &amt, cira_settings wanted,
                                       core::random_source &random);

// 16 letters and digits.
[[nodiscard]] core::secret random_password(core::random_source &random);

} // namespace costrand::wsman
