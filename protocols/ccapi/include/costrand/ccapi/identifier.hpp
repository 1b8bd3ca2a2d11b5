// SPDX-License-Identifier: Apache-2.0
// uuid and identifier: how objects are named on the wire, docs/spec/ccapi.md 8.2. A server keeps
// 16 bytes for each object; the text form exists in messages only.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::ccapi {

// "Not known yet", as both parts of an identifier.
inline constexpr std::string_view needs_sync = "NEEDS_SYNC";

// RFC 4122, binary in its byte order. The nil UUID (all zero) names nothing.
struct uuid {
    std::array<std::byte, 16> bytes{};

    [[nodiscard]] bool is_nil() const noexcept { return *this == uuid(); }
    friend bool operator==(const uuid &, const uuid &) noexcept = default;
};

inline constexpr std::size_t uuid_text_size = 36;

namespace detail {

// Where the 32 digits of the text form begin a byte: behind 4, 6, 8 and 10 bytes stands a dash.
constexpr bool dash_before(std::size_t byte) noexcept {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

constexpr int lower_hex(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

} // namespace detail

using uuid_text = std::array<char, uuid_text_size>;

[[nodiscard]] inline uuid_text to_text(const uuid &id) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    uuid_text out{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        if (detail::dash_before(i))
            out[at++] = '-';
        const auto b = std::to_integer<unsigned>(id.bytes[i]);
        out[at++] = digits[b >> 4];
        out[at++] = digits[b & 15];
    }
    return out;
}

// Only the form that to_text gives: identifiers are compared as strings, so upper case or other
// forms name nothing.
[[nodiscard]] inline std::optional<uuid> parse_uuid(std::string_view text) noexcept {
    if (text.size() != uuid_text_size)
        return std::nullopt;
    uuid out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        if (detail::dash_before(i) && text[at++] != '-')
            return std::nullopt;
        const int high = detail::lower_hex(text[at++]);
        const int low = detail::lower_hex(text[at++]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out.bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return out;
}

// Version 4.
[[nodiscard]] inline uuid random_uuid(core::random_source &random) {
    uuid id;
    random.fill(id.bytes);
    id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    return id;
}

// Made of random bits already, so any part of it is a hash.
struct uuid_hash {
    std::size_t operator()(const uuid &id) const noexcept {
        std::size_t h = 0;
        std::memcpy(&h, id.bytes.data(), sizeof h);
        return h;
    }
};

// The two parts as they stand in a message; views into it.
struct identifier_view {
    std::string_view server, object;

    friend bool operator==(const identifier_view &, const identifier_view &) noexcept = default;
};

// The same, kept: what a client remembers of an object. Fresh: not known yet.
struct identifier {
    std::string server{needs_sync}, object{needs_sync};

    [[nodiscard]] identifier_view view() const noexcept { return {server, object}; }
    friend bool operator==(const identifier &, const identifier &) = default;
};

} // namespace costrand::ccapi
