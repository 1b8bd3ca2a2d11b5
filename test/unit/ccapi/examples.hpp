// SPDX-License-Identifier: Apache-2.0
// The byte-exact examples of docs/spec/ccapi.md 8.5 and 11.2, and a cursor-by-cursor damage loop
// that several tests share.
#pragma once

#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/types.hpp>

#include <support/hex.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

inline constexpr std::string_view example_server = "5b1c7f0e-8d3a-4c52-9f11-2a6e4b7c9d01";
inline constexpr std::string_view example_collection = "c0a80101-0000-4000-8000-000000000001";

// The identifier of the collection, as in all requests of the examples but the first.
inline constexpr std::string_view example_id_hex = R"(
    00000025 35623163376630652d386433612d346335322d396631312d32613665346237633964303100
    00000025 63306138303130312d303030302d343030302d383030302d30303030303030303030303100)";

inline constexpr std::string_view sync_request_hex = R"(
    00 00 00 02 00 00 00 0b 4e 45 45 44 53 5f 53 59
    4e 43 00 00 00 00 0b 4e 45 45 44 53 5f 53 59 4e
    43 00)";

inline constexpr std::string_view sync_reply_hex = R"(
    00 00 00 00 00 00 00 25 35 62 31 63 37 66 30 65
    2d 38 64 33 61 2d 34 63 35 32 2d 39 66 31 31 2d
    32 61 36 65 34 62 37 63 39 64 30 31 00 00 00 00
    25 63 30 61 38 30 31 30 31 2d 30 30 30 30 2d 34
    30 30 30 2d 38 30 30 30 2d 30 30 30 30 30 30 30
    30 30 30 30 31 00)";

inline constexpr std::string_view create_request_hex = R"(
    00 00 00 08 00 00 00 25 35 62 31 63 37 66 30 65
    2d 38 64 33 61 2d 34 63 35 32 2d 39 66 31 31 2d
    32 61 36 65 34 62 37 63 39 64 30 31 00 00 00 00
    25 63 30 61 38 30 31 30 31 2d 30 30 30 30 2d 34
    30 30 30 2d 38 30 30 30 2d 30 30 30 30 30 30 30
    30 30 30 30 31 00 00 00 00 04 74 6d 70 00 00 00
    00 02 00 00 00 0c 61 6c 69 63 65 40 41 2e 4f 52
    47 00)";

inline constexpr std::string_view lock_request_hex = R"(
    00 00 00 0c 00 00 00 25 35 62 31 63 37 66 30 65
    2d 38 64 33 61 2d 34 63 35 32 2d 39 66 31 31 2d
    32 61 36 65 34 62 37 63 39 64 30 31 00 00 00 00
    25 63 30 61 38 30 31 30 31 2d 30 30 30 30 2d 34
    30 30 30 2d 38 30 30 30 2d 30 30 30 30 30 30 30
    30 30 30 30 31 00 00 00 00 01 00 00 00 01)";

inline constexpr std::string_view credential_hex = R"(
    00 00 00 02 00 00 00 0c 61 6c 69 63 65 40 41 2e
    4f 52 47 00 00 00 00 13 6b 72 62 74 67 74 2f 41
    2e 4f 52 47 40 41 2e 4f 52 47 00 00 00 00 12 00
    00 00 04 11 11 11 11 00 00 00 00 65 53 f1 00 00
    00 00 00 65 53 f1 00 00 00 00 00 65 54 7d a0 00
    00 00 00 00 00 00 00 00 00 00 00 40 e0 00 00 00
    00 00 00 00 00 00 00 00 00 00 04 61 02 30 00 00
    00 00 00 00 00 00 00 00 00 00 00)";

// Frames with the length that the stream puts in front.
inline constexpr std::string_view connect_frame_hex = R"(
    00 00 00 30 43 01 00 01 00 00 7f 00 00 00 12 34
    11 11 22 22 33 33 44 44 55 55 66 66 77 77 88 88
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01
    00 00 00 00)";

inline constexpr std::string_view connect_reply_frame_hex = R"(
    00 00 00 30 43 01 00 03 00 00 7f 00 00 00 12 34
    11 11 22 22 33 33 44 44 55 55 66 66 77 77 88 88
    00 06 47 48 46 22 22 40 00 00 00 00 00 00 00 01
    00 00 00 00)";

inline constexpr std::string_view listen_frame_hex = R"(
    00 00 00 30 43 01 00 06 00 00 7f 00 00 00 12 34
    11 11 22 22 33 33 44 44 55 55 66 66 77 77 88 88
    00 06 47 48 46 22 22 40 00 00 00 00 00 00 00 00
    00 00 00 00)";

inline constexpr std::string_view sync_frame_hex = R"(
    00 00 00 52 43 01 00 02 00 00 7f 00 00 00 12 34
    11 11 22 22 33 33 44 44 55 55 66 66 77 77 88 88
    00 06 47 48 46 22 22 40 00 00 00 00 00 00 00 02
    00 00 00 22 00 00 00 02 00 00 00 0b 4e 45 45 44
    53 5f 53 59 4e 43 00 00 00 00 0b 4e 45 45 44 53
    5f 53 59 4e 43 00)";

inline constexpr std::uint64_t example_tsp = 0x7f0000001234;
inline constexpr std::uint64_t example_sst = 0x0006474846222240;

inline ccapi::uuid example_client() {
    const auto bytes = from_hex("11112222333344445555666677778888");
    ccapi::uuid id;
    std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
    return id;
}

inline ccapi::identifier_view example_id() {
    return {example_server, example_collection};
}

inline ccapi::credential example_credential() {
    ccapi::credential c;
    c.client = "alice@A.ORG";
    c.server = "krbtgt/A.ORG@A.ORG";
    c.keyblock = {18, ccapi::wiped_bytes(4, std::byte{0x11})};
    c.authtime = c.starttime = 1700000000;
    c.endtime = 1700036000;
    c.ticket_flags = 0x40e00000;
    c.ticket = {0, ccapi::to_wiped(from_hex("61023000"))};
    return c;
}

} // namespace costrand::test
