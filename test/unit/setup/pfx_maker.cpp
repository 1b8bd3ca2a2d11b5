// SPDX-License-Identifier: Apache-2.0
#include "pfx_maker.hpp"

#include <doctest/doctest.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

namespace costrand::test {

namespace {

X509 *read(const sim::der_bytes &der) {
    const auto *from = reinterpret_cast<const unsigned char *>(der.data());
    return d2i_X509(nullptr, &from, static_cast<long>(der.size()));
}

EVP_PKEY *read_key(const core::secret &pem) {
    if (pem.empty())
        return nullptr;
    const auto text = pem.reveal();
    BIO *bio = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return key;
}

} // namespace

std::vector<std::byte> make_pfx(const pfx_content &content, std::string_view password) {
    auto *library = OSSL_LIB_CTX_new();
    auto *standard = OSSL_PROVIDER_load(library, "default");
    auto *old = OSSL_PROVIDER_load(library, "legacy");
    auto *key = read_key(content.key);
    X509 *leaf = nullptr;
    auto *others = sk_X509_new_null();
    for (const auto &der : content.certificates) {
        if (!leaf && content.names_leaf && key)
            leaf = read(der);
        else
            sk_X509_push(others, read(der));
    }
    const std::string text(password);
    const int triple_des = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
    const int cipher = content.old_ciphers ? NID_pbe_WithSHA1And40BitRC2_CBC : triple_des;
    auto *made =
        PKCS12_create_ex(text.empty() ? nullptr : text.c_str(), nullptr, key, leaf, others,
                         triple_des, cipher, 1, content.sealed ? 1 : -1, 0, library, nullptr);
    REQUIRE(made);
    unsigned char *bytes = nullptr;
    const int size = i2d_PKCS12(made, &bytes);
    REQUIRE(size > 0);
    std::vector<std::byte> out(reinterpret_cast<std::byte *>(bytes),
                               reinterpret_cast<std::byte *>(bytes) + size);
    OPENSSL_free(bytes);
    PKCS12_free(made);
    sk_X509_pop_free(others, X509_free);
    X509_free(leaf);
    EVP_PKEY_free(key);
    OSSL_PROVIDER_unload(old);
    OSSL_PROVIDER_unload(standard);
    OSSL_LIB_CTX_free(library);
    return out;
}

} // namespace costrand::test
