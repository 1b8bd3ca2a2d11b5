// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/endian.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

using namespace costrand::core;

namespace {

constexpr std::array<std::byte, 8> ascending{std::byte{0x01}, std::byte{0x23}, std::byte{0x45},
                                             std::byte{0x67}, std::byte{0x89}, std::byte{0xab},
                                             std::byte{0xcd}, std::byte{0xef}};

} // namespace

TEST_CASE("a big-endian load takes the first byte as the highest") {
    CHECK(load_be<std::uint8_t>(ascending.data()) == 0x01);
    CHECK(load_be<std::uint16_t>(ascending.data()) == 0x0123);
    CHECK(load_be<std::uint32_t>(ascending.data()) == 0x01234567);
    CHECK(load_be<std::uint64_t>(ascending.data()) == 0x0123456789abcdef);
}

TEST_CASE("a little-endian load takes the first byte as the lowest") {
    CHECK(load_le<std::uint8_t>(ascending.data()) == 0x01);
    CHECK(load_le<std::uint16_t>(ascending.data()) == 0x2301);
    CHECK(load_le<std::uint32_t>(ascending.data()) == 0x67452301);
    CHECK(load_le<std::uint64_t>(ascending.data()) == 0xefcdab8967452301);
}

TEST_CASE("a store writes the bytes in the order it is named for and none beside them") {
    std::array<std::byte, 6> place{};
    place.fill(std::byte{0x5a});
    store_be<std::uint32_t>(place.data() + 1, 0xdeadbeef);
    CHECK(place == std::array{std::byte{0x5a}, std::byte{0xde}, std::byte{0xad}, std::byte{0xbe},
                              std::byte{0xef}, std::byte{0x5a}});
    store_le<std::uint16_t>(place.data() + 2, 0x1234);
    CHECK(place == std::array{std::byte{0x5a}, std::byte{0xde}, std::byte{0x34}, std::byte{0x12},
                              std::byte{0xef}, std::byte{0x5a}});
}

TEST_CASE_TEMPLATE("the extreme values survive both orders", T, std::uint8_t, std::uint16_t,
                   std::uint32_t, std::uint64_t) {
    for (T value : {T{0}, T{1}, std::numeric_limits<T>::max(),
                    static_cast<T>(std::numeric_limits<T>::max() / 2 + 1)}) {
        std::array<std::byte, sizeof(T)> place{};
        store_be(place.data(), value);
        CHECK(load_be<T>(place.data()) == value);
        store_le(place.data(), value);
        CHECK(load_le<T>(place.data()) == value);
    }
}

TEST_CASE("wire integers can be read at compile time") {
    static_assert(load_be<std::uint32_t>(ascending.data()) == 0x01234567);
    CHECK(load_le<std::uint32_t>(ascending.data() + 4) == 0xefcdab89);
}
