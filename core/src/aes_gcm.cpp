// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/aes_gcm.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>

#include <cassert>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace costrand::core {

namespace {

struct free_context {
    void operator()(EVP_CIPHER_CTX *context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER *cipher_of(std::size_t key_size) noexcept {
    switch (key_size) {
    case 16:
        return EVP_aes_128_gcm();
    case 24:
        return EVP_aes_192_gcm();
    case 32:
        return EVP_aes_256_gcm();
    default:
        return nullptr;
    }
}

const unsigned char *bytes_of(const void *from) noexcept {
    return static_cast<const unsigned char *>(from);
}

} // namespace

bool is_aes_key_size(std::size_t bytes) noexcept {
    return cipher_of(bytes) != nullptr;
}

std::optional<secret> open_aes_gcm(std::string_view key, const_bytes sealed) {
    assert(is_aes_key_size(key.size()) && sealed.size() >= gcm_nonce_size + gcm_tag_size);
    const auto inner =
        sealed.subspan(gcm_nonce_size, sealed.size() - gcm_nonce_size - gcm_tag_size);
    if (inner.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    std::string tag(gcm_tag_size, '\0'); // the call below wants it writable
    for (std::size_t i = 0; i < tag.size(); ++i)
        tag[i] = static_cast<char>(sealed[gcm_nonce_size + inner.size() + i]);
    std::string plain(inner.size(), '\0');
    auto *to = reinterpret_cast<unsigned char *>(plain.data());
    const std::unique_ptr<EVP_CIPHER_CTX, free_context> context(EVP_CIPHER_CTX_new());
    int size = 0, more = 0;
    const bool opened =
        context &&
        EVP_DecryptInit_ex(context.get(), cipher_of(key.size()), nullptr, bytes_of(key.data()),
                           bytes_of(sealed.data())) == 1 &&
        (inner.empty() || EVP_DecryptUpdate(context.get(), to, &size, bytes_of(inner.data()),
                                            static_cast<int>(inner.size())) == 1) &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()),
                            tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), to + size, &more) == 1;
    ERR_clear_error();
    if (!opened) {
        wipe(plain); // nobody has vouched for it
        return std::nullopt;
    }
    return secret(std::move(plain));
}

} // namespace costrand::core
