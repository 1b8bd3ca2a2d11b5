// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/tcp.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/asio_adapter.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/strand.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace costrand::transports {
namespace {

using net::ip::tcp;

std::unique_ptr<core::byte_stream> to_stream(tcp::socket socket) {
    error_code ignored; // without it the stream works, only slower
    socket.set_option(tcp::no_delay(true), ignored);
    return core::adopt(std::move(socket));
}

// The resolver of the C library blocks; a literal address needs no resolver.
awaitable<std::vector<tcp::endpoint>> resolve(std::string host, std::uint16_t port) {
    std::vector<tcp::endpoint> found;
    error_code not_an_address;
    const auto address = net::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        found.emplace_back(address, port);
        co_return found;
    }
    struct answer {
        std::vector<tcp::endpoint> endpoints;
        error_code failure;
    };
    const auto got = std::make_shared<answer>(); // the look-up may outlast this coroutine
    std::function<void()> look_up = [got, host = std::move(host), port] {
        net::io_context resolving;
        tcp::resolver resolver(resolving);
        for (const auto &entry : resolver.resolve(host, std::to_string(port),
                                                  tcp::resolver::numeric_service, got->failure))
            got->endpoints.push_back(entry.endpoint());
    };
    co_await core::run_blocking(std::move(look_up));
    if (got->failure)
        throw system_error(got->failure);
    co_return std::move(got->endpoints);
}

// Each address has its share of the limit: one that swallows packets must not keep the others from
// being tried.
awaitable<std::unique_ptr<core::byte_stream>> connect(std::string host, std::uint16_t port,
                                                      core::duration limit) {
    const auto executor = co_await net::this_coro::executor;
    const auto endpoints = co_await resolve(std::move(host), port);
    error_code last = net::error::make_error_code(net::error::host_not_found);
    for (const auto &endpoint : endpoints) {
        tcp::socket socket(executor);
        const core::duration share = limit / static_cast<core::duration::rep>(endpoints.size());
        auto connected = co_await core::as_result(
            core::with_deadline(share, socket.async_connect(endpoint, use_awaitable)));
        if (connected)
            co_return to_stream(std::move(socket));
        last = connected.error();
        if (last == core::cond::cancelled)
            break;
    }
    throw system_error(last);
}

tcp protocol_of(int listening) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    int listens = 0;
    socklen_t size_of_flag = sizeof listens;
    if (::getsockname(listening, reinterpret_cast<sockaddr *>(&name), &size) != 0 ||
        ::getsockopt(listening, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size_of_flag) != 0)
        throw system_error(errno, net::error::get_system_category());
    if (name.ss_family != AF_INET && name.ss_family != AF_INET6)
        throw system_error(net::error::make_error_code(net::error::address_family_not_supported));
    if (listens == 0)
        throw system_error(net::error::make_error_code(net::error::invalid_argument));
    return name.ss_family == AF_INET ? tcp::v4() : tcp::v6();
}

} // namespace

awaitable<std::unique_ptr<core::byte_stream>> tcp_connect(std::string host, std::uint16_t port,
                                                          core::duration limit) {
    co_return co_await core::with_deadline(limit, connect(std::move(host), port, limit));
}

struct tcp_acceptor::impl {
    tcp::acceptor acceptor;
};

tcp_acceptor::tcp_acceptor(net::any_io_executor executor, const std::string &address,
                           std::uint16_t port)
    : impl_(std::make_unique<impl>(impl{tcp::acceptor(
          std::move(executor), tcp::endpoint(net::ip::make_address(address), port))})) {}

tcp_acceptor::tcp_acceptor(net::any_io_executor executor, int listening)
    : impl_(std::make_unique<impl>(impl{tcp::acceptor(std::move(executor))})) {
    impl_->acceptor.assign(protocol_of(listening), listening);
}

tcp_acceptor::~tcp_acceptor() = default;

awaitable<std::unique_ptr<core::byte_stream>> tcp_acceptor::accept() {
    if (!impl_->acceptor.is_open())
        throw system_error(core::errc::closed);
    auto socket = co_await core::as_result(impl_->acceptor.async_accept(use_awaitable));
    if (socket)
        co_return to_stream(std::move(*socket));
    if (!impl_->acceptor.is_open())
        throw system_error(core::errc::closed);
    throw system_error(socket.error());
}

std::uint16_t tcp_acceptor::port() const {
    return impl_->acceptor.local_endpoint().port();
}

void tcp_acceptor::close() noexcept {
    error_code ignored; // nothing is left to do with an acceptor whose close failed
    impl_->acceptor.close(ignored);
}

void reset(core::byte_stream &connection) noexcept {
    if (auto *over_tcp = dynamic_cast<core::adopted_stream<tcp::socket> *>(&connection)) {
        error_code ignored; // of a socket that is closed already
        over_tcp->next_layer().set_option(tcp::socket::linger(true, 0), ignored);
    }
    connection.close();
}

} // namespace costrand::transports
