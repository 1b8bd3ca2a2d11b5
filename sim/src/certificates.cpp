// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/certificates.hpp>

#include "encoding.hpp"
#include "openssl.hpp"

#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <stdexcept>

namespace costrand::sim {

namespace {

void require(bool done) {
    if (!done) {
        ERR_clear_error();
        throw std::runtime_error("OpenSSL cannot make a certificate of the simulation");
    }
}

key_ptr read_key(const core::secret &pem) {
    auto key = key_of_pem(pem);
    require(key != nullptr);
    return key;
}

der_bytes der_of(X509 *certificate) {
    const int size = i2d_X509(certificate, nullptr);
    require(size > 0);
    der_bytes out(static_cast<std::size_t>(size));
    auto *to = chars(out.data());
    require(i2d_X509(certificate, &to) == size);
    return out;
}

void add_name(X509_NAME *name, const char *field, const std::string &value) {
    if (value.empty())
        return;
    require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char *>(value.c_str()), -1,
                                       -1, 0) == 1);
}

void add_extension(X509 *certificate, int id, const std::string &value) {
    extension_ptr extension(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// The number comes from the key and the name: the same certificate has the same every time.
void number(X509 *certificate, const certificate_subject &subject, EVP_PKEY *key) {
    der_bytes seed(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)));
    auto *to = chars(seed.data());
    i2d_PUBKEY(key, &to);
    for (const char c : subject.common_name)
        seed.push_back(static_cast<std::byte>(c));
    const auto hash = sha256_of(seed);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 7; ++i)
        value = value << 8 | std::to_integer<std::uint64_t>(hash[i]);
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), value + 1) == 1);
}

x509_ptr describe(const certificate_subject &subject, EVP_PKEY *key) {
    x509_ptr made(X509_new());
    require(made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
            X509_set_pubkey(made.get(), key) == 1);
    number(made.get(), subject, key);
    auto begin = static_cast<std::time_t>(subject.not_before);
    auto end = static_cast<std::time_t>(subject.not_after);
    require(ASN1_TIME_set(X509_getm_notBefore(made.get()), begin) &&
            ASN1_TIME_set(X509_getm_notAfter(made.get()), end));
    auto *name = X509_get_subject_name(made.get());
    add_name(name, "O", subject.organization);
    add_name(name, "OU", subject.unit);
    add_name(name, "CN", subject.common_name);
    if (subject.authority) {
        add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
        add_extension(made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    std::string usages;
    for (const auto &usage : subject.extended_usages)
        usages += (usages.empty() ? "" : ",") + usage;
    if (!usages.empty())
        add_extension(made.get(), NID_ext_key_usage, usages);
    std::string names;
    for (const auto &dns : subject.dns_names)
        names += (names.empty() ? "DNS:" : ",DNS:") + dns;
    if (!names.empty())
        add_extension(made.get(), NID_subject_alt_name, names);
    return made;
}

der_bytes sign(X509 *certificate, X509_NAME *issuer, EVP_PKEY *key, bool with_sha1) {
    require(X509_set_issuer_name(certificate, issuer) == 1 &&
            X509_sign(certificate, key, with_sha1 ? EVP_sha1() : EVP_sha256()) > 0);
    return der_of(certificate);
}

der_bytes sign_below(const identity &issuer, X509 *certificate, bool with_sha1) {
    require(!issuer.chain.empty());
    const auto above = read_x509(issuer.chain.front());
    require(above != nullptr);
    return sign(certificate, X509_get_subject_name(above.get()), read_key(issuer.key).get(),
                with_sha1);
}

der_bytes public_half(EVP_PKEY *key) {
    const int size = i2d_PublicKey(key, nullptr);
    der_bytes out(size > 0 ? static_cast<std::size_t>(size) : 0);
    auto *to = chars(out.data());
    if (!out.empty())
        i2d_PublicKey(key, &to);
    return out;
}

} // namespace

identity make_root(const certificate_subject &subject, const core::secret &key) {
    const auto own = read_key(key);
    const auto made = describe(subject, own.get());
    identity out;
    out.chain.push_back(
        sign(made.get(), X509_get_subject_name(made.get()), own.get(), subject.with_sha1));
    out.key = key;
    return out;
}

identity make_issued(const identity &issuer, const certificate_subject &subject,
                     const core::secret &key) {
    const auto made = describe(subject, read_key(key).get());
    identity out;
    out.chain.push_back(sign_below(issuer, made.get(), subject.with_sha1));
    out.chain.insert(out.chain.end(), issuer.chain.begin(), issuer.chain.end());
    out.key = key;
    return out;
}

der_bytes issue_certificate(const identity &issuer, const certificate_subject &subject,
                            core::const_bytes public_key) {
    const auto *from = chars(public_key.data());
    const auto size = static_cast<long>(public_key.size());
    key_ptr key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &from, size));
    if (!key) {
        from = chars(public_key.data());
        key.reset(d2i_PUBKEY(nullptr, &from, size));
    }
    ERR_clear_error();
    if (!key)
        return {};
    const auto made = describe(subject, key.get());
    return sign_below(issuer, made.get(), subject.with_sha1);
}

