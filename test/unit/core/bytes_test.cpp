// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/bytes.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace costrand::core;
using costrand::test::from_hex;
using costrand::test::to_hex;

TEST_CASE("a reader gives the fields in order and counts what is left") {
    const auto data = from_hex("01 0203 0405 06070809 aabbcc");
    byte_reader in(data);
    CHECK(in.u8() == 1);
    CHECK(in.be<std::uint16_t>() == 0x0203);
    CHECK(in.le<std::uint16_t>() == 0x0504);
    CHECK(in.be<std::uint32_t>() == 0x06070809);
    CHECK(in.position() == 9);
    CHECK(in.remaining() == 3);
    in.skip(1);
    CHECK(to_hex(in.bytes(2)) == "bbcc");
    CHECK(in.remaining() == 0);
    CHECK_FALSE(in.failed());
}

TEST_CASE("a read past the end gives zero, moves nothing and stays failed") {
    const auto data = from_hex("010203");
    byte_reader in(data);
    CHECK(in.u8() == 1);
    CHECK(in.be<std::uint32_t>() == 0);
    CHECK(in.failed());
    CHECK(in.position() == 1);
    // Two bytes are there, but a field after a missing one means nothing.
    CHECK(in.be<std::uint16_t>() == 0);
    CHECK(in.bytes(1).empty());
    CHECK(in.failed());
}

TEST_CASE("a length near the top of its type does not wrap") {
    const auto data = from_hex("010203");
    byte_reader in(data);
    in.skip(1);
    CHECK(in.bytes(static_cast<std::size_t>(-1)).empty());
    CHECK(in.failed());
}

TEST_CASE("an empty field at the end is no failure") {
    byte_reader in{const_bytes()};
    CHECK(in.bytes(0).empty());
    CHECK_FALSE(in.failed());
    CHECK(in.u8() == 0);
    CHECK(in.failed());
}

TEST_CASE("bytes are a view into the reader's data") {
    const auto data = from_hex("010203");
    byte_reader in(data);
    in.skip(1);
    CHECK(in.bytes(2).data() == data.data() + 1);
}

TEST_CASE("a writer appends behind what the vector holds") {
    std::vector<std::byte> out = from_hex("ff");
    byte_writer to(out);
    to.u8(1);
    to.be<std::uint16_t>(0x0203);
    to.le<std::uint32_t>(0x04050607);
    to.zeros(2);
    to.text("AZ");
    to.bytes(from_hex("99"));
    CHECK(to_hex(out) == "ff010203070605040000415a99");
}

TEST_CASE("text and bytes convert without touching zero bytes") {
    using namespace std::string_literals;
    const auto text = "a\0b"s;
    CHECK(to_hex(as_bytes(text)) == "610062");
    CHECK(as_text(as_bytes(text)) == text);
}
