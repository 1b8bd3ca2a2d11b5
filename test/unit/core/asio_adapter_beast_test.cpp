// SPDX-License-Identifier: Apache-2.0
// beast::http, plain and inside asio::ssl::stream, over a byte stream that chops. A file of its
// own: it takes longer to compile than all other core tests together.
#include <costrand/core/asio_adapter.hpp>

#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <support/certificates.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <doctest/doctest.h>

#include <ios>
#include <memory>
#include <sstream>
#include <string>

using namespace costrand;
using test::coro_environment;
using test::run_coro;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

namespace {

constexpr int rounds = 2;
constexpr std::size_t body_size = 1500;

std::string question(int round) {
    return "question " + std::to_string(round);
}
std::string answer(int round) {
    return std::string(body_size, 'x') + question(round);
}

// A server by hand, whose bytes are known: in Beast, too, it would take as long to compile again.
template <typename Stream>
awaitable<void> serve(Stream &stream) {
    std::string received;
    for (int i = 0; i < rounds; ++i) {
        const auto expected = "\r\n\r\n" + question(i);
        const auto end = co_await net::async_read_until(stream, net::dynamic_buffer(received),
                                                        expected, use_awaitable);
        CHECK(received.starts_with("POST /wsman HTTP/1.1\r\n"));
        received.erase(0, end);
        std::ostringstream response;
        response << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 << std::hex << answer(i).size() << "\r\n"
                 << answer(i) << "\r\n0\r\n\r\n";
        const auto bytes = response.str();
        co_await net::async_write(stream, net::buffer(bytes), use_awaitable);
    }
}

template <typename Stream>
awaitable<void> ask(Stream &stream) {
    beast::flat_buffer buffer;
    for (int i = 0; i < rounds; ++i) {
        http::request<http::string_body> request(http::verb::post, "/wsman", 11);
        request.body() = question(i);
        request.prepare_payload();
        co_await http::async_write(stream, request, use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(stream, buffer, response, use_awaitable);
        CHECK(response.result() == http::status::ok);
        CHECK(response.body() == answer(i));
    }
}

using stream_ptr = std::shared_ptr<core::byte_stream>;

awaitable<void> plain_server(stream_ptr below) {
    core::async_stream stream = core::as_async_stream(*below);
    co_await serve(stream);
}
awaitable<void> plain_client(stream_ptr below) {
    core::async_stream stream = core::as_async_stream(*below);
    co_await ask(stream);
}

// Both ends of one authority, made once: keys cost time.
struct tls_contexts {
    ssl::context server{ssl::context::tls_server}, client{ssl::context::tls_client};

    tls_contexts() {
        const test::authority root;
        const auto leaf = root.issue(test::leaf_options());
        server.use_certificate_chain(net::buffer(leaf.certificate_pem));
        server.use_private_key(net::buffer(leaf.key_pem), ssl::context::pem);
        client.add_certificate_authority(net::buffer(root.certificate_pem()));
        client.set_verify_mode(ssl::verify_peer);
        client.set_verify_callback(ssl::host_name_verification(test::leaf_options().host));
    }
};

awaitable<void> tls_server(stream_ptr below, ssl::context &context) {
    ssl::stream<core::async_stream> stream(core::as_async_stream(*below), context);
    co_await stream.async_handshake(ssl::stream_base::server, use_awaitable);
    co_await serve(stream);
    co_await stream.async_shutdown(use_awaitable);
}

awaitable<void> tls_client(stream_ptr below, ssl::context &context) {
    ssl::stream<core::async_stream> stream(core::as_async_stream(*below), context);
    co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
    co_await ask(stream);
    co_await stream.async_shutdown(use_awaitable);
}

sim::byte_stream_pair chopped_pair(net::any_io_executor ex, std::size_t chop) {
    sim::memory_options options;
    options.chop = chop;
    return sim::memory_byte_pair(std::move(ex), options, options);
}

} // namespace

TEST_CASE("beast::http runs over a byte stream chopped at 1, 7 and 4096 bytes") {
    for (std::size_t chop : {1u, 7u, 4096u})
        run_coro(
            [chop](coro_environment env) -> awaitable<void> {
                auto [near, far] = chopped_pair(env.executor, chop);
                core::task_group group(env.executor);
                group.spawn(plain_server(std::move(far)));
                group.spawn(plain_client(std::move(near)));
                co_await group.join();
            },
            10);
}

TEST_CASE("ssl::stream, and beast::http in it, run over a byte stream chopped at 1, 7 and 4096") {
    tls_contexts contexts;
    for (std::size_t chop : {1u, 7u, 4096u})
        run_coro(
            [chop, &contexts](coro_environment env) -> awaitable<void> {
                auto [near, far] = chopped_pair(env.executor, chop);
                core::task_group group(env.executor);
                group.spawn(tls_server(std::move(far), contexts.server));
                group.spawn(tls_client(std::move(near), contexts.client));
                co_await group.join();
            },
            4);
}

TEST_CASE("a beast::tcp_stream can be adopted and closed") {
    net::io_context context(1);
    using net::ip::tcp;
    tcp::acceptor acceptor(context, tcp::endpoint(net::ip::address_v4::loopback(), 0));
    beast::tcp_stream client(context);
    client.socket().connect(acceptor.local_endpoint());
    tcp::socket server = acceptor.accept();
    auto adopted = core::adopt(std::move(client));
    auto peer = core::adopt(std::move(server));
    bool done = false;
    auto body = [](core::byte_stream &ours, core::byte_stream &theirs) -> awaitable<void> {
        co_await core::write_all(ours, net::buffer("abc", 3));
        ours.close();
        const auto seen = co_await core::read_until_eof(theirs, 10);
        CHECK(core::as_text(seen) == "abc");
    };
    net::co_spawn(context, body(*adopted, *peer), [&done](std::exception_ptr e) {
        core::rethrow(e);
        done = true;
    });
    context.run();
    CHECK(done);
}
