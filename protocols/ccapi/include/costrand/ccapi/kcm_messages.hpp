// SPDX-License-Identifier: Apache-2.0
// KCM: how stock Kerberos clients on Linux talk to a credential cache server (docs/spec/kcm.md).
// Operations, status codes and one struct a request. All views refer to the message that they were
// decoded from. Used by kcm_codec.hpp and the server's KCM face.
#pragma once

#include <costrand/ccapi/identifier.hpp>
#include <costrand/core/bytes.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace costrand::ccapi::kcm {

// kcm.md 3.
enum class operation : std::uint16_t {
    noop = 0,
    get_name = 1,
    resolve = 2,
    gen_new = 3,
    initialize = 4,
    destroy = 5,
    store = 6,
    retrieve = 7,
    get_principal = 8,
    get_cred_uuid_list = 9,
    get_cred_by_uuid = 10,
    remove_cred = 11,
    set_flags = 12,
    chown = 13,
    chmod = 14,
    get_initial_ticket = 15,
    get_ticket = 16,
    move_cache = 17,
    get_cache_uuid_list = 18,
    get_cache_by_uuid = 19,
    get_default_cache = 20,
    set_default_cache = 21,
    get_kdc_offset = 22,
    set_kdc_offset = 23,
    add_ntlm_cred = 24,
    have_ntlm_cred = 25,
    del_ntlm_cred = 26,
    do_ntlm_auth = 27,
    get_ntlm_user_list = 28,
    get_cred_list = 13001, // MIT since 1.20, as is replace
    replace = 13002,
};

// kcm.md 4. For operations 7, 13001 and 13002 MIT takes cc_io, internal and no_support to say that
// the server does not know them, and does without.
enum class status : std::int32_t {
    ok = 0,
    bad_name = -1765328245,   // KRB5_CC_BADNAME
    not_found = -1765328243,  // KRB5_CC_NOTFOUND
    end = -1765328242,        // KRB5_CC_END
    cc_io = -1765328191,      // KRB5_CC_IO
    no_file = -1765328189,    // KRB5_FCC_NOFILE
    internal = -1765328188,   // KRB5_FCC_INTERNAL
    no_memory = -1765328186,  // KRB5_CC_NOMEM
    format = -1765328185,     // KRB5_CC_FORMAT
    no_support = -1765328137, // KRB5_CC_NOSUPP
};

namespace detail {

inline const char *text_of(status s) noexcept {
    switch (s) {
    case status::ok:
        return "no error";
    case status::bad_name:
        return "bad name of a credential cache";
    case status::not_found:
        return "no such credential";
    case status::end:
        return "no more items";
    case status::cc_io:
        return "the message is of another version of KCM, or cut";
    case status::no_file:
        return "no such credential cache";
    case status::internal:
        return "not a KCM operation, or the reply would be too large";
    case status::no_memory:
        return "out of memory, or a limit of the credential cache server is reached";
    case status::format:
        return "malformed data in a KCM message";
    case status::no_support:
        return "this server does not do this KCM operation";
    }
    return "unknown KCM status";
}

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand.kcm"; }
    std::string message(int value) const override { return text_of(static_cast<status>(value)); }
    char const *message(int value, char *, std::size_t) const noexcept override {
        return text_of(static_cast<status>(value));
    }
};

} // namespace detail

inline const boost::system::error_category &category() noexcept {
    static const detail::category instance;
    return instance;
}

inline boost::system::error_code make_error_code(status s) noexcept {
    return {static_cast<int>(s), category()};
}

// Of a matching credential's header: which fields follow (kcm.md 2).
namespace tag {
inline constexpr std::uint32_t client = 0x01, server = 0x02, session_key = 0x04, ticket = 0x08,
                               second_ticket = 0x10, authdata = 0x20, addresses = 0x40;
} // namespace tag

// What must match, in Heimdal's numbers (kcm.md 2). GC_CACHED (1) asks nothing of us: we never ask
// a KDC.
namespace match {
inline constexpr std::uint32_t without_realm = 1U << 31, keytype = 1U << 30,
                               server_name_only = 1U << 29, flags_exact = 1U << 28,
                               flags = 1U << 27, times_exact = 1U << 26, times = 1U << 25,
                               authdata = 1U << 24, second_ticket = 1U << 23, is_skey = 1U << 22;
} // namespace match

// | u32 type | u32 number of components | u32 length, realm | each component: u32 length, bytes |
struct principal_view {
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::string_view realm;
    core::const_bytes components; // as they lie in the message, lengths included
};

