// SPDX-License-Identifier: Apache-2.0
// Keys that a simulated device is given, and requests that it signs with its own. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/sim/certificates.hpp>

#include <optional>

namespace costrand::sim {

// A private RSA key as AddKey brings it (PKCS#1, DER), as PEM. Nothing: it is none.
[[nodiscard]] std::optional<core::secret> import_rsa_key(core::const_bytes der);

[[nodiscard]] unsigned bits_of(const core::secret &key);

enum class request_hash { sha1, sha256 };

// A PKCS#10 request, DER, with the signature replaced by one of `key`. Empty: it cannot be read, or
// is for another key.
[[nodiscard]] der_bytes sign_certificate_request(core::const_bytes request, const core::secret &key,
                                                 request_hash hash);

} // namespace costrand::sim
