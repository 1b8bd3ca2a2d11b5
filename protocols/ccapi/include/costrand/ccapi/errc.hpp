// SPDX-License-Identifier: Apache-2.0
// ccapi::errc: the result codes of the CCAPI, with their published values: they travel on the wire
// and leave the client library as cc_int32. Header-only and free of Asio, for the cores.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace costrand::ccapi {

// Source of the values: docs/spec/ccapi.md 1.3.
enum class errc : std::int32_t {
    no_error = 0,
    iterator_end = 201,
    bad_param = 202,
    no_memory = 203, // also: a documented limit of the server is reached
    invalid_context = 204,
    invalid_ccache = 205,
    invalid_string = 206,
    invalid_credentials = 207,
    invalid_ccache_iterator = 208,
    invalid_credentials_iterator = 209,
    invalid_lock = 210, // also: a waiting lock request was replaced by a later one of its owner
    bad_name = 211,
    bad_credentials_version = 212,
    bad_api_version = 213,
    context_locked = 214,
    context_unlocked = 215,
    ccache_locked = 216,
    ccache_unlocked = 217,
    bad_lock_type = 218,
    never_default = 219,
    credentials_not_found = 220,
    ccache_not_found = 221,
    context_not_found = 222,
    server_unavailable = 223,
    server_insecure = 224,
    server_cant_become_uid = 225,
    time_offset_not_set = 226,
    bad_internal_message = 227,
    not_implemented = 228,
    client_not_found = 229, // in a frame: the connection counts as lost
};

[[nodiscard]] constexpr std::int32_t to_wire(errc e) noexcept {
    return static_cast<std::int32_t>(e);
}

// Whether a number is one of the published codes: others (errno values of a careless peer) are
// never passed on.
[[nodiscard]] constexpr bool is_published(std::int32_t code) noexcept {
    return code == 0 ||
           (code >= to_wire(errc::iterator_end) && code <= to_wire(errc::client_not_found));
}

namespace detail {

inline const char *text_of(errc e) noexcept {
    switch (e) {
    case errc::no_error:
        return "no error";
    case errc::iterator_end:
        return "no more items";
    case errc::bad_param:
        return "a parameter is missing or cannot be used";
    case errc::no_memory:
        return "out of memory, or a limit of the credential cache server is reached";
    case errc::invalid_context:
        return "the context belongs to a server that is gone";
    case errc::invalid_ccache:
        return "the credential cache no longer exists";
    case errc::invalid_string:
        return "invalid string object";
    case errc::invalid_credentials:
        return "these credentials are not in the cache";
    case errc::invalid_ccache_iterator:
        return "the iterator over credential caches no longer exists";
    case errc::invalid_credentials_iterator:
        return "the iterator over credentials no longer exists";
    case errc::invalid_lock:
        return "the lock request was replaced by a later one";
    case errc::bad_name:
        return "bad credential cache name";
    case errc::bad_credentials_version:
        return "only credentials of version 5 are supported";
    case errc::bad_api_version:
        return "this API version is not supported";
    case errc::context_locked:
        return "the cache collection is locked";
    case errc::context_unlocked:
        return "the cache collection is not locked by this client";
    case errc::ccache_locked:
        return "the credential cache is locked";
    case errc::ccache_unlocked:
        return "the credential cache is not locked by this client";
    case errc::bad_lock_type:
        return "this lock cannot be had with what the client holds";
    case errc::never_default:
        return "the credential cache was never the default";
    case errc::credentials_not_found:
        return "no such credentials";
    case errc::ccache_not_found:
        return "no such credential cache";
    case errc::context_not_found:
        return "no such context";
    case errc::server_unavailable:
        return "the credential cache server cannot be reached";
    case errc::server_insecure:
        return "the credential cache server is not the user's own";
    case errc::server_cant_become_uid:
        return "the credential cache server cannot act for this user";
    case errc::time_offset_not_set:
        return "the cache has no KDC time offset";
    case errc::bad_internal_message:
        return "a message between client and server is malformed";
    case errc::not_implemented:
        return "not implemented";
    case errc::client_not_found:
        return "the server does not know this client (connection lost)";
    }
    return "unknown CCAPI error";
}

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand.ccapi"; }
    std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
    char const *message(int value, char *, std::size_t) const noexcept override {
        return text_of(static_cast<errc>(value));
    }
};

} // namespace detail

inline const boost::system::error_category &error_category() noexcept {
    static const detail::category instance;
    return instance;
}

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

} // namespace costrand::ccapi

template <>
struct boost::system::is_error_code_enum<costrand::ccapi::errc> : std::true_type {};
