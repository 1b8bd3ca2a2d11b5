// SPDX-License-Identifier: Apache-2.0
// channel: the byte_stream of one APF channel, as session::open_channel gives it. It may outlive
// its session; it then says what ended it.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>
#include <memory>

namespace costrand::apf {

namespace detail {
struct channel_state;
}

// As byte_stream says, and:
// - write_some completes when the bytes are queued behind the session's writer; it suspends while
//   the peer's window is used up or the session's queue is full. What is queued when the peer
//   closes the channel is lost. Errors worth a branch: errc::channel_closed_by_peer, and the
//   link's own error when the link was lost. A cancelled write_some has queued nothing.
// - read_some gives what was delivered even after the end of channel or link; then end_of_stream
//   (the peer closed the channel), errc::window_overrun, or the error that ended the session.
// - shutdown: APF has no half-close and the peer is not told anything. Later writes end with
//   cond::closed, reads go on; the peer sees the end with close().
// - close sends what is queued and then CHANNEL_CLOSE; it does not wait for either.
class channel final : public core::byte_stream {
  public:
    // For the session only.
    explicit channel(std::shared_ptr<detail::channel_state> state) noexcept;
    ~channel() override;

    [[nodiscard]] awaitable<std::size_t> read_some(net::mutable_buffer buffer) override;
    [[nodiscard]] awaitable<std::size_t> write_some(net::const_buffer buffer) override;
    [[nodiscard]] awaitable<void> shutdown() override;
    void close() noexcept override;
    net::any_io_executor get_executor() noexcept override;

  private:
    std::shared_ptr<detail::channel_state> state_;
};

} // namespace costrand::apf
