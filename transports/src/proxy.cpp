// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/proxy.hpp>

#include "proxy_talk.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/tcp.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace costrand::transports {
namespace {

bool is_hang_up(error_code why) {
    return why == core::end_of_stream || why == net::error::connection_reset ||
           why == net::error::broken_pipe || why == net::error::connection_aborted;
}

} // namespace

awaitable<std::unique_ptr<core::byte_stream>> proxy_tunnel(std::unique_ptr<core::byte_stream> below,
                                                           proxy_url via, std::string host,
                                                           std::uint16_t port) {
    try {
        if (via.kind == proxy_kind::http)
            co_await detail::connect_by_http(*below, via, host, port);
        else
            co_await detail::connect_by_socks5(*below, via, host, port);
    } catch (const system_error &e) {
        if (is_hang_up(e.code()))
            throw proxy_error(proxy_errc::ended);
        throw;
    }
    co_return below;
}

awaitable<std::unique_ptr<core::byte_stream>>
proxy_connect(proxy_url via, std::string host, std::uint16_t port, core::duration limit) {
    auto below = co_await core::as_result(tcp_connect(via.host, via.port, limit));
    if (!below &&
        (below.error() == core::cond::cancelled || below.error() == core::cond::timed_out))
        throw system_error(below.error());
    if (!below)
        throw proxy_error(proxy_errc::unreachable, below.error().message());
    co_return co_await proxy_tunnel(std::move(*below), std::move(via), std::move(host), port);
}

} // namespace costrand::transports
