// SPDX-License-Identifier: Apache-2.0
// Hexadecimal text to bytes and back, for test vectors. White space in the text is skipped.
#pragma once

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

inline std::vector<std::byte> from_hex(std::string_view text) {
    auto digit = [](char c) {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
            return c - 'A' + 10;
        throw std::invalid_argument("not a hexadecimal digit");
    };
    std::string digits;
    for (char c : text)
        if (c != ' ' && c != '\n')
            digits += c;
    if (digits.size() % 2 != 0)
        throw std::invalid_argument("odd number of hexadecimal digits");
    std::vector<std::byte> out;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        out.push_back(static_cast<std::byte>(digit(digits[i]) * 16 + digit(digits[i + 1])));
    return out;
}

inline std::string to_hex(core::const_bytes bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::byte b : bytes) {
        out += digits[std::to_integer<unsigned>(b) >> 4];
        out += digits[std::to_integer<unsigned>(b) & 15];
    }
    return out;
}

} // namespace costrand::test
