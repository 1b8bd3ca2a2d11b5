// SPDX-License-Identifier: Apache-2.0
// What the replies to AMT host commands carry, as structs, encoded and decoded in both directions.
// heci_amthi.hpp reads them, the simulated firmware serves them. The frame is in amthi_frame.hpp.
// Sans-io, header-only. All integers are little-endian.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::heci {

namespace detail {

// Up to the first NUL.
inline std::string text_of(core::const_bytes field) {
    const auto text = core::as_text(field);
    return std::string(text.substr(0, text.find('\0')));
}

inline void put_padded(core::byte_writer &w, std::string_view text, std::size_t size) {
    text = text.substr(0, size);
    w.text(text);
    w.zeros(size - text.size());
}

// "ANSI string": u16 length, then the bytes; a terminating NUL may be among them.
inline void put_ansi(core::byte_writer &w, std::string_view text) {
    text = text.substr(0, 0xffff);
    w.le(static_cast<std::uint16_t>(text.size()));
    w.text(text);
}
inline std::string take_ansi(core::byte_reader &r) {
    const auto size = r.le<std::uint16_t>();
    return text_of(r.bytes(size));
}

} // namespace detail

// Each is the data part of a reply: what follows the status. The decoders accept more bytes than
// they need, later firmware may append; fewer is errc::bad_reply.

// Get code versions.
struct version_entry {
    std::string key, value; // at most 20 bytes each
};

struct version_table {
    std::string bios; // at most 65 bytes
    std::vector<version_entry> entries;

    // "AMT", "Sku", "Build Number", ...; empty when there is no such entry.
    [[nodiscard]] std::string find(std::string_view key) const {
        auto at = std::find_if(entries.begin(), entries.end(),
                               [key](const version_entry &e) { return e.key == key; });
        return at == entries.end() ? std::string() : at->value;
    }
};

namespace detail {
inline constexpr std::size_t bios_size = 65;
inline constexpr std::size_t version_text_size = 20;
inline constexpr std::size_t version_entry_size = 2 * (2 + version_text_size);
} // namespace detail

//   0  65  BIOS version, NUL padded    65  4  count
//  69  44  each: u16 key length, 20 bytes key, u16 value length, 20 bytes value
[[nodiscard]] inline std::vector<std::byte> encode(const version_table &table) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    detail::put_padded(w, table.bios, detail::bios_size);
    w.le(static_cast<std::uint32_t>(table.entries.size()));
    for (const auto &entry : table.entries)
        for (const auto *text : {&entry.key, &entry.value}) {
            const auto size = std::min(text->size(), detail::version_text_size);
            w.le(static_cast<std::uint16_t>(size));
            detail::put_padded(w, *text, detail::version_text_size);
        }
    return out;
}
[[nodiscard]] inline core::result<version_table> decode_versions(core::const_bytes data) {
    core::byte_reader r(data);
    version_table table;
    table.bios = detail::text_of(r.bytes(detail::bios_size));
    const std::size_t count = r.le<std::uint32_t>();
    if (r.failed() || count > r.remaining() / detail::version_entry_size)
        return make_error_code(errc::bad_reply);
    const auto take = [&r] {
        const std::size_t size = r.le<std::uint16_t>();
        const auto field = r.bytes(detail::version_text_size);
        return detail::text_of(field.first(std::min(size, field.size())));
    };
    for (std::size_t i = 0; i < count; ++i) {
        auto key = take();
        auto value = take();
        table.entries.push_back({std::move(key), std::move(value)});
    }
    return table;
}

// False for the texts (small letters) that board makers leave in when they set none.
[[nodiscard]] inline bool is_usable_uuid(std::string_view text) {
    return text != "00000000-0000-0000-0000-000000000000" &&
           text != "ffffffff-ffff-ffff-ffff-ffffffffffff" &&
           text != "03000200-0400-0500-0006-000700080009";
}

// Get UUID. On the wire the first three groups are byte-swapped.
struct device_uuid {
    std::array<std::byte, 16> wire{};

    // 36 characters, lower case.
    [[nodiscard]] std::string text() const {
        static constexpr std::array<std::size_t, 16> order = {3, 2, 1,  0,  5,  4,  7,  6,
                                                              8, 9, 10, 11, 12, 13, 14, 15};
        static constexpr std::string_view digits = "0123456789abcdef";
        std::string out;
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                out += '-';
            const auto b = std::to_integer<unsigned>(wire[order[i]]);
            out += digits[b >> 4];
            out += digits[b & 15];
        }
        return out;
    }

    [[nodiscard]] bool usable() const { return is_usable_uuid(text()); }

    friend bool operator==(const device_uuid &, const device_uuid &) = default;
};

[[nodiscard]] inline std::vector<std::byte> encode(const device_uuid &uuid) {
    return {uuid.wire.begin(), uuid.wire.end()};
}
[[nodiscard]] inline core::result<device_uuid> decode_uuid(core::const_bytes data) {
    device_uuid uuid;
    if (data.size() < uuid.wire.size())
        return make_error_code(errc::bad_reply);
    std::copy_n(data.begin(), uuid.wire.size(), uuid.wire.begin());
    return uuid;
}

