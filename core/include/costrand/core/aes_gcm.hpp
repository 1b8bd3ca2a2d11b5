// SPDX-License-Identifier: Apache-2.0
// AES-GCM, opening only: for what others sealed. By the crypto library, which stays out of this
// header.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace costrand::core {

inline constexpr std::size_t gcm_nonce_size = 12, gcm_tag_size = 16;

// Of AES: 16, 24 or 32 bytes.
[[nodiscard]] bool is_aes_key_size(std::size_t bytes) noexcept;

// `sealed`: nonce, ciphertext, tag. Nothing: the key is not the one that it was sealed with, or the
// bytes were changed since. The key is of a size that is_aes_key_size() takes, and `sealed` has at
// least nonce and tag.
[[nodiscard]] std::optional<secret> open_aes_gcm(std::string_view key, const_bytes sealed);

} // namespace costrand::core