// The same principal; its type says how it came about and does not count.
[[nodiscard]] inline bool same_name(const principal_view &a, const principal_view &b) noexcept {
    return a.count == b.count && core::as_text(a.components) == core::as_text(b.components);
}
[[nodiscard]] inline bool same_principal(const principal_view &a,
                                         const principal_view &b) noexcept {
    return a.realm == b.realm && same_name(a, b);
}

// Calls take(std::string_view) for each component.
template <typename Take>
void for_each_component(const principal_view &principal, Take take) {
    core::byte_reader r(principal.components);
    for (std::uint32_t i = 0; i < principal.count; ++i) {
        const auto length = r.be<std::uint32_t>();
        take(core::as_text(r.bytes(length)));
    }
}

// Addresses or authorisation data: each u16 type, u32 length, bytes.
struct typed_list_view {
    std::uint32_t count = 0;
    core::const_bytes items; // as they lie in the message
};

[[nodiscard]] inline bool same_list(const typed_list_view &a, const typed_list_view &b) noexcept {
    return a.count == b.count && core::as_text(a.items) == core::as_text(b.items);
}

// The type is sign-extended: negative ones are private use. Calls take(std::int32_t type, bytes).
template <typename Take>
void for_each_item(const typed_list_view &list, Take take) {
    core::byte_reader r(list.items);
    for (std::uint32_t i = 0; i < list.count; ++i) {
        const auto type = static_cast<std::int16_t>(r.be<std::uint16_t>());
        const auto length = r.be<std::uint32_t>();
        take(std::int32_t{type}, r.bytes(length));
    }
}

// Seconds since 1970, unsigned.
struct ticket_times {
    std::uint32_t authtime = 0, starttime = 0, endtime = 0, renew_till = 0;

    friend bool operator==(const ticket_times &, const ticket_times &) = default;
};

struct credential_view {
    principal_view client, server;
    std::int32_t enctype = 0; // 16 bits in the message, sign-extended
    core::const_bytes key;
    ticket_times times;
    std::uint8_t is_skey = 0;
    std::uint32_t flags = 0; // bit 0 = 0x80000000
    typed_list_view addresses, authdata;
    core::const_bytes ticket, second_ticket;
};

// A matching credential: what is absent in the message is empty here, but for the principals, where
// absent and empty differ.
struct match_view {
    std::optional<principal_view> client, server;
    std::int32_t enctype = 0;
    ticket_times times;
    std::uint32_t flags = 0;
    typed_list_view authdata;
    core::const_bytes second_ticket;
};

// The requests. Cache names are without their NUL.
struct noop {};
struct get_name {
    std::string_view name;
};
struct resolve {
    std::string_view name;
};
struct gen_new {};
struct initialize {
    std::string_view name;
    principal_view principal;
};
struct destroy {
    std::string_view name;
};
struct store {
    std::string_view name;
    credential_view credential;
};
struct retrieve {
    std::string_view name;
    std::uint32_t flags = 0; // of namespace match
    match_view wanted;
};
struct get_principal {
    std::string_view name;
};
struct get_cred_uuid_list {
    std::string_view name;
};
struct get_cred_by_uuid {
    std::string_view name;
    uuid id{};
};
struct remove_cred {
    std::string_view name;
    std::uint32_t flags = 0; // of namespace match
    match_view wanted;
};
struct set_flags {
    std::string_view name;
    std::uint32_t flags = 0;
};
struct move_cache {
    std::string_view from, to;
};
struct get_cache_uuid_list {};
struct get_cache_by_uuid {
    uuid id{};
};
struct get_default_cache {};
struct set_default_cache {
    std::string_view name;
};
struct get_kdc_offset {
    std::string_view name;
};
struct set_kdc_offset {
    std::string_view name;
    std::int32_t offset = 0; // seconds
};
struct get_cred_list {
    std::string_view name;
};
struct replace {
    std::string_view name;
    std::int32_t offset = 0; // seconds
    principal_view principal;
    // Each u32 length, credential; checked when it was decoded. See for_each_credential.
    std::uint32_t count = 0;
    core::const_bytes credentials;
};

using request =
    std::variant<noop, get_name, resolve, gen_new, initialize, destroy, store, retrieve,
                 get_principal, get_cred_uuid_list, get_cred_by_uuid, remove_cred, set_flags,
                 move_cache, get_cache_uuid_list, get_cache_by_uuid, get_default_cache,
                 set_default_cache, get_kdc_offset, set_kdc_offset, get_cred_list, replace>;

} // namespace costrand::ccapi::kcm

template <>
struct boost::system::is_error_code_enum<costrand::ccapi::kcm::status> : std::true_type {};
