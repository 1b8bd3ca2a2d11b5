// SPDX-License-Identifier: Apache-2.0
// decode and encode of CCAPI requests, replies and credentials, docs/spec/ccapi.md 8. No state.
// Every length and count is checked against the bytes that are left before anything is allocated;
// whatever is wrong with a peer's bytes is errc::bad_internal_message.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace costrand::ccapi {

namespace detail {

// Reads items of 8.1 from front to back; after the first thing wrong all is empty or zero.
class item_reader {
  public:
    explicit item_reader(const_bytes bytes) noexcept : reader_(bytes) {}

    [[nodiscard]] bool failed() const noexcept { return malformed_ || reader_.failed(); }
    [[nodiscard]] bool at_end() const noexcept { return !failed() && reader_.remaining() == 0; }

    std::uint32_t u32() noexcept { return failed() ? 0 : reader_.be<std::uint32_t>(); }
    // 64 bits on the wire, but the value is one of a cc_time.
    cc_time time() noexcept {
        const auto wide = failed() ? 0 : reader_.be<std::uint64_t>();
        if (wide > std::numeric_limits<cc_time>::max())
            malformed_ = true;
        return malformed_ ? 0 : static_cast<cc_time>(wide);
    }
    const_bytes counted() noexcept {
        const std::uint32_t size = u32();
        return failed() ? const_bytes() : reader_.bytes(size);
    }
    // The length counts a NUL at the end, the only one. Gives the text before it.
    std::string_view text() noexcept {
        const std::string_view all = core::as_text(counted());
        if (failed() || all.empty() || all.find('\0') != all.size() - 1) {
            malformed_ = true;
            return {};
        }
        return all.substr(0, all.size() - 1);
    }
    identifier_view id() noexcept {
        identifier_view out;
        out.server = text();
        out.object = text();
        return out;
    }
    // A count of items that are at least `least` bytes each.
    std::uint32_t count(std::size_t least) noexcept {
        const std::uint32_t n = u32();
        if (n > reader_.remaining() / least)
            malformed_ = true;
        return failed() ? 0 : n;
    }
    // All that is left.
    const_bytes rest() noexcept {
        return failed() ? const_bytes() : reader_.bytes(reader_.remaining());
    }

  private:
    core::byte_reader reader_;
    bool malformed_ = false;
};

class item_writer {
  public:
    explicit item_writer(wiped_bytes &out) noexcept : out_(out) {}

    // Something could not be said: a NUL inside a text, or a length beyond 32 bits.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    void u32(std::uint32_t v) {
        std::byte b[sizeof v];
        core::store_be(b, v);
        raw(b);
    }
    void time(cc_time v) {
        u32(0);
        u32(v);
    }
    void raw(const_bytes b) { append(out_, b); }
    void counted(const_bytes b) {
        if (b.size() > max_payload) {
            failed_ = true;
            return;
        }
        u32(static_cast<std::uint32_t>(b.size()));
        raw(b);
    }
    void text(std::string_view s) {
        if (s.size() >= max_payload || s.find('\0') != s.npos) {
            failed_ = true;
            return;
        }
        u32(static_cast<std::uint32_t>(s.size() + 1));
        raw(core::as_bytes(s));
        out_.push_back(std::byte{0});
    }
    void id(const identifier_view &v) {
        text(v.server);
        text(v.object);
    }

  private:
    wiped_bytes &out_;
    bool failed_ = false;
};

inline void read_data(item_reader &in, typed_data *out) {
    const auto type = in.u32();
    const auto bytes = in.counted();
    if (!out)
        return;
    out->type = type;
    out->bytes = to_wiped(bytes);
}

inline constexpr std::size_t least_data_size = 8;

inline void read_array(item_reader &in, std::vector<typed_data> *out) {
    const auto n = in.count(least_data_size);
    for (std::uint32_t i = 0; i < n && !in.failed(); ++i)
        read_data(in, out ? &out->emplace_back() : nullptr);
}

