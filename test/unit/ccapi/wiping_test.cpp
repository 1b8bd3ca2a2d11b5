// SPDX-License-Identifier: Apache-2.0
#include "examples.hpp"
#include "freed_memory.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/frame.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <span>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

credential secret_credential() {
    credential c = example_credential();
    const auto key = to_wiped(std::as_bytes(std::span(key_pattern)));
    c.keyblock.bytes = key;
    c.ticket.bytes = key;
    c.second_ticket.bytes = key;
    c.authdata = {{1, key}};
    c.addresses = {{1, key}};
    return c;
}

} // namespace

TEST_CASE("the test's eye on freed memory sees a key that was not wiped") {
    freed_memory eye;
    {
        const auto plain = std::make_unique<std::array<unsigned char, 16>>(key_pattern);
        CHECK(plain->size() == 16);
    }
    CHECK(eye.found() == 1);
}

TEST_CASE("bug 21: key and ticket bytes are wiped in credentials, messages and frames") {
    freed_memory eye;
    {
        const credential c = secret_credential();
        const auto encoded = encode_credential(c);
        const auto back = decode_credential(*encoded);
        request r;
        r.what = message_id::ccache_store_credentials;
        r.credential = *encoded;
        const auto payload = encode_request(r);
        const auto frame = encode_frame(frame_header(), *payload);
        CHECK(*back == c);
        CHECK(frame.size() == frame_header_size + payload->size());
    }
    CHECK(eye.found() == 0);
}
