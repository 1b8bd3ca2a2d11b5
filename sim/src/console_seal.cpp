// SPDX-License-Identifier: Apache-2.0
#include "console_seal.hpp"

#include "encoding.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

namespace costrand::sim {

namespace {

constexpr std::size_t key_bytes = 24; // 32 characters in base64
constexpr std::size_t nonce_size = 12, tag_size = 16;

struct free_cipher {
    void operator()(EVP_CIPHER_CTX *cipher) const noexcept { EVP_CIPHER_CTX_free(cipher); }
};

unsigned char *octets(std::byte *bytes) {
    return reinterpret_cast<unsigned char *>(bytes);
}
const unsigned char *octets(std::string_view text) {
    return reinterpret_cast<const unsigned char *>(text.data());
}

void require(bool done) {
    if (!done)
        throw std::runtime_error("a profile cannot be encrypted");
}

} // namespace

sealed_profile seal_profile(std::string_view yaml, core::random_source &random) {
    std::array<std::byte, key_bytes> raw{};
    random.fill(raw);
    sealed_profile out;
    out.key = core::secret(base64(raw));
    core::wipe(raw.data(), raw.size());

    std::vector<std::byte> sealed(nonce_size + yaml.size() + tag_size);
    random.fill({sealed.data(), nonce_size});
    const std::unique_ptr<EVP_CIPHER_CTX, free_cipher> cipher(EVP_CIPHER_CTX_new());
    require(cipher != nullptr);
    int size = 0;
    require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, octets(out.key.reveal()),
                               octets(sealed.data())) == 1);
    require(EVP_EncryptUpdate(cipher.get(), octets(&sealed[nonce_size]), &size, octets(yaml),
                              static_cast<int>(yaml.size())) == 1);
    require(EVP_EncryptFinal_ex(cipher.get(), octets(&sealed[nonce_size + yaml.size()]), &size) ==
            1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                                octets(&sealed[nonce_size + yaml.size()])) == 1);
    out.content = base64(sealed);
    return out;
}

} // namespace costrand::sim
