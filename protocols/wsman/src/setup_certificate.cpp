// SPDX-License-Identifier: Apache-2.0
// What a device wants of a provisioning certificate (rpc-cli.md 7.2, docs/simulated-firmware.md),
// and the signature with it.
#include <costrand/wsman/provisioning_certificate.hpp>

#include "x509.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

namespace costrand::wsman {

namespace {

using digest_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using usages_ptr = std::unique_ptr<EXTENDED_KEY_USAGE, freed_by<EXTENDED_KEY_USAGE_free>>;
using names_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

constexpr std::string_view provisioning_usage = "2.16.840.1.113741.1.2.3";
constexpr std::string_view provisioning_unit = "Intel(R) Client Setup Certificate";
constexpr std::uint8_t by_sha256 = 2, by_sha384 = 3;

[[noreturn]] void fail(setup_step step, setup_errc code, std::string text) {
    ERR_clear_error();
    setup_failure why;
    why.step = step;
    why.code = code;
    why.text = std::move(text);
    throw setup_error(std::move(why), std::nullopt);
}
[[noreturn]] void fail(setup_errc code, std::string text) {
    fail(setup_step::check_trust, code, std::move(text));
}

std::string quoted(X509 *certificate) {
    return shown_name(X509_get_subject_name(certificate));
}

std::string day_of(const ASN1_TIME *time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return "a date that cannot be read";
    char text[32] = {};
    std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return text;
}

void check_dates(X509 *certificate, std::int64_t now) {
    auto moment = static_cast<std::time_t>(now);
    const auto *begin = X509_get0_notBefore(certificate), *end = X509_get0_notAfter(certificate);
    if (X509_cmp_time(begin, &moment) >= 0)
        fail(setup_errc::certificate_not_yet_valid,
             "the certificate " + quoted(certificate) + " is not valid before " + day_of(begin));
    if (X509_cmp_time(end, &moment) <= 0)
        fail(setup_errc::certificate_expired,
             "the certificate " + quoted(certificate) + " expired on " + day_of(end));
}

int hash_of_signature(X509 *certificate) {
    int hash = NID_undef;
    X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr);
    return hash;
}

void check_signature_hash(X509 *certificate) {
    const int hash = hash_of_signature(certificate);
    if (hash == NID_sha1 || hash == NID_md5)
        fail(setup_errc::certificate_weak_hash,
             "the certificate " + quoted(certificate) + " is signed with " +
                 (hash == NID_sha1 ? "SHA-1" : "MD5") + ", which AMT does not take");
}

bool has_provisioning_usage(X509 *leaf) {
    const usages_ptr usages(static_cast<EXTENDED_KEY_USAGE *>(
        X509_get_ext_d2i(leaf, NID_ext_key_usage, nullptr, nullptr)));
    const int count = usages ? sk_ASN1_OBJECT_num(usages.get()) : 0;
    for (int i = 0; i < count; ++i) {
        char text[64] = {};
        constexpr int as_numbers = 1;
        OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usages.get(), i), as_numbers);
        if (text == provisioning_usage)
            return true;
    }
    return false;
}

void check_leaf(X509 *leaf) {
    const auto *key = X509_get0_pubkey(leaf);
    if (!key || !EVP_PKEY_is_a(key, "RSA"))
        fail(setup_errc::certificate_key_unfit,
             "the key of the certificate " + quoted(leaf) + " is no RSA key");
    const auto units = name_parts(X509_get_subject_name(leaf), NID_organizationalUnitName);
    if (std::ranges::find(units, provisioning_unit) == units.end() && !has_provisioning_usage(leaf))
        fail(setup_errc::certificate_wrong_usage,
             "the certificate " + quoted(leaf) +
                 " is none for provisioning: it has neither the "
                 "usage " +
                 std::string(provisioning_usage) + " nor the unit \"" +
                 std::string(provisioning_unit) + "\"");
}

// Empty for another algorithm.
std::vector<std::byte> hash_of(core::const_bytes certificate, std::uint8_t algorithm) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(certificate.data());
    std::vector<std::byte> out;
    if (algorithm == by_sha256) {
        out.resize(SHA256_DIGEST_LENGTH);
        SHA256(bytes, certificate.size(), reinterpret_cast<unsigned char *>(out.data()));
    } else if (algorithm == by_sha384) {
        out.resize(SHA384_DIGEST_LENGTH);
        SHA384(bytes, certificate.size(), reinterpret_cast<unsigned char *>(out.data()));
    }
    return out;
}

