// SPDX-License-Identifier: Apache-2.0
// The limits of a server as its clients meet them, in both protocols (docs/ccapi.md, Limits).
#include "examples.hpp"
#include "kcm_examples.hpp"
#include "server_rig.hpp"

#include "support/hex.hpp"

#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
using m = message_id;

namespace {

// The answer to one of the examples, without the length.
awaitable<std::string> say(core::message_stream &kcm, std::string hex) {
    const auto message = from_hex(hex.substr(8));
    co_await kcm.send(net::buffer(message));
    std::vector<std::byte> reply(1024);
    const auto size = co_await kcm.receive(net::buffer(reply));
    co_return to_hex(core::const_bytes(reply).first(size));
}

const std::string ok = "0000000000000000", no_memory = "0000000096c73ac6"; // kcm.md 4

} // namespace

TEST_CASE("a ccache beyond the limit is 203 over CCAPI, no memory over KCM, for both together") {
    server_options options;
    options.limits.caches = 1;
    const auto body = [](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        const auto kcm = rig.kcm_client(1000);
        co_await a.connect();
        const auto first = co_await say(*kcm, kcm_examples::initialize.request);
        CHECK(first == ok);
        const auto second = co_await a.call(create("other"));
        CHECK(second.error == errc::no_memory);
        // The same name is no further one.
        const auto again = co_await say(*kcm, kcm_examples::initialize.request);
        CHECK(again == ok);
        auto other = std::string(kcm_examples::initialize.request);
        other.replace(16, 10, "313030303a7800"); // 1000:x
        const auto third = co_await say(*kcm, other);
        CHECK(third == no_memory);
        CHECK(rig.server.collection().counts().caches == 1);
    };
    in_rig(body, options);
}

TEST_CASE("a credential beyond the limit is 203 over CCAPI, no memory over KCM, and is not kept") {
    const std::size_t names = initial_default_name.size() + std::string_view("alice@A.ORG").size();
    const std::size_t size = encode_credential(example_credential()).value().size();
    for (const bool by_bytes : {false, true}) {
        server_options options;
        if (by_bytes)
            options.limits.bytes = names + size + size / 2;
        else
            options.limits.credentials_per_cache = 1;
        const auto body = [](server_rig &rig) -> awaitable<void> {
            auto a = rig.client(1);
            const auto kcm = rig.kcm_client(1000);
            co_await a.connect();
            (void)co_await say(*kcm, kcm_examples::initialize.request);
            const auto first = co_await say(*kcm, kcm_examples::store.request);
            CHECK(first == ok);
            const auto second = co_await say(*kcm, kcm_examples::store.request);
            CHECK(second == no_memory);

            request open;
            open.what = m::context_open_default_ccache;
            const auto opened = co_await a.call(open);
            const auto id = kept(opened.id);
            auto store = of(m::ccache_store_credentials, id);
            const auto bytes = encode_credential(example_credential()).value();
            store.credential = bytes;
            const auto stored = co_await a.call(store);
            CHECK(stored.error == errc::no_memory);
            CHECK(rig.server.collection().counts().credentials == 1);
        };
        in_rig(body, options);
    }
}

TEST_CASE("of a client's requests that wait one too many is answered with 203, the others go on") {
    server_options options;
    options.limits.waits_per_client = 2;
    const auto body = [](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        co_await a.connect();
        co_await b.connect();
        request wait;
        wait.what = m::context_wait_for_change;
        wait.time = 2'000'000'000; // later than the rig's clock
        co_await a.ask(wait);
        co_await a.ask(wait);
        co_await a.ask(wait);
        const auto third = co_await a.reply_to(m::context_wait_for_change);
        CHECK(third.error == errc::no_memory);
        CHECK(rig.server.status().pending == 2);
        co_await b.ask(wait);
        request name;
        name.what = m::context_get_default_ccache_name;
        const auto named = co_await a.call(name);
        CHECK(named.error == errc::no_error); // it may still ask what does not wait
        CHECK(rig.server.status().pending == 3);
    };
    in_rig(body, options);
}

TEST_CASE("a KCM client beyond the number of clients is closed, and may come when one has left") {
    server_options options;
    options.clients = 1;
    const auto body = [](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        co_await a.connect();
        const auto early = rig.kcm_client(1000);
        const auto refused =
            co_await core::as_result(say(*early, kcm_examples::get_default_cache.request));
        REQUIRE(!refused.has_value());
        if (refused.error() == core::cond::cancelled)
            throw system_error(refused.error());
        co_await a.send(frame_type::disconnect);
        co_await a.expect_end();
        const auto later = rig.kcm_client(1000);
        const auto name = co_await say(*later, kcm_examples::get_default_cache.request);
        CHECK(name == std::string(kcm_examples::get_default_cache.reply).substr(8));
    };
    in_rig(body, options);
}
