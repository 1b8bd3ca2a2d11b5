// SPDX-License-Identifier: Apache-2.0
#include "base64.hpp"

#include <costrand/core/secret.hpp>

#include <openssl/evp.h>

#include <algorithm>

namespace costrand::wsman {

namespace {

bool is_digit_of_base64(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

} // namespace

std::string to_base64(core::const_bytes bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const auto n = EVP_EncodeBlock(reinterpret_cast<unsigned char *>(out.data()),
                                   reinterpret_cast<const unsigned char *>(bytes.data()),
                                   static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(n));
    return out;
}

std::string base64_of_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::vector<std::byte> bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(value(digits[i]) * 16 + value(digits[i + 1])));
    auto out = to_base64(bytes);
    core::wipe(bytes.data(), bytes.size());
    return out;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    // The library overlooks padding and white space in odd places.
    const auto end = std::min(text.find('='), text.size());
    const auto digits = text.substr(0, end), padding = text.substr(end);
    const bool fits = text.size() % 4 == 0 && padding.size() <= 2 &&
                      std::ranges::all_of(digits, is_digit_of_base64) &&
                      std::ranges::all_of(padding, [](char c) { return c == '='; });
    if (!fits)
        return std::nullopt;
    std::vector<std::byte> out(text.size() / 4 * 3);
    const auto n = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(out.data()),
                                   reinterpret_cast<const unsigned char *>(text.data()),
                                   static_cast<int>(text.size()));
    if (n < 0)
        return std::nullopt;
    out.resize(static_cast<std::size_t>(n) - padding.size());
    return out;
}

} // namespace costrand::wsman
