// SPDX-License-Identifier: Apache-2.0
// freed_memory: looks into every block of the heap that is freed while it lives, for a pattern that
// must be wiped by then. The test's own copies of the pattern are excepted by not owning one: give
// a pattern that is made in place, of static storage.
#pragma once

#include <array>
#include <cstddef>

namespace costrand::test {

// No such run of bytes comes about by chance.
inline constexpr std::array<unsigned char, 16> key_pattern = {
    0xc5, 0x5e, 0x55, 0x10, 0x4b, 0xe1, 0xa7, 0x7e, 0x12, 0x93, 0xd8, 0x6f, 0x31, 0xfa, 0x0c, 0xb9};

class freed_memory {
  public:
    freed_memory();
    freed_memory(const freed_memory &) = delete;
    freed_memory &operator=(const freed_memory &) = delete;
    ~freed_memory();

    // Blocks that were freed with the pattern in them, since this object was made.
    [[nodiscard]] std::size_t found() const noexcept;
};

// What the program's operator new holds now, in bytes: the blocks as the allocator made them, each
// with its head.
[[nodiscard]] std::size_t memory_in_use() noexcept;

} // namespace costrand::test
