// SPDX-License-Identifier: Apache-2.0
#include <costrand/lmsd/relay.hpp>

#include "connection.hpp"

#include <utility>

namespace costrand::lmsd {

relay::relay(net::any_io_executor executor, apf::link_dialer dial, relay_options options,
             core::log log)
    : host_(std::move(executor), std::move(dial), std::move(options.host), log),
      times_(options.times),
      slots_(options.slots),
      log_(std::move(log)) {}

relay::~relay() = default;

awaitable<void> relay::run() {
    return host_.run();
}

void relay::stop() noexcept {
    host_.stop();
}

awaitable<void> relay::ready() {
    return host_.ready();
}

awaitable<void> relay::serve(std::unique_ptr<core::byte_stream> client, std::uint16_t port) {
    connection one(*this, std::move(client), port);
    co_await one.run();
}

} // namespace costrand::lmsd
