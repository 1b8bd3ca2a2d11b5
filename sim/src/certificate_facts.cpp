// SPDX-License-Identifier: Apache-2.0
// What can be read in a certificate.
#include <costrand/sim/certificates.hpp>

#include "openssl.hpp"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <utility>

namespace costrand::sim {

namespace {

std::string entry_of(X509_NAME *name, int id) {
    std::array<char, 256> text{};
    const int size = X509_NAME_get_text_by_NID(name, id, text.data(), text.size());
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::int64_t seconds_of(const ASN1_TIME *time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(timegm(&parts)) : 0;
}

std::vector<std::string> usages_of(X509 *certificate) {
    std::vector<std::string> out;
    auto *usages = static_cast<EXTENDED_KEY_USAGE *>(
        X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr));
    for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages); ++i) {
        std::array<char, 128> text{};
        OBJ_obj2txt(text.data(), static_cast<int>(text.size()), sk_ASN1_OBJECT_value(usages, i), 1);
        out.emplace_back(text.data());
    }
    EXTENDED_KEY_USAGE_free(usages);
    return out;
}

std::vector<std::string> dns_names_of(X509 *certificate) {
    std::vector<std::string> out;
    auto *names = static_cast<GENERAL_NAMES *>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
        const auto *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            out.emplace_back(reinterpret_cast<const char *>(ASN1_STRING_get0_data(name->d.dNSName)),
                             static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    }
    GENERAL_NAMES_free(names);
    return out;
}

// The most significant part last in the certificate, first here: as recorded.
std::string shown(X509_NAME *name) {
    bio_ptr bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

unsigned rsa_bits_of(X509 *certificate) {
    auto *key = X509_get0_pubkey(certificate);
    return key && EVP_PKEY_is_a(key, "RSA") ? static_cast<unsigned>(EVP_PKEY_get_bits(key)) : 0;
}

bool is_signed_with_sha2(X509 *certificate) {
    int digest = 0;
    if (X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr) != 1)
        return false;
    return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

} // namespace

std::optional<certificate_facts> read_certificate(core::const_bytes certificate) {
    const auto read = read_x509(certificate);
    if (!read)
        return std::nullopt;
    certificate_facts out;
    auto *subject = X509_get_subject_name(read.get());
    auto *issuer = X509_get_issuer_name(read.get());
    out.common_name = entry_of(subject, NID_commonName);
    out.organization = entry_of(subject, NID_organizationName);
    out.unit = entry_of(subject, NID_organizationalUnitName);
    out.issuer_common_name = entry_of(issuer, NID_commonName);
    out.issuer_unit = entry_of(issuer, NID_organizationalUnitName);
    out.authority = X509_check_ca(read.get()) == 1;
    out.extended_usages = usages_of(read.get());
    out.not_before = seconds_of(X509_get0_notBefore(read.get()));
    out.not_after = seconds_of(X509_get0_notAfter(read.get()));
    out.dns_names = dns_names_of(read.get());
    out.subject = shown(subject);
    out.issuer = shown(issuer);
    out.rsa_bits = rsa_bits_of(read.get());
    out.with_sha2 = is_signed_with_sha2(read.get());
    ERR_clear_error();
    return out;
}

} // namespace costrand::sim
