// SPDX-License-Identifier: Apache-2.0
// The requests and replies of the CCAPI, docs/spec/ccapi.md 8.4, as one table: what a message is
// called, which fields its request and its reply have, whether it may wait. Codec, server and
// client read it; nobody repeats it.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/types.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace costrand::ccapi {

enum class message_id : std::uint32_t {
    context_release = 1, // of old clients; does nothing
    context_sync = 2,
    context_get_change_time = 3,
    context_wait_for_change = 4,
    context_get_default_ccache_name = 5,
    context_open_ccache = 6,
    context_open_default_ccache = 7,
    context_create_ccache = 8,
    context_create_default_ccache = 9,
    context_create_new_ccache = 10,
    context_new_ccache_iterator = 11,
    context_lock = 12,
    context_unlock = 13,
    ccache_destroy = 16,
    ccache_set_default = 17,
    ccache_get_credentials_version = 18,
    ccache_get_name = 19,
    ccache_get_principal = 20,
    ccache_set_principal = 21,
    ccache_store_credentials = 22,
    ccache_remove_credentials = 23,
    ccache_new_credentials_iterator = 24,
    ccache_move = 25, // target: the destination; `other`: the source
    ccache_lock = 26,
    ccache_unlock = 27,
    ccache_get_last_default_time = 28,
    ccache_get_change_time = 29,
    ccache_wait_for_change = 30,
    ccache_get_kdc_time_offset = 31,
    ccache_set_kdc_time_offset = 32,
    ccache_clear_kdc_time_offset = 33,
    ccache_iterator_release = 36,
    ccache_iterator_next = 37,
    ccache_iterator_clone = 38,
    credentials_iterator_release = 41,
    credentials_iterator_next = 42,
    credentials_iterator_clone = 43,
};

// A request. Which fields count is said by the message's row below; the others are not looked at.
// Text and bytes are views: of the decoded payload, or of what the caller gives to encode.
struct request {
    message_id what = message_id::context_sync;
    identifier_view target{needs_sync, needs_sync};
    std::string_view name;
    std::uint32_t version = credentials_v5;
    std::string_view principal;
    std::uint32_t lock = 0; // lock_type, or any other number: the server answers that
    std::uint32_t mode = 0; // 0 does not block, all else does
    cc_time time = 0;       // of wait_for_change: the last one known; else the KDC offset
    const_bytes credential; // an encoded `cred`
    identifier_view other;
};

// A reply. The fields count only without an error.
struct reply {
    errc error = errc::no_error;
    identifier_view id;
    cc_time time = 0;
    std::string_view text;
    std::uint32_t number = 0;
    const_bytes credential;
};

enum class field : std::uint8_t {
    none,
    name,
    version,
    principal,
    lock,
    mode,
    time,
    credential,
    other,
    id, // from here on: of replies
    text,
    number,
};

struct message_row {
    message_id what{};
    std::array<field, 3> request{};
    std::array<field, 2> reply{};
    bool may_wait = false;   // the reply may come late, after any time
    bool repeatable = false; // no side effect: a client may send it again on a new connection
    bool launches = false;   // worth starting a server for
};

namespace detail::table {

using enum field;
using m = message_id;

// launches: those of 3.3, and all of ccaches and iterators (11.8). repeatable: 11.3.
inline constexpr message_row rows[] = {
    // what, request, reply, may wait, repeatable, launches
    {m::context_release, {}, {}, false, false, false},
    {m::context_sync, {}, {id}, false, true, false},
    {m::context_get_change_time, {}, {time}, false, true, false},
    {m::context_wait_for_change, {time}, {time}, true, true, true},
    {m::context_get_default_ccache_name, {}, {text}, false, true, false},
    {m::context_open_ccache, {name}, {id}, false, true, false},
    {m::context_open_default_ccache, {}, {id}, false, true, false},
    {m::context_create_ccache, {name, version, principal}, {id}, false, false, true},
    {m::context_create_default_ccache, {version, principal}, {id}, false, false, true},
    {m::context_create_new_ccache, {version, principal}, {id}, false, false, true},
    {m::context_new_ccache_iterator, {}, {id}, false, true, false},
    {m::context_lock, {lock, mode}, {}, true, false, true},
    {m::context_unlock, {}, {}, false, false, true},
    {m::ccache_destroy, {}, {}, false, false, true},
    {m::ccache_set_default, {}, {}, false, false, true},
    {m::ccache_get_credentials_version, {}, {number}, false, true, true},
    {m::ccache_get_name, {}, {text}, false, true, true},
    {m::ccache_get_principal, {version}, {text}, false, true, true},
    {m::ccache_set_principal, {version, principal}, {}, false, false, true},
    {m::ccache_store_credentials, {credential}, {}, false, false, true},
    {m::ccache_remove_credentials, {other}, {}, false, false, true},
    {m::ccache_new_credentials_iterator, {}, {id}, false, false, true},
    {m::ccache_move, {other}, {}, false, false, true},
    {m::ccache_lock, {lock, mode}, {}, true, false, true},
    {m::ccache_unlock, {}, {}, false, false, true},
    {m::ccache_get_last_default_time, {}, {time}, false, true, true},
    {m::ccache_get_change_time, {}, {time}, false, true, true},
    {m::ccache_wait_for_change, {time}, {time}, true, false, true},
    {m::ccache_get_kdc_time_offset, {version}, {time}, false, true, true},
    {m::ccache_set_kdc_time_offset, {version, time}, {}, false, false, true},
    {m::ccache_clear_kdc_time_offset, {version}, {}, false, false, true},
    {m::ccache_iterator_release, {}, {}, false, false, true},
    {m::ccache_iterator_next, {}, {id}, false, false, true},
    {m::ccache_iterator_clone, {}, {id}, false, false, true},
    {m::credentials_iterator_release, {}, {}, false, false, true},
    {m::credentials_iterator_next, {}, {id, credential}, false, false, true},
    {m::credentials_iterator_clone, {}, {id}, false, false, true},
};

// Row of each number up to 44, 0xff for none.
constexpr auto make_row_index() noexcept {
    std::array<std::uint8_t, 45> index{};
    index.fill(0xff);
    for (std::size_t i = 0; i < std::size(rows); ++i)
        index[static_cast<std::size_t>(rows[i].what)] = static_cast<std::uint8_t>(i);
    return index;
}
inline constexpr auto row_index = make_row_index();

} // namespace detail::table

// Null for numbers that are no message (8.4: range marks and all above).
[[nodiscard]] constexpr const message_row *find_row(std::uint32_t number) noexcept {
    if (number >= detail::table::row_index.size() || detail::table::row_index[number] == 0xff)
        return nullptr;
    return &detail::table::rows[detail::table::row_index[number]];
}

// The answer to a message whose server part names another life of the server, 8.2.
[[nodiscard]] constexpr errc stale_error(std::uint32_t number) noexcept {
    if (number >= 1 && number <= 13)
        return errc::invalid_context;
    if (number >= 16 && number <= 33)
        return errc::invalid_ccache;
    if (number >= 36 && number <= 38)
        return errc::invalid_ccache_iterator;
    if (number >= 41 && number <= 43)
        return errc::invalid_credentials_iterator;
    return errc::bad_internal_message;
}

} // namespace costrand::ccapi
