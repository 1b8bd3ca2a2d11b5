// SPDX-License-Identifier: Apache-2.0
// How the management console encrypts a profile that it exports. Private to sim/src/console*.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>

#include <string>
#include <string_view>

namespace costrand::sim {

struct sealed_profile {
    std::string content; // base64 of nonce, ciphertext and tag
    core::secret key;    // 32 characters, whose bytes are the AES key
};

// AES-256-GCM with a fresh key and nonce. Throws std::runtime_error when the crypto library fails.
[[nodiscard]] sealed_profile seal_profile(std::string_view yaml, core::random_source &random);

} // namespace costrand::sim
