// SPDX-License-Identifier: Apache-2.0
// Tiny proxies, HTTP CONNECT and SOCKS5: the other side of transports/proxy.hpp, with a reading of
// the protocols of their own.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace costrand::test {

struct proxy_rules {
    proxy_rules() = default;
    explicit proxy_rules(transports::proxy_kind k) : kind(k) {}

    transports::proxy_kind kind = transports::proxy_kind::http;
    std::string authorization;  // of HTTP, "Basic ..."; empty: anybody may
    std::string user, password; // of SOCKS5; empty: anybody may
    std::string first_words;    // the server's, sent together with the answer
};

// What the client asked for: "rps.example:443"; empty when it was refused.
[[nodiscard]] awaitable<std::string> answer_as_proxy(core::byte_stream &client, proxy_rules rules);

using asked_targets = std::shared_ptr<std::vector<std::string>>;

// Takes connections until cancelled or the acceptor closes, and leads each to 127.0.0.1:`port`,
// whatever it asks for.
[[nodiscard]] awaitable<void> run_proxy(transports::tcp_acceptor &acceptor, proxy_rules rules,
                                        std::uint16_t port, asked_targets asked);

} // namespace costrand::test
