// SPDX-License-Identifier: Apache-2.0
// Dial, proxy, TLS and the exchange over real loopback sockets.
#include <costrand/transports/http.hpp>

#include "live_server.hpp"
#include "run_real.hpp"

#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/proxies.hpp>
#include <unit/core/support.hpp>

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using transports::tls_trust;

namespace {

// One exchange: the answer is the target that was asked for.
awaitable<void> serve(transports::tcp_acceptor &acceptor, bool secure, const char *host) {
    auto below = co_await acceptor.accept();
    if (secure)
        below = co_await transports::tls_accept(std::move(below), test::server_of(host));
    const transports::http_options defaults;
    auto asked = co_await transports::http_receive(*below, defaults);
    transports::http_answer answer;
    answer.status = 200;
    answer.body = core::secret(std::move(asked.target));
    co_await transports::http_reply(*below, std::move(answer));
}

// A server whose client goes away in the middle of the handshake.
awaitable<void> serve_in_vain(transports::tcp_acceptor &acceptor) {
    (void)co_await test::failure_of(serve(acceptor, true, "127.0.0.1"));
}

awaitable<std::string> ask(std::string url, transports::http_options options) {
    const auto where = transports::parse_http_url(url);
    const transports::http_request request;
    const auto answer =
        co_await transports::http_exchange(*where, request, std::move(options), core::log());
    co_return std::string(answer.body.reveal());
}

std::string at(const char *scheme, const transports::tcp_acceptor &acceptor) {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(acceptor.port()) + "/a?b";
}

} // namespace

TEST_CASE("http and https reach a server on loopback") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        for (const bool secure : {false, true}) {
            transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
            core::task_group servers(executor);
            servers.spawn(serve(acceptor, secure, "127.0.0.1"));
            auto options = test::trusting<transports::http_options>(tls_trust::kind::anchors);
            auto url = at(secure ? "https" : "http", acceptor);
            const auto answer = co_await ask(std::move(url), std::move(options));
            CHECK(answer == "/a?b");
            co_await servers.join();
        }
    });
}

TEST_CASE("a certificate that the system does not know ends https, unless anyone is trusted") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
        core::task_group servers(executor);
        servers.spawn(serve_in_vain(acceptor));
        auto strict = test::trusting<transports::http_options>(tls_trust::kind::system);
        const auto why = co_await test::failure_of(ask(at("https", acceptor), std::move(strict)));
        CHECK(why == transports::tls_errc::certificate_not_trusted);
        co_await servers.join();
        servers.spawn(serve(acceptor, true, "127.0.0.1"));
        auto blind = test::trusting<transports::http_options>(tls_trust::kind::anyone);
        const auto answer = co_await ask(at("https", acceptor), std::move(blind));
        CHECK(answer == "/a?b");
        co_await servers.join();
    });
}

TEST_CASE("https reaches a server through a proxy, and checks the server's own name") {
    test::run_real([]() -> awaitable<void> {
        const auto executor = co_await net::this_coro::executor;
        for (const bool right : {true, false}) {
            transports::tcp_acceptor acceptor(executor, "127.0.0.1", 0);
            core::task_group servers(executor);
            if (right)
                servers.spawn(serve(acceptor, true, "console.invalid"));
            else
                servers.spawn(serve_in_vain(acceptor)); // its certificate is for the address
            transports::tcp_acceptor proxy(executor, "127.0.0.1", 0);
            core::task_group proxies(executor);
            const auto asked = std::make_shared<std::vector<std::string>>();
            test::proxy_rules rules;
            proxies.spawn(test::run_proxy(proxy, rules, acceptor.port(), asked));
            auto options = test::trusting<transports::http_options>(tls_trust::kind::anchors);
            options.proxy =
                transports::parse_proxy_url("http://127.0.0.1:" + std::to_string(proxy.port()))
                    .value();
            const auto why =
                co_await test::failure_of(ask("https://console.invalid/a", std::move(options)));
            if (right)
                CHECK_FALSE(why);
            else
                CHECK(why == transports::tls_errc::certificate_wrong_host);
            CHECK(*asked == std::vector<std::string>{"console.invalid:443"});
            co_await servers.join();
            proxies.cancel();
            co_await proxies.join();
        }
    });
}