// Get control mode, get provisioning state: one u32 each; other values may come, treat as unknown.
enum class control_mode : std::uint32_t { none = 0, client = 1, admin = 2 };
enum class provisioning_state : std::uint32_t { pre = 0, in = 1, post = 2 };

// Get PKI FQDN suffix: one ANSI string.
[[nodiscard]] inline std::vector<std::byte> encode_text(std::string_view text) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    detail::put_ansi(w, text);
    return out;
}
[[nodiscard]] inline core::result<std::string> decode_text(core::const_bytes data) {
    core::byte_reader r(data);
    auto text = detail::take_ansi(r);
    if (r.failed())
        return make_error_code(errc::bad_reply);
    return text;
}

// Without blanks at the ends and without the dot of a fully qualified name.
[[nodiscard]] inline std::string trimmed_suffix(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (text.back() == '.')
        text.remove_suffix(1);
    return std::string(text);
}

// Enumerate certificate hash handles: u32 count, then as many u32.
[[nodiscard]] inline std::vector<std::byte>
encode_handles(const std::vector<std::uint32_t> &handles) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    w.le(static_cast<std::uint32_t>(handles.size()));
    for (auto handle : handles)
        w.le(handle);
    return out;
}
[[nodiscard]] inline core::result<std::vector<std::uint32_t>>
decode_handles(core::const_bytes data) {
    core::byte_reader r(data);
    const std::size_t count = r.le<std::uint32_t>();
    if (r.failed() || count > r.remaining() / sizeof(std::uint32_t))
        return make_error_code(errc::bad_reply);
    std::vector<std::uint32_t> handles;
    for (std::size_t i = 0; i < count; ++i)
        handles.push_back(r.le<std::uint32_t>());
    return handles;
}

// Get certificate hash entry: the hash of a root certificate that the firmware trusts.
struct certificate_hash {
    bool is_default = false;
    bool is_active = false;
    std::uint8_t algorithm = 0; // 0 MD5, 1 SHA-1, 2 SHA-256, 3 SHA-384, 4 SHA-224, 5 SHA-512
    std::vector<std::byte> hash;
    std::string name;
};

namespace detail {

inline constexpr std::size_t hash_field_size = 64;

// Sources disagree on what 3 means; bytes beyond the shorter hash decide. An algorithm that nobody
// named is taken up to its last non-zero byte.
inline std::size_t hash_size(std::uint8_t algorithm, core::const_bytes field) noexcept {
    static constexpr std::array<std::size_t, 6> sizes = {16, 20, 32, 48, 28, 64};
    std::size_t used = field.size();
    while (used > 0 && field[used - 1] == std::byte{0})
        --used;
    if (algorithm >= sizes.size())
        return used;
    if (algorithm == 3 && used > sizes[3])
        return field.size();
    return sizes[algorithm];
}

} // namespace detail

//   0  4  is default    8  64  hash, zero padded    73  2  length of the name
//   4  4  is active    72   1  hash algorithm       75  n  name
[[nodiscard]] inline std::vector<std::byte> encode(const certificate_hash &entry) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    w.le(std::uint32_t{entry.is_default});
    w.le(std::uint32_t{entry.is_active});
    const auto size = std::min(entry.hash.size(), detail::hash_field_size);
    w.bytes(core::const_bytes(entry.hash).first(size));
    w.zeros(detail::hash_field_size - size);
    w.u8(entry.algorithm);
    detail::put_ansi(w, entry.name);
    return out;
}
[[nodiscard]] inline core::result<certificate_hash> decode_hash_entry(core::const_bytes data) {
    core::byte_reader r(data);
    certificate_hash entry;
    entry.is_default = r.le<std::uint32_t>() != 0;
    entry.is_active = r.le<std::uint32_t>() != 0;
    const auto field = r.bytes(detail::hash_field_size);
    entry.algorithm = r.u8();
    entry.name = detail::take_ansi(r);
    if (r.failed())
        return make_error_code(errc::bad_reply);
    const auto hash = field.first(detail::hash_size(entry.algorithm, field));
    entry.hash.assign(hash.begin(), hash.end());
    return entry;
}

// Get remote access connection status.
struct remote_access_status {
    std::uint32_t network = 0; // 0 direct (LAN), 1 VPN, 2 outside the enterprise
    std::uint32_t remote = 0;  // 0 not connected, 1 connecting, 2 connected
    std::uint32_t trigger = 0; // 0 user, 1 alert, 2 and 3 periodic and provisioning (disputed)
    std::string server;        // name of the presence server
};

[[nodiscard]] inline std::vector<std::byte> encode(const remote_access_status &s) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    w.le(s.network);
    w.le(s.remote);
    w.le(s.trigger);
    detail::put_ansi(w, s.server);
    return out;
}
[[nodiscard]] inline core::result<remote_access_status> decode_remote_access(core::const_bytes d) {
    core::byte_reader r(d);
    remote_access_status s;
    s.network = r.le<std::uint32_t>();
    s.remote = r.le<std::uint32_t>();
    s.trigger = r.le<std::uint32_t>();
    s.server = detail::take_ansi(r);
    if (r.failed())
        return make_error_code(errc::bad_reply);
    return s;
}

