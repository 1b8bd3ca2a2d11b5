// SPDX-License-Identifier: Apache-2.0
// Certificates for keys that AMT made and keeps. Private to wsman.
#pragma once

#include "x509.hpp"

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace costrand::wsman {

using der = std::vector<std::byte>;

// An authority for one device's certificate: a key of its own, which is gone with this object.
class passing_authority {
  public:
    // `now`: seconds since 1970. Throws wsman::errc::certificate_failed.
    explicit passing_authority(std::int64_t now);

    [[nodiscard]] const der &root() const noexcept { return root_; }

    // For a server with that key (DER, PKCS#1 or SubjectPublicKeyInfo) and that DNS name. Throws
    // errc::certificate_failed.
    [[nodiscard]] der issue(core::const_bytes public_key, const std::string &name) const;

  private:
    std::int64_t now_;
    key_ptr key_;
    x509_ptr certificate_;
    der root_;
};

// Whether the certificate is for that key.
[[nodiscard]] bool is_for_key(core::const_bytes certificate, core::const_bytes public_key);

// Whether `now` is within its time.
[[nodiscard]] bool is_current(core::const_bytes certificate, std::int64_t now);

// Whether `root` is one that a passing_authority made, and issued the certificate.
[[nodiscard]] bool is_passing_root_of(core::const_bytes root, core::const_bytes certificate);

} // namespace costrand::wsman
