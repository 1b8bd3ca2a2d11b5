// SPDX-License-Identifier: Apache-2.0
// Principals and credentials between their KCM form and the CCAPI's (docs/spec/kcm.md 5, "Mapping
// to the CCAPI core"). No field is lost on the way, so that what one family of clients stores the
// other finds, and the first one again, byte for byte. Used by the KCM face.
#pragma once

#include <costrand/ccapi/cache_core.hpp>
#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/kcm_codec.hpp>
#include <costrand/ccapi/kcm_messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::ccapi::kcm {

// Name types (RFC 4120, 6.2). The CCAPI's text does not say them.
inline constexpr std::uint32_t name_type_principal = 1, name_type_service_instance = 2;

namespace detail {

inline void append_quoted(std::string &out, std::string_view part) {
    for (const char c : part)
        switch (c) {
        case '\\':
        case '/':
        case '@':
            out += '\\';
            out += c;
            break;
        case '\t':
            out += "\\t";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\0':
            out += "\\0";
            break;
        default:
            out += c;
        }
}

// What a backslash and c stand for. Other implementations quote more than we do.
constexpr char unquoted(char c) noexcept {
    switch (c) {
    case 't':
        return '\t';
    case 'n':
        return '\n';
    case 'b':
        return '\b';
    case '0':
        return '\0';
    default:
        return c;
    }
}

// Where the first `mark` without a backslash before it is, or the end.
constexpr std::size_t find_unquoted(std::string_view text, char mark) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == mark)
            return i;
        if (text[i] == '\\')
            ++i;
    }
    return text.size();
}

// A component or realm; a backslash with nothing behind it is one.
inline void write_part(reply_writer &out, std::string_view quoted) {
    const auto begin = out.size();
    out.u32(0);
    while (!quoted.empty()) {
        const auto plain = std::min(quoted.find('\\'), quoted.size());
        out.bytes(core::as_bytes(quoted.substr(0, plain)));
        quoted.remove_prefix(plain);
        if (quoted.empty())
            break;
        const bool quotes = quoted.size() > 1;
        out.u8(static_cast<std::uint8_t>(quotes ? unquoted(quoted[1]) : '\\'));
        quoted.remove_prefix(quotes ? 2 : 1);
    }
    out.set_u32(begin, static_cast<std::uint32_t>(out.size() - begin - 4));
}

struct typed_view {
    std::uint32_t type = 0;
    const_bytes bytes;
};

inline typed_view read_typed(ccapi::detail::item_reader &in) {
    typed_view item;
    item.type = in.u32();
    item.bytes = in.counted();
    return item;
}

inline std::vector<typed_view> read_list(ccapi::detail::item_reader &in) {
    std::vector<typed_view> list;
    for (auto n = in.count(ccapi::detail::least_data_size); n > 0 && !in.failed(); --n)
        list.push_back(read_typed(in));
    return list;
}

inline void write_typed(reply_writer &out, const typed_view &item) {
    out.u16(static_cast<std::uint16_t>(item.type));
    out.data(item.bytes);
}

inline void write_list(reply_writer &out, const std::vector<typed_view> &list) {
    out.u32(static_cast<std::uint32_t>(list.size()));
    for (const auto &item : list)
        write_typed(out, item);
}

} // namespace detail

// The name that a text without a known type has: kcm.md 5.
[[nodiscard]] inline std::uint32_t default_name_type(std::string_view principal) noexcept {
    return principal.starts_with("krbtgt/") ? name_type_service_instance : name_type_principal;
}

// The CCAPI's text of a principal, always with its realm.
[[nodiscard]] inline std::string to_text(const principal_view &principal) {
    std::string text;
    bool is_first = true;
    for_each_component(principal, [&text, &is_first](std::string_view component) {
        if (!std::exchange(is_first, false))
            text += '/';
        detail::append_quoted(text, component);
    });
    text += '@';
    detail::append_quoted(text, principal.realm);
    return text;
}

