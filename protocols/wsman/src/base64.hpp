// SPDX-License-Identifier: Apache-2.0
// Base64 with the standard alphabet, padded, by the crypto library. Private to wsman.
#pragma once

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman {

[[nodiscard]] std::string to_base64(core::const_bytes bytes);
// Of the bytes that hexadecimal digits, in lower case, stand for; nothing of them is left behind.
[[nodiscard]] std::string base64_of_hex(std::string_view digits);
// Nothing: it is none. White space inside is none either.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

} // namespace costrand::wsman
