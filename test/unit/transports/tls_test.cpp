// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/tls.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <support/certificates.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace costrand;
using transports::tls_errc;

namespace {

using stream_ptr = std::unique_ptr<core::byte_stream>;

const test::authority &root() {
    static const test::authority a;
    return a;
}

transports::tls_server_options server_options(test::leaf_options leaf, bool tls13) {
    auto made = root().issue(leaf);
    transports::tls_server_options o;
    o.certificate_chain_pem = made.certificate_pem;
    o.private_key_pem = core::secret(std::move(made.key_pem));
    o.tls13 = tls13;
    return o;
}

// Made once: a key takes longer than most tests.
const transports::tls_server_options &good_server(bool tls13 = true) {
    static const auto with = server_options({}, true), without = server_options({}, false);
    return tls13 ? with : without;
}

transports::tls_client_options client_options(const std::string &host = "server.example") {
    transports::tls_client_options o;
    o.host = host;
    o.trust.check = transports::tls_trust::kind::anchors;
    o.trust.anchors_pem = root().certificate_pem();
    return o;
}

awaitable<void> accept_into(stream_ptr below, transports::tls_server_options options,
                            stream_ptr &out) {
    out = co_await transports::tls_accept(std::move(below), std::move(options));
}

// A server that does not care how its client ends.
awaitable<void> serve_quietly(stream_ptr below, transports::tls_server_options options) {
    (void)co_await core::as_result(transports::tls_accept(std::move(below), std::move(options)));
}

struct tls_pair {
    stream_ptr client, server;
};

awaitable<tls_pair> connected(net::any_io_executor executor, bool tls13, std::size_t chop) {
    sim::memory_options options;
    options.chop = chop;
    auto below = sim::memory_byte_pair(executor, options, options);
    tls_pair pair;
    core::task_group group(executor);
    group.spawn(accept_into(std::move(below.second), good_server(tls13), pair.server));
    pair.client = co_await transports::tls_connect(std::move(below.first), client_options());
    co_await group.join();
    co_return pair;
}

awaitable<void> write_and_shut(core::byte_stream &stream, std::string data) {
    co_await core::write_all(stream, net::buffer(data));
    co_await stream.shutdown();
}

awaitable<void> read_to_end(core::byte_stream &stream, std::string &out) {
    const auto data = co_await core::read_until_eof(stream, 4 * 1024 * 1024);
    out = core::as_text(data);
}

std::string pattern(std::size_t size, char seed) {
    std::string s(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        s[i] = static_cast<char>(seed + i % 64);
    return s;
}

awaitable<void> both_ways(net::any_io_executor executor, bool tls13, std::size_t chop,
                          std::size_t size) {
    auto pair = co_await connected(executor, tls13, chop);
    const auto up = pattern(size, 'A'), down = pattern(size, '0');
    std::string got_up, got_down;
    core::task_group group(executor);
    group.spawn(write_and_shut(*pair.client, up));
    group.spawn(write_and_shut(*pair.server, down));
    group.spawn(read_to_end(*pair.server, got_up));
    group.spawn(read_to_end(*pair.client, got_down));
    co_await group.join();
    CHECK((got_up == up));
    CHECK((got_down == down));
}

awaitable<error_code> failure_of(net::any_io_executor executor,
                                 transports::tls_client_options client,
                                 transports::tls_server_options server) {
    auto below = sim::memory_byte_pair(executor);
    core::task_group group(executor);
    group.spawn(serve_quietly(std::move(below.second), std::move(server)));
    auto got = co_await core::as_result(
        transports::tls_connect(std::move(below.first), std::move(client)));
    co_await group.join();
    co_return got ? error_code() : got.error();
}

} // namespace

TEST_CASE("TLS carries a mebibyte both ways at once, whatever the stream below chops") {
    for (bool tls13 : {false, true})
        for (std::size_t chop : {7UL, 4096UL}) {
            CAPTURE(tls13);
            CAPTURE(chop);
            const std::size_t size = chop == 7 ? 64 * 1024 : 1024 * 1024;
            test::run_coro(
                [=](test::coro_environment env) -> awaitable<void> {
                    co_await both_ways(env.executor, tls13, chop, size);
                },
                5);
        }
}

TEST_CASE("TLS works over a stream that gives one byte at a time") {
    for (bool tls13 : {false, true})
        test::run_coro(
            [=](test::coro_environment env) -> awaitable<void> {
                co_await both_ways(env.executor, tls13, 1, 2000);
            },
            40);
}

TEST_CASE("a certificate for another host is told as that") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto why =
            co_await failure_of(env.executor, client_options("other.example"), good_server());
        CHECK(why == tls_errc::certificate_wrong_host);
    });
}

