// SPDX-License-Identifier: Apache-2.0
// The certificate that a device makes for itself. Private to sim; OpenSSL stays in the .cpp.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace costrand::sim {

struct self_signed {
    core::secret key;                   // PEM
    std::vector<std::byte> certificate; // DER
};

// An EC key (P-384), good for ten years from `now` (seconds since 1970). Throws std::runtime_error
// when OpenSSL cannot.
[[nodiscard]] self_signed make_self_signed(const std::string &common_name, std::int64_t now);

// SHA-256, or SHA-384.
[[nodiscard]] std::vector<std::byte> hash_of(core::const_bytes data, bool sha256);

} // namespace costrand::sim
