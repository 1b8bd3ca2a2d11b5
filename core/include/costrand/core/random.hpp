// SPDX-License-Identifier: Apache-2.0
// random_source: where nonces and keys come from. Handed in, so that a simulation can repeat a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace costrand::core {

class random_source {
  public:
    virtual ~random_source() = default;
    // Fills all of `out`. Never fails: without entropy the program ends.
    virtual void fill(std::span<std::byte> out) = 0;
};

// The operating system's generator: fit for keys.
[[nodiscard]] std::unique_ptr<random_source> system_random();

// The same bytes for the same seed, everywhere. For tests and simulations only.
[[nodiscard]] std::unique_ptr<random_source> seeded_random(std::uint64_t seed);

} // namespace costrand::core
