// SPDX-License-Identifier: Apache-2.0
// UTF-8, one code point at a time: what leaves in a text frame or goes to a terminal must be valid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace costrand::rps {

struct code_point {
    std::uint32_t value = 0; // U+FFFD for bytes that are no UTF-8
    std::size_t size = 1;    // bytes taken, at least 1
    bool valid = true;
};

// The code point at the front of `s`, which is not empty. Overlong forms, surrogates and values
// above U+10FFFF are not valid; a broken sequence takes one byte.
inline code_point next_code_point(std::string_view s) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80)
        return {lead, 1, true};
    constexpr code_point broken{0xfffd, 1, false};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || s.size() < size)
        return broken;
    std::uint32_t value = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return broken;
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < smallest[size] || surrogate || value > 0x10ffff)
        return broken;
    return {value, size, true};
}

} // namespace costrand::rps
