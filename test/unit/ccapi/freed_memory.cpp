// SPDX-License-Identifier: Apache-2.0
// Replaces the program's operator new and delete.
#include "freed_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace costrand::test {
namespace {

std::atomic<bool> looking{false};
std::atomic<std::size_t> blocks{0}, in_use{0};

// Of the C library's allocator: what it keeps for itself in front of each block.
constexpr std::size_t head = sizeof(std::size_t);

void *take(std::size_t n) {
    void *const p = std::malloc(n ? n : 1);
    if (!p)
        throw std::bad_alloc();
    in_use += malloc_usable_size(p) + head;
    return p;
}

void look_and_free(void *p) noexcept {
    if (p)
        in_use -= malloc_usable_size(p) + head;
    if (p && looking) {
        const auto *begin = static_cast<const unsigned char *>(p);
        const auto *end = begin + malloc_usable_size(p);
        if (std::search(begin, end, key_pattern.begin(), key_pattern.end()) != end)
            ++blocks;
    }
    std::free(p);
}

} // namespace

freed_memory::freed_memory() {
    blocks = 0;
    looking = true;
}

freed_memory::~freed_memory() {
    looking = false;
}

std::size_t freed_memory::found() const noexcept {
    return blocks;
}

std::size_t memory_in_use() noexcept {
    return in_use;
}

} // namespace costrand::test

void *operator new(std::size_t n) {
    return costrand::test::take(n);
}

void operator delete(void *p) noexcept {
    costrand::test::look_and_free(p);
}

void operator delete(void *p, std::size_t) noexcept {
    costrand::test::look_and_free(p);
}
