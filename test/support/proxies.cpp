// SPDX-License-Identifier: Apache-2.0
#include "proxies.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <utility>

namespace costrand::test {

namespace {

awaitable<void> say(core::byte_stream &client, std::string text) {
    co_await core::write_all(client, net::buffer(text));
}

awaitable<std::string> take(core::byte_stream &client, std::size_t n) {
    std::string text(n, '\0');
    co_await core::read_exactly(client, net::buffer(text));
    co_return text;
}

awaitable<std::string> answer_http(core::byte_stream &client, const proxy_rules &rules) {
    std::string header;
    while (!header.ends_with("\r\n\r\n"))
        header += co_await take(client, 1);
    const auto end = header.find(" HTTP/1.1\r\n");
    const std::string_view method = "CONNECT ";
    if (!header.starts_with(method) || end == header.npos) {
        co_await say(client, "HTTP/1.1 405 Method Not Allowed\r\n\r\n");
        co_return "";
    }
    if (!rules.authorization.empty() &&
        header.find("\r\nProxy-Authorization: " + rules.authorization + "\r\n") == header.npos) {
        co_await say(client, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                             "Proxy-Authenticate: Basic realm=\"test\"\r\n\r\n");
        co_return "";
    }
    const std::string established = "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    co_await say(client, established + rules.first_words);
    co_return header.substr(method.size(), end - method.size());
}

unsigned number(const std::string &bytes) {
    unsigned out = 0;
    for (const char c : bytes)
        out = out << 8 | static_cast<unsigned char>(c);
    return out;
}

// True when the client may go on.
awaitable<bool> check_user(core::byte_stream &client, const proxy_rules &rules) {
    const auto version = co_await take(client, 1);
    const auto user_size = co_await take(client, 1);
    const auto user = co_await take(client, number(user_size));
    const auto password_size = co_await take(client, 1);
    const auto password = co_await take(client, number(password_size));
    const bool right = version == "\x01" && user == rules.user && password == rules.password;
    const char status = right ? '\0' : '\x01';
    co_await say(client, std::string("\x01") + status);
    co_return right;
}

awaitable<std::string> answer_socks5(core::byte_stream &client, const proxy_rules &rules) {
    const auto greeting = co_await take(client, 2);
    const auto methods = co_await take(client, number(greeting.substr(1)));
    const char wanted = rules.user.empty() ? '\0' : '\x02';
    const bool offered = greeting[0] == '\x05' && methods.find(wanted) != methods.npos;
    const char method = offered ? wanted : '\xff';
    co_await say(client, std::string("\x05") + method);
    if (!offered)
        co_return "";
    if (!rules.user.empty()) {
        const bool right = co_await check_user(client, rules);
        if (!right)
            co_return "";
    }
    const auto request = co_await take(client, 4);
    if (request != std::string("\x05\x01\x00\x03", 4)) {
        co_await say(client, std::string("\x05\x07\x00\x01\0\0\0\0\0\0", 10));
        co_return "";
    }
    const auto size = co_await take(client, 1);
    const auto host = co_await take(client, number(size));
    const auto port = co_await take(client, 2);
    const std::string granted("\x05\x00\x00\x03\x04here\x12\x34", 11);
    co_await say(client, granted + rules.first_words);
    co_return host + ":" + std::to_string(number(port));
}

awaitable<void> pump(core::byte_stream &from, core::byte_stream &to) {
    std::string buffer(4096, '\0');
    for (;;) {
        auto n = co_await core::as_result(from.read_some(net::buffer(buffer)));
        if (!n)
            break;
        auto written =
            co_await core::as_result(core::write_all(to, net::buffer(buffer.data(), *n)));
        if (!written)
            break;
    }
    // One that is gone needs no end.
    (void)co_await core::as_result(to.shutdown());
}

awaitable<void> serve(std::unique_ptr<core::byte_stream> client, proxy_rules rules,
                      std::uint16_t port, asked_targets asked) {
    auto target = co_await core::as_result(answer_as_proxy(*client, std::move(rules)));
    if (!target || target->empty())
        co_return;
    asked->push_back(std::move(*target));
    const auto server =
        co_await transports::tcp_connect("127.0.0.1", port, std::chrono::seconds(10));
    core::task_group pumps(client->get_executor());
    pumps.spawn(pump(*server, *client));
    co_await pumps.run(pump(*client, *server));
}

awaitable<void> accept_all(transports::tcp_acceptor &acceptor, core::task_group &clients,
                           proxy_rules rules, std::uint16_t port, asked_targets asked) {
    for (;;) {
        auto client = co_await core::as_result(acceptor.accept());
        if (!client)
            co_return;
        clients.spawn(serve(std::move(*client), rules, port, asked));
    }
}

} // namespace

awaitable<std::string> answer_as_proxy(core::byte_stream &client, proxy_rules rules) {
    if (rules.kind == transports::proxy_kind::http)
        co_return co_await answer_http(client, rules);
    co_return co_await answer_socks5(client, rules);
}

awaitable<void> run_proxy(transports::tcp_acceptor &acceptor, proxy_rules rules, std::uint16_t port,
                          asked_targets asked) {
    const auto executor = co_await net::this_coro::executor;
    core::task_group clients(executor);
    co_await clients.run(accept_all(acceptor, clients, std::move(rules), port, std::move(asked)));
}

} // namespace costrand::test
