// SPDX-License-Identifier: Apache-2.0
// connection: one client of the relay, from its first byte to its end. Two pumps, and the rule for
// when a client that has half-closed is done.
#pragma once

#include <costrand/core/pump.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/lmsd/relay.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace costrand::lmsd {

class connection {
  public:
    connection(relay &owner, std::unique_ptr<core::byte_stream> client, std::uint16_t port);
    connection(const connection &) = delete;
    connection &operator=(const connection &) = delete;
    ~connection();

    // Throws only cancellation.
    awaitable<void> run();

  private:
    struct opened {
        slot_queue::slot slot;
        std::unique_ptr<core::byte_stream> channel;
    };
    // Of one direction.
    struct meter {
        connection &of;
        std::size_t carried = 0;
        void took(std::size_t) noexcept {}
        void gave(std::size_t n);
    };

    awaitable<bool> hear_first_word();
    awaitable<bool> get_channel();
    awaitable<void> open_or_leave();
    awaitable<void> open();
    awaitable<void> until_left();
    awaitable<void> carry();
    awaitable<void> upward();
    awaitable<void> downward();
    awaitable<void> until_done();
    awaitable<void> farewell();
    awaitable<void> drain();
    awaitable<core::pump_end> pump_up();

    // The first one counts.
    void over(bool in_order, std::string_view why, error_code code);
    core::duration patience() const noexcept;

    relay &owner_;
    const timeouts &times_;
    std::unique_ptr<core::byte_stream> client_;
    std::uint16_t port_;
    std::size_t number_;
    std::vector<std::byte> up_buffer_, down_buffer_;
    std::size_t first_word_ = 0; // bytes in up_buffer_
    opened to_;
    std::string_view waits_for_;
    bool left_ = false; // while it waited
    core::task_group *both_ = nullptr;
    meter up_{*this}, down_{*this};
    bool half_closed_ = false;
    bool answered_ = false;    // after the client's end of stream, or its last byte
    core::time_point heard_{}; // that end, or the last answer since
    bool over_ = false, in_order_ = false;
};

} // namespace costrand::lmsd
