// SPDX-License-Identifier: Apache-2.0
// readiness: which of many descriptors can be read, asked of the system once for all of them. A
// server's connections share one: a wait for the next request then costs no call of its own.
// Linux only. core::descriptor is its one user.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace costrand::core {

// Owned by the descriptors in it, and by whoever adds more. Used on its executor.
class readiness : public std::enable_shared_from_this<readiness> {
  public:
    // One descriptor's place. It outlives its being in the set.
    struct member {
        bool may_read = true;        // as far as is known
        bool ended = false;          // the peer's end was told: every read tells something
        std::optional<sleeper> told; // while it is in the set
    };

    // Error: the system's, when no descriptor is left for it.
    explicit readiness(net::any_io_executor executor);
    readiness(const readiness &) = delete;
    readiness &operator=(const readiness &) = delete;

    // Error: the system's.
    void add(member &place, int fd);
    // Who waits for it gets errc::closed.
    void remove(member &place, int fd) noexcept;

    // Sleeps until something arrives, the peer's end included. Something that is there already is
    // not told again: first read until nothing is left. Cancel-safe.
    [[nodiscard]] awaitable<void> wait(member &place);

  private:
    void arm();
    void collect();

    net::posix::stream_descriptor set_;
    std::size_t members_ = 0;
    bool is_armed_ = false;
};

} // namespace costrand::core
