// SPDX-License-Identifier: Apache-2.0
// descriptor: readiness waits and non-blocking calls on a POSIX file descriptor. The one place that
// touches the reactor on behalf of devices and local sockets.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>

#include <cerrno>
#include <cstddef>
#include <optional>
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
    // The first attempt is made at once: most of the time no wait is needed. But after many reads
    // without one there is a wait, so that a peer who never pauses does not keep out the others.
    template <typename Attempt>
    [[nodiscard]] awaitable<std::size_t> when_readable(Attempt attempt) {
        if (const auto n = try_read(attempt))
            co_return *n;
        for (;;) {
            co_await wait_readable();
            if (const auto n = once(attempt))
                co_return *n;
        }
    }
    template <typename Attempt>
    [[nodiscard]] awaitable<std::size_t> when_writable(Attempt attempt) {
        for (;;) {
            if (const auto n = once(attempt))
                co_return *n;
            co_await wait_writable();
        }
    }

    // One attempt to read; nothing where when_readable would wait. It then does so without another
    // attempt.
    template <typename Attempt>
    [[nodiscard]] std::optional<std::size_t> try_read(Attempt &attempt) {
        if (must_wait_ || reads_in_a_row_ >= most_reads_in_a_row)
            return std::nullopt;
        const auto n = once(attempt);
        must_wait_ = !n;
        ++reads_in_a_row_;
        return n;
    }

    // The last read took all that was there, as a short one of a stream does: the next one waits
    // before it is attempted.
    void drained() noexcept { must_wait_ = true; }

    void close() noexcept {
        error_code ignored; // nothing is left to do with a descriptor whose close failed
        handle_.close(ignored);
    }
    [[nodiscard]] bool is_open() const noexcept { return handle_.is_open(); }
    [[nodiscard]] int native() noexcept { return handle_.native_handle(); }
    net::any_io_executor get_executor() noexcept { return handle_.get_executor(); }

  private:
    // Our choice; nothing hangs on it.
    static constexpr unsigned most_reads_in_a_row = 64;

    awaitable<void> wait(net::posix::descriptor_base::wait_type direction) {
        if (!handle_.is_open())
            throw system_error(errc::closed);
        error_code failure;
        co_await handle_.async_wait(direction, net::redirect_error(use_awaitable, failure));
        if (!handle_.is_open())
            throw system_error(errc::closed);
        if (failure)
            throw system_error(failure);
        if (direction == net::posix::descriptor_base::wait_read) {
            must_wait_ = false;
            reads_in_a_row_ = 0;
        }
    }

    // Nothing on EAGAIN.
    template <typename Attempt>
    std::optional<std::size_t> once(Attempt &attempt) {
        for (;;) {
            if (!handle_.is_open())
                throw system_error(errc::closed);
            const auto n = attempt(handle_.native_handle());
            if (n >= 0)
                return static_cast<std::size_t>(n);
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return std::nullopt;
            if (errno != EINTR)
                throw system_error(error_code(errno, boost::system::system_category()));
        }
    }

    net::posix::stream_descriptor handle_;
    bool must_wait_ = false; // the last read found nothing, or left nothing
    unsigned reads_in_a_row_ = 0;
};

} // namespace costrand::core
