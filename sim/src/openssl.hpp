// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects with owners, and reading keys and certificates into them. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>

namespace costrand::sim {

template <auto Free>
struct deleter {
    template <typename T>
    void operator()(T *p) const noexcept {
        Free(p);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, deleter<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, deleter<BIO_free>>;
using digest_ptr = std::unique_ptr<EVP_MD_CTX, deleter<EVP_MD_CTX_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;

inline unsigned char *chars(std::byte *bytes) {
    return reinterpret_cast<unsigned char *>(bytes);
}
inline const unsigned char *chars(const std::byte *bytes) {
    return reinterpret_cast<const unsigned char *>(bytes);
}

// nullptr: it is no private key.
inline key_ptr key_of_pem(const core::secret &pem) {
    const auto text = pem.reveal();
    const bio_ptr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return key;
}

// nullptr: it is no certificate.
inline x509_ptr read_x509(core::const_bytes der) {
    const auto *from = chars(der.data());
    x509_ptr certificate(d2i_X509(nullptr, &from, static_cast<long>(der.size())));
    ERR_clear_error();
    return certificate;
}

} // namespace costrand::sim
