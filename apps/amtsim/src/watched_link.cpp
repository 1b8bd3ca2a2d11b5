// SPDX-License-Identifier: Apache-2.0
#include "watched_link.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <cerrno>
#include <utility>

namespace costrand::amtsim {

watched_link::watched_link(std::unique_ptr<core::message_stream> program,
                           std::unique_ptr<core::message_stream> firmware)
    : program_(std::move(program)),
      firmware_(std::move(firmware)) {}

awaitable<link_end> watched_link::run() {
    core::task_group both(firmware_->get_executor());
    both.spawn(to_firmware());
    both.spawn(to_program());
    const auto ended = co_await core::as_result(both.join());
    over_ = true;
    firmware_->close();
    news_.notify_all();
    if (ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
    co_return program_closed_ ? link_end::program_closed : link_end::device_reset;
}

awaitable<int> watched_link::write(std::vector<std::byte> message) {
    const auto turn = co_await writing_.lock();
    const auto sent = co_await core::as_result(firmware_->send(net::buffer(message)));
    if (sent)
        co_return 0;
    if (sent.error() == core::cond::cancelled)
        throw system_error(sent.error());
    co_return ENODEV;
}

// What reached the socket in another way than by write(): writev, sendmsg.
awaitable<void> watched_link::to_firmware() {
    std::vector<std::byte> buffer(max_message_size());
    for (;;) {
        const auto n = co_await core::as_result(program_->receive(net::buffer(buffer)));
        program_closed_ = !n && n.error() != core::cond::cancelled;
        if (!n)
            throw system_error(n.error());
        std::vector<std::byte> message(buffer.data(), buffer.data() + *n);
        (void)co_await write(std::move(message)); // whoever wrote it was told that it was taken
    }
}

awaitable<void> watched_link::to_program() {
    std::vector<std::byte> buffer(max_message_size());
    for (;;) {
        const auto n = co_await firmware_->receive(net::buffer(buffer));
        co_await program_->send(net::buffer(buffer.data(), n));
        news_.notify_all();
    }
}

} // namespace costrand::amtsim
