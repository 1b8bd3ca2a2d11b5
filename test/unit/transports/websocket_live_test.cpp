// SPDX-License-Identifier: Apache-2.0
// Dial, proxy, TLS and upgrade over real loopback sockets.
#include <costrand/transports/websocket.hpp>

#include "live_server.hpp"
#include "run_real.hpp"

#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/proxies.hpp>
#include <unit/core/support.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;

namespace {

transports::websocket_url url_of(const char *scheme, const transports::tcp_acceptor &acceptor) {
    const auto text =
        std::string(scheme) + "://127.0.0.1:" + std::to_string(acceptor.port()) + "/activate";
    return transports::parse_websocket_url(text).value();
}

// One connection: says back the first message.
awaitable<void> echo_once(std::unique_ptr<core::byte_stream> below) {
    const transports::websocket_options defaults;
    const auto stream = co_await transports::websocket_accept(std::move(below), defaults);
    std::vector<std::byte> buffer(4096);
    const auto n = co_await stream->receive(net::buffer(buffer));
    co_await stream->send(net::buffer(buffer.data(), n));
    (void)co_await test::failure_of(stream->receive(net::buffer(buffer))); // until it is gone
}

awaitable<void> serve(transports::tcp_acceptor &acceptor, bool secure, const char *host) {
    auto below = co_await acceptor.accept();
    if (secure)
        below = co_await transports::tls_accept(std::move(below), test::server_of(host));
    co_await echo_once(std::move(below));
}

// A server whose client goes away in the middle of the handshake.
awaitable<void> serve_in_vain(transports::tcp_acceptor &acceptor) {
    (void)co_await test::failure_of(serve(acceptor, true, "127.0.0.1"));
}

// A proxy before `acceptor`, and what it was asked for.
struct proxy_before {
    proxy_before(net::any_io_executor executor, test::proxy_rules rules, std::uint16_t server_port)
        : acceptor(executor, "127.0.0.1", 0),
          kind(rules.kind),
          tasks(executor) {
        tasks.spawn(test::run_proxy(acceptor, std::move(rules), server_port, asked));
    }
    transports::proxy_url url() const {
        const char *scheme = kind == transports::proxy_kind::http ? "http" : "socks5";
        return transports::parse_proxy_url(std::string(scheme) + "://joe:hunter2@127.0.0.1:" +
                                           std::to_string(acceptor.port()))
            .value();
    }
    awaitable<void> stop() {
        tasks.cancel();
        co_await tasks.join();
    }

    test::asked_targets asked = std::make_shared<std::vector<std::string>>();
    transports::tcp_acceptor acceptor;
    transports::proxy_kind kind;
    core::task_group tasks;
};

test::proxy_rules for_joe(transports::proxy_kind kind) {
    test::proxy_rules rules(kind);
    rules.authorization = "Basic am9lOmh1bnRlcjI="; // joe:hunter2
    rules.user = "joe";
    rules.password = "hunter2";
    return rules;
}

awaitable<std::string> ask(transports::websocket_url url, transports::websocket_options options) {
    const auto stream =
        co_await transports::websocket_connect(std::move(url), std::move(options), core::log());
    co_await stream->send(net::buffer("hello", 5));
    std::vector<std::byte> buffer(4096);
    const auto n = co_await stream->receive(net::buffer(buffer));
    co_return std::string(core::as_text(core::const_bytes(buffer).first(n)));
}

} // namespace

TEST_CASE("ws and wss reach a server on loopback") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        for (const bool secure : {false, true}) {
            transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
            core::task_group servers(executor);
            servers.spawn(serve(acceptor, secure, "127.0.0.1"));
            auto options =
                test::trusting<transports::websocket_options>(transports::tls_trust::kind::anchors);
            const auto url = url_of(secure ? "wss" : "ws", acceptor);
            const auto answer = co_await ask(url, std::move(options));
            CHECK(answer == "hello");
            co_await servers.join();
        }
    });
}