// Get LAN interface settings.
enum class lan_interface : std::uint32_t { wired = 0, wireless = 1 };

struct lan_settings {
    bool enabled = false;
    std::array<std::uint8_t, 4> address{}; // in print order
    bool dhcp_enabled = false;
    std::uint8_t dhcp_mode = 0; // 1 active, 2 passive
    bool link_up = false;
    std::array<std::byte, 6> mac{}; // in print order

    // A machine without the interface answers all zeros, or with a status.
    [[nodiscard]] bool present() const noexcept { return mac != std::array<std::byte, 6>{}; }
};

//   0  4  enabled                                  8  4  DHCP enabled    13  1  link up
//   4  4  IPv4, first octet most significant      12  1  DHCP mode       14  6  MAC
[[nodiscard]] inline std::vector<std::byte> encode(const lan_settings &lan) {
    std::vector<std::byte> out;
    core::byte_writer w(out);
    w.le(std::uint32_t{lan.enabled});
    for (auto octet = lan.address.rbegin(); octet != lan.address.rend(); ++octet)
        w.u8(*octet);
    w.le(std::uint32_t{lan.dhcp_enabled});
    w.u8(lan.dhcp_mode);
    w.u8(lan.link_up ? 1 : 0);
    w.bytes(lan.mac);
    return out;
}
[[nodiscard]] inline core::result<lan_settings> decode_lan_settings(core::const_bytes data) {
    core::byte_reader r(data);
    lan_settings lan;
    lan.enabled = r.le<std::uint32_t>() != 0;
    for (auto octet = lan.address.rbegin(); octet != lan.address.rend(); ++octet)
        *octet = r.u8();
    lan.dhcp_enabled = r.le<std::uint32_t>() != 0;
    lan.dhcp_mode = r.u8();
    lan.link_up = r.u8() != 0;
    const auto mac = r.bytes(lan.mac.size());
    if (r.failed())
        return make_error_code(errc::bad_reply);
    std::copy(mac.begin(), mac.end(), lan.mac.begin());
    return lan;
}

// Get local system account: credentials with which the host may call WS-Man on the local ports.
// Read afresh each run, never stored or logged.
struct local_account {
    std::string user; // "$$OsAdmin"
    core::secret password;
};

inline constexpr std::size_t local_account_request_size = 40; // all zero

namespace detail {
inline constexpr std::size_t account_field_size = 33;
inline constexpr std::size_t account_padding = 2; // seen in practice, not required
} // namespace detail

// The caller wipes the bytes after use.
[[nodiscard]] inline std::vector<std::byte> encode(const local_account &account) {
    std::vector<std::byte> out;
    out.reserve(2 * detail::account_field_size + detail::account_padding);
    core::byte_writer w(out);
    detail::put_padded(w, account.user, detail::account_field_size);
    detail::put_padded(w, account.password.reveal(), detail::account_field_size);
    w.zeros(detail::account_padding);
    return out;
}
[[nodiscard]] inline core::result<local_account> decode_local_account(core::const_bytes data) {
    core::byte_reader r(data);
    local_account account;
    account.user = detail::text_of(r.bytes(detail::account_field_size));
    account.password = core::secret(detail::text_of(r.bytes(detail::account_field_size)));
    if (r.failed())
        return make_error_code(errc::bad_reply);
    return account;
}

// Start host-based configuration: the hash of the certificate that the host will show on AMT's TLS
// port, answered with that of the one which AMT will show there.
struct shown_certificate {
    std::uint8_t algorithm = 0; // 2 SHA-256, 3 SHA-384
    std::vector<std::byte> hash;
};

//   0   1  hash algorithm    65    1  host VPN: 0            (the reply has the first two only)
//   1  64  hash, padded      66  324  DNS suffix list: empty
[[nodiscard]] inline std::vector<std::byte> encode(const shown_certificate &ours) {
    constexpr std::size_t vpn_and_suffixes = 1 + 4 + 320;
    std::vector<std::byte> out;
    core::byte_writer w(out);
    w.u8(ours.algorithm);
    const auto size = std::min(ours.hash.size(), detail::hash_field_size);
    w.bytes(core::const_bytes(ours.hash).first(size));
    w.zeros(detail::hash_field_size - size + vpn_and_suffixes);
    return out;
}
[[nodiscard]] inline core::result<shown_certificate>
decode_shown_certificate(core::const_bytes data) {
    core::byte_reader r(data);
    shown_certificate theirs;
    theirs.algorithm = r.u8();
    const auto field = r.bytes(detail::hash_field_size);
    if (r.failed())
        return make_error_code(errc::bad_reply);
    const auto hash = field.first(detail::hash_size(theirs.algorithm, field));
    theirs.hash.assign(hash.begin(), hash.end());
    return theirs;
}

} // namespace costrand::heci