void check_root(X509 *root, core::const_bytes der, const std::vector<trusted_hash> &hashes) {
    bool known = false;
    for (const auto &entry : hashes) {
        if (!has_hash(der, {entry.algorithm, entry.hash}))
            continue;
        if (entry.active)
            return;
        known = true;
    }
    if (known)
        fail(setup_errc::root_inactive, "AMT knows the root certificate " + quoted(root) +
                                            ", and it is not active in its list");
    fail(setup_errc::root_not_trusted, "AMT does not trust the root certificate " + quoted(root) +
                                           ": its hash is not among the " +
                                           std::to_string(hashes.size()) + " of its list");
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::vector<std::string> names_of(X509 *leaf) {
    auto out = name_parts(X509_get_subject_name(leaf), NID_commonName);
    const names_ptr others(static_cast<GENERAL_NAMES *>(
        X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
    const int count = others ? sk_GENERAL_NAME_num(others.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const auto *one = sk_GENERAL_NAME_value(others.get(), i);
        if (one->type == GEN_DNS)
            out.emplace_back(reinterpret_cast<const char *>(ASN1_STRING_get0_data(one->d.dNSName)),
                             static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
    }
    return out;
}

void check_suffix(X509 *leaf, std::string_view suffix) {
    if (suffix.empty())
        fail(setup_errc::suffix_missing,
             "AMT has no DNS suffix to compare the certificate with: it gets one from DHCP on its "
             "wired port, or in its own menu (MEBx)");
    const auto wanted = lower(suffix);
    for (const auto &name : names_of(leaf)) {
        const auto n = lower(name);
        if (n == wanted || n.ends_with("." + wanted))
            return;
    }
    fail(setup_errc::suffix_mismatch, "the certificate " + quoted(leaf) +
                                          " is for another domain than AMT's DNS suffix, \"" +
                                          std::string(suffix) + "\"");
}

} // namespace

void check_provisioning_certificate(const provisioning_certificate &certificate,
                                    const device_trust &trust, std::int64_t now) {
    std::vector<x509_ptr> chain;
    for (const auto &der : certificate.chain) {
        chain.push_back(read_x509(der));
        if (!chain.back())
            fail(setup_errc::pfx_malformed, "a certificate of the chain cannot be read");
    }
    if (chain.size() < 2)
        fail(setup_errc::chain_incomplete,
             "the certificate is its own root: AMT wants one that a root has signed");
    check_leaf(chain.front().get());
    for (const auto &one : chain) {
        check_dates(one.get(), now);
        if (one != chain.back())
            check_signature_hash(one.get());
        if (one != chain.front() && X509_check_ca(one.get()) == 0)
            fail(setup_errc::certificate_wrong_usage,
                 "the certificate " + quoted(one.get()) + " may not sign others, and does");
    }
    check_root(chain.back().get(), certificate.chain.back(), trust.hashes);
    check_suffix(chain.front().get(), trust.dns_suffix);
}

std::vector<std::byte> sign(const provisioning_certificate &certificate, core::const_bytes data) {
    const auto pem = certificate.key.reveal();
    const bio_ptr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    const digest_ptr digest(EVP_MD_CTX_new());
    const auto *bytes = reinterpret_cast<const unsigned char *>(data.data());
    std::size_t size = 0;
    const bool ready =
        key && digest &&
        EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
        EVP_DigestSign(digest.get(), nullptr, &size, bytes, data.size()) == 1;
    std::vector<std::byte> out(ready ? size : 0);
    if (!ready || EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char *>(out.data()), &size,
                                 bytes, data.size()) != 1)
        fail(setup_step::sign, setup_errc::signing_failed,
             "the crypto library cannot sign with the key of the provisioning certificate");
    out.resize(size);
    return out;
}

leaf_hash hash_of_leaf(const provisioning_certificate &certificate) {
    const auto &der = certificate.chain.front();
    const auto leaf = read_x509(der);
    leaf_hash out;
    out.algorithm = leaf && hash_of_signature(leaf.get()) == NID_sha384 ? by_sha384 : by_sha256;
    out.hash = hash_of(der, out.algorithm);
    return out;
}

bool has_hash(core::const_bytes certificate, const leaf_hash &hash) {
    const auto own = hash_of(certificate, hash.algorithm);
    return !own.empty() && own == hash.hash;
}

std::string chain_pem(const provisioning_certificate &certificate) {
    const bio_ptr bio(BIO_new(BIO_s_mem()));
    for (const auto &der : certificate.chain) {
        const auto one = read_x509(der);
        if (one && bio)
            PEM_write_bio_X509(bio.get(), one.get());
    }
    char *text = nullptr;
    const long size = bio ? BIO_get_mem_data(bio.get(), &text) : 0;
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

} // namespace costrand::wsman
