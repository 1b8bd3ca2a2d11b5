// SPDX-License-Identifier: Apache-2.0
#include "cache_talk.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace costrand::bench {
namespace {

using namespace ccapi;
using m = message_id;

constexpr std::size_t ticket_size = 1024;
constexpr std::uint32_t times[] = {1'700'000'000, 1'700'000'000, 1'700'036'000, 0};
constexpr std::uint32_t ticket_flags = 0x40e00000;
constexpr std::uint16_t key_type = 18;
const bytes key(32, std::byte{0x11}), ticket(ticket_size, std::byte{0x61});

class kcm_words : public talk {
  public:
    void prepare(connection &c, std::size_t credentials) override {
        auto name = ask(c, request(op::get_default_cache)); // "0" or "1000", and a NUL
        check(name);
        name_.assign(name.begin() + result, name.end());
        auto initialize = named(op::initialize);
        principal(initialize, {"alice"});
        check(ask(c, close(initialize)));
        store_ = named(op::store);
        credential(store_);
        close(store_);
        for (std::size_t i = 0; i < credentials; ++i)
            check(ask(c, store_));
        default_ = request(op::get_default_cache);
        auto principal_of = named(op::get_principal);
        principal_ = close(principal_of);
        if (credentials == 0)
            return;
        auto list = named(op::get_cred_uuid_list);
        const auto ids = ask(c, close(list));
        check(ids);
        fetch_ = named(op::get_cred_by_uuid);
        fetch_.insert(fetch_.end(), ids.begin() + result, ids.begin() + result + 16);
        close(fetch_);
    }
    const bytes &begin(operation what, connection &) override {
        return what == operation::default_and_principal ? default_
               : what == operation::store               ? store_
                                                        : fetch_;
    }
    const bytes *go_on(operation what, connection &c, core::const_bytes reply) override {
        check(reply);
        // The client would put the name that it got into the next request; it is the same one.
        const bool half = what == operation::default_and_principal && !c.midway;
        c.midway = half;
        return half ? &principal_ : nullptr;
    }

  private:
    enum class op : std::uint16_t { // kcm.md 3
        initialize = 4,
        store = 6,
        get_principal = 8,
        get_cred_uuid_list = 9,
        get_cred_by_uuid = 10,
        get_default_cache = 20,
    };
    static constexpr std::ptrdiff_t result = 12; // behind length, outer code, status

    [[nodiscard]] std::size_t uncounted() const noexcept override { return 4; }
    static void check(core::const_bytes reply) {
        if (reply.size() < result || core::load_be<std::uint32_t>(reply.data() + 4) != 0 ||
            core::load_be<std::uint32_t>(reply.data() + 8) != 0)
            throw std::runtime_error("KCM: an error as the answer");
    }
    template <typename T>
    static void put(bytes &out, T value) {
        std::array<std::byte, sizeof(T)> b{};
        core::store_be(b.data(), value);
        out.insert(out.end(), b.begin(), b.end());
    }
    static void data(bytes &out, core::const_bytes b) {
        put(out, static_cast<std::uint32_t>(b.size()));
        out.insert(out.end(), b.begin(), b.end());
    }
    static void principal(bytes &out, const std::vector<std::string_view> &components) {
        put(out, std::uint32_t{1});
        put(out, static_cast<std::uint32_t>(components.size()));
        data(out, core::as_bytes("A.ORG"));
        for (const auto component : components)
            data(out, core::as_bytes(component));
    }
    static void credential(bytes &out) {
        principal(out, {"alice"});
        principal(out, {"krbtgt", "A.ORG"});
        put(out, key_type);
        data(out, key);
        for (const auto time : times)
            put(out, time);
        out.push_back(std::byte{0});
        put(out, ticket_flags);
        put(out, std::uint32_t{0}); // addresses
        put(out, std::uint32_t{0}); // authorization data
        data(out, ticket);
        put(out, std::uint32_t{0}); // second ticket
    }
    // A request without arguments, or the beginning of one, before close().
    static bytes request(op what) {
        bytes out(6); // the length, then version 2.0
        out[4] = std::byte{2};
        put(out, static_cast<std::uint16_t>(what));
        close(out);
        return out;
    }
    bytes named(op what) {
        auto out = request(what);
        out.insert(out.end(), name_.begin(), name_.end());
        return out;
    }
    static bytes &close(bytes &out) {
        core::store_be(out.data(), static_cast<std::uint32_t>(out.size() - 4));
        return out;
    }

    bytes name_, default_, principal_, store_, fetch_;
};

class native_words : public talk {
  public:
    void greet(connection &c) override {
        header_.type = frame_type::connect;
        const auto reply = frame_of(ask(c, framed({})));
        if (reply.header.type != frame_type::connect_reply || reply.header.status != errc::no_error)
            throw std::runtime_error("the server refuses a connection");
        header_.sst = reply.header.sst;
        header_.type = frame_type::request;
        if (frame_of(take(c)).header.type != frame_type::listen)
            throw std::runtime_error("no LISTEN");
    }
    void prepare(connection &c, std::size_t credentials) override {
        struct request r;
        const auto world = said(r, ask(c, asking(r))).id;
        context_ = {std::string(world.server), std::string(world.object)};
        r = about(m::context_create_default_ccache, context_);
        r.principal = "alice@A.ORG";
        const auto made = said(r, ask(c, asking(r))).id;
        cache_ = {std::string(made.server), std::string(made.object)};
        r = about(m::ccache_store_credentials, cache_);
        const auto encoded = encode_credential(ticket_for_alice()).value();
        r.credential = encoded;
        store_ = asking(r);
        for (std::size_t i = 0; i < credentials; ++i)
            said(r, ask(c, store_));
        default_ = asking(about(m::context_get_default_ccache_name, context_));
        principal_ = asking(about(m::ccache_get_principal, cache_));
        list_ = asking(about(m::ccache_new_credentials_iterator, cache_));
    }
    const bytes &begin(operation what, connection &c) override {
        if (what == operation::default_and_principal)
            return default_;
        if (what == operation::store)
            return store_;
        c.midway = !c.fetched;
        return c.midway ? list_ : next_of(c);
    }
    const bytes *go_on(operation what, connection &c, core::const_bytes message) override {
        const auto frame = frame_of(message);
        if (what == operation::default_and_principal) {
            c.midway = !c.midway;
            checked(c.midway ? m::context_get_default_ccache_name : m::ccache_get_principal, frame);
            return c.midway ? &principal_ : nullptr;
        }
        if (what == operation::store) {
            checked(m::ccache_store_credentials, frame);
            return nullptr;
        }
        if (c.midway) {
            const auto id = checked(m::ccache_new_credentials_iterator, frame).id;
            c.fetched = identifier{std::string(id.server), std::string(id.object)};
            c.midway = false;
            return &next_of(c);
        }
        const auto reply = decode_reply(m::credentials_iterator_next, frame.payload).value();
        if (reply.error == errc::iterator_end) {
            c.midway = true;
            return &list_;
        }
        if (reply.error != errc::no_error || reply.credential.size() < ticket_size)
            throw std::runtime_error("no credential in the reply");
        return nullptr;
    }

  private:
    [[nodiscard]] std::size_t uncounted() const noexcept override { return 0; }

    static struct request about(m what, const identifier &target) {
        struct request r;
        r.what = what;
        r.target = target.view();
        return r;
    }
    static credential ticket_for_alice() {
        credential c;
        c.client = "alice@A.ORG";
        c.server = "krbtgt/A.ORG@A.ORG";
        c.keyblock.type = key_type;
        c.keyblock.bytes = to_wiped(key);
        c.authtime = times[0];
        c.starttime = times[1];
        c.endtime = times[2];
        c.ticket_flags = ticket_flags;
        c.ticket.bytes = to_wiped(ticket);
        return c;
    }
    bytes framed(core::const_bytes payload) {
        const auto frame = encode_frame(header_, payload);
        bytes out(4);
        core::store_be(out.data(), static_cast<std::uint32_t>(frame.size()));
        out.insert(out.end(), frame.begin(), frame.end());
        return out;
    }
    bytes asking(const struct request &r) { return framed(encode_request(r).value()); }
    static frame_view frame_of(core::const_bytes message) {
        return decode_frame(message.subspan(4)).value();
    }
    static reply checked(m what, const frame_view &frame) {
        const auto out = decode_reply(what, frame.payload).value();
        if (frame.header.status != errc::no_error || out.error != errc::no_error)
            throw std::runtime_error("an error as the answer");
        return out;
    }
    // The views live as long as last_.
    reply said(const struct request &r, bytes message) {
        last_ = std::move(message);
        return checked(r.what, frame_of(last_));
    }
    const bytes &next_of(connection &c) {
        next_ = asking(about(m::credentials_iterator_next, *c.fetched));
        return next_;
    }

    frame_header header_;
    identifier context_, cache_;
    bytes default_, principal_, store_, list_, next_, last_;
};

} // namespace

std::unique_ptr<talk> kcm_talk() {
    return std::make_unique<kcm_words>();
}
std::unique_ptr<talk> native_talk() {
    return std::make_unique<native_words>();
}

} // namespace costrand::bench
