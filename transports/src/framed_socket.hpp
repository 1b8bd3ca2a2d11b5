// SPDX-License-Identifier: Apache-2.0
// A message_stream over a connected stream socket. Unlike core::framed_stream it reads many frames
// with one call, knows both try_receive and try_send, and wipes what passed through it.
#pragma once

#include "unique_fd.hpp"

#include <costrand/core/readiness.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/ccapi_pipe.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace costrand::transports {

class framed_socket : public core::message_stream {
  public:
    // Takes the descriptor over.
    framed_socket(net::any_io_executor executor, heci::unique_fd fd, pipe_framing framing);
    // One of many of a server.
    framed_socket(net::any_io_executor executor, heci::unique_fd fd, pipe_framing framing,
                  std::shared_ptr<core::readiness> among);
    ~framed_socket() override;

    [[nodiscard]] awaitable<std::size_t> receive(net::mutable_buffer buffer) override;
    [[nodiscard]] std::optional<std::size_t> try_receive(net::mutable_buffer buffer) override;
    [[nodiscard]] awaitable<void> send(net::const_buffer message) override;
    [[nodiscard]] bool try_send(net::const_buffer message) override;
    [[nodiscard]] std::size_t max_message_size() const noexcept override;
    void close() noexcept override;
    net::any_io_executor get_executor() noexcept override;
    [[nodiscard]] int native_handle() noexcept;

  private:
    // Held by the stream and by its pending calls, so that either may go first when a context is
    // torn down.
    struct state;

    static awaitable<std::size_t> receive(std::shared_ptr<state> self, net::mutable_buffer buffer);
    static awaitable<void> send(std::shared_ptr<state> self, net::const_buffer message);

    std::shared_ptr<state> state_;
};

} // namespace costrand::transports
