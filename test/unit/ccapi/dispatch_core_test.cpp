// SPDX-License-Identifier: Apache-2.0
// Requests as bytes, replies as bytes: docs/spec/ccapi.md 8.
#include "collection_bench.hpp"
#include "examples.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/dispatch_core.hpp>
#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <deque>

using namespace costrand;
using namespace costrand::ccapi;
using m = message_id;

namespace {

struct server {
    test::collection_bench b;
    uuid life = random_uuid(*b.random);
    dispatch_core core{b.core, life};
    std::vector<wake> woken;
    std::deque<wiped_bytes> kept; // replies are views into these

    std::optional<wiped_bytes> handle(const_bytes payload, client_id from = 1) {
        turn t(b.now);
        auto out = core.handle(from, ++b.last, payload, t);
        woken = t.woken;
        return out;
    }
    // The decoded reply; nothing: it waits.
    std::optional<reply> ask(const request &r, client_id from = 1) {
        auto bytes = handle(encode_request(r).value(), from);
        if (!bytes)
            return std::nullopt;
        kept.push_back(std::move(*bytes));
        return decode_reply(r.what, kept.back()).value();
    }
    static identifier owned(const identifier_view &id) {
        return {std::string(id.server), std::string(id.object)};
    }
    identifier create(std::string_view name) {
        request r;
        r.what = m::context_create_ccache;
        r.name = name;
        r.principal = "alice@A.ORG";
        const auto made = ask(r);
        REQUIRE(made->error == errc::no_error);
        return owned(made->id);
    }
    std::optional<reply> ask(m what, const identifier &target, client_id from = 1) {
        request r;
        r.what = what;
        r.target = target.view();
        return ask(r, from);
    }
};

} // namespace

TEST_CASE("a credential goes in and comes out byte for byte, and is removed by its identifier") {
    server s;
    const auto cache = s.create("tmp");
    const auto bytes = encode_credential(test::example_credential()).value();
    request store;
    store.what = m::ccache_store_credentials;
    store.target = cache.view();
    store.credential = bytes;
    CHECK(s.ask(store)->error == errc::no_error);

    const auto iterator = server::owned(s.ask(m::ccache_new_credentials_iterator, cache)->id);
    const auto next = s.ask(m::credentials_iterator_next, iterator);
    REQUIRE(next->error == errc::no_error);
    CHECK(to_wiped(next->credential) == bytes);
    const auto credential = server::owned(next->id);
    CHECK(s.ask(m::credentials_iterator_next, iterator)->error == errc::iterator_end);

    request remove;
    remove.what = m::ccache_remove_credentials;
    remove.target = cache.view();
    remove.other = credential.view();
    CHECK(s.ask(remove)->error == errc::no_error);
    CHECK(s.ask(remove)->error == errc::invalid_credentials);
}

TEST_CASE("every message finds its call: no number is answered as if it were unknown") {
    server s;
    const auto cache = s.create("tmp");
    for (std::uint32_t number = 0; number < 64; ++number) {
        CAPTURE(number);
        const auto *row = find_row(number);
        if (!row)
            continue;
        request r;
        r.what = row->what;
        r.target = cache.view();
        r.other = cache.view();
        const auto credential = encode_credential(test::example_credential()).value();
        r.credential = credential;
        const auto answer = s.ask(r);
        if (answer)
            CHECK(answer->error != errc::bad_internal_message);
    }
}

TEST_CASE("an identifier of another life of the server is answered by the message's range, 8.2") {
    server s;
    const identifier stale{"00000000-0000-4000-8000-000000000000",
                           "00000000-0000-4000-8000-000000000000"};
    CHECK(s.ask(m::context_get_change_time, stale)->error == errc::invalid_context);
    CHECK(s.ask(m::ccache_get_name, stale)->error == errc::invalid_ccache);
    CHECK(s.ask(m::ccache_iterator_next, stale)->error == errc::invalid_ccache_iterator);
    CHECK(s.ask(m::credentials_iterator_next, stale)->error == errc::invalid_credentials_iterator);
}

TEST_CASE("version 1 is refused with 212 wherever a version stands, before anything is done") {
    server s;
    const auto cache = s.create("tmp");
    for (const m what :
         {m::context_create_ccache, m::context_create_default_ccache, m::context_create_new_ccache,
          m::ccache_get_principal, m::ccache_set_principal, m::ccache_get_kdc_time_offset,
          m::ccache_set_kdc_time_offset, m::ccache_clear_kdc_time_offset}) {
        request r;
        r.what = what;
        r.target = cache.view();
        r.name = "tmp";
        r.principal = "mallory@A.ORG";
        r.version = 1;
        CHECK(s.ask(r)->error == errc::bad_credentials_version);
    }
    CHECK(s.ask(m::ccache_get_principal, cache)->text == "alice@A.ORG");
    CHECK(s.b.core.counts().caches == 1);
}

TEST_CASE("bug 10: whatever the payload is, the answer is a published code") {
    server s;
    const auto cache = s.create("tmp");
    request r;
    r.what = m::context_create_ccache;
    r.name = "x";
    const auto whole = encode_request(r).value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto answer = s.handle(const_bytes(whole).first(size));
        REQUIRE(answer);
        CHECK(*answer == encode_error(errc::bad_internal_message));
    }
    request broken;
    broken.what = m::ccache_store_credentials;
    broken.target = cache.view();
    const std::string cut("\0\0\0\2\0\0\0", 7);
    for (const auto &[bytes, answer] :
         {std::pair(cut, errc::bad_internal_message),
          std::pair(std::string("\0\0\0\1", 4), errc::bad_credentials_version)}) {
        broken.credential = core::as_bytes(bytes);
        const auto encoded = encode_request(broken).value();
        CHECK(*s.handle(encoded) == encode_error(answer));
    }
    CHECK(s.b.core.counts().caches == 1);
    CHECK(s.b.core.counts().credentials == 0);
}

TEST_CASE("a lock that waits has no reply yet; the wake's is that of the granted lock") {
    server s;
    const auto cache = s.create("tmp");
    request lock;
    lock.what = m::ccache_lock;
    lock.target = cache.view();
    lock.lock = 1;
    lock.mode = 1;
    CHECK(s.ask(lock, 1)->error == errc::no_error);
    CHECK(!s.ask(lock, 2));
    const ticket who = s.b.last;
    CHECK(s.ask(m::ccache_get_name, cache, 3)->text == "tmp"); // nobody else waits
    CHECK(s.ask(m::ccache_unlock, cache, 1)->error == errc::no_error);
    REQUIRE(s.woken.size() == 1);
    CHECK(s.woken[0].who == who);
    const auto late = dispatch_core::reply_to(s.woken[0]);
    CHECK(decode_reply(m::ccache_lock, late).value().error == errc::no_error);
}

TEST_CASE("a change that was waited for tells its time") {
    server s;
    request wait;
    wait.what = m::context_wait_for_change;
    CHECK(s.ask(wait)->time == s.b.core.change_time()); // the first one, with 0
    wait.time = s.b.core.change_time();
    CHECK(!s.ask(wait));
    s.create("tmp");
    REQUIRE(s.woken.size() == 1);
    const auto late = dispatch_core::reply_to(s.woken[0]);
    CHECK(decode_reply(m::context_wait_for_change, late).value().time == s.b.core.change_time());
}
