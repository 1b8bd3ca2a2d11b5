// SPDX-License-Identifier: Apache-2.0
// The two conversations that make a connection to a proxy one to the server. Each reads exactly the
// proxy's answer: what comes behind it, a server's first words, stays in the stream. Errors:
// proxy_error, those of the stream. All arguments outlive the call; cancelled, the stream is of no
// more use.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/proxy.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace costrand::transports::detail {

// One byte tells the length of a host, a user and a password.
inline constexpr std::size_t longest_socks_text = 255;

[[nodiscard]] awaitable<void> connect_by_http(core::byte_stream &stream, const proxy_url &via,
                                              const std::string &host, std::uint16_t port);
[[nodiscard]] awaitable<void> connect_by_socks5(core::byte_stream &stream, const proxy_url &via,
                                                const std::string &host, std::uint16_t port);

} // namespace costrand::transports::detail
