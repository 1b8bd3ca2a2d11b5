// SPDX-License-Identifier: Apache-2.0
// Hexadecimal and base64, as the simulator's faces need them. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

namespace detail {

inline std::string to_hex(core::const_bytes bytes, const char *digits) {
    std::string out;
    for (const auto byte : bytes) {
        out += digits[std::to_integer<unsigned>(byte) >> 4];
        out += digits[std::to_integer<unsigned>(byte) & 15];
    }
    return out;
}

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace detail

inline std::string hex(core::const_bytes bytes) {
    return detail::to_hex(bytes, "0123456789abcdef");
}
inline std::string upper_hex(core::const_bytes bytes) {
    return detail::to_hex(bytes, "0123456789ABCDEF");
}

// Nothing for an odd number of digits or another character.
inline std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
    auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::vector<std::byte> out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out.push_back(static_cast<std::byte>(high * 16 + low));
    }
    if (text.size() % 2 != 0)
        return std::nullopt;
    return out;
}

// A printed UUID's 16 bytes as they go over every wire here: the first three groups are
// byte-swapped. All zero for a text that is none.
inline std::array<std::byte, 16> wire_uuid(std::string printed) {
    std::array<std::byte, 16> wire{};
    std::erase(printed, '-');
    const auto bytes = from_hex(printed);
    if (!bytes || bytes->size() != wire.size())
        return wire;
    constexpr std::size_t order[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    for (std::size_t i = 0; i < wire.size(); ++i)
        wire[order[i]] = (*bytes)[i];
    return wire;
}

inline std::string base64(core::const_bytes bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const auto n = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? detail::base64_alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

// Nothing for anything but whole groups of four with padding at the end only.
inline std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    std::vector<std::byte> out;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto value = detail::base64_alphabet.find(text[i]);
        if (i >= text.size() - padding)
            value = 0;
        if (value == std::string_view::npos)
            return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 == 3)
            for (int shift = 16; shift >= 0; shift -= 8)
                out.push_back(static_cast<std::byte>(group >> shift & 0xff));
    }
    out.resize(out.size() - padding);
    return out;
}

} // namespace costrand::sim
