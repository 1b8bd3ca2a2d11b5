// SPDX-License-Identifier: Apache-2.0
// descriptor: readiness waits and non-blocking calls on a POSIX file descriptor. The one place that
// touches the reactor on behalf of devices and local sockets.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace costrand::core {

// Owns the file descriptor. One wait of each direction at a time.
class descriptor {
  public:
    // Takes the file descriptor over and makes it non-blocking.
    descriptor(net::any_io_executor executor, int fd) : handle_(std::move(executor), fd) {
        handle_.native_non_blocking(true);
    }

    // Completes when a read would not block, an error of the device included (the read then tells
    // it). Error: errc::closed after close(). Cancel-safe.
    [[nodiscard]] awaitable<void> wait_readable() {
        return wait(net::posix::descriptor_base::wait_read);
    }
    [[nodiscard]] awaitable<void> wait_writable() {
        return wait(net::posix::descriptor_base::wait_write);
    }

    // Calls `attempt` (a read or write that returns -1 and sets errno) until it does not answer
    // EAGAIN, waiting for readiness between. EINTR is repeated. Errors: errno, errc::closed.
    // The first attempt is made at once: most of the time no wait is needed.
    template <typename Attempt>
    [[nodiscard]] awaitable<std::size_t> when_readable(Attempt attempt) {
        return perform(net::posix::descriptor_base::wait_read, std::move(attempt));
    }
    template <typename Attempt>
    [[nodiscard]] awaitable<std::size_t> when_writable(Attempt attempt) {
        return perform(net::posix::descriptor_base::wait_write, std::move(attempt));
    }

    void close() noexcept {
        error_code ignored; // nothing is left to do with a descriptor whose close failed
        handle_.close(ignored);
    }
    [[nodiscard]] bool is_open() const noexcept { return handle_.is_open(); }
    [[nodiscard]] int native() noexcept { return handle_.native_handle(); }
    net::any_io_executor get_executor() noexcept { return handle_.get_executor(); }

  private:
    awaitable<void> wait(net::posix::descriptor_base::wait_type direction) {
        if (!handle_.is_open())
            throw system_error(errc::closed);
        auto ready = co_await as_result(handle_.async_wait(direction, use_awaitable));
        if (!handle_.is_open())
            throw system_error(errc::closed);
        if (!ready)
            throw system_error(ready.error());
    }

    template <typename Attempt>
    awaitable<std::size_t> perform(net::posix::descriptor_base::wait_type direction,
                                   Attempt attempt) {
        for (;;) {
            if (!handle_.is_open())
                throw system_error(errc::closed);
            const auto n = attempt(handle_.native_handle());
            if (n >= 0)
                co_return static_cast<std::size_t>(n);
            const int failure = errno;
            if (failure == EINTR)
                continue;
            if (failure != EAGAIN && failure != EWOULDBLOCK)
                throw system_error(error_code(failure, boost::system::system_category()));
            co_await wait(direction);
        }
    }

    net::posix::stream_descriptor handle_;
};

} // namespace costrand::core
