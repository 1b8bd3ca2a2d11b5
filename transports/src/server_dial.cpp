// SPDX-License-Identifier: Apache-2.0
#include "server_dial.hpp"

#include <costrand/transports/tcp.hpp>

#include <utility>

namespace costrand::transports::detail {
namespace {

awaitable<std::unique_ptr<core::byte_stream>> connect(const server_way &way, core::log log) {
    if (!way.proxy)
        co_return co_await tcp_connect(way.host, way.port, way.limit);
    const std::string proxy = way.proxy->name();
    auto stream = co_await proxy_connect(*way.proxy, way.host, way.port, way.limit);
    log.debug(way.component, "the proxy ", proxy, " leads to ", way.host);
    co_return stream;
}

} // namespace

awaitable<std::unique_ptr<core::byte_stream>> dial_server(server_way way, core::log log) {
    auto below = co_await connect(way, log);
    if (!way.secure)
        co_return below;
    tls_client_options tls;
    tls.host = way.host;
    tls.trust = way.trust;
    auto stream = co_await tls_connect(std::move(below), std::move(tls));
    log.debug(way.component, "TLS established with ", way.host);
    co_return stream;
}

} // namespace costrand::transports::detail