TEST_CASE("an expired certificate is told as that") {
    test::leaf_options old;
    old.valid_from_days = -2;
    old.valid_to_days = -1;
    const auto server = server_options(old, true);
    test::run_coro([server](test::coro_environment env) -> awaitable<void> {
        const auto why = co_await failure_of(env.executor, client_options(), server);
        CHECK(why == tls_errc::certificate_expired);
    });
}

TEST_CASE("a certificate that no trusted root signed is told as that") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        transports::tls_client_options client;
        client.host = "server.example"; // trust: the system's store
        const auto why = co_await failure_of(env.executor, client, good_server());
        CHECK(why == tls_errc::certificate_not_trusted);
    });
}

TEST_CASE("a client that trusts anyone takes any certificate") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        transports::tls_client_options client;
        client.host = "other.example";
        client.trust.check = transports::tls_trust::kind::anyone;
        const auto why = co_await failure_of(env.executor, client, good_server());
        CHECK(!why);
    });
}

TEST_CASE("an address is checked against the certificate's addresses") {
    test::leaf_options by_address;
    by_address.host = "127.0.0.1";
    const auto server = server_options(by_address, true);
    test::run_coro([server](test::coro_environment env) -> awaitable<void> {
        const auto good = co_await failure_of(env.executor, client_options("127.0.0.1"), server);
        CHECK(!good);
        const auto bad = co_await failure_of(env.executor, client_options("127.0.0.2"), server);
        CHECK(bad == tls_errc::certificate_wrong_host);
    });
}

TEST_CASE("a server that does not speak TLS is a protocol error") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto below = sim::memory_byte_pair(env.executor);
        const std::string page = "HTTP/1.1 400 Bad Request\r\n\r\n";
        co_await core::write_all(*below.second, net::buffer(page));
        auto got = co_await core::as_result(
            transports::tls_connect(std::move(below.first), client_options()));
        REQUIRE(got.has_error());
        CHECK(got.error() == tls_errc::protocol);
    });
}

TEST_CASE("a stream that ends without close_notify is truncated, not ended") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, true, 4096);
        pair.server->close();
        char c = 0;
        auto got = co_await core::as_result(pair.client->read_some(net::buffer(&c, 1)));
        REQUIRE(got.has_error());
        CHECK(got.error() == tls_errc::truncated);
    });
}

TEST_CASE("a read that was cancelled has taken nothing") {
    using namespace std::chrono_literals;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, true, 4096);
        char c = 0;
        auto late = co_await core::as_result(
            core::with_deadline(5s, pair.client->read_some(net::buffer(&c, 1))));
        REQUIRE(late.has_error());
        CHECK(late.error() == core::cond::timed_out);
        co_await core::write_all(*pair.server, net::buffer("x", 1));
        const auto n = co_await pair.client->read_some(net::buffer(&c, 1));
        CHECK(n == 1);
        CHECK(c == 'x');
    });
}

TEST_CASE("what a certificate lacks is told in OpenSSL's words") {
    test::leaf_options old;
    old.valid_from_days = -2;
    old.valid_to_days = -1;
    const auto expired = server_options(old, true);
    auto untrusting = client_options();
    untrusting.trust = {};
    struct example {
        transports::tls_client_options client;
        transports::tls_server_options server;
        const char *words;
    };
    const std::vector<example> examples = {
        {client_options(), expired, "certificate has expired"},
        {untrusting, good_server(), "unable to get local issuer certificate"},
        {client_options("other.example"), good_server(), "hostname mismatch"},
    };
    for (const auto &e : examples)
        test::run_coro([&e](test::coro_environment env) -> awaitable<void> {
            auto below = sim::memory_byte_pair(env.executor);
            core::task_group group(env.executor);
            group.spawn(serve_quietly(std::move(below.second), e.server));
            std::string reason;
            try {
                auto client = e.client;
                (void)co_await transports::tls_connect(std::move(below.first), std::move(client));
            } catch (const transports::tls_error &error) {
                reason = error.reason();
            }
            co_await group.join();
            CHECK(reason == e.words);
        });
}

TEST_CASE("a client that trusts anyone is not told of the certificate when records are damaged") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto below = sim::memory_byte_pair(env.executor);
        auto &raw = *below.second;
        stream_ptr server;
        core::task_group group(env.executor);
        group.spawn(accept_into(std::move(below.second), good_server(), server));
        transports::tls_client_options options;
        options.host = "other.example";
        options.trust.check = transports::tls_trust::kind::anyone;
        auto client = co_await transports::tls_connect(std::move(below.first), std::move(options));
        co_await group.join();
        const std::string garbage(64, 'g');
        co_await core::write_all(raw, net::buffer(garbage));
        char c = 0;
        const auto why = co_await test::failure_of(client->read_some(net::buffer(&c, 1)));
        CHECK(why == tls_errc::protocol);
    });
}

