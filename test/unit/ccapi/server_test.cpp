// SPDX-License-Identifier: Apache-2.0
// The server over in-memory streams in virtual time: docs/spec/ccapi.md 9 and 11.
#include "kcm_examples.hpp"
#include "server_rig.hpp"

#include "support/hex.hpp"

#include <costrand/core/deadline.hpp>

#include <chrono>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;
using namespace std::chrono_literals;
using m = message_id;

TEST_CASE("A locks, B waits, C reads another ccache at full speed, A unlocks, B is answered") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2), c = rig.client(3);
        co_await a.connect();
        co_await b.connect();
        co_await c.connect();
        const auto made = co_await a.call(create("locked"));
        const auto locked = kept(made.id);
        const auto other_made = co_await c.call(create("other"));
        const auto other = kept(other_made.id);

        const auto mine = co_await a.call(write_lock(locked));
        CHECK(mine.error == errc::no_error);
        co_await b.ask(write_lock(locked));
        for (int i = 0; i < 100; ++i) {
            const auto name = co_await c.call(of(m::ccache_get_name, other));
            CHECK(name.text == "other");
        }
        CHECK(rig.elapsed() == 0s);
        CHECK(rig.server.collection().counts().locks_waiting == 1);

        const auto unlocked = co_await a.call(of(m::ccache_unlock, locked));
        CHECK(unlocked.error == errc::no_error);
        const auto granted = co_await b.reply_to(m::ccache_lock);
        CHECK(granted.error == errc::no_error);
    });
}

TEST_CASE("CONNECT, its reply, LISTEN and a sync REQUEST, byte for byte") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        const auto client = rig.raw_client();
        auto &pipe = *client;
        const std::string peer = "00007f0000001234" // TSP
                                 "11112222333344445555666677778888";
        const auto connect = from_hex("43010001" + peer +
                                      "0000000000000000"
                                      "00000000"
                                      "00000001"
                                      "00000000");
        co_await pipe.send(net::buffer(connect));
        std::vector<std::byte> buffer(1024);
        auto size = co_await pipe.receive(net::buffer(buffer));
        CHECK(to_hex(core::const_bytes(buffer).first(size)) == "43010003" + peer +
                                                                   "0006474846222240"
                                                                   "00000000"
                                                                   "00000001"
                                                                   "00000000");
        size = co_await pipe.receive(net::buffer(buffer));
        CHECK(to_hex(core::const_bytes(buffer).first(size)) == "43010006" + peer +
                                                                   "0006474846222240"
                                                                   "00000000"
                                                                   "00000000"
                                                                   "00000000");
        const auto sync = from_hex("43010002" + peer +
                                   "0006474846222240"
                                   "00000000"
                                   "00000002"
                                   "00000022"
                                   "000000020000000b4e454544535f53594e43"
                                   "000000000b4e454544535f53594e4300");
        co_await pipe.send(net::buffer(sync));
        size = co_await pipe.receive(net::buffer(buffer));
        CHECK(to_hex(core::const_bytes(buffer).first(32)) == "43010004" + peer + "00064748");
        CHECK(size == 48 + 4 + 2 * (4 + 37)); // error and two UUIDs with their NULs
    });
}

TEST_CASE("bug 11, SST: a request for another life is answered, and not carried out") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        co_await a.connect();
        for (const std::uint64_t sst : {std::uint64_t{0}, server_start - 1, server_start + 1}) {
            a.header().sst = sst;
            co_await a.ask(create("tmp"));
            const auto answer = co_await a.receive();
            CHECK(answer.status == errc::client_not_found);
            CHECK(answer.sst == server_start);
            CHECK(a.said.empty());
        }
        CHECK(rig.server.collection().empty());
        a.header().sst = server_start;
        const auto made = co_await a.call(create("tmp"));
        CHECK(made.error == errc::no_error);
    });
}

