// SPDX-License-Identifier: Apache-2.0
// The way to a server in the wide world, as the websocket and HTTP have it: TCP or a proxy's
// tunnel, TLS where the URL says so.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tls.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::transports::detail {

struct server_way {
    server_way() = default;

    std::string host;
    std::uint16_t port = 0;
    bool secure = false;
    tls_trust trust;
    std::optional<proxy_url> proxy;
    core::duration limit{};     // of the connection; the tunnel and TLS have none
    std::string_view component; // of the log lines; a literal
};

// Errors: tcp_connect's, proxy_error, tls_error. Cancelled: nothing is left open.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> dial_server(server_way way,
                                                                        core::log log);

} // namespace costrand::transports::detail
