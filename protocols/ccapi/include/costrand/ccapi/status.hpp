// SPDX-License-Identifier: Apache-2.0
// What a server tells of itself to its own user: numbers, and nothing of what it keeps. The payload
// of the answer to frame_type::status, and the result of that to kcm_status_request: u64 big-endian
// each, in the order of the members; more may follow in later versions. Written by server, read by
// who asks.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace costrand::ccapi {

struct server_status {
    std::uint64_t uptime = 0;  // seconds
    std::uint64_t clients = 0; // connections that have said CONNECT, or speak KCM
    std::uint64_t caches = 0, credentials = 0;
    std::uint64_t bytes = 0; // of names, principals and encoded credentials
    std::uint64_t iterators = 0;
    std::uint64_t locks_held = 0;
    std::uint64_t lock_waiters = 0, change_waiters = 0;
    std::uint64_t pending = 0; // requests without an answer yet: both kinds of waiters
    std::uint64_t users = 0;   // who have ccaches

    bool operator==(const server_status &) const = default;
};

// The same question over KCM: version 2.0 and an operation that is ours alone, far from what MIT
// and Heimdal give out. Other servers answer that they do not know it.
inline constexpr std::array<std::byte, 4> kcm_status_request = {std::byte{2}, std::byte{0},
                                                                std::byte{0xc0}, std::byte{0x57}};

namespace detail {

using status_member = std::uint64_t server_status::*;
inline constexpr std::array<status_member, 11> status_members = {
    &server_status::uptime,      &server_status::clients,      &server_status::caches,
    &server_status::credentials, &server_status::bytes,        &server_status::iterators,
    &server_status::locks_held,  &server_status::lock_waiters, &server_status::change_waiters,
    &server_status::pending,     &server_status::users};

} // namespace detail

[[nodiscard]] inline wiped_bytes encode_status(const server_status &s) {
    wiped_bytes out(detail::status_members.size() * sizeof(std::uint64_t));
    std::byte *to = out.data();
    for (const auto member : detail::status_members) {
        core::store_be(to, s.*member);
        to += sizeof(std::uint64_t);
    }
    return out;
}

// Error bad_internal_message: there are fewer numbers.
[[nodiscard]] inline core::result<server_status> decode_status(const_bytes payload) noexcept {
    core::byte_reader in(payload);
    server_status out;
    for (const auto member : detail::status_members)
        out.*member = in.be<std::uint64_t>();
    if (in.failed())
        return make_error_code(errc::bad_internal_message);
    return out;
}

} // namespace costrand::ccapi
