// SPDX-License-Identifier: Apache-2.0
// Replaces the program's operator new and delete.
#include "failing_memory.hpp"

#include <cstdlib>
#include <limits>
#include <new>

namespace costrand::test {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

// Of the one thread that tests run on.
thread_local std::size_t too_large = never, left = never;
thread_local bool has_failed = false;

void *take(std::size_t n) {
    if (left != never && left-- == 0) {
        left = never;
        has_failed = true;
        throw std::bad_alloc();
    }
    void *const p = n >= too_large ? nullptr : std::malloc(n ? n : 1);
    if (!p)
        throw std::bad_alloc();
    return p;
}

} // namespace

scarce_memory::scarce_memory(std::size_t size) {
    too_large = size;
}
scarce_memory::~scarce_memory() {
    too_large = never;
}

failing_allocation::failing_allocation(std::size_t n) {
    has_failed = false;
    left = n;
}
failing_allocation::~failing_allocation() {
    left = never;
}
bool failing_allocation::failed() const noexcept {
    return has_failed;
}

} // namespace costrand::test

void *operator new(std::size_t n) {
    return costrand::test::take(n);
}
void operator delete(void *p) noexcept {
    std::free(p);
}
void operator delete(void *p, std::size_t) noexcept {
    std::free(p);
}
