// SPDX-License-Identifier: Apache-2.0
// What a server tells of itself.
#include "server_rig.hpp"

#include "support/hex.hpp"

#include <costrand/ccapi/status.hpp>
#include <costrand/core/deadline.hpp>

#include <chrono>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
using namespace std::chrono_literals;
using m = message_id;

namespace {

awaitable<server_status> ask(frame_client &who) {
    co_await who.send(frame_type::status);
    const auto answer = co_await who.receive();
    CHECK(answer.type == frame_type::request_reply);
    CHECK(answer.sequence == who.header().sequence);
    CHECK(answer.status == errc::no_error);
    co_return decode_status(who.said).value();
}

} // namespace

TEST_CASE("a server tells how much it keeps, who holds and who waits, without CONNECT") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto watcher = rig.client(9);
        const auto first = co_await ask(watcher);
        CHECK(first == server_status());

        auto a = rig.client(1), b = rig.client(2), c = rig.client(3);
        const auto one = co_await contended(a, b);
        co_await c.connect();
        auto change = of(m::ccache_wait_for_change, one);
        change.time = 2'000'000'000; // later than the rig's clock
        co_await c.ask(change);
        co_await core::sleep_for(90s);

        const auto then = co_await ask(watcher);
        CHECK(then.uptime == 90);
        CHECK(then.clients == 3);
        CHECK(then.caches == 1);
        CHECK(then.credentials == 0);
        CHECK(then.bytes == std::string_view("sharedalice@A.ORG").size());
        CHECK(then.locks_held == 1);
        CHECK(then.lock_waiters == 1);
        CHECK(then.change_waiters == 1);
        CHECK(then.pending == 2);
        CHECK(then.users == 1);

        co_await b.send(frame_type::disconnect);
        co_await b.expect_end();
        const auto less = co_await ask(watcher);
        CHECK(less.clients == 2);
        CHECK(less.lock_waiters == 0);
        CHECK(less.pending == 1);
    });
}

TEST_CASE("who only asks for the status does not keep an idle server") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        core::task_group watch(co_await net::this_coro::executor);
        watch.spawn(rig.server.quit_when_idle(10min));
        for (int i = 0; i < 3; ++i) {
            auto asker = rig.client(1);
            (void)co_await ask(asker);
            co_await core::sleep_for(1min);
            co_await asker.send(frame_type::disconnect);
            co_await asker.expect_end();
            co_await core::sleep_for(1min);
        }
        co_await rig.server.wait_for_quit();
        CHECK(rig.elapsed() == 10min);
        co_await watch.join();
    });
}

TEST_CASE("a KCM connection is a client in the status") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto watcher = rig.client(9);
        const auto mit = rig.kcm_client(1000);
        const auto noop = from_hex("02000000");
        co_await mit->send(net::buffer(noop));
        std::vector<std::byte> buffer(64);
        (void)co_await mit->receive(net::buffer(buffer));
        const auto now = co_await ask(watcher);
        CHECK(now.clients == 1);
    });
}

TEST_CASE("a status of a later version is read, half of one is not") {
    server_status s;
    s.uptime = 1;
    s.users = 0x0102030405060708;
    auto bytes = encode_status(s);
    CHECK(to_hex(core::const_bytes(bytes).first(8)) == "0000000000000001");
    CHECK(to_hex(core::const_bytes(bytes).last(8)) == "0102030405060708");
    CHECK(decode_status(bytes).value() == s);
    bytes.pop_back();
    CHECK(decode_status(bytes).error() == errc::bad_internal_message);
    bytes.resize(bytes.size() + 9);
    CHECK(decode_status(bytes).has_value());
}
