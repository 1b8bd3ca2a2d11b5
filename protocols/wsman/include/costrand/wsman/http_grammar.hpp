// SPDX-License-Identifier: Apache-2.0
// The small pieces of RFC 9110 and 9112 that the parsers need: tokens, numbers, one header field,
// one chunk-size line. Strict: what the grammar does not allow is refused. Sans-io.
#pragma once

#include <costrand/wsman/http_message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace costrand::wsman::detail {

[[nodiscard]] inline bool is_token_char(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
[[nodiscard]] inline bool is_token(std::string_view s) noexcept {
    return !s.empty() && std::ranges::all_of(s, is_token_char);
}
// Visible ASCII, blank, tab, and bytes from 0x80 on: what a value may hold.
[[nodiscard]] inline bool is_text(std::string_view s) noexcept {
    return std::ranges::all_of(s, [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u == '\t' || (u >= 0x20 && u != 0x7f);
    });
}

// Decimal digits and nothing else, below 2^63.
[[nodiscard]] inline bool parse_decimal(std::string_view s, std::uint64_t &out) noexcept {
    out = 0;
    for (char c : s) {
        if (c < '0' || c > '9' || out > (std::numeric_limits<std::int64_t>::max() - 9) / 10)
            return false;
        out = out * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return !s.empty();
}

// -1 if it is none.
[[nodiscard]] inline int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// "04CC", "1a;name=value", "0  " : hexadecimal digits (16 at most, leading zeros counted), then
// blanks, then perhaps an extension, whose bytes are counted and otherwise ignored.
[[nodiscard]] inline bool parse_chunk_size(std::string_view line, std::uint64_t &size,
                                           std::size_t &extension) noexcept {
    std::size_t n = 0;
    for (size = 0; n < line.size() && hex_digit(line[n]) >= 0; ++n) {
        if (n == 16)
            return false;
        size = size * 16 + static_cast<std::uint64_t>(hex_digit(line[n]));
    }
    extension = line.size() - n;
    const auto rest = trim_blanks(line.substr(n));
    return n > 0 && is_text(rest) && (rest.empty() || rest.front() == ';');
}

// "Name: value". No blank before the colon and no continuation line: both are read differently by
// different readers.
[[nodiscard]] inline bool parse_field(std::string_view line, http_field &out) {
    const auto colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon)))
        return false;
    const auto value = trim_blanks(line.substr(colon + 1));
    out.name = std::string(line.substr(0, colon));
    out.value = std::string(value);
    return is_text(value);
}

// "HTTP/1.x" with one digit.
[[nodiscard]] inline bool parse_version(std::string_view s, int &minor) noexcept {
    if (s.size() != 8 || !s.starts_with("HTTP/1.") || s[7] < '0' || s[7] > '9')
        return false;
    minor = s[7] - '0';
    return true;
}

// How many UTF-16 units a byte of UTF-8 adds: 1 for a first byte, 2 for one of four bytes, 0 for
// those that continue.
[[nodiscard]] inline std::size_t utf16_units(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0xf0 ? 2u : (u & 0xc0) == 0x80 ? 0u : 1u;
}

} // namespace costrand::wsman::detail
