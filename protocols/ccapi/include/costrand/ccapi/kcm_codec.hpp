// SPDX-License-Identifier: Apache-2.0
// KCM messages from and to bytes (docs/spec/kcm.md 1 to 3), and the matching rule for credentials.
// Sans-io. A message is what follows the length; a reply begins with the outer code, which the
// length of a reply does not count.
#pragma once

#include <costrand/ccapi/kcm_messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace costrand::ccapi::kcm {

// kcm.md 1: MIT refuses longer replies. Ours, the outer code included, are never longer.
inline constexpr std::size_t max_message_size = std::size_t{10} * 1024 * 1024;

inline constexpr std::uint8_t major_version = 2, minor_version = 0;

namespace detail {

// Reads the formats of kcm.md 2. As in byte_reader, a failure stays: check once at the end. No
// count is believed that the bytes left could not hold.
class field_reader {
  public:
    explicit field_reader(core::const_bytes data) noexcept : data_(data), r_(data) {}

    [[nodiscard]] bool failed() const noexcept { return failed_ || r_.failed(); }
    [[nodiscard]] std::size_t remaining() const noexcept { return r_.remaining(); }

    std::uint32_t u32() noexcept { return r_.be<std::uint32_t>(); }
    std::uint8_t u8() noexcept { return r_.u8(); }
    std::int32_t i32() noexcept { return static_cast<std::int32_t>(u32()); }
    core::const_bytes data() noexcept { return r_.bytes(u32()); }
    core::const_bytes bytes(std::size_t n) noexcept { return r_.bytes(n); }

    // Up to a NUL, which is taken, too.
    std::string_view name() noexcept {
        const auto rest = core::as_text(data_.subspan(r_.position()));
        const auto end = rest.find('\0');
        if (end == rest.npos) {
            failed_ = true;
            return {};
        }
        r_.skip(end + 1);
        return failed() ? std::string_view() : rest.substr(0, end);
    }

    uuid id() noexcept {
        uuid out;
        const auto from = r_.bytes(out.bytes.size());
        std::copy(from.begin(), from.end(), out.bytes.begin());
        return out;
    }

    principal_view principal() noexcept {
        principal_view p;
        p.type = u32();
        p.count = count(sizeof(std::uint32_t));
        p.realm = core::as_text(data());
        const auto begin = r_.position();
        for (std::uint32_t i = 0; i < p.count && !failed(); ++i)
            (void)data();
        p.components = since(begin);
        return p;
    }

    typed_list_view typed_list() noexcept {
        constexpr std::size_t least = sizeof(std::uint16_t) + sizeof(std::uint32_t);
        typed_list_view list;
        list.count = count(least);
        const auto begin = r_.position();
        for (std::uint32_t i = 0; i < list.count && !failed(); ++i) {
            r_.skip(sizeof(std::uint16_t));
            (void)data();
        }
        list.items = since(begin);
        return list;
    }

    std::int32_t enctype() noexcept { return static_cast<std::int16_t>(r_.be<std::uint16_t>()); }

    ticket_times times() noexcept {
        ticket_times t;
        t.authtime = u32();
        t.starttime = u32();
        t.endtime = u32();
        t.renew_till = u32();
        return t;
    }

    credential_view credential() noexcept {
        credential_view c;
        c.client = principal();
        c.server = principal();
        c.enctype = enctype();
        c.key = data();
        c.times = times();
        c.is_skey = u8();
        c.flags = u32();
        c.addresses = typed_list();
        c.authdata = typed_list();
        c.ticket = data();
        c.second_ticket = data();
        return c;
    }

    // Fields that are not compared are passed over, but must be whole.
    match_view matching() noexcept {
        match_view m;
        const auto header = u32();
        if ((header & tag::client) != 0)
            m.client = principal();
        if ((header & tag::server) != 0)
            m.server = principal();
        if ((header & tag::session_key) != 0) {
            m.enctype = enctype();
            (void)data();
        }
        m.times = times();
        (void)u8(); // is_skey: the second ticket's presence says it
        m.flags = u32();
        if ((header & tag::addresses) != 0)
            (void)typed_list();
        if ((header & tag::authdata) != 0)
            m.authdata = typed_list();
        if ((header & tag::ticket) != 0)
            (void)data();
        if ((header & tag::second_ticket) != 0)
            m.second_ticket = data();
        return m;
    }

    // A number of things of which each has at least `least` bytes.
    std::uint32_t count(std::size_t least) noexcept {
        const auto n = u32();
        if (n <= remaining() / least)
            return n;
        failed_ = true;
        return 0;
    }

