// SPDX-License-Identifier: Apache-2.0
// tls_summary: which TLS records pass in one direction, for a line of the trace. Sees types and
// lengths; never decrypts. Sans-io.
#pragma once

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <string>

namespace costrand::trace {

// Whether these bytes begin a TLS record (type 20 to 24, version 3.x); false for none.
[[nodiscard]] bool looks_like_tls(core::const_bytes data) noexcept;

class tls_summary {
  public:
    // The records that begin within these bytes: "handshake 517 bytes (ClientHello),
    // change_cipher_spec 6 bytes"; the sizes are those of whole records. Text of what goes on or is
    // no TLS: "continued", "no TLS".
    [[nodiscard]] std::string take(core::const_bytes data);

  private:
    std::string begun();

    std::byte head_[6]{}; // record header and the first byte behind it
    std::size_t have_ = 0;
    std::size_t left_ = 0; // of the record, behind head_
    bool encrypted_ = false;
};

} // namespace costrand::trace
