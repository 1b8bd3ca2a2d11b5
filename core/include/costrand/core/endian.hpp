// SPDX-License-Identifier: Apache-2.0
// Integers on the wire: load and store in big or little endian order at a byte pointer.
// All wire integers go through these four functions (or byte_reader / byte_writer), never casts.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace costrand::core {

template <std::unsigned_integral T>
constexpr T load_be(const std::byte *p) noexcept {
    T v = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        v = static_cast<T>(static_cast<T>(v << 7 << 1) | std::to_integer<T>(p[i]));
    return v;
}

template <std::unsigned_integral T>
constexpr T load_le(const std::byte *p) noexcept {
    T v = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        v = static_cast<T>(static_cast<T>(v << 7 << 1) | std::to_integer<T>(p[i]));
    return v;
}

template <std::unsigned_integral T>
constexpr void store_be(std::byte *p, T v) noexcept {
    for (std::size_t i = sizeof(T); i-- > 0;) {
        p[i] = static_cast<std::byte>(v & 0xff);
        v = static_cast<T>(v >> 7 >> 1);
    }
}

template <std::unsigned_integral T>
constexpr void store_le(std::byte *p, T v) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        p[i] = static_cast<std::byte>(v & 0xff);
        v = static_cast<T>(v >> 7 >> 1);
    }
}

} // namespace costrand::core
