// SPDX-License-Identifier: Apache-2.0
#include "self_signed.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace costrand::sim {
namespace {

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

void require(bool done) {
    if (!done)
        throw std::runtime_error("OpenSSL cannot make the device's certificate");
}

x509_ptr describe(const std::string &common_name, EVP_PKEY *key, std::int64_t now) {
    constexpr int ten_years = 3652; // days
    x509_ptr certificate(X509_new());
    require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
            ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
            X509_set_pubkey(certificate.get(), key) == 1);
    auto begin = static_cast<std::time_t>(now);
    require(X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, 0, &begin) &&
            X509_time_adj_ex(X509_getm_notAfter(certificate.get()), ten_years, 0, &begin));
    auto *name = X509_get_subject_name(certificate.get());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                       reinterpret_cast<const unsigned char *>(common_name.c_str()),
                                       -1, -1, 0) == 1 &&
            X509_set_issuer_name(certificate.get(), name) == 1);
    return certificate;
}

} // namespace

self_signed make_self_signed(const std::string &common_name, std::int64_t now) {
    key_ptr key(EVP_EC_gen("P-384"));
    require(key != nullptr);
    const auto certificate = describe(common_name, key.get(), now);
    require(X509_sign(certificate.get(), key.get(), EVP_sha384()) > 0);

    self_signed made;
    bio_ptr bio(BIO_new(BIO_s_secmem()));
    require(bio && PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) == 1);
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    made.key = core::secret(std::string_view(text, static_cast<std::size_t>(size)));
    const int length = i2d_X509(certificate.get(), nullptr);
    require(length > 0);
    made.certificate.resize(static_cast<std::size_t>(length));
    auto *to = reinterpret_cast<unsigned char *>(made.certificate.data());
    require(i2d_X509(certificate.get(), &to) == length);
    return made;
}

std::vector<std::byte> hash_of(core::const_bytes data, bool sha256) {
    std::vector<std::byte> out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    require(EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char *>(out.data()),
                       &size, sha256 ? EVP_sha256() : EVP_sha384(), nullptr) == 1);
    out.resize(size);
    return out;
}

} // namespace costrand::sim
