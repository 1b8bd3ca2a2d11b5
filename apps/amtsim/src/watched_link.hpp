// SPDX-License-Identifier: Apache-2.0
// watched_link: one connected device of a program whose read and write calls we answer, so that it
// sees the errno that a driver gives when the device is reset. Messages for the program go through
// its socket, where poll sees them; messages from it come through write().
#pragma once

#include <costrand/core/async_mutex.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace costrand::amtsim {

enum class link_end { program_closed, device_reset };

class watched_link {
  public:
    // `program` is our end of its socket, `firmware` the device's stream.
    watched_link(std::unique_ptr<core::message_stream> program,
                 std::unique_ptr<core::message_stream> firmware);

    // Carries messages until an end is gone: the program closed its last descriptor, or the device
    // was reset. Throws nothing but cancellation.
    [[nodiscard]] awaitable<link_end> run();

    // One message of the program. Gives the errno of write(), 0 when the device took it.
    [[nodiscard]] awaitable<int> write(std::vector<std::byte> message);

    // Sleeps until a message has come for the program, or is_over().
    [[nodiscard]] awaitable<void> wait_for_news() { return news_.wait(); }
    [[nodiscard]] bool is_over() const noexcept { return over_; }

    [[nodiscard]] std::size_t max_message_size() const noexcept {
        return firmware_->max_message_size();
    }

    // Closes our end. With a message of the program unread in it, the program's poll tells POLLERR.
    void close_program_end() noexcept { program_.reset(); }

  private:
    awaitable<void> to_firmware();
    awaitable<void> to_program();

    std::unique_ptr<core::message_stream> program_, firmware_;
    core::async_mutex writing_;
    core::notifier news_;
    bool program_closed_ = false;
    bool over_ = false;
};

} // namespace costrand::amtsim
