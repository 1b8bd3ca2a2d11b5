// SPDX-License-Identifier: Apache-2.0
// Certificates of the simulated peers: roots, what is signed below them, and the checks that AMT
// and a provisioning server make. Plain data, DER; OpenSSL stays in the .cpp.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace costrand::sim {

using der_bytes = std::vector<std::byte>;

// A chain and the private key of its first certificate.
struct identity {
    std::vector<der_bytes> chain; // leaf first; the root last where it is sent
    core::secret key;             // PEM
};

// What a certificate says. Times are seconds since 1970.
struct certificate_subject {
    std::string common_name;
    std::string organization = {}; // left out when empty, the next too
    std::string unit = {};
    bool authority = false;                        // may sign others
    std::vector<std::string> extended_usages = {}; // OpenSSL's short names, or dotted OIDs
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    std::vector<std::string> dns_names = {}; // subjectAltName
    bool with_sha1 = false;                  // signed as firmware no longer takes it
};

// The usage that marks a provisioning certificate (AMT Remote Access).
inline constexpr const char *provisioning_usage = "2.16.840.1.113741.1.2.3";

// A root: signed by itself. `key` is PEM. All functions that make or sign throw
// std::runtime_error when OpenSSL cannot, or a key is none.
[[nodiscard]] identity make_root(const certificate_subject &subject, const core::secret &key);
// Signed by the first certificate of `issuer`; the chain goes on with the issuer's.
[[nodiscard]] identity make_issued(const identity &issuer, const certificate_subject &subject,
                                   const core::secret &key);
// The same for a key of which only the public half is known: PKCS#1 or SubjectPublicKeyInfo, DER.
// Empty when it is neither.
[[nodiscard]] der_bytes issue_certificate(const identity &issuer,
                                          const certificate_subject &subject,
                                          core::const_bytes public_key);

// The public half as PKCS#1 DER, as AMT shows it.
[[nodiscard]] der_bytes public_key_of(const core::secret &key);

// The same of a certificate's key; empty when there is none, or it is not RSA.
[[nodiscard]] der_bytes public_key_in(core::const_bytes certificate);

// RSA, PKCS#1 v1.5 with SHA-256.
[[nodiscard]] der_bytes sign_sha256(const core::secret &key, core::const_bytes data);
[[nodiscard]] bool is_signature_sha256(core::const_bytes certificate, core::const_bytes data,
                                       core::const_bytes signature);

// Whether `certificate` names `issuer` as its issuer and carries its signature. False for what
// cannot be read.
[[nodiscard]] bool is_signed_by(core::const_bytes certificate, core::const_bytes issuer);

// Whether each certificate is signed by the next, and the last by the root, or is the root.
[[nodiscard]] bool is_chain_below(const std::vector<der_bytes> &chain, const der_bytes &root);

// What can be read in a certificate; nothing when it is none.
struct certificate_facts {
    std::string common_name;
    std::string organization;
    std::string unit;
    std::string issuer_common_name;
    std::string issuer_unit;
    bool authority = false;
    std::vector<std::string> extended_usages; // dotted OIDs
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    std::vector<std::string> dns_names;
    std::string subject, issuer; // as AMT shows them: "O=costrand,CN=a name"
    unsigned rsa_bits = 0;       // 0: the key is no RSA key
    bool with_sha2 = false;      // signed with a hash of that family
};
[[nodiscard]] std::optional<certificate_facts> read_certificate(core::const_bytes certificate);

[[nodiscard]] std::string chain_pem(const std::vector<der_bytes> &chain);
[[nodiscard]] der_bytes sha256_of(core::const_bytes data);
[[nodiscard]] der_bytes sha384_of(core::const_bytes data);
// In lower-case hexadecimal, as hash lists have it.
[[nodiscard]] std::string sha256_hex(core::const_bytes data);

} // namespace costrand::sim
