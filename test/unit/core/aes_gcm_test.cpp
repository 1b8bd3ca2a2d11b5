// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/aes_gcm.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;

TEST_CASE("what was sealed with AES-GCM is opened with the same key and nothing else") {
    // Test cases 1 and 2 of the GCM specification (McGrew and Viega): a key and a nonce of zeros.
    const std::string key(16, '\0');
    const auto nothing = test::from_hex("000000000000000000000000"
                                        "58e2fccefa7e3061367f1d57a4e7455a");
    const auto zeros = test::from_hex("000000000000000000000000"
                                      "0388dace60b6a392f328c2b971b2fe78"
                                      "ab6e47d42cec13bdf53a67b21257bddf");
    CHECK(core::open_aes_gcm(key, nothing) == core::secret());
    CHECK(core::open_aes_gcm(key, zeros) == core::secret(std::string(16, '\0')));

    auto changed = zeros;
    for (std::size_t i = 0; i < changed.size(); ++i) {
        changed[i] ^= std::byte{1};
        CHECK_FALSE(core::open_aes_gcm(key, changed));
        changed[i] ^= std::byte{1};
    }
    CHECK_FALSE(core::open_aes_gcm(std::string(24, '\0'), zeros));
    CHECK_FALSE(core::open_aes_gcm(std::string(32, '\0'), zeros));
}

TEST_CASE("AES has keys of 16, 24 and 32 bytes") {
    for (std::size_t size = 0; size < 40; ++size)
        CHECK(core::is_aes_key_size(size) == (size == 16 || size == 24 || size == 32));
}