    core::const_bytes since(std::size_t begin) const noexcept {
        return failed() ? core::const_bytes() : data_.subspan(begin, r_.position() - begin);
    }
    [[nodiscard]] std::size_t position() const noexcept { return r_.position(); }

  private:
    core::const_bytes data_;
    core::byte_reader r_;
    bool failed_ = false;
};

inline replace read_replace(field_reader &r) noexcept {
    replace q;
    q.name = r.name();
    q.offset = r.i32();
    q.principal = r.principal();
    q.count = r.count(sizeof(std::uint32_t));
    const auto begin = r.position();
    bool is_whole = true;
    for (std::uint32_t i = 0; i < q.count && is_whole && !r.failed(); ++i) {
        field_reader one(r.data());
        (void)one.credential();
        is_whole = !one.failed();
    }
    q.credentials = r.since(begin);
    if (!is_whole)
        (void)r.bytes(r.remaining() + 1); // fails the reader
    return q;
}

// Braces evaluate from left to right: the order of the fields in the message.
inline core::result<request> read_request(operation op, field_reader &r) {
    switch (op) {
    case operation::noop:
        return request(noop{});
    case operation::get_name:
        return request(get_name{r.name()});
    case operation::resolve:
        return request(resolve{r.name()});
    case operation::gen_new:
        return request(gen_new{});
    case operation::initialize:
        return request(initialize{r.name(), r.principal()});
    case operation::destroy:
        return request(destroy{r.name()});
    case operation::store:
        return request(store{r.name(), r.credential()});
    case operation::retrieve:
        return request(retrieve{r.name(), r.u32(), r.matching()});
    case operation::get_principal:
        return request(get_principal{r.name()});
    case operation::get_cred_uuid_list:
        return request(get_cred_uuid_list{r.name()});
    case operation::get_cred_by_uuid:
        return request(get_cred_by_uuid{r.name(), r.id()});
    case operation::remove_cred:
        return request(remove_cred{r.name(), r.u32(), r.matching()});
    case operation::set_flags:
        return request(set_flags{r.name(), r.u32()});
    case operation::move_cache:
        return request(move_cache{r.name(), r.name()});
    case operation::get_cache_uuid_list:
        return request(get_cache_uuid_list{});
    case operation::get_cache_by_uuid:
        return request(get_cache_by_uuid{r.id()});
    case operation::get_default_cache:
        return request(get_default_cache{});
    case operation::set_default_cache:
        return request(set_default_cache{r.name()});
    case operation::get_kdc_offset:
        return request(get_kdc_offset{r.name()});
    case operation::set_kdc_offset:
        return request(set_kdc_offset{r.name(), r.i32()});
    case operation::get_cred_list:
        return request(get_cred_list{r.name()});
    case operation::replace:
        return request(read_replace(r));
    case operation::chown:
    case operation::chmod:
    case operation::get_initial_ticket:
    case operation::get_ticket:
    case operation::add_ntlm_cred:
    case operation::have_ntlm_cred:
    case operation::del_ntlm_cred:
    case operation::do_ntlm_auth:
    case operation::get_ntlm_user_list:
        return boost::system::error_code(status::no_support);
    }
    return boost::system::error_code(status::internal);
}

} // namespace detail

// The views in the request refer to `message`. Errors: core::errc::malformed when it is too short
// to be a request at all, and the connection is to be closed; else a kcm::status, which is the
// reply: cc_io for another version of the protocol and for a UUID that is cut, format for other
// arguments that are not what they must be, no_support for what this server does not do, internal
// for numbers that are no operation. Bytes behind the arguments are ignored, as other servers do.
[[nodiscard]] inline core::result<request> decode(core::const_bytes message) {
    constexpr std::size_t header_size = 4;
    if (message.size() < header_size)
        return boost::system::error_code(core::errc::malformed);
    core::byte_reader header(message.first(header_size));
    const auto major = header.u8();
    const auto minor = header.u8();
    if (major != major_version || minor != minor_version)
        return boost::system::error_code(status::cc_io);
    const auto op = static_cast<operation>(header.be<std::uint16_t>());
    detail::field_reader fields(message.subspan(header_size));
    auto decoded = detail::read_request(op, fields);
    if (!decoded || !fields.failed())
        return decoded;
    if (op == operation::get_cred_by_uuid || op == operation::get_cache_by_uuid)
        return boost::system::error_code(status::cc_io);
    return boost::system::error_code(status::format);
}

