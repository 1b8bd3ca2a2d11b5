// SPDX-License-Identifier: Apache-2.0
// What stays in the memory of the running server of a session key that it was given: one copy while
// the credential is kept, none afterwards. The kernel's socket buffers are not looked into.
#include "clients.hpp"
#include "process_memory.hpp"

#include "../ccapi/examples.hpp"
#include "../ccapi/freed_memory.hpp"
#include "../krb5cc/live_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
using m = ccapi::message_id;

namespace {

const core::const_bytes key = std::as_bytes(std::span(key_pattern));

// The server, and the eye on its memory.
class world {
  public:
    [[nodiscard]] std::string endpoint() const { return folder_.endpoint(); }
    [[nodiscard]] const std::string &kcm() const noexcept { return kcm_; }

    // How many copies of the key the server has.
    [[nodiscard]] std::size_t keys() const { return memory_.count(key); }
    // The same, as soon as there are so many: what no reply tells of is done when the server comes
    // to it. `others` is served meanwhile.
    std::size_t keys_until(std::size_t wanted, native_client &others) const {
        constexpr int patience = 200;
        std::size_t now = keys();
        for (int i = 0; i < patience && now != wanted; ++i) {
            others.ping();
            now = keys();
        }
        return now;
    }
    // False: not permitted, and it was said.
    [[nodiscard]] bool is_readable() const {
        if (memory_.why_not().empty())
            return true;
        MESSAGE("skipped: the memory of a server that is not dumpable is read as root only: "
                << memory_.why_not());
        return false;
    }

  private:
    endpoint_folder folder_;
    std::string kcm_ = folder_.endpoint() + "-kcm";
    live_server server_{folder_, {kcm_}};
    process_memory memory_{server_.pid()};
};

wiped_bytes keyed_credential(std::size_t ticket_size = 1024) {
    credential c = example_credential();
    c.keyblock.bytes = to_wiped(key);
    c.ticket.bytes.assign(ticket_size, std::byte{0x61});
    return encode_credential(c).value();
}

identifier kept(const identifier_view &id) {
    return {std::string(id.server), std::string(id.object)};
}

request of(m what, const identifier &target) {
    request r;
    r.what = what;
    r.target = target.view();
    return r;
}

// A client of the native pipe with a ccache that keeps the credential.
struct native_keeper {
    native_client client;
    identifier cache;

    explicit native_keeper(const world &w, std::size_t ticket_size = 1024) : client(w.endpoint()) {
        REQUIRE(client.connect() == errc::no_error);
        cache = create("one");
        auto store = of(m::ccache_store_credentials, cache);
        const auto bytes = keyed_credential(ticket_size);
        store.credential = bytes;
        CHECK(client.call(store).error == errc::no_error);
        client.ping();
    }
    identifier create(std::string_view name) {
        request r;
        r.what = m::context_create_ccache;
        r.name = name;
        r.principal = "alice@A.ORG";
        return kept(client.call(r).id);
    }
    // The identifier of the credential, which is fetched.
    identifier fetch() {
        const auto i = kept(client.call(of(m::ccache_new_credentials_iterator, cache)).id);
        const auto found = client.call(of(m::credentials_iterator_next, i));
        CHECK(std::search(found.credential.begin(), found.credential.end(), key.begin(),
                          key.end()) != found.credential.end());
        const auto id = kept(found.id);
        client.ping();
        return id;
    }
    void ask(const request &r) {
        CHECK(client.call(r).error == errc::no_error);
        client.ping();
    }
};

// Parts of KCM messages, in hexadecimal: docs/spec/kcm.md.
const std::string ok = "00000000";
const std::string client_principal = "000000010000000100000005412e4f524700000005616c696365";
const std::string server_principal =
    "000000010000000200000005412e4f5247000000066b726274677400000005412e4f5247";

std::string kcm_name(const std::string &rest = "") {
    return to_hex(core::as_bytes(std::to_string(::geteuid()) + rest)) + "00";
}

std::string kcm_credential() {
    const std::string times = "6553f1006553f10065547da000000000";
    return client_principal + server_principal + "001200000010" + to_hex(key) + times +
           "0040e0000000000000000000000000000461023000"
           "00000000";
}

// Of RETRIEVE and REMOVE_CRED: any credential for that server.
std::string match(const std::string &server) {
    const std::string any = "00000000", only_the_server = "00000002",
                      no_times_and_flags = std::string(42, '0');
    return any + only_the_server + server + no_times_and_flags;
}

// A KCM client with a cache that keeps the credential.
struct kcm_keeper {
    kcm_client client;

    explicit kcm_keeper(const world &w) : client(w.kcm()) {
        ask(4, kcm_name() + client_principal);
        ask(6, kcm_name() + kcm_credential());
    }
    void ask(std::uint16_t operation, const std::string &arguments) {
        CHECK(client.call(operation, arguments) == ok);
        client.ping();
    }
    void fetch_all() {
        const auto list = client.call(13001, kcm_name());
        CHECK(list.find(to_hex(key)) != list.npos);
        client.ping();
    }
};

} // namespace

TEST_CASE("a removed credential leaves no copy of its key in the server") {
    const world w;
    if (!w.is_readable())
        return;
    SUBCASE("native pipe") {
        native_keeper k(w);
        CHECK(w.keys() == 1);
        const auto credential = k.fetch();
        CHECK(w.keys() == 1);
        auto remove = of(m::ccache_remove_credentials, k.cache);
        remove.other = credential.view();
        k.ask(remove);
        CHECK(w.keys() == 0);
    }
    SUBCASE("KCM") {
        kcm_keeper k(w);
        CHECK(w.keys() == 1);
        k.fetch_all();
        CHECK(w.keys() == 1);
        k.ask(11, kcm_name() + match(server_principal));
        CHECK(w.keys() == 0);
    }
}