TEST_CASE(
    "a write that meets no room ends when it is cancelled, and its record is still finished") {
    using namespace std::chrono_literals;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        sim::memory_options narrow;
        narrow.capacity = 4096;
        narrow.chop = 1000;
        auto below = sim::memory_byte_pair(env.executor, narrow, narrow);
        tls_pair pair;
        core::task_group group(env.executor);
        group.spawn(accept_into(std::move(below.second), good_server(), pair.server));
        pair.client = co_await transports::tls_connect(std::move(below.first), client_options());
        co_await group.join();
        const auto sent = pattern(10'000, 'A');
        const auto why = co_await test::failure_of(
            core::with_deadline(1s, pair.client->write_some(net::buffer(sent))));
        CHECK(why == core::cond::timed_out);
        CHECK(env.time.elapsed() == 1s);
        std::string got(sent.size(), ' ');
        co_await core::read_exactly(*pair.server, net::buffer(got));
        CHECK((got == sent));
    });
}

TEST_CASE("certificates and keys that cannot be used are a fault of the configuration") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto below = sim::memory_byte_pair(env.executor);
        transports::tls_server_options none;
        none.certificate_chain_pem = "no certificate";
        auto accepting = transports::tls_accept(std::move(below.second), std::move(none));
        const auto server = co_await test::failure_of(std::move(accepting));
        CHECK(server == tls_errc::bad_configuration);
        auto options = client_options();
        options.trust.anchors_pem.clear();
        auto connecting = transports::tls_connect(std::move(below.first), std::move(options));
        const auto client = co_await test::failure_of(std::move(connecting));
        CHECK(client == tls_errc::bad_configuration);
    });
}

TEST_CASE("close ends a pending read with cond::closed") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, true, 4096);
        core::task_group group(env.executor);
        error_code why;
        auto read = [](core::byte_stream &stream, error_code &out) -> awaitable<void> {
            char c = 0;
            auto got = co_await core::as_result(stream.read_some(net::buffer(&c, 1)));
            out = got ? error_code() : got.error();
        };
        auto closing = [](core::byte_stream &stream) -> awaitable<void> {
            stream.close();
            co_return;
        };
        group.spawn(read(*pair.client, why));
        group.spawn(closing(*pair.client));
        co_await group.join();
        CHECK(why == core::cond::closed);
    });
}

TEST_CASE("an empty read completes at once beside a pending one") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto pair = co_await connected(env.executor, true, 4096);
        const auto n = co_await pair.client->read_some(net::mutable_buffer());
        CHECK(n == 0);
    });
}

namespace {

// What a client of one version without and with a certificate hears, and what the server's judge
// was shown.
awaitable<void> ask_client(net::any_io_executor executor, bool server13, bool client13) {
    static const auto shown = root().issue({});
    for (const bool has_one : {false, true}) {
        std::size_t asked = 0, certificates = 0;
        auto server = good_server(server13);
        server.client_judge = [&](const std::vector<std::vector<std::byte>> &chain) {
            ++asked;
            certificates = chain.size();
            return true;
        };
        auto client = client_options();
        client.tls13 = client13;
        if (has_one) {
            client.certificate_chain_pem = shown.certificate_pem;
            client.private_key_pem = core::secret(std::string_view(shown.key_pem));
        }
        auto below = sim::memory_byte_pair(executor);
        core::task_group group(executor);
        group.spawn(serve_quietly(std::move(below.second), std::move(server)));
        auto got = co_await core::as_result(
            transports::tls_connect(std::move(below.first), std::move(client)));
        co_await group.join();
        error_code heard = got ? error_code() : got.error();
        std::vector<std::byte> unread(1);
        if (got)
            heard = (co_await core::as_result((*got)->read_some(net::buffer(unread)))).error();
        CHECK(asked == (has_one ? 1 : 0));
        CHECK(certificates == (has_one ? 2 : 0)); // and the root, which the client knows
        // Let in, and then left without close_notify; or refused.
        CHECK(heard == (has_one ? tls_errc::truncated : tls_errc::refused_by_peer));
    }
}

} // namespace

TEST_CASE("a server that asks for certificates judges them, and refuses a client that has none") {
    for (const bool server13 : {false, true})
        for (const bool client13 : {false, true})
            test::run_coro(
                [=](test::coro_environment env) -> awaitable<void> {
                    CAPTURE(server13);
                    CAPTURE(client13);
                    co_await ask_client(env.executor, server13, client13);
                },
                5);
}
