// SPDX-License-Identifier: Apache-2.0
#include "device_keys.hpp"

#include "openssl.hpp"

#include <string_view>

namespace costrand::sim {

namespace {

using request_ptr = std::unique_ptr<X509_REQ, deleter<X509_REQ_free>>;

} // namespace

std::optional<core::secret> import_rsa_key(core::const_bytes der) {
    const auto *from = chars(der.data());
    const key_ptr key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &from, static_cast<long>(der.size())));
    const bio_ptr bio(BIO_new(BIO_s_secmem()));
    const bool whole = from == chars(der.data()) + der.size();
    const bool good =
        key && bio && whole &&
        PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    ERR_clear_error();
    if (!good)
        return std::nullopt;
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return core::secret(std::string_view(text, static_cast<std::size_t>(size)));
}

unsigned bits_of(const core::secret &key) {
    const auto read = key_of_pem(key);
    return read ? static_cast<unsigned>(EVP_PKEY_get_bits(read.get())) : 0;
}

der_bytes sign_certificate_request(core::const_bytes request, const core::secret &key,
                                   request_hash hash) {
    const auto *from = chars(request.data());
    const request_ptr read(d2i_X509_REQ(nullptr, &from, static_cast<long>(request.size())));
    const auto own = key_of_pem(key);
    der_bytes out;
    auto *asked = read ? X509_REQ_get0_pubkey(read.get()) : nullptr;
    const auto *digest = hash == request_hash::sha1 ? EVP_sha1() : EVP_sha256();
    if (asked && own && EVP_PKEY_eq(asked, own.get()) == 1 &&
        X509_REQ_sign(read.get(), own.get(), digest) > 0) {
        out.resize(static_cast<std::size_t>(i2d_X509_REQ(read.get(), nullptr)));
        auto *to = chars(out.data());
        i2d_X509_REQ(read.get(), &to);
    }
    ERR_clear_error();
    return out;
}

} // namespace costrand::sim
