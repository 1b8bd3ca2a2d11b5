// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/random.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace costrand::core;

namespace {

std::string draw(random_source &from, std::size_t n) {
    std::vector<std::byte> out(n);
    from.fill(out);
    return costrand::test::to_hex(out);
}

} // namespace

TEST_CASE("the same seed gives the same bytes, another seed others") {
    CHECK(draw(*seeded_random(1), 64) == draw(*seeded_random(1), 64));
    CHECK(draw(*seeded_random(1), 64) != draw(*seeded_random(2), 64));
}

TEST_CASE("seeded bytes do not depend on how they are asked for") {
    auto at_once = seeded_random(5), in_pieces = seeded_random(5);
    const auto whole = draw(*at_once, 10);
    std::string pieces;
    for (std::size_t n : {1u, 0u, 2u, 3u, 4u})
        pieces += draw(*in_pieces, n);
    CHECK(pieces == whole);
}

// mt19937_64 is fixed by the C++ standard ([rand.predef]: the 10000th number of a default-made
// engine), so simulations repeat on every platform.
TEST_CASE("the seeded bytes are the top bytes of the standard's generator") {
    constexpr std::uint64_t standard_seed = 5489, tenthousandth = 9981545732273789042u;
    auto random = seeded_random(standard_seed);
    std::vector<std::byte> out(10000);
    random->fill(out);
    CHECK(std::to_integer<std::uint64_t>(out.back()) == tenthousandth >> 56);
}

TEST_CASE("the system's random bytes fill all of the buffer and do not repeat") {
    auto random = system_random();
    const auto once = draw(*random, 32), again = draw(*random, 32);
    CHECK(once != again);
    // In 64 draws of 8 bytes no position stays zero, but by a chance of 2^-512.
    std::array<bool, 8> seen{};
    for (int i = 0; i < 64; ++i) {
        std::array<std::byte, 8> out{};
        random->fill(out);
        for (std::size_t k = 0; k < out.size(); ++k)
            seen[k] = seen[k] || out[k] != std::byte{0};
    }
    CHECK(seen == std::array{true, true, true, true, true, true, true, true});
    random->fill({});
}
