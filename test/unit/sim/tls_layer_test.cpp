// SPDX-License-Identifier: Apache-2.0
// The two TLS layers of the simulated peers keep one contract: what one end writes the other reads,
// a chain that is not believed ends the handshake, an end is in good order or it is not.
#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/tls.hpp>

#include "support/run_coro.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using costrand::test::coro_environment;
using costrand::test::run_coro;
using transports::tls_errc;

namespace {

constexpr std::size_t teardown_points = 20;

identity make_identity(key_source &keys) {
    certificate_subject s;
    s.common_name = "device";
    s.not_after = 4'000'000'000;
    return make_root(s, keys.next_key());
}

// Both ends of one connection, over streams that give a few bytes at a time.
struct ends {
    std::unique_ptr<core::byte_stream> client, server;
    std::vector<der_bytes> seen; // by the client
    error_code client_failure;
};

awaitable<void> accept_as(std::shared_ptr<tls_layer> tls, identity who, tls_manner how,
                          std::unique_ptr<core::byte_stream> below, ends &out) {
    auto accepting = tls->accept(std::move(below), std::move(who), std::move(how));
    auto accepted = co_await core::as_result(std::move(accepting));
    if (accepted)
        out.server = std::move(*accepted);
}

awaitable<void> accept_into(std::shared_ptr<tls_layer> tls, identity who,
                            std::unique_ptr<core::byte_stream> below, ends &out) {
    return accept_as(std::move(tls), std::move(who), tls_manner(), std::move(below), out);
}

awaitable<void> shake_hands(coro_environment env, crypto with, bool believed, std::size_t chop,
                            ends &out) {
    memory_options narrow;
    narrow.chop = chop;
    auto [near, far] = memory_byte_pair(env.executor, narrow, narrow);
    core::task_group children(env.executor);
    auto who = make_identity(*with.keys);
    children.spawn(accept_into(with.tls, std::move(who), std::move(far), out));
    chain_judge judge = [&out, believed](const std::vector<der_bytes> &chain) {
        out.seen = chain;
        return believed;
    };
    auto connecting = with.tls->connect(std::move(near), std::move(judge));
    auto connected = co_await core::as_result(std::move(connecting));
    if (connected)
        out.client = std::move(*connected);
    else
        out.client_failure = connected.error();
    co_await children.join();
}

std::string read_text(core::const_bytes bytes) {
    return std::string(core::as_text(bytes));
}

template <typename Body>
void with_each(Body body) {
    for (auto *make : {pooled_crypto, bare_crypto})
        run_coro([&](coro_environment env) -> awaitable<void> { co_await body(env, make()); },
                 teardown_points);
}

awaitable<void> exchange(coro_environment env, crypto with) {
    for (const std::size_t chop : {1u, 7u, 100'000u}) {
        ends e;
        co_await shake_hands(env, with, true, chop, e);
        REQUIRE(e.client);
        REQUIRE(e.server);
        CHECK(e.seen.size() == 1);
        std::string asked(40'000, 'q'), answered = "yes";
        core::task_group children(env.executor);
        children.spawn(core::write_all(*e.client, net::buffer(asked)));
        std::vector<std::byte> got(asked.size());
        co_await core::read_exactly(*e.server, net::buffer(got));
        co_await children.join();
        CHECK(read_text(got) == asked);
        co_await core::write_all(*e.server, net::buffer(answered));
        got.resize(answered.size());
        co_await core::read_exactly(*e.client, net::buffer(got));
        CHECK(read_text(got) == answered);
        co_await e.server->shutdown();
        const auto end = co_await core::as_result(e.client->read_some(net::buffer(got)));
        CHECK(end.error() == core::end_of_stream);
    }
}

awaitable<void> refuse(coro_environment env, crypto with) {
    ends e;
    co_await shake_hands(env, with, false, 100'000, e);
    CHECK(!e.client);
    CHECK(e.client_failure == tls_errc::certificate_rejected);
    CHECK(!e.server);
}

awaitable<void> cut_off(coro_environment env, crypto with) {
    ends e;
    co_await shake_hands(env, with, true, 100'000, e);
    REQUIRE(e.server);
    e.server->close();
    std::vector<std::byte> got(10);
    const auto end = co_await core::as_result(e.client->read_some(net::buffer(got)));
    CHECK(end.error() == tls_errc::truncated);
}

// Carries bytes, and changes the one at that place.
awaitable<void> carry(core::byte_stream &from, core::byte_stream &to, std::size_t change_at) {
    std::vector<std::byte> buffer(4096);
    for (std::size_t before = 0;;) {
        const auto got = co_await core::as_result(from.read_some(net::buffer(buffer)));
        if (!got)
            co_return;
        if (before <= change_at && change_at < before + *got)
            buffer[change_at - before] ^= std::byte{1};
        before += *got;
        co_await core::write_all(to, net::buffer(buffer.data(), *got));
    }
}

// Not a ClientHello, to a server.
awaitable<void> no_hello(coro_environment env, crypto with) {
    for (const std::string &bytes : {std::string("GET / HTTP/1.1\r\n\r\n"),
                                     std::string("\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9),
                                     std::string("\x17\x03\x03\x00\x02xx", 7)}) {
        auto [near, far] = memory_byte_pair(env.executor);
        ends e;
        core::task_group children(env.executor);
        auto who = make_identity(*with.keys);
        children.spawn(accept_into(with.tls, std::move(who), std::move(far), e));
        co_await core::write_all(*near, net::buffer(bytes));
        co_await near->shutdown();
        co_await children.join();
        CHECK(!e.server);
    }
}

// The types of the records that each end sent, a row of one type written once, and '|' where the
// other end had its turn: "c 22 | s 22 20 23 | ...".
class overheard : public core::byte_stream {
  public:
    overheard(std::unique_ptr<core::byte_stream> below, char who, std::string &story)
        : below_(std::move(below)),
          who_(who),
          story_(story) {}
    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        return below_->read_some(buffer);
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        const auto n = co_await below_->write_some(buffer);
        const auto *data = static_cast<const std::byte *>(buffer.data());
        sent_.insert(sent_.end(), data, data + n);
        while (sent_.size() >= 5) {
            const auto size = 5 + std::to_integer<std::size_t>(sent_[3]) * 256 +
                              std::to_integer<std::size_t>(sent_[4]);
            if (sent_.size() < size)
                break;
            tell(std::to_integer<int>(sent_[0]));
            sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(size));
        }
        co_return n;
    }
    awaitable<void> shutdown() override { return below_->shutdown(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    void tell(int type) {
        const auto turn = story_.find_last_of("cs");
        if (turn == story_.npos || story_[turn] != who_)
            story_ += std::string(story_.empty() ? "" : " | ") + who_;
        const auto name = ' ' + std::to_string(type);
        if (!story_.ends_with(name))
            story_ += name;
    }

    std::unique_ptr<core::byte_stream> below_;
    char who_;
    std::string &story_;
    std::vector<std::byte> sent_;
};

// A handshake, a request, its answer, an end in good order.
awaitable<std::string> story_of(coro_environment env, crypto with) {
    std::string story;
    auto [near, far] = memory_byte_pair(env.executor);
    ends e;
    core::task_group children(env.executor);
    auto who = make_identity(*with.keys);
    children.spawn(accept_into(with.tls, std::move(who),
                               std::make_unique<overheard>(std::move(far), 's', story), e));
    chain_judge believe = [](const std::vector<der_bytes> &) { return true; };
    auto below = std::make_unique<overheard>(std::move(near), 'c', story);
    e.client = co_await with.tls->connect(std::move(below), std::move(believe));
    co_await children.join();
    const std::string text = "some text";
    std::vector<std::byte> got(text.size());
    co_await core::write_all(*e.client, net::buffer(text));
    co_await core::read_exactly(*e.server, net::buffer(got));
    co_await core::write_all(*e.server, net::buffer(text));
    co_await core::read_exactly(*e.client, net::buffer(got));
    co_await e.server->shutdown();
    co_return story;
}

// A server that wants to know its clients.
awaitable<void> asked_clients(coro_environment env, crypto with) {
    for (const int shown : {0, 1, 2}) {
        auto [near, far] = memory_byte_pair(env.executor);
        const auto known = make_identity(*with.keys);
        identity own;
        if (shown > 0)
            own = shown == 1 ? known : make_identity(*with.keys);
        tls_manner manner;
        manner.client = [&known](const std::vector<der_bytes> &chain) {
            return chain.front() == known.chain.front();
        };
        core::task_group children(env.executor);
        ends e;
        auto who = make_identity(*with.keys);
        children.spawn(accept_as(with.tls, std::move(who), manner, std::move(far), e));
        chain_judge believe = [](const std::vector<der_bytes> &) { return true; };
        auto connecting = with.tls->connect_as(std::move(own), std::move(near), std::move(believe));
        auto connected = co_await core::as_result(std::move(connecting));
        co_await children.join();
        CHECK((e.server != nullptr) == (shown == 1));
        if (shown == 1 || !connected)
            continue;
        // With TLS 1.3 a client hears behind its own handshake that it is refused.
        std::vector<std::byte> got(10);
        const auto heard = co_await core::as_result((*connected)->read_some(net::buffer(got)));
        CHECK(heard.error() == tls_errc::refused_by_peer);
    }
}

} // namespace

TEST_CASE("bare records have the types of TLS 1.3, in the same flights") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto real = co_await story_of(env, pooled_crypto());
        const auto bare = co_await story_of(env, bare_crypto());
        CHECK(real == bare);
        // ClientHello; ServerHello and what it seals; Finished; tickets; a request; its answer.
        CHECK(bare == "c 22 | s 22 20 23 | c 20 23 | s 23 | c 23 | s 23");
    });
}

TEST_CASE("a server that asks lets in the clients that it knows, and no others") {
    with_each(asked_clients);
}

TEST_CASE("what one end of a TLS layer writes the other reads, in pieces of any size") {
    with_each(exchange);
}

TEST_CASE("a chain that is not believed ends the handshake at both ends") {
    with_each(refuse);
}

TEST_CASE("a connection that is cut off is no end in good order") {
    with_each(cut_off);
}

TEST_CASE("a TLS server takes nothing but a ClientHello first") {
    with_each(no_hello);
}

TEST_CASE("bare records find a byte that was changed on the way") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto with = bare_crypto();
            auto [near, wire] = memory_byte_pair(env.executor);
            auto [end_of_wire, far] = memory_byte_pair(env.executor);
            ends e;
            core::task_group children(env.executor), wires(env.executor);
            auto who = make_identity(*with.keys);
            children.spawn(accept_into(with.tls, std::move(who), std::move(far), e));
            // Behind the two flights of the handshake.
            wires.spawn(carry(*wire, *end_of_wire, 301 + 80 + 10));
            wires.spawn(carry(*end_of_wire, *wire, 1'000'000));
            chain_judge believe = [](const std::vector<der_bytes> &) { return true; };
            auto connecting = with.tls->connect(std::move(near), std::move(believe));
            const auto client = co_await std::move(connecting);
            co_await children.join();
            const std::string text = "twenty bytes of text";
            co_await core::write_all(*client, net::buffer(text));
            std::vector<std::byte> got(100);
            const auto heard = co_await core::as_result(e.server->read_some(net::buffer(got)));
            wires.cancel();
            co_await wires.join();
            CHECK(heard.error() == tls_errc::protocol);
        },
        teardown_points);
}
