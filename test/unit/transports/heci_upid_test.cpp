// SPDX-License-Identifier: Apache-2.0
// The UPID client's messages, byte by byte as docs/spec/heci.md 11 has them.
#include <costrand/transports/heci_upid.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace costrand;
using heci::platform_id;

namespace {

// `00 05 48 00`, u32 status, u32 type, 32 bytes, 32 bytes: 76 in all.
std::vector<std::byte> reply(std::uint8_t status = 0) {
    std::vector<std::byte> out = {std::byte{0x00}, std::byte{0x05}, std::byte{0x48},
                                  std::byte{0x00}, std::byte{status}};
    out.resize(8);
    out.push_back(std::byte{0x02});
    out.resize(12);
    out.resize(44, std::byte{0x41});
    out.resize(76, std::byte{0xc5});
    return out;
}

} // namespace

TEST_CASE("a UPID of 76 bytes has its type and both identifiers") {
    const auto bytes = reply();
    REQUIRE(bytes.size() == 76);
    const auto id = heci::decode_platform_id(bytes);
    REQUIRE(id.has_value());
    REQUIRE(id->has_value());
    CHECK((*id)->type == platform_id::oem_type::printable);
    CHECK((*id)->oem.front() == std::byte{0x41});
    CHECK((*id)->oem.back() == std::byte{0x41});
    CHECK((*id)->csme.front() == std::byte{0xc5});
}

TEST_CASE("success in a shorter message means that the platform has none, as does a refusal") {
    const std::vector<std::byte> none = {std::byte{0}, std::byte{5}, std::byte{4}, std::byte{0},
                                         std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};
    auto id = heci::decode_platform_id(none);
    REQUIRE(id.has_value());
    CHECK_FALSE(id->has_value());
    id = heci::decode_platform_id(reply(7));
    REQUIRE(id.has_value());
    CHECK_FALSE(id->has_value());
}

TEST_CASE("every cut, another command and a wrong count are bad replies") {
    const auto whole = reply();
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(heci::decode_platform_id(core::const_bytes(whole).first(size)).error() ==
              heci::errc::bad_reply);
    for (const std::size_t at : {0u, 1u, 2u, 3u}) {
        auto other = whole;
        other[at] ^= std::byte{0x10};
        CHECK(heci::decode_platform_id(other).error() == heci::errc::bad_reply);
    }
}