TEST_CASE("a request before CONNECT is answered with 229, and the connection ends") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        a.header().sst = server_start;
        co_await a.ask(create("tmp"));
        const auto answer = co_await a.receive();
        CHECK(answer.status == errc::client_not_found);
        co_await a.expect_end();
        CHECK(rig.server.collection().empty());
        CHECK(rig.server.clients() == 0);
    });
}

TEST_CASE("a second CONNECT, another UUID, a server's frame and what is no frame end the client") {
    for (const int what : {0, 1, 2, 3})
        in_rig([what](server_rig &rig) -> awaitable<void> {
            auto a = rig.client(1);
            co_await a.connect();
            auto header = a.header();
            if (what == 1)
                header.client.bytes[0] = std::byte{0xff};
            header.type = what == 0   ? frame_type::connect
                          : what == 1 ? frame_type::request
                                      : frame_type::listen;
            if (what == 3)
                header.type = static_cast<frame_type>(12);
            co_await a.send_as(header);
            co_await a.expect_end();
            CHECK(rig.server.clients() == 0);
        });
}

TEST_CASE("a client's end is handled behind its requests, and releases what it held") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        co_await a.connect();
        co_await b.connect();
        const auto made = co_await b.call(create("shared"));
        const auto shared = kept(made.id);
        co_await a.ask(create("last words"));
        co_await a.ask(write_lock(shared));
        co_await core::sleep_for(1s);
        co_await b.ask(write_lock(shared));
        co_await core::sleep_for(1s);
        a.close(); // killed, with replies unread
        const auto granted = co_await b.reply_to(m::ccache_lock);
        CHECK(granted.error == errc::no_error);
        CHECK(rig.server.collection().open("last words").has_value());
        CHECK(rig.server.clients() == 1);
    });
}

TEST_CASE("what a client asked for before it went is done, though no reply reaches it") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        {
            auto a = rig.client(1);
            co_await a.connect();
            for (const char *name : {"one", "two", "three"})
                co_await a.ask(create(name));
        } // its end does not wait for the server
        while (rig.server.clients() > 0)
            co_await core::sleep_for(1s);
        CHECK(rig.server.collection().counts().caches == 3);
    });
}

TEST_CASE("a client that dies while it waits is never granted what it waited for") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2), c = rig.client(3);
        co_await a.connect();
        co_await b.connect();
        co_await c.connect();
        const auto made = co_await a.call(create("shared"));
        const auto shared = kept(made.id);
        (void)co_await a.call(write_lock(shared));
        co_await b.ask(write_lock(shared));
        co_await core::sleep_for(1s);
        co_await c.ask(write_lock(shared));
        co_await core::sleep_for(1s);
        b.close();
        co_await core::sleep_for(1s);
        CHECK(rig.server.collection().counts().locks_waiting == 1);
        (void)co_await a.call(of(m::ccache_unlock, shared));
        const auto granted = co_await c.reply_to(m::ccache_lock);
        CHECK(granted.error == errc::no_error);
        a.close();
        c.close();
        co_await core::sleep_for(1s);
        CHECK(rig.server.collection().counts().locks_held == 0);
    });
}

TEST_CASE("a cancelled request has an answer of its own, and is forgotten") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        const auto shared = co_await contended(a, b);
        auto cancel = b.header();
        cancel.type = frame_type::cancel;
        co_await b.send_as(cancel);
        const auto answer = co_await b.receive();
        CHECK(answer.status == errc::client_not_found);
        CHECK(answer.sequence == cancel.sequence);
        CHECK(rig.server.collection().counts().locks_waiting == 0);
        cancel.sequence = 77; // what is not pending
        co_await b.send_as(cancel);
        const auto name = co_await b.call(of(m::ccache_get_name, shared));
        CHECK(name.text == "shared");
    });
}

