// SPDX-License-Identifier: Apache-2.0
// dialer: how a protocol is handed new connections without knowing what they run over. Transports
// make dialers (transports/dialers.hpp, apf/host.hpp), programs put them together.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>

#include <functional>
#include <memory>

namespace costrand::core {

// Gives a fresh connection at each call. Whoever holds a dialer keeps it until the awaitable that
// it gave has ended. Errors: the transport's. Cancel-safe: a cancelled one leaves nothing open.
using dialer = std::function<awaitable<std::unique_ptr<byte_stream>>()>;

} // namespace costrand::core
