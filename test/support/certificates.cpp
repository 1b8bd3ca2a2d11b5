// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace costrand::test {
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
using extension_ptr = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;

void require(bool done) {
    if (!done)
        throw std::runtime_error("OpenSSL cannot make a test certificate");
}

std::string text_of(const bio_ptr &bio) {
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509 *certificate) {
    bio_ptr bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1);
    return text_of(bio);
}

void add_extension(X509 *certificate, int id, const std::string &value) {
    extension_ptr extension(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Unsigned: the caller adds extensions and signs.
x509_ptr make(const std::string &name, EVP_PKEY *key, int from_days, int to_days) {
    constexpr long day = 24 * 60 * 60;
    static long serial = 0;
    x509_ptr certificate(X509_new());
    require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
            ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial) == 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_days * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to_days * day);
    require(X509_set_pubkey(certificate.get(), key) == 1 &&
            X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                                       reinterpret_cast<const unsigned char *>(name.c_str()), -1,
                                       -1, 0) == 1);
    return certificate;
}

bool is_address(const std::string &host) {
    return host.find_first_not_of("0123456789.") == std::string::npos ||
           host.find(':') != std::string::npos;
}

} // namespace

struct authority::impl {
    key_ptr key{EVP_EC_gen("P-256")};
    x509_ptr certificate;
};

authority::authority(const std::string &name) : impl_(std::make_unique<impl>()) {
    impl_->certificate = make(name, impl_->key.get(), -2, 300);
    auto *certificate = impl_->certificate.get();
    require(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    require(X509_sign(certificate, impl_->key.get(), EVP_sha256()) > 0);
}

authority::~authority() = default;

std::string authority::certificate_pem() const {
    return pem_of(impl_->certificate.get());
}

key_and_certificate authority::issue(const leaf_options &options) const {
    key_ptr key(EVP_EC_gen("P-256"));
    auto certificate =
        make(options.host, key.get(), options.valid_from_days, options.valid_to_days);
    require(X509_set_issuer_name(certificate.get(),
                                 X509_get_subject_name(impl_->certificate.get())) == 1);
    add_extension(certificate.get(), NID_subject_alt_name,
                  (is_address(options.host) ? "IP:" : "DNS:") + options.host);
    require(X509_sign(certificate.get(), impl_->key.get(), EVP_sha256()) > 0);
    bio_ptr bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
            1);
    return {pem_of(certificate.get()), text_of(bio)};
}

} // namespace costrand::test
