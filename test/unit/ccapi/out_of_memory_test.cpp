// SPDX-License-Identifier: Apache-2.0
// A request that there is no memory for: it is answered so, and the server goes on.
#include "failing_memory.hpp"
#include "server_rig.hpp"

#include "support/hex.hpp"

#include <chrono>
#include <new>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
using m = message_id;

namespace {

constexpr std::size_t large = std::size_t{32} * 1024;

wiped_bytes credential_of(std::size_t ticket) {
    credential c;
    c.client = "alice@A.ORG";
    c.server = "krbtgt/A.ORG@A.ORG";
    c.ticket.bytes.resize(ticket);
    return encode_credential(c).value();
}

request store(const identifier &cache, const wiped_bytes &credential) {
    auto r = of(m::ccache_store_credentials, cache);
    r.credential = credential;
    return r;
}

} // namespace

TEST_CASE("a request without memory for it is answered with 203, and the next ones are served") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        co_await a.connect();
        const auto made = co_await a.call(create("one"));
        const auto cache = kept(made.id);
        const auto too_large = credential_of(large), small = credential_of(16);
        co_await a.ask(store(cache, too_large));
        {
            const scarce_memory scarce(large);
            const auto header = co_await a.receive();
            CHECK(header.type == frame_type::request_reply);
        }
        const auto refused = decode_reply(m::ccache_store_credentials, a.said).value();
        CHECK(refused.error == errc::no_memory);
        CHECK(rig.server.collection().counts().credentials == 0);
        const auto stored = co_await a.call(store(cache, small));
        CHECK(stored.error == errc::no_error);
        CHECK(rig.server.collection().counts().credentials == 1);
    });
}

namespace {

// A conversation of one client with the cores, as the server has it.
struct cores {
    cores() : random(core::seeded_random(1)), collection(*random, {}, 1000) {}

    // What the server would answer. Its n-th allocation for it fails: 203.
    errc ask(const request &r, std::size_t n = never) {
        const auto payload = encode_request(r).value();
        turn t(++now);
        std::optional<wiped_bytes> reply;
        const failing_allocation one(n);
        try {
            reply = dispatch.handle(1, ++who, payload, t);
        } catch (const std::bad_alloc &) {
        }
        has_failed = one.failed();
        if (!reply)
            return errc::no_memory;
        return decode_reply(r.what, *reply).value().error;
    }

    static constexpr std::size_t never = 1'000'000;
    bool has_failed = false; // in the last call

    std::unique_ptr<core::random_source> random;
    collection_core collection;
    dispatch_core dispatch{collection, random_uuid(*random)};
    cc_time now = 1000;
    ticket who = 0;
};

} // namespace

TEST_CASE("whichever allocation fails, the collection stays whole and serves the same request") {
    const auto credential = credential_of(300);
    const std::string name(100, 'n'), principal(100, 'p');
    for (std::size_t n = 0; n < 200; ++n) {
        cores world;
        auto made = create(name);
        made.principal = principal;
        CAPTURE(n);
        (void)world.ask(made, n);
        bool failed = world.has_failed;
        CHECK(world.ask(made) == errc::no_error);
        const auto id = world.collection.open(name);
        REQUIRE(id.has_value());
        const auto text = to_text(*id);
        const identifier cache{std::string(needs_sync), std::string(text.data(), text.size())};
        CHECK(world.ask(store(cache, credential)) == errc::no_error);
        (void)world.ask(store(cache, credential), n);
        failed = failed || world.has_failed;
        const auto held = world.collection.counts();
        CHECK(held.caches == 1);
        CHECK(held.credentials >= 1);
        CHECK(held.bytes == name.size() + principal.size() + held.credentials * credential.size());
        CHECK(world.ask(of(m::ccache_destroy, cache)) == errc::no_error);
        CHECK(world.collection.counts().bytes == 0);
        if (!failed)
            break;
    }
}

namespace {

// What the server does for one frame: its n-th allocation then fails.
awaitable<bool> let_server_work(std::size_t n) {
    bool failed = false;
    {
        const failing_allocation one(n);
        try {
            co_await core::sleep_for(std::chrono::milliseconds(1));
        } catch (const std::bad_alloc &) { // the test's own, and the frame is still to be handled
        }
        failed = one.failed();
    }
    co_await core::sleep_for(std::chrono::milliseconds(1));
    co_return failed;
}

} // namespace

TEST_CASE("whichever allocation fails for a lock that waits, it waits whole or not at all") {
    bool failed = true;
    for (std::size_t n = 1; failed; ++n) {
        REQUIRE(n < 200);
        CAPTURE(n);
        in_rig([&](server_rig &rig) -> awaitable<void> {
            auto a = rig.client(1), b = rig.client(2);
            const auto cache = co_await contended(a, b);
            failed = co_await let_server_work(n);
            const auto held = rig.server.status();
            CHECK(held.pending == held.lock_waiters);
            const auto unlocked = co_await a.call(of(m::ccache_unlock, cache));
            CHECK(unlocked.error == errc::no_error);
            const auto answer = co_await core::as_result(b.reply_to(m::ccache_lock));
            if (held.pending == 1)
                CHECK(answer.value().error == errc::no_error);
            else // or it was sent away
                CHECK((!answer || answer->error == errc::no_memory));
            b.close();
            co_await core::sleep_for(std::chrono::milliseconds(1));
            CHECK(rig.server.status().pending == 0);
            CHECK(rig.server.status().locks_held == 0);
        });
    }
}
