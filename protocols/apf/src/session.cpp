// SPDX-License-Identifier: Apache-2.0
#include <costrand/apf/session.hpp>

#include "session_engine.hpp"

#include <utility>

namespace costrand::apf {

session::session(core::message_stream &link, session_options options, core::log log)
    : engine_(std::make_unique<detail::session_engine>(link, std::move(options), std::move(log))) {}

session::~session() = default;

awaitable<void> session::run() {
    return engine_->run();
}

awaitable<void> session::ready() {
    return engine_->ready();
}

awaitable<std::unique_ptr<core::byte_stream>> session::open_channel(std::uint16_t port) {
    return engine_->open_channel(port);
}

void session::stop() noexcept {
    engine_->stop();
}

std::vector<std::uint16_t> session::forwarded_ports() const {
    return engine_->core().forwarded_ports();
}

bool session::link_lost() const noexcept {
    return engine_->link_lost();
}

bool session::has_ended() const noexcept {
    return engine_->has_ended();
}

std::uint32_t session::next_number() const noexcept {
    return engine_->core().next_number();
}

const session_counters &session::counters() const noexcept {
    return engine_->core().counters();
}

} // namespace costrand::apf
