// SPDX-License-Identifier: Apache-2.0
#include "device_certificate.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/errc.hpp>

#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <string_view>

namespace costrand::wsman {

namespace {

constexpr unsigned root_bits = 2048; // as AMT makes its own
constexpr std::int64_t day = 86'400; // clocks differ
constexpr std::int64_t ten_years = 3652 * day;
constexpr std::size_t longest_common_name = 64; // RFC 5280, upper bounds
constexpr std::string_view root_name = "costrand TLS root ";

[[noreturn]] void fail(const char *what) {
    ERR_clear_error();
    throw system_error(make_error_code(errc::certificate_failed), what);
}
void require(bool good, const char *what) {
    if (!good)
        fail(what);
}

key_ptr read_public_key(core::const_bytes bytes) {
    const auto *begin = reinterpret_cast<const unsigned char *>(bytes.data());
    const auto size = static_cast<long>(bytes.size());
    const auto *from = begin;
    key_ptr out(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &from, size));
    if (!out) {
        from = begin;
        out.reset(d2i_PUBKEY(nullptr, &from, size));
    }
    ERR_clear_error();
    return out;
}

der encoded(X509 *certificate) {
    const int size = i2d_X509(certificate, nullptr);
    require(size > 0, "a certificate cannot be encoded");
    der out(static_cast<std::size_t>(size));
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    require(i2d_X509(certificate, &to) == size, "a certificate cannot be encoded");
    return out;
}

void add_common_name(X509_NAME *to, const std::string &text) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    require(X509_NAME_add_entry_by_NID(to, NID_commonName, MBSTRING_UTF8, bytes,
                                       static_cast<int>(text.size()), -1, 0) == 1,
            "a name does not fit into a certificate");
}

using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

void add_extension(X509 *to, int what, const std::string &value) {
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()));
    require(made && X509_add_ext(to, made.get(), -1) == 1, "a certificate's extension");
}

// Of everything but the subject's name.
x509_ptr blank(std::int64_t now, EVP_PKEY *key) {
    std::uint64_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char *>(&serial), sizeof serial) == 1,
            "random numbers");
    x509_ptr out(X509_new());
    const bool made = out && X509_set_version(out.get(), X509_VERSION_3) == 1 &&
                      ASN1_INTEGER_set_uint64(X509_get_serialNumber(out.get()), serial | 1) == 1 &&
                      ASN1_TIME_set(X509_getm_notBefore(out.get()), now - day) &&
                      ASN1_TIME_set(X509_getm_notAfter(out.get()), now + ten_years) &&
                      X509_set_pubkey(out.get(), key) == 1;
    require(made, "a certificate cannot be made");
    return out;
}

// What a certificate's extension can hold without a meaning beside it.
bool is_dns_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

std::string random_digits() {
    constexpr std::string_view digits = "0123456789abcdef";
    unsigned char bytes[4];
    require(RAND_bytes(bytes, sizeof bytes) == 1, "random numbers");
    std::string out;
    for (const unsigned char b : bytes) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    return out;
}

} // namespace

passing_authority::passing_authority(std::int64_t now) : now_(now), key_(EVP_RSA_gen(root_bits)) {
    require(key_ != nullptr, "a key cannot be made");
    certificate_ = blank(now_, key_.get());
    auto *const name = X509_get_subject_name(certificate_.get());
    add_common_name(name, std::string(root_name) + random_digits());
    require(X509_set_issuer_name(certificate_.get(), name) == 1, "a certificate's issuer");
    add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "a signature");
    root_ = encoded(certificate_.get());
}

der passing_authority::issue(core::const_bytes public_key, const std::string &name) const {
    const auto key = read_public_key(public_key);
    require(key != nullptr, "AMT's public key cannot be read");
    const auto made = blank(now_, key.get());
    add_common_name(X509_get_subject_name(made.get()),
                    name.empty() || name.size() > longest_common_name ? "Intel AMT" : name);
    require(X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get())) == 1,
            "a certificate's issuer");
    add_extension(made.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment");
    add_extension(made.get(), NID_ext_key_usage, "serverAuth");
    if (is_dns_name(name))
        add_extension(made.get(), NID_subject_alt_name, "DNS:" + name);
    require(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "a signature");
    return encoded(made.get());
}

bool is_for_key(core::const_bytes certificate, core::const_bytes public_key) {
    const auto read = read_x509(certificate);
    const auto key = read_public_key(public_key);
    const bool same = read && key && EVP_PKEY_eq(X509_get0_pubkey(read.get()), key.get()) == 1;
    ERR_clear_error();
    return same;
}

bool is_current(core::const_bytes certificate, std::int64_t now) {
    const auto read = read_x509(certificate);
    if (!read)
        return false;
    time_t at = now;
    const bool begun = X509_cmp_time(X509_get0_notBefore(read.get()), &at) < 0;
    const bool ended = X509_cmp_time(X509_get0_notAfter(read.get()), &at) <= 0;
    return begun && !ended;
}

bool is_passing_root_of(core::const_bytes root, core::const_bytes certificate) {
    const auto above = read_x509(root), below = read_x509(certificate);
    if (!above || !below)
        return false;
    const auto *const name = X509_get_subject_name(above.get());
    const auto common = name_parts(name, NID_commonName);
    return !common.empty() && common.front().starts_with(root_name) &&
           X509_NAME_cmp(name, X509_get_issuer_name(below.get())) == 0;
}

} // namespace costrand::wsman
