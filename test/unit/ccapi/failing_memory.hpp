// SPDX-License-Identifier: Apache-2.0
// Memory that runs out: the test program's operator new fails as ordered.
#pragma once

#include <cstddef>

namespace costrand::test {

// As long as it lives, an allocation of `size` bytes or more throws bad_alloc.
class scarce_memory {
  public:
    explicit scarce_memory(std::size_t size);
    scarce_memory(const scarce_memory &) = delete;
    scarce_memory &operator=(const scarce_memory &) = delete;
    ~scarce_memory();
};

// The n-th allocation from now on fails, once; the first is 0.
class failing_allocation {
  public:
    explicit failing_allocation(std::size_t n);
    failing_allocation(const failing_allocation &) = delete;
    failing_allocation &operator=(const failing_allocation &) = delete;
    ~failing_allocation();

    // It was reached.
    [[nodiscard]] bool failed() const noexcept;
};

} // namespace costrand::test