der_bytes public_key_of(const core::secret &key) {
    auto out = public_half(read_key(key).get());
    require(!out.empty());
    return out;
}

der_bytes public_key_in(core::const_bytes certificate) {
    const auto read = read_x509(certificate);
    auto *key = read ? X509_get0_pubkey(read.get()) : nullptr;
    return key && EVP_PKEY_is_a(key, "RSA") ? public_half(key) : der_bytes();
}

der_bytes sign_sha256(const core::secret &key, core::const_bytes data) {
    const auto own = read_key(key);
    digest_ptr digest(EVP_MD_CTX_new());
    std::size_t size = 0;
    require(digest &&
            EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, own.get()) == 1 &&
            EVP_DigestSign(digest.get(), nullptr, &size, chars(data.data()), data.size()) == 1);
    der_bytes out(size);
    require(EVP_DigestSign(digest.get(), chars(out.data()), &size, chars(data.data()),
                           data.size()) == 1);
    out.resize(size);
    return out;
}

bool is_signature_sha256(core::const_bytes certificate, core::const_bytes data,
                         core::const_bytes signature) {
    const auto read = read_x509(certificate);
    digest_ptr digest(EVP_MD_CTX_new());
    const bool good = read && digest &&
                      EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr,
                                           X509_get0_pubkey(read.get())) == 1 &&
                      EVP_DigestVerify(digest.get(), chars(signature.data()), signature.size(),
                                       chars(data.data()), data.size()) == 1;
    ERR_clear_error();
    return good;
}

bool is_signed_by(core::const_bytes certificate, core::const_bytes issuer) {
    const auto below = read_x509(certificate), above = read_x509(issuer);
    const bool good =
        below && above &&
        X509_NAME_cmp(X509_get_issuer_name(below.get()), X509_get_subject_name(above.get())) == 0 &&
        X509_verify(below.get(), X509_get0_pubkey(above.get())) == 1;
    ERR_clear_error();
    return good;
}

bool is_chain_below(const std::vector<der_bytes> &chain, const der_bytes &root) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i)
        if (!is_signed_by(chain[i], chain[i + 1]))
            return false;
    return !chain.empty() && (chain.back() == root || is_signed_by(chain.back(), root));
}

std::string chain_pem(const std::vector<der_bytes> &chain) {
    bio_ptr bio(BIO_new(BIO_s_mem()));
    for (const auto &der : chain) {
        const auto certificate = read_x509(der);
        require(certificate && PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
    }
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string sha256_hex(core::const_bytes data) {
    return hex(sha256_of(data));
}

der_bytes sha384_of(core::const_bytes data) {
    der_bytes out(SHA384_DIGEST_LENGTH);
    SHA384(chars(data.data()), data.size(), chars(out.data()));
    return out;
}

der_bytes sha256_of(core::const_bytes data) {
    der_bytes out(SHA256_DIGEST_LENGTH);
    SHA256(chars(data.data()), data.size(), chars(out.data()));
    return out;
}

} // namespace costrand::sim
