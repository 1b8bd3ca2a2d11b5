// SPDX-License-Identifier: Apache-2.0
// A message_stream over a file descriptor that keeps message boundaries: a connected mei device, or
// a SEQPACKET socket. One read is one message, one write is one message. Errors: heci::errc.
#pragma once

#include "unique_fd.hpp"

#include <costrand/core/stream.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace costrand::heci {

enum class fd_kind { device, socket };

class fd_message_stream : public core::message_stream {
  public:
    // Takes the descriptor over. Larger messages than max_message_size are refused before they are
    // written, and end the stream when they come.
    fd_message_stream(net::any_io_executor executor, unique_fd fd, fd_kind kind,
                      std::size_t max_message_size);
    ~fd_message_stream() override;

    // For the owner that greets the peer first, and learns from it how long messages may be.
    void set_max_message_size(std::size_t size) noexcept;

    [[nodiscard]] awaitable<std::size_t> receive(net::mutable_buffer buffer) override;
    [[nodiscard]] std::optional<std::size_t> try_receive(net::mutable_buffer buffer) override;
    [[nodiscard]] awaitable<void> send(net::const_buffer message) override;
    [[nodiscard]] bool try_send(net::const_buffer message) override;
    [[nodiscard]] std::size_t max_message_size() const noexcept override;
    void close() noexcept override;
    net::any_io_executor get_executor() noexcept override;

  private:
    // Held by the stream and by its pending calls, so that either may go first when a context is
    // torn down.
    struct state;

    static awaitable<std::size_t> receive(std::shared_ptr<state> self, net::mutable_buffer buffer);
    static awaitable<void> send(std::shared_ptr<state> self, net::const_buffer message);

    std::shared_ptr<state> state_;
};

} // namespace costrand::heci
