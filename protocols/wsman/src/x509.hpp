// SPDX-License-Identifier: Apache-2.0
// The crypto library's certificates and keys with owners. Private to wsman.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace costrand::wsman {

template <auto Free>
struct freed_by {
    template <typename T>
    void operator()(T *p) const noexcept {
        Free(p);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;

// nullptr: it is none.
inline x509_ptr read_x509(core::const_bytes der) {
    const auto *from = reinterpret_cast<const unsigned char *>(der.data());
    x509_ptr out(d2i_X509(nullptr, &from, static_cast<long>(der.size())));
    ERR_clear_error();
    return out;
}

// The texts of that field in a name: NID_commonName and its like.
inline std::vector<std::string> name_parts(const X509_NAME *name, int field) {
    std::vector<std::string> out;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, field, at)) >= 0;) {
        unsigned char *text = nullptr;
        const int size =
            ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        if (size >= 0)
            out.emplace_back(reinterpret_cast<const char *>(text), static_cast<std::size_t>(size));
        OPENSSL_free(text);
    }
    return out;
}

// For error texts: the common name in quotation marks, or the whole name.
[[nodiscard]] std::string shown_name(const X509_NAME *name);

} // namespace costrand::wsman
