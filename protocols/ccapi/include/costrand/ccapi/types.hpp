// SPDX-License-Identifier: Apache-2.0
// What messages, cores and drivers of the CCAPI share: published numbers, times, bytes that are
// wiped when they go, and a decoded credential. Numbers from docs/spec/ccapi.md 1 and 2.4.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::ccapi {

using core::const_bytes;

// Unsigned seconds since 1970-01-01 UTC.
using cc_time = std::uint32_t;

inline constexpr std::uint32_t credentials_v5 = 2;
inline constexpr std::int32_t lowest_api_version = 2, highest_api_version = 7;

enum class lock_type : std::uint32_t { read = 0, write = 1, upgrade = 2, downgrade = 3 };
enum class lock_mode : std::uint32_t { noblock = 0, block = 1 };

// The name of the first ccache, unless the client gives one (3.3).
inline constexpr std::string_view initial_default_name = "Initial default ccache";

// A whole message, behind the frame's header (8.1).
inline constexpr std::size_t max_payload = std::size_t{16} * 1024 * 1024;

// Overwrites what it gives back, so that a container never leaves old contents behind, when it
// grows either.
template <typename T>
struct wiping_allocator {
    using value_type = T;

    wiping_allocator() = default;
    template <typename U>
    wiping_allocator(const wiping_allocator<U> &) noexcept {} // NOLINT: allocators convert

    T *allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T *p, std::size_t n) noexcept {
        core::wipe(p, n * sizeof(T));
        std::allocator<T>().deallocate(p, n);
    }

    template <typename U>
    friend bool operator==(const wiping_allocator &, const wiping_allocator<U> &) noexcept {
        return true;
    }
};

// Bytes that hold, or may hold, keys and tickets.
using wiped_bytes = std::vector<std::byte, wiping_allocator<std::byte>>;

// As insert at the end, which for this allocator goes byte by byte.
inline void append(wiped_bytes &to, const_bytes bytes) {
    const auto held = to.size();
    to.resize(held + bytes.size());
    if (!bytes.empty())
        std::memcpy(to.data() + held, bytes.data(), bytes.size());
}

inline wiped_bytes to_wiped(const_bytes bytes) {
    wiped_bytes out;
    append(out, bytes);
    return out;
}

// cc_data: a typed run of bytes.
struct typed_data {
    std::uint32_t type = 0;
    wiped_bytes bytes;

    friend bool operator==(const typed_data &, const typed_data &) = default;
};

// cc_credentials_v5_t. Strange values are kept as they are: cache configuration is stored as
// credentials without key and with a "ticket" of a few bytes (2.4).
struct credential {
    std::string client, server; // unparsed principals, UTF-8, no NUL inside
    typed_data keyblock;        // type: the encryption type
    cc_time authtime = 0, starttime = 0, endtime = 0, renew_till = 0;
    std::uint32_t is_skey = 0;
    std::uint32_t ticket_flags = 0; // bit 0 of Kerberos is 0x80000000
    std::vector<typed_data> addresses;
    typed_data ticket, second_ticket; // type: 0
    std::vector<typed_data> authdata;

    friend bool operator==(const credential &, const credential &) = default;
};

} // namespace costrand::ccapi
