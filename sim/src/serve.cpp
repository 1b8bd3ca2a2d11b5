// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/serve.hpp>

#include "tls_state.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace costrand::sim {
namespace {

awaitable<heci::connect_answer> decide(firmware &device, heci::client_id client) {
    heci::connect_answer answer;
    auto limit = co_await core::as_result(device.admit(client));
    if (limit)
        answer.max_message_size = static_cast<std::uint32_t>(*limit);
    else if (limit.error() == core::cond::cancelled)
        throw system_error(limit.error());
    else
        answer.refusal = errno_of(limit.error());
    co_return answer;
}

awaitable<void> serve_client(rps_server &server, std::unique_ptr<core::byte_stream> connection) {
    transports::websocket_options how;
    auto client = co_await core::as_result(
        transports::websocket_accept(std::move(connection), std::move(how)));
    if (client)
        co_await server.serve(**client);
    else if (client.error() == core::cond::cancelled)
        throw system_error(client.error());
    // Else a visitor that is no websocket client.
}

awaitable<void> serve_visitor(console_server &server, std::unique_ptr<core::byte_stream> connection,
                              const identity &shown) {
    if (!shown.chain.empty()) {
        transports::tls_server_options how;
        how.certificate_chain_pem = chain_pem(shown.chain);
        how.private_key_pem = shown.key;
        auto secured =
            co_await core::as_result(transports::tls_accept(std::move(connection), std::move(how)));
        if (!secured && secured.error() == core::cond::cancelled)
            throw system_error(secured.error());
        if (!secured)
            co_return; // a visitor that does not trust us, or speaks no TLS
        connection = std::move(*secured);
    }
    co_await server.serve(*connection);
}

awaitable<void> accept_heci(firmware &device, heci::socket_acceptor &acceptor,
                            core::task_group &clients) {
    for (;;) {
        heci::connect_policy policy = [&device](heci::client_id client) {
            return decide(device, client);
        };
        auto accepted = co_await acceptor.accept(std::move(policy));
        clients.spawn(device.serve_heci(std::move(accepted.stream), accepted.client));
    }
}

awaitable<void> accept_lms(firmware &device, transports::tcp_acceptor &acceptor, std::uint16_t port,
                           core::task_group &clients) {
    for (;;) {
        auto connection = co_await acceptor.accept();
        clients.spawn(device.serve_lms(std::move(connection), port));
    }
}

awaitable<void> accept_rps(rps_server &server, transports::tcp_acceptor &acceptor,
                           core::task_group &clients) {
    for (;;) {
        auto connection = co_await acceptor.accept();
        clients.spawn(serve_client(server, std::move(connection)));
    }
}

awaitable<void> accept_console(console_server &server, transports::tcp_acceptor &acceptor,
                               const identity &shown, core::task_group &clients) {
    for (;;) {
        auto connection = co_await acceptor.accept();
        clients.spawn(serve_visitor(server, std::move(connection), shown));
    }
}

// An acceptor that was closed is the normal end of its loop.
awaitable<void> serve(core::task_group &clients, awaitable<void> accept_loop) {
    const auto ended = co_await core::as_result(clients.run(std::move(accept_loop)));
    if (!ended && ended.error() != core::cond::closed)
        throw system_error(ended.error());
}

} // namespace

int errno_of(const error_code &refusal) noexcept {
    if (refusal == make_error_code(heci::errc::no_driver))
        return ENOENT;
    if (refusal == make_error_code(heci::errc::no_permission))
        return EACCES;
    if (refusal == make_error_code(heci::errc::not_ready))
        return ENODEV;
    if (refusal == make_error_code(heci::errc::no_client))
        return ENOTTY;
    if (refusal == make_error_code(heci::errc::connect_timed_out))
        return EFAULT;
    return refusal == make_error_code(heci::errc::busy) ? EBUSY : EINVAL;
}

std::vector<std::uint16_t> lms_ports(const profile &p) {
    std::vector<std::uint16_t> out;
    for (const auto port : {plain_port, tls_port})
        if (std::ranges::find(p.lme.forwards, port) != p.lme.forwards.end())
            out.push_back(port);
    return out;
}

awaitable<void> serve_heci_socket(firmware &device, heci::socket_acceptor &acceptor) {
    core::task_group clients(co_await net::this_coro::executor);
    co_await serve(clients, accept_heci(device, acceptor, clients));
}

awaitable<void> serve_lms_port(firmware &device, transports::tcp_acceptor &acceptor,
                               std::uint16_t port) {
    core::task_group clients(co_await net::this_coro::executor);
    co_await serve(clients, accept_lms(device, acceptor, port, clients));
}

awaitable<void> serve_rps_port(rps_server &server, transports::tcp_acceptor &acceptor) {
    core::task_group clients(co_await net::this_coro::executor);
    co_await serve(clients, accept_rps(server, acceptor, clients));
}

awaitable<void> serve_console_port(console_server &server, transports::tcp_acceptor &acceptor,
                                   identity shown) {
    core::task_group clients(co_await net::this_coro::executor);
    co_await serve(clients, accept_console(server, acceptor, shown, clients));
}

} // namespace costrand::sim