TEST_CASE("PING is echoed to anybody, and QUIT is kept until no client is left") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        co_await a.send(frame_type::ping, core::as_bytes("are you there"));
        auto answer = co_await a.receive();
        CHECK(answer.type == frame_type::request_reply);
        CHECK(core::as_text(a.said) == "are you there");
        co_await b.connect();
        co_await a.send(frame_type::quit);
        answer = co_await a.receive();
        CHECK(answer.type == frame_type::request_reply);
        auto over = core::with_deadline(1s, rig.server.wait_for_quit());
        const auto early = co_await core::as_result(std::move(over));
        CHECK(!early.has_value());
        co_await a.send(frame_type::disconnect);
        co_await b.send(frame_type::disconnect);
        co_await rig.server.wait_for_quit();
        CHECK(rig.server.clients() == 0);
    });
}

TEST_CASE("an idle server ends, but not while somebody is there or a ccache is kept") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        core::task_group watch(co_await net::this_coro::executor);
        watch.spawn(rig.server.quit_when_idle(10min));
        auto still_there = [&]() -> awaitable<void> {
            auto over = core::with_deadline(1h, rig.server.wait_for_quit());
            const auto early = co_await core::as_result(std::move(over));
            if (!early && early.error() == core::cond::cancelled)
                throw system_error(early.error());
            CHECK_FALSE(early.has_value());
        };
        {
            auto a = rig.client(1);
            co_await a.connect();
            co_await still_there();
            (void)co_await a.call(create("one"));
            co_await a.send(frame_type::disconnect);
        }
        co_await still_there();
        auto b = rig.client(2);
        co_await b.connect();
        auto what = create("one");
        what.what = message_id::context_open_ccache;
        const auto opened = co_await b.call(what);
        const auto id = kept(opened.id);
        (void)co_await b.call(of(message_id::ccache_destroy, id));
        co_await b.send(frame_type::disconnect);
        const auto left = rig.elapsed();
        co_await rig.server.wait_for_quit();
        CHECK(rig.elapsed() - left >= 10min);
        CHECK(rig.elapsed() - left <= 20min);
        co_await watch.join();
    });
}

TEST_CASE("pipelined requests are handled in order, and one that waits keeps no other back") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        co_await a.connect();
        co_await b.connect();
        const auto made = co_await a.call(create("shared"));
        const auto shared = kept(made.id);
        (void)co_await a.call(write_lock(shared));
        const auto first = b.header().sequence + 1;
        co_await b.ask(write_lock(shared));
        co_await b.ask(create("one"));
        co_await b.ask(create("two"));
        for (const std::uint32_t behind : {1u, 2u}) {
            const auto answer = co_await b.receive();
            CHECK(answer.sequence == first + behind);
        }
        (void)co_await a.call(of(m::ccache_unlock, shared));
        const auto late = co_await b.receive();
        CHECK(late.sequence == first);
    });
}

TEST_CASE("a client that never reads its replies is at its end when too many bytes wait") {
    server_options options;
    options.unsent = 64 * 1024;
    in_rig(
        [](server_rig &rig) -> awaitable<void> {
            auto a = rig.client(1), b = rig.client(2);
            co_await b.connect();
            const std::string much(32 * 1024, 'x');
            core::result<void> sent;
            for (int i = 0; i < 100 && sent; ++i)
                sent = co_await core::as_result(a.send(frame_type::ping, core::as_bytes(much)));
            CHECK(!sent.has_value());
            const auto made = co_await b.call(create("tmp")); // the others go on
            CHECK(made.error == errc::no_error);
        },
        options, 5);
}

TEST_CASE("beyond the number of clients a further one is refused by name") {
    server_options options;
    options.clients = 1;
    const auto body = [](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1), b = rig.client(2);
        co_await a.connect();
        co_await b.send(frame_type::connect);
        const auto answer = co_await b.receive();
        CHECK(answer.type == frame_type::connect_reply);
        CHECK(answer.status == errc::client_not_found);
        co_await b.expect_end();
    };
    in_rig(body, options);
}