// Appends a principal of a text. Any text is one: '/' separates components up to the first '@', the
// realm is what follows. type 0: the text's own.
inline void write_principal(reply_writer &out, std::string_view text, std::uint32_t type) {
    out.u32(type != 0 ? type : default_name_type(text));
    const auto count_at = out.size();
    out.u32(0);
    const auto end = detail::find_unquoted(text, '@');
    detail::write_part(out, text.substr(std::min(end + 1, text.size())));
    auto components = text.substr(0, end);
    std::uint32_t count = 1;
    for (auto n = detail::find_unquoted(components, '/'); n < components.size();
         n = detail::find_unquoted(components, '/')) {
        detail::write_part(out, components.substr(0, n));
        components.remove_prefix(n + 1);
        ++count;
    }
    detail::write_part(out, components);
    out.set_u32(count_at, count);
}

// What a text or credential may have, so that a CCAPI reply with it is still a frame: names that
// are full of what is quoted come out twice as long as they went in.
inline constexpr std::size_t max_ccapi_size = max_payload - 256;

// The CCAPI's encoding of a KCM credential. Error no_memory: longer than max_ccapi_size.
[[nodiscard]] inline core::result<wiped_bytes> to_ccapi(const credential_view &c) {
    wiped_bytes bytes;
    // The KCM form and the texts, and a little more for wider numbers.
    constexpr std::size_t wider = 128;
    bytes.reserve(c.key.size() + c.ticket.size() + c.second_ticket.size() +
                  2 * c.addresses.items.size() + 2 * c.authdata.items.size() +
                  2 * (c.client.components.size() + c.server.components.size()) + wider);
    ccapi::detail::item_writer out(bytes);
    const auto list = [&out](const typed_list_view &items) {
        out.u32(items.count);
        for_each_item(items, [&out](std::int32_t type, const_bytes data) {
            out.u32(static_cast<std::uint32_t>(type));
            out.counted(data);
        });
    };
    out.u32(credentials_v5);
    out.text(to_text(c.client));
    out.text(to_text(c.server));
    out.u32(static_cast<std::uint32_t>(c.enctype));
    out.counted(c.key);
    for (const auto time :
         {c.times.authtime, c.times.starttime, c.times.endtime, c.times.renew_till})
        out.time(time);
    out.u32(c.is_skey);
    out.u32(c.flags);
    list(c.addresses);
    for (const auto ticket : {c.ticket, c.second_ticket}) {
        out.u32(0); // its type
        out.counted(ticket);
    }
    list(c.authdata);
    if (out.failed() || bytes.size() > max_ccapi_size) // no text holds a NUL: they are quoted
        return make_error_code(errc::no_memory);
    return bytes;
}

// Appends the KCM form of an encoded CCAPI credential that check_credential found good. Types and
// is_skey beyond 16 and 8 bits, which only a CCAPI client can store, are cut: KCM has no more.
inline void write_credential(reply_writer &out, const_bytes encoded, const name_types &types) {
    ccapi::detail::item_reader in(encoded);
    (void)in.u32(); // version
    write_principal(out, in.text(), types.client);
    write_principal(out, in.text(), types.server);
    detail::write_typed(out, detail::read_typed(in));
    for (int i = 0; i < 4; ++i) // the times, in the same order
        out.u32(in.time());
    out.u8(static_cast<std::uint8_t>(in.u32())); // is_skey
    out.u32(in.u32());                           // flags
    const auto addresses = detail::read_list(in);
    const auto ticket = detail::read_typed(in);
    const auto second_ticket = detail::read_typed(in);
    const auto authdata = detail::read_list(in);
    detail::write_list(out, addresses);
    detail::write_list(out, authdata);
    out.data(ticket.bytes);
    out.data(second_ticket.bytes);
}

} // namespace costrand::ccapi::kcm
