// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/certificate_text.hpp>

#include "base64.hpp"
#include "x509.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/errc.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace costrand::wsman {

namespace {

constexpr std::string_view pem = "-----BEGIN";

// Bytes that hold a private key, maybe.
struct wiped_bytes {
    std::vector<std::byte> bytes;
    wiped_bytes() = default;
    explicit wiped_bytes(std::vector<std::byte> b) : bytes(std::move(b)) {}
    wiped_bytes(const wiped_bytes &) = delete;
    wiped_bytes &operator=(const wiped_bytes &) = delete;
    ~wiped_bytes() { core::wipe(bytes.data(), bytes.size()); }
};

bio_ptr bio_of(std::string_view text) {
    return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Files and shells break lines.
std::vector<std::byte> unbroken(std::string_view text) {
    std::string packed;
    packed.reserve(text.size());
    std::ranges::copy_if(text, std::back_inserter(packed),
                         [](char c) { return c != ' ' && c != '\n' && c != '\r' && c != '\t'; });
    auto out = from_base64(packed).value_or(std::vector<std::byte>());
    core::wipe(packed.data(), packed.size());
    return out;
}

int no_passphrase(char *, int, int, void *) {
    return -1;
}

key_ptr read_key(std::string_view text) {
    key_ptr out;
    if (text.find(pem) != text.npos) {
        out.reset(PEM_read_bio_PrivateKey(bio_of(text).get(), nullptr, &no_passphrase, nullptr));
    } else {
        const wiped_bytes der(unbroken(text));
        const auto *from = reinterpret_cast<const unsigned char *>(der.bytes.data());
        out.reset(d2i_AutoPrivateKey(nullptr, &from, static_cast<long>(der.bytes.size())));
    }
    ERR_clear_error();
    return out;
}

[[noreturn]] void fail(const char *what) {
    throw system_error(make_error_code(errc::certificate_failed), what);
}

} // namespace

std::vector<std::byte> certificate_of_text(std::string_view text) {
    x509_ptr read;
    if (text.find(pem) != text.npos)
        read.reset(PEM_read_bio_X509(bio_of(text).get(), nullptr, &no_passphrase, nullptr));
    else
        read = read_x509(unbroken(text));
    ERR_clear_error();
    const int size = read ? i2d_X509(read.get(), nullptr) : 0;
    if (size <= 0)
        fail("no certificate in PEM or base64");
    std::vector<std::byte> out(static_cast<std::size_t>(size));
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    (void)i2d_X509(read.get(), &to); // as long as it said before
    return out;
}

core::secret key_of_text(const core::secret &text) {
    const auto key = read_key(text.reveal());
    if (!key || !EVP_PKEY_is_a(key.get(), "RSA"))
        fail("no RSA key in PEM or base64, without a passphrase");
    const int size = i2d_PrivateKey(key.get(), nullptr); // of RSA: PKCS#1
    if (size <= 0)
        fail("a key that cannot be encoded");
    wiped_bytes der(std::vector<std::byte>(static_cast<std::size_t>(size)));
    auto *to = reinterpret_cast<unsigned char *>(der.bytes.data());
    (void)i2d_PrivateKey(key.get(), &to); // as long as it said before
    return core::secret(to_base64(der.bytes));
}

bool belong_together(const std::vector<std::byte> &certificate, const core::secret &key) {
    const auto read = read_x509(certificate);
    const auto own = read_key(key.reveal());
    const bool same = read && own && EVP_PKEY_eq(X509_get0_pubkey(read.get()), own.get()) == 1;
    ERR_clear_error();
    return same;
}

} // namespace costrand::wsman