TEST_CASE("a challenge is answered before CONNECT, and refused with 224") {
    server_options options;
    options.authenticate = [](std::string_view name) {
        return name == "krbcc.1000.auth.x" ? std::optional<std::uint32_t>(8) : std::nullopt;
    };
    const auto body = [](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        co_await a.send(frame_type::authenticate, core::as_bytes("../etc/passwd"));
        auto answer = co_await a.receive();
        CHECK(answer.type == frame_type::authenticate_reply);
        CHECK(answer.status == errc::server_insecure);
        co_await a.send(frame_type::authenticate, core::as_bytes("krbcc.1000.auth.x"));
        answer = co_await a.receive();
        CHECK(answer.status == errc::no_error);
        CHECK(to_hex(a.said) == "00000008");
        co_await a.connect();
    };
    in_rig(body, options);
}

TEST_CASE(
    "a KCM client and a CCAPI client share the collection, and what one does wakes the other") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        auto a = rig.client(1);
        auto kcm = rig.kcm_client(1000);
        co_await a.connect();
        request wait;
        wait.what = m::context_wait_for_change;
        const auto first = co_await a.call(wait);
        wait.time = first.time;
        co_await a.ask(wait);

        const auto said = [&kcm](const char *hex) -> awaitable<std::string> {
            const auto message = from_hex(std::string(hex).substr(8)); // without the length
            co_await kcm->send(net::buffer(message));
            std::vector<std::byte> reply(1024);
            const auto size = co_await kcm->receive(net::buffer(reply));
            co_return to_hex(core::const_bytes(reply).first(size));
        };
        const auto initialized = co_await said(kcm_examples::initialize.request);
        CHECK(initialized == "0000000000000000");
        const auto changed = co_await a.reply_to(m::context_wait_for_change);
        CHECK(changed.time > first.time);
        const auto name = co_await said(kcm_examples::get_default_cache.request);
        CHECK(name == std::string(kcm_examples::get_default_cache.reply).substr(8));

        request open;
        open.what = m::context_open_default_ccache;
        const auto opened = co_await a.call(open);
        const auto cache = kept(opened.id);
        const auto who = co_await a.call(of(m::ccache_get_principal, cache));
        CHECK(who.text == "alice@A.ORG");

        const auto broken = from_hex("0200"); // no request at all: the connection ends
        co_await kcm->send(net::buffer(broken));
        std::vector<std::byte> reply(16);
        const auto ended = co_await core::as_result(kcm->receive(net::buffer(reply)));
        CHECK(!ended.has_value());
    });
}

namespace {

struct sent_reply {
    std::string said; // in hexadecimal
    bool is_wiped = false;
};

// Gives one request. When the next one is asked for, it looks where the reply was.
class one_request : public core::message_stream {
  public:
    one_request(net::any_io_executor executor, const char *hex, sent_reply &seen)
        : executor_(std::move(executor)),
          request_(from_hex(hex)),
          seen_(seen) {}

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        if (!request_.empty()) {
            const auto size = net::buffer_copy(buffer, net::buffer(request_));
            request_.clear();
            co_return size;
        }
        seen_.is_wiped = !reply_.empty();
        for (const auto byte : reply_)
            seen_.is_wiped = seen_.is_wiped && byte == std::byte{0};
        throw system_error(core::end_of_stream);
    }
    bool try_send(net::const_buffer message) override {
        reply_ = {static_cast<const std::byte *>(message.data()), message.size()};
        seen_.said = to_hex(reply_);
        return true;
    }
    awaitable<void> send(net::const_buffer) override {
        throw system_error(core::errc::closed); // try_send took it
        co_return;
    }
    std::size_t max_message_size() const noexcept override { return 1024; }
    void close() noexcept override {}
    net::any_io_executor get_executor() noexcept override { return executor_; }

  private:
    net::any_io_executor executor_;
    std::vector<std::byte> request_;
    core::const_bytes reply_;
    sent_reply &seen_;
};

} // namespace

TEST_CASE("a KCM reply does not stay in memory until the next request") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        sent_reply seen;
        auto client = std::make_unique<one_request>(executor, "02000014", seen);
        co_await rig.server.serve_kcm(std::move(client), 1000);
        CHECK(seen.said == std::string(kcm_examples::get_default_cache.reply).substr(8));
        CHECK(seen.is_wiped);
    });
}
