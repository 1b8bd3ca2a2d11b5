// SPDX-License-Identifier: Apache-2.0
// TLS records by type and size, RFC 8446 section 5.1 and RFC 5246 section 7.4.
#include <costrand/trace/tls_summary.hpp>

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using trace::tls_summary;

namespace {

std::vector<std::byte> record(unsigned type, std::size_t length, unsigned first) {
    std::vector<std::byte> out = {std::byte(type), std::byte{3}, std::byte{3},
                                  std::byte(length >> 8), std::byte(length & 0xff)};
    out.resize(5 + length);
    if (length > 0)
        out[5] = std::byte(first);
    return out;
}

std::vector<std::byte> joined(std::vector<std::vector<std::byte>> parts) {
    std::vector<std::byte> out;
    for (const auto &part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

} // namespace

TEST_CASE("records are told with type, whole size and the handshake message") {
    tls_summary s;
    CHECK(s.take(record(22, 512, 1)) == "handshake 517 bytes (ClientHello)");
    CHECK(s.take(joined({record(22, 90, 2), record(20, 1, 1), record(23, 30, 9)})) ==
          "handshake 95 bytes (ServerHello), change_cipher_spec 6 bytes, "
          "application_data 35 bytes");
}

TEST_CASE("behind a change of ciphers a handshake record is not looked into") {
    tls_summary s;
    CHECK(s.take(joined({record(22, 70, 16), record(20, 1, 1), record(22, 40, 11)})) ==
          "handshake 75 bytes (ClientKeyExchange), change_cipher_spec 6 bytes, "
          "handshake 45 bytes (encrypted)");
}

TEST_CASE("a record in many pieces is told once") {
    const auto whole = record(22, 200, 1);
    tls_summary s;
    std::string told;
    for (const std::byte b : whole) {
        const auto text = s.take({&b, 1});
        if (text != "continued" && text != "the beginning of a record")
            told += text;
    }
    CHECK(told == "handshake 205 bytes (ClientHello)");
    CHECK(s.take(record(21, 2, 1)) == "alert 7 bytes");
}

TEST_CASE("an empty record, and what is no TLS") {
    tls_summary s;
    CHECK(s.take(joined({record(23, 0, 0), record(21, 2, 1)})) ==
          "application_data 5 bytes, alert 7 bytes");
    CHECK(s.take(from_hex("474554")) == "no TLS");
}
