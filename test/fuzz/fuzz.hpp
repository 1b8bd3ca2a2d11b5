// SPDX-License-Identifier: Apache-2.0
// A fuzzer is one function over any bytes, which ends the program when a property does not hold.
// Who calls it: libFuzzer (preset fuzz), or replay.cpp in the tests of a sanitizer build.
#pragma once

#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace costrand::fuzz {

inline core::const_bytes input(const std::uint8_t *data, std::size_t size) noexcept {
    return std::as_bytes(std::span(data, size));
}

// `law`: what had to hold.
inline void demand(bool holds, const char *law) noexcept {
    if (holds)
        return;
    std::fprintf(stderr, "fuzz: does not hold: %s\n", law);
    std::abort();
}

} // namespace costrand::fuzz
