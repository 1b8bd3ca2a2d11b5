// SPDX-License-Identifier: Apache-2.0
// Certificates and keys as people have them, PEM or base64 of DER, as AMT takes them.
#pragma once

#include <costrand/core/secret.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace costrand::wsman {

// DER. Throws errc::certificate_failed for what is no certificate.
[[nodiscard]] std::vector<std::byte> certificate_of_text(std::string_view text);

// An RSA key without a passphrase: base64 of PKCS#1 in DER. Throws errc::certificate_failed for
// what is none.
[[nodiscard]] core::secret key_of_text(const core::secret &text);

// Whether the certificate (DER) is for the key (as key_of_text() gives it).
[[nodiscard]] bool belong_together(const std::vector<std::byte> &certificate,
                                   const core::secret &key);

} // namespace costrand::wsman
