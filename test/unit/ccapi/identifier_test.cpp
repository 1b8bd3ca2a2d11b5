// SPDX-License-Identifier: Apache-2.0
#include "examples.hpp"

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

TEST_CASE("a UUID's text is 36 lower-case characters and reads back") {
    const auto id = parse_uuid(example_server);
    REQUIRE(id.has_value());
    CHECK(to_hex(id->bytes) == "5b1c7f0e8d3a4c529f112a6e4b7c9d01");
    const auto text = to_text(*id);
    CHECK(std::string_view(text.data(), text.size()) == example_server);
}

TEST_CASE("any other form of a UUID names nothing") {
    std::string upper(example_server);
    upper[1] = 'B';
    CHECK_FALSE(parse_uuid(upper).has_value());
    CHECK_FALSE(parse_uuid(needs_sync).has_value());
    CHECK_FALSE(parse_uuid("").has_value());
    for (std::size_t i = 0; i < example_server.size(); ++i) {
        std::string damaged(example_server);
        damaged[i] = damaged[i] == '-' ? '0' : '-';
        CHECK_FALSE(parse_uuid(damaged).has_value());
        CHECK_FALSE(parse_uuid(example_server.substr(0, i)).has_value());
    }
    CHECK_FALSE(parse_uuid(std::string(example_server) + "0").has_value());
}

TEST_CASE("a random UUID carries version 4 and the variant of RFC 4122") {
    const auto random = core::seeded_random(7);
    for (int i = 0; i < 100; ++i) {
        const auto text = to_text(random_uuid(*random));
        CHECK(text[14] == '4');
        CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);
    }
}
