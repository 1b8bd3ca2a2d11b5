// SPDX-License-Identifier: Apache-2.0
#include "examples.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/frame.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

constexpr std::size_t length_size = 4;

// The frame as the stream carries it.
std::string with_length(const frame_header &header, core::const_bytes payload) {
    const auto message = encode_frame(header, payload);
    std::vector<std::byte> out(length_size);
    core::store_be(out.data(), static_cast<std::uint32_t>(message.size()));
    out.insert(out.end(), message.begin(), message.end());
    return to_hex(out);
}

std::vector<std::byte> without_length(std::string_view text) {
    auto bytes = from_hex(text);
    bytes.erase(bytes.begin(), bytes.begin() + length_size);
    return bytes;
}

frame_header example_header(frame_type type, std::uint64_t sst, std::uint32_t sequence) {
    frame_header h;
    h.type = type;
    h.tsp = example_tsp;
    h.client = example_client();
    h.sst = sst;
    h.sequence = sequence;
    return h;
}

bool is_malformed(core::const_bytes message) {
    const auto f = decode_frame(message);
    return !f && f.error() == errc::bad_internal_message;
}

} // namespace

TEST_CASE("the frames of the specification, byte for byte") {
    const auto hex = [](std::string_view text) { return to_hex(from_hex(text)); };
    CHECK(with_length(example_header(frame_type::connect, 0, 1), {}) == hex(connect_frame_hex));
    CHECK(with_length(example_header(frame_type::connect_reply, example_sst, 1), {}) ==
          hex(connect_reply_frame_hex));
    CHECK(with_length(example_header(frame_type::listen, example_sst, 0), {}) ==
          hex(listen_frame_hex));
    CHECK(with_length(example_header(frame_type::request, example_sst, 2),
                      *encode_request(request())) == hex(sync_frame_hex));
}

TEST_CASE("the sync frame of the specification reads back") {
    const auto message = without_length(sync_frame_hex);
    const auto f = decode_frame(message);
    REQUIRE(f.has_value());
    CHECK(f->header.type == frame_type::request);
    CHECK(f->header.tsp == example_tsp);
    CHECK(f->header.client == example_client());
    CHECK(f->header.sst == example_sst);
    CHECK(f->header.status == errc::no_error);
    CHECK(f->header.sequence == 2);
    CHECK(to_hex(f->payload) == to_hex(from_hex(sync_request_hex)));
}

TEST_CASE("a frame cut at any byte, or with a byte behind it, is malformed") {
    auto message = without_length(sync_frame_hex);
    for (std::size_t n = 0; n < message.size(); ++n)
        CHECK(is_malformed({message.data(), n}));
    message.push_back(std::byte{0});
    CHECK(is_malformed(message));
}

TEST_CASE("a payload length off by one or near 2^32 is malformed") {
    for (const std::uint32_t wrong : {0U, 0x21U, 0x23U, 0xffffffffU, 0xffffffd0U, 0x01000001U}) {
        auto message = without_length(sync_frame_hex);
        core::store_be(message.data() + 44, wrong);
        CHECK(is_malformed(message));
    }
}

TEST_CASE("a frame with a wrong magic, version, type or status is malformed") {
    const auto damaged = [](std::size_t at, int value) {
        auto message = without_length(sync_frame_hex);
        message[at] = static_cast<std::byte>(value);
        return message;
    };
    CHECK_FALSE(is_malformed(damaged(0, 0x43)));
    CHECK(is_malformed(damaged(0, 0x42)));
    CHECK(is_malformed(damaged(1, 0)));
    CHECK(is_malformed(damaged(1, 2)));
    CHECK(is_malformed(damaged(2, 1)));
    CHECK(is_malformed(damaged(3, 0)));
    CHECK(is_malformed(damaged(3, 12)));
    CHECK(is_malformed(damaged(39, 22)));
}

TEST_CASE("the largest payload passes, one byte more does not") {
    std::vector<std::byte> payload(max_payload);
    auto message = encode_frame(example_header(frame_type::ping, 0, 1), payload);
    CHECK(message.size() == max_frame_size);
    const auto f = decode_frame(message);
    REQUIRE(f.has_value());
    CHECK(f->payload.size() == max_payload);
    payload.push_back(std::byte{0});
    CHECK(is_malformed(encode_frame(example_header(frame_type::ping, 0, 1), payload)));
}

TEST_CASE("only the frames that a client sends are from a client") {
    for (const int type : {1, 2, 5, 7, 8, 9, 11, 256})
        CHECK(is_from_client(static_cast<frame_type>(type)));
    for (const int type : {0, 3, 4, 6, 10, 12, 255, 257})
        CHECK_FALSE(is_from_client(static_cast<frame_type>(type)));
}
