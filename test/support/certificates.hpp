// SPDX-License-Identifier: Apache-2.0
// Certificates for TLS tests, made when the test runs: an authority, and leaves that it signs.
#pragma once

#include <memory>
#include <string>

namespace costrand::test {

struct key_and_certificate {
    std::string certificate_pem;
    std::string key_pem;
};

struct leaf_options {
    std::string host = "server.example"; // a name or a literal address, in the SAN
    int valid_from_days = -1;            // relative to now
    int valid_to_days = 30;
};

class authority {
  public:
    explicit authority(const std::string &name = "Test Root");
    ~authority();

    [[nodiscard]] std::string certificate_pem() const;
    [[nodiscard]] key_and_certificate issue(const leaf_options &options) const;

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace costrand::test
