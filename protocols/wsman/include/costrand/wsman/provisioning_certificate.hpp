// SPDX-License-Identifier: Apache-2.0
// The certificate that lets a host take a device into admin control mode: read from a PFX file,
// ordered, and checked against what the device trusts before it is told anything. Plain data; the
// crypto library stays in the .cpp files.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/setup_result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace costrand::wsman {

struct provisioning_certificate {
    std::vector<std::vector<std::byte>> chain; // DER; leaf first, then its issuers, the root last
    core::secret key;                          // of the leaf: PKCS#8, PEM
};

// Reads a PFX (PKCS#12, DER): its private key, the certificate of that key, and from the others
// those that lead up to a root, in whatever order the file has them. The password is UTF-8. Throws
// setup_error, step read_certificate:
//   setup_errc::pfx_malformed         no PFX, or one that cannot be read
//   setup_errc::pfx_wrong_password    also: one is needed and none was given
//   setup_errc::pfx_no_certificate, ::pfx_no_key
//   setup_errc::pfx_key_without_certificate
//   setup_errc::chain_incomplete      nothing in the file signed one of the chain
[[nodiscard]] provisioning_certificate read_pfx(core::const_bytes pfx,
                                                const core::secret &password);

// An entry of the device's list of trusted roots, as its host interface tells it.
struct trusted_hash {
    std::uint8_t algorithm = 0; // 2 SHA-256, 3 SHA-384; others never match
    bool active = true;
    std::vector<std::byte> hash;
};

// What a device goes by.
struct device_trust {
    std::vector<trusted_hash> hashes;
    std::string dns_suffix; // the PKI FQDN suffix; empty: it has none
};

// Whether the device would take the chain at `now` (seconds since 1970): the leaf has an RSA key
// and is marked for provisioning (its usage 2.16.840.1.113741.1.2.3, or the unit "Intel(R) Client
// Setup Certificate"); those above it may sign; none is out of date; none but the root is signed
// with SHA-1 or MD5; the root's SHA-256 or SHA-384 is active in the list; and the leaf's common
// name or a DNS name of it is the suffix or ends in it. Throws setup_error, step check_trust, whose
// text names the certificate: setup_errc::certificate_*, ::root_*, ::suffix_*.
void check_provisioning_certificate(const provisioning_certificate &certificate,
                                    const device_trust &trust, std::int64_t now);

// RSA, PKCS#1 v1.5 with SHA-256, by the leaf's key. Throws setup_error, step sign.
[[nodiscard]] std::vector<std::byte> sign(const provisioning_certificate &certificate,
                                          core::const_bytes data);

// The hash of the leaf that Start configuration wants: SHA-384 when the leaf is signed with it,
// else SHA-256.
struct leaf_hash {
    std::uint8_t algorithm = 0; // 2 SHA-256, 3 SHA-384
    std::vector<std::byte> hash;
};
[[nodiscard]] leaf_hash hash_of_leaf(const provisioning_certificate &certificate);

// Whether a certificate (DER) has that hash; never with another algorithm.
[[nodiscard]] bool has_hash(core::const_bytes certificate, const leaf_hash &hash);

// The chain for a TLS client that shows it: PEM, leaf first.
[[nodiscard]] std::string chain_pem(const provisioning_certificate &certificate);

} // namespace costrand::wsman