TEST_CASE("a certificate that the system does not know ends wss, unless anyone is trusted") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        core::task_group servers(executor);
        servers.spawn(serve_in_vain(acceptor));
        auto strict =
            test::trusting<transports::websocket_options>(transports::tls_trust::kind::system);
        const auto why = co_await test::failure_of(ask(url_of("wss", acceptor), std::move(strict)));
        CHECK(why == transports::tls_errc::certificate_not_trusted);
        co_await servers.join();
        servers.spawn(serve(acceptor, true, "127.0.0.1"));
        auto blind =
            test::trusting<transports::websocket_options>(transports::tls_trust::kind::anyone);
        const auto answer = co_await ask(url_of("wss", acceptor), std::move(blind));
        CHECK(answer == "hello");
        co_await servers.join();
    });
}

TEST_CASE("ws and wss reach a server through proxies, by a name that only the proxy knows") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        for (const auto kind : {transports::proxy_kind::http, transports::proxy_kind::socks5})
            for (const bool secure : {false, true}) {
                transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
                core::task_group servers(executor);
                servers.spawn(serve(acceptor, secure, "rps.invalid"));
                proxy_before proxy(executor, for_joe(kind), acceptor.port());
                auto options = test::trusting<transports::websocket_options>(
                    transports::tls_trust::kind::anchors);
                options.proxy = proxy.url();
                const auto url = transports::parse_websocket_url(
                    secure ? "wss://rps.invalid/activate" : "ws://rps.invalid:8080/activate");
                const auto answer = co_await ask(*url, std::move(options));
                CHECK(answer == "hello");
                REQUIRE(proxy.asked->size() == 1);
                CHECK(proxy.asked->front() == (secure ? "rps.invalid:443" : "rps.invalid:8080"));
                co_await servers.join();
                co_await proxy.stop();
            }
    });
}

TEST_CASE("behind a proxy the certificate is still checked against the server's own name") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        core::task_group servers(executor);
        servers.spawn(serve_in_vain(acceptor)); // its certificate is for the proxy's address
        proxy_before proxy(executor, for_joe(transports::proxy_kind::http), acceptor.port());
        auto options =
            test::trusting<transports::websocket_options>(transports::tls_trust::kind::anchors);
        options.proxy = proxy.url();
        const auto url = transports::parse_websocket_url("wss://rps.invalid/activate");
        const auto why = co_await test::failure_of(ask(*url, std::move(options)));
        CHECK(why == transports::tls_errc::certificate_wrong_host);
        co_await servers.join();
        co_await proxy.stop();
    });
}

TEST_CASE("a proxy that is not there, that refuses, or that says nothing is told as the proxy") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        const auto url = transports::parse_websocket_url("ws://rps.invalid/activate").value();
        transports::websocket_options options;
        auto gone = std::make_unique<transports::tcp_acceptor>(executor, "127.0.0.1", 0);
        options.proxy =
            transports::parse_proxy_url("127.0.0.1:" + std::to_string(gone->port())).value();
        gone.reset();
        auto why = co_await test::failure_of(ask(url, options));
        CHECK(why == transports::proxy_errc::unreachable);

        auto rules = for_joe(transports::proxy_kind::http);
        rules.authorization = "Basic am9lOnNlY3JldA=="; // joe:secret
        proxy_before strict(executor, rules, 1);
        options.proxy = strict.url();
        why = co_await test::failure_of(ask(url, options));
        CHECK(why == transports::proxy_errc::authentication_failed);
        co_await strict.stop();

        const transports::tcp_acceptor mute(executor, "127.0.0.1", 0);
        options.proxy =
            transports::parse_proxy_url("127.0.0.1:" + std::to_string(mute.port())).value();
        options.handshake_limit = 50ms;
        why = co_await test::failure_of(ask(url, options));
        CHECK(why == core::cond::timed_out);
    });
}

TEST_CASE("a server that is not there refuses at once") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        auto gone = std::make_unique<transports::tcp_acceptor>(executor, "127.0.0.1", 0);
        const auto url = url_of("ws", *gone);
        gone.reset();
        const transports::websocket_options defaults;
        const auto why = co_await test::failure_of(ask(url, defaults));
        CHECK(why == net::error::make_error_code(net::error::connection_refused));
    });
}

TEST_CASE("a server that takes the connection and says nothing is left when the limit passes") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        const transports::tcp_acceptor mute(executor, "127.0.0.1", 0);
        for (const char *scheme : {"ws", "wss"}) {
            transports::websocket_options options;
            options.handshake_limit = 50ms;
            const auto why = co_await test::failure_of(ask(url_of(scheme, mute), options));
            CHECK(why == core::cond::timed_out);
        }
    });
}