// Both what reads a credential and what only checks one (out is null): they cannot differ.
inline errc read_credential(const_bytes bytes, credential *out) {
    item_reader in(bytes);
    const auto version = in.u32();
    if (!in.failed() && version != credentials_v5)
        return errc::bad_credentials_version;
    const auto client = in.text();
    const auto server = in.text();
    if (out) {
        out->client = client;
        out->server = server;
    }
    read_data(in, out ? &out->keyblock : nullptr);
    credential ignored;
    credential &fixed = out ? *out : ignored;
    fixed.authtime = in.time();
    fixed.starttime = in.time();
    fixed.endtime = in.time();
    fixed.renew_till = in.time();
    fixed.is_skey = in.u32();
    fixed.ticket_flags = in.u32();
    read_array(in, out ? &out->addresses : nullptr);
    read_data(in, out ? &out->ticket : nullptr);
    read_data(in, out ? &out->second_ticket : nullptr);
    read_array(in, out ? &out->authdata : nullptr);
    return in.at_end() ? errc::no_error : errc::bad_internal_message;
}

inline void write_data(item_writer &out, const typed_data &d) {
    out.u32(d.type);
    out.counted(d.bytes);
}

inline void write_array(item_writer &out, const std::vector<typed_data> &array) {
    out.u32(static_cast<std::uint32_t>(array.size()));
    for (const auto &d : array)
        write_data(out, d);
}

inline void read_field(item_reader &in, field which, request &out) noexcept {
    switch (which) {
    case field::name:
        out.name = in.text();
        break;
    case field::version:
        out.version = in.u32();
        break;
    case field::principal:
        out.principal = in.text();
        break;
    case field::lock:
        out.lock = in.u32();
        break;
    case field::mode:
        out.mode = in.u32();
        break;
    case field::time:
        out.time = in.time();
        break;
    case field::credential:
        out.credential = in.rest();
        break;
    case field::other:
        out.other = in.id();
        break;
    case field::none:
    case field::id:
    case field::text:
    case field::number:
        break;
    }
}

inline void write_field(item_writer &out, field which, const request &from) {
    switch (which) {
    case field::name:
        return out.text(from.name);
    case field::version:
        return out.u32(from.version);
    case field::principal:
        return out.text(from.principal);
    case field::lock:
        return out.u32(from.lock);
    case field::mode:
        return out.u32(from.mode);
    case field::time:
        return out.time(from.time);
    case field::credential:
        return out.raw(from.credential);
    case field::other:
        return out.id(from.other);
    case field::none:
    case field::id:
    case field::text:
    case field::number:
        return;
    }
}

inline void read_field(item_reader &in, field which, reply &out) noexcept {
    if (which == field::id)
        out.id = in.id();
    else if (which == field::time)
        out.time = in.time();
    else if (which == field::text)
        out.text = in.text();
    else if (which == field::number)
        out.number = in.u32();
    else if (which == field::credential)
        out.credential = in.rest();
}

inline void write_field(item_writer &out, field which, const reply &from) {
    if (which == field::id)
        out.id(from.id);
    else if (which == field::time)
        out.time(from.time);
    else if (which == field::text)
        out.text(from.text);
    else if (which == field::number)
        out.u32(from.number);
    else if (which == field::credential)
        out.raw(from.credential);
}

} // namespace detail

// Errors: bad_credentials_version (then nothing else was looked at), bad_internal_message.
[[nodiscard]] inline core::result<credential> decode_credential(const_bytes bytes) {
    credential out;
    const errc error = detail::read_credential(bytes, &out);
    if (error != errc::no_error)
        return make_error_code(error);
    return out;
}

// Whether decode_credential would succeed; allocates nothing. no_error or its errors.
[[nodiscard]] inline errc check_credential(const_bytes bytes) {
    return detail::read_credential(bytes, nullptr);
}