TEST_CASE("a search that finds nothing leaves no copy of what it looked at") {
    const world w;
    if (!w.is_readable())
        return;
    kcm_keeper k(w);
    const std::string end = "96c73a8e", not_found = "96c73a8d";
    CHECK(k.client.call(7, kcm_name() + match(client_principal)) == end);
    k.client.ping();
    CHECK(w.keys() == 1);
    CHECK(k.client.call(11, kcm_name() + match(client_principal)) == not_found);
    k.client.ping();
    CHECK(w.keys() == 1);
}

TEST_CASE("a destroyed ccache leaves no copy of a key in the server") {
    const world w;
    if (!w.is_readable())
        return;
    SUBCASE("native pipe") {
        native_keeper k(w);
        (void)k.fetch();
        CHECK(w.keys() == 1);
        k.ask(of(m::ccache_destroy, k.cache));
    }
    SUBCASE("KCM") {
        kcm_keeper k(w);
        k.fetch_all();
        CHECK(w.keys() == 1);
        k.ask(5, kcm_name());
    }
    SUBCASE("KCM, what the native pipe stored") {
        native_keeper k(w);
        kcm_client other(w.kcm());
        CHECK(other.call(5, kcm_name(":one")) == ok);
        other.ping();
    }
    CHECK(w.keys() == 0);
}

TEST_CASE("a ccache that another one replaces leaves no copy of a key in the server") {
    const world w;
    if (!w.is_readable())
        return;
    SUBCASE("initialised again, native pipe") {
        native_keeper k(w);
        CHECK(w.keys() == 1);
        (void)k.create("one");
        k.client.ping();
    }
    SUBCASE("moved over, native pipe") {
        native_keeper k(w);
        auto move = of(m::ccache_move, k.cache);
        const auto empty = k.create("two");
        move.other = empty.view();
        CHECK(w.keys() == 1);
        k.ask(move);
    }
    SUBCASE("initialised again, KCM") {
        kcm_keeper k(w);
        CHECK(w.keys() == 1);
        k.ask(4, kcm_name() + client_principal);
    }
    SUBCASE("replaced, KCM") {
        kcm_keeper k(w);
        const std::string no_offset = "00000000", one = "00000001", none = "00000000";
        const auto credential = kcm_credential();
        std::vector<std::byte> size(4);
        core::store_be(size.data(), static_cast<std::uint32_t>(credential.size() / 2));
        k.ask(13002, kcm_name() + no_offset + client_principal + one + to_hex(size) + credential);
        CHECK(w.keys() == 1);
        k.ask(13002, kcm_name() + no_offset + client_principal + none);
    }
    CHECK(w.keys() == 0);
}

TEST_CASE("a client that ends leaves no copy of what was on its way from it or to it") {
    const world w;
    if (!w.is_readable())
        return;
    native_client others(w.endpoint(), 9);
    SUBCASE("half a request, native pipe") {
        {
            native_client half(w.endpoint());
            REQUIRE(half.connect() == errc::no_error);
            request store;
            store.what = m::ccache_store_credentials;
            const auto bytes = keyed_credential();
            store.credential = bytes;
            auto frame = half.frame(store);
            frame.pop_back();
            CHECK(half.link.send_bytes(frame));
            CHECK(w.keys_until(1, others) == 1);
        }
        CHECK(w.keys_until(0, others) == 0);
    }
    SUBCASE("half a request, KCM") {
        {
            kcm_client half(w.kcm());
            auto message =
                half.link.with_length(from_hex("02000006" + kcm_name() + kcm_credential()));
            message.pop_back();
            CHECK(half.link.send_bytes(message));
            CHECK(w.keys_until(1, others) == 1);
        }
        CHECK(w.keys_until(0, others) == 0);
    }
    SUBCASE("replies that it never read, native pipe") {
        {
            native_keeper never_reads(w, 256 * 1024);
            auto &c = never_reads.client;
            const auto ask = [&](const identifier &i) {
                CHECK(c.link.send_bytes(c.frame(of(m::credentials_iterator_next, i))));
            };
            std::vector<identifier> iterators;
            for (int i = 0; i < 4; ++i)
                iterators.push_back(
                    kept(c.call(of(m::ccache_new_credentials_iterator, never_reads.cache)).id));
            for (const auto &i : iterators)
                ask(i);
            CHECK(w.keys_until(5, others) == 5);
            REQUIRE(others.connect() == errc::no_error);
            CHECK(others.call(of(m::ccache_destroy, never_reads.cache)).error == errc::no_error);
            CHECK(w.keys_until(4, others) == 4);
        }
        CHECK(w.keys_until(0, others) == 0);
    }
    SUBCASE("a reply that it never read, KCM") {
        {
            native_keeper k(w, 1024 * 1024);
            kcm_client never_reads(w.kcm());
            CHECK(never_reads.link.send(from_hex("020032c9" + kcm_name(":one"))));
            CHECK(w.keys_until(2, others) == 2);
            k.ask(of(m::ccache_destroy, k.cache));
            CHECK(w.keys() == 1);
        }
        CHECK(w.keys_until(0, others) == 0);
    }
}