// Calls take(credential_view) for each credential of a decoded request, in order.
template <typename Take>
void for_each_credential(const replace &from, Take take) {
    detail::field_reader list(from.credentials);
    for (std::uint32_t i = 0; i < from.count; ++i) {
        detail::field_reader one(list.data());
        take(one.credential());
    }
}

// One credential in its KCM form. Error: status::format.
[[nodiscard]] inline core::result<credential_view> decode_credential(core::const_bytes bytes) {
    detail::field_reader r(bytes);
    auto credential = r.credential();
    if (r.failed())
        return boost::system::error_code(status::format);
    return credential;
}

// kcm.md 2, "Matching rule".
[[nodiscard]] inline bool matches(const match_view &wanted, std::uint32_t flags,
                                  const credential_view &c) noexcept {
    const auto asks = [flags](std::uint32_t bit) { return (flags & bit) != 0; };
    const bool without_realm = asks(match::without_realm);
    const auto same = [](const principal_view &a, const principal_view &b, bool name_only) {
        return name_only ? same_name(a, b) : same_principal(a, b);
    };
    if (wanted.server &&
        !same(*wanted.server, c.server, without_realm || asks(match::server_name_only)))
        return false;
    if (wanted.client && !same(*wanted.client, c.client, without_realm))
        return false;
    const bool has_second = !c.second_ticket.empty();
    return (!asks(match::keytype) || wanted.enctype == c.enctype) &&
           (!asks(match::flags_exact) || wanted.flags == c.flags) &&
           (!asks(match::flags) || (wanted.flags & c.flags) == wanted.flags) &&
           (!asks(match::times_exact) || wanted.times == c.times) &&
           (!asks(match::times) || (wanted.times.endtime <= c.times.endtime &&
                                    wanted.times.renew_till <= c.times.renew_till)) &&
           (!asks(match::authdata) || same_list(wanted.authdata, c.authdata)) &&
           (!asks(match::second_ticket) ||
            core::as_text(wanted.second_ticket) == core::as_text(c.second_ticket)) &&
           (!asks(match::is_skey) || !wanted.second_ticket.empty() == has_second);
}

// Writes one reply into `out`, which the caller owns: the header, then what the operation's result
// consists of.
class reply_writer {
  public:
    explicit reply_writer(wiped_bytes &out) : out_(out), size_(out.size()) { start(status::ok); }
    reply_writer(const reply_writer &) = delete;
    reply_writer &operator=(const reply_writer &) = delete;
    // `out` has its size now.
    ~reply_writer() { out_.resize(size_); }

    // Drops what was written: a reply with an error has no result. ok: begins anew.
    void fail(status why) { start(why); }

    // What was written behind the header; valid until more is.
    [[nodiscard]] core::const_bytes result() const noexcept {
        return core::const_bytes(out_).first(size_).subspan(header_size);
    }

    void u8(std::uint8_t value) { *room(1) = static_cast<std::byte>(value); }
    void u16(std::uint16_t value) { core::store_be(room(sizeof value), value); }
    void u32(std::uint32_t value) { core::store_be(room(sizeof value), value); }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void bytes(core::const_bytes data) {
        if (!data.empty())
            std::memcpy(room(data.size()), data.data(), data.size());
    }
    void data(core::const_bytes data) {
        u32(static_cast<std::uint32_t>(data.size()));
        bytes(data);
    }
    void name(std::string_view text) {
        bytes(core::as_bytes(text));
        u8(0);
    }

    // For a length that is known only later.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void set_u32(std::size_t at, std::uint32_t value) { core::store_be(out_.data() + at, value); }

    [[nodiscard]] bool is_too_large() const noexcept { return size_ > max_message_size; }

  private:
    static constexpr std::size_t header_size = 8; // outer code and status
    // A reply with a credential of 1 KiB fits.
    static constexpr std::size_t usual = 2048;

    // So many bytes more, to be written.
    std::byte *room(std::size_t n) {
        if (out_.size() - size_ < n)
            out_.resize(std::max({usual, 2 * size_, size_ + n}));
        size_ += n;
        return out_.data() + size_ - n;
    }
    void start(status s) {
        core::wipe(out_.data(), size_); // credentials that did not match
        size_ = 0;
        u32(0); // the outer code, which is always 0: kcm.md 1
        i32(static_cast<std::int32_t>(s));
    }

    wiped_bytes &out_;
    std::size_t size_; // of what is written; out_ is larger meanwhile
};

} // namespace costrand::ccapi::kcm