// Error bad_param: a NUL inside client or server, or more than a message can hold.
[[nodiscard]] inline core::result<wiped_bytes> encode_credential(const credential &c) {
    wiped_bytes bytes;
    detail::item_writer out(bytes);
    out.u32(credentials_v5);
    out.text(c.client);
    out.text(c.server);
    detail::write_data(out, c.keyblock);
    out.time(c.authtime);
    out.time(c.starttime);
    out.time(c.endtime);
    out.time(c.renew_till);
    out.u32(c.is_skey);
    out.u32(c.ticket_flags);
    detail::write_array(out, c.addresses);
    detail::write_data(out, c.ticket);
    detail::write_data(out, c.second_ticket);
    detail::write_array(out, c.authdata);
    if (out.failed() || bytes.size() > max_payload)
        return make_error_code(errc::bad_param);
    return bytes;
}

// What could be read of a request that is answered with an error: its number, 0 if there is none.
[[nodiscard]] inline std::uint32_t number_of(const_bytes payload) noexcept {
    return detail::item_reader(payload).u32();
}

// The request's views last as long as the payload. A credential in it is not looked into. Error:
// bad_internal_message.
[[nodiscard]] inline core::result<request> decode_request(const_bytes payload) noexcept {
    if (payload.size() > max_payload)
        return make_error_code(errc::bad_internal_message);
    detail::item_reader in(payload);
    request out;
    const auto number = in.u32();
    const auto *row = find_row(number);
    if (in.failed() || !row)
        return make_error_code(errc::bad_internal_message);
    out.what = row->what;
    out.target = in.id();
    for (const field f : row->request)
        detail::read_field(in, f, out);
    if (!in.at_end())
        return make_error_code(errc::bad_internal_message);
    return out;
}

// Error bad_param: a text with a NUL inside, or more than a message can hold.
[[nodiscard]] inline core::result<wiped_bytes> encode_request(const request &r) {
    wiped_bytes bytes;
    detail::item_writer out(bytes);
    out.u32(static_cast<std::uint32_t>(r.what));
    out.id(r.target);
    for (const field f : find_row(static_cast<std::uint32_t>(r.what))->request)
        detail::write_field(out, f, r);
    if (out.failed() || bytes.size() > max_payload)
        return make_error_code(errc::bad_param);
    return bytes;
}

// The reply to a request of that kind. The reply's views last as long as the payload; a credential
// in it is not looked into. Error bad_internal_message: also a code that is not published.
[[nodiscard]] inline core::result<reply> decode_reply(message_id what,
                                                      const_bytes payload) noexcept {
    detail::item_reader in(payload);
    reply out;
    const auto code = static_cast<std::int32_t>(in.u32());
    if (in.failed() || !is_published(code))
        return make_error_code(errc::bad_internal_message);
    out.error = static_cast<errc>(code);
    if (out.error == errc::no_error)
        for (const field f : find_row(static_cast<std::uint32_t>(what))->reply)
            detail::read_field(in, f, out);
    if (!in.at_end())
        return make_error_code(errc::bad_internal_message);
    return out;
}

// The texts and identifiers in a reply are the server's own: they can be said.
[[nodiscard]] inline wiped_bytes encode_reply(message_id what, const reply &r) {
    constexpr std::size_t all_else = 128; // the error, an identifier, a time or a number, lengths
    wiped_bytes bytes;
    bytes.reserve(all_else + r.text.size() + r.credential.size());
    detail::item_writer out(bytes);
    out.u32(static_cast<std::uint32_t>(to_wire(r.error)));
    if (r.error == errc::no_error)
        for (const field f : find_row(static_cast<std::uint32_t>(what))->reply)
            detail::write_field(out, f, r);
    return bytes;
}

// A reply that is only an error: to a request that could not be read.
[[nodiscard]] inline wiped_bytes encode_error(errc error) {
    return encode_reply(message_id::context_release, reply{error, {}, 0, {}, 0, {}});
}

} // namespace costrand::ccapi
