// SPDX-License-Identifier: Apache-2.0
// descriptor: readiness waits and non-blocking calls on a POSIX file descriptor. The one place that
// touches the reactor on behalf of devices and local sockets.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/readiness.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace costrand::core {

// Owns the file descriptor. One wait of each direction at a time.
class descriptor {
  public:
    // Takes the file descriptor over and makes it non-blocking.
    descriptor(net::any_io_executor executor, int fd) : handle_(std::move(executor), fd), fd_(fd) {
        handle_.native_non_blocking(true);
    }
    // One of many stream sockets, non-blocking already: `among`, of the same executor, tells when
    // it can be read. Throws as readiness::add, the file descriptor is then not taken over.
    descriptor(net::any_io_executor executor, int fd, std::shared_ptr<readiness> among)
        : handle_(std::move(executor)),
          among_(std::move(among)) {
        among_->add(place_, fd);
        fd_ = fd;
    }
    descriptor(const descriptor &) = delete;
    descriptor &operator=(const descriptor &) = delete;
    ~descriptor() { close(); }

    // Completes when a read would not block, an error of the device included (the read then tells
    // it). Error: errc::closed after close(). Cancel-safe.
    [[nodiscard]] awaitable<void> wait_readable() {
        if (!among_ || !is_open())
            return wait(net::posix::descriptor_base::wait_read);
        reads_in_a_row_ = 0;
        if (place_.may_read) // nothing would be told: it was already
            return net::post(get_executor(), use_awaitable);
        return among_->wait(place_);
    }
    [[nodiscard]] awaitable<void> wait_writable() {
        if (among_ && is_open())
            return wait_alone();
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
        if (!place_.may_read || reads_in_a_row_ >= most_reads_in_a_row)
            return std::nullopt;
        const auto n = once(attempt);
        place_.may_read = n.has_value();
        ++reads_in_a_row_;
        return n;
    }

    // The last read took all that was there, as a short one of a stream does: the next one waits
    // before it is attempted.
    void drained() noexcept { place_.may_read = place_.ended; }

    void close() noexcept {
        const int fd = std::exchange(fd_, -1);
        if (fd < 0)
            return;
        if (among_)
            among_->remove(place_, fd);
        error_code ignored; // nothing is left to do with a descriptor whose close failed
        if (handle_.is_open())
            handle_.close(ignored);
        else
            ::close(fd);
    }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int native() const noexcept { return fd_; }
    net::any_io_executor get_executor() noexcept { return handle_.get_executor(); }

  private:
    // Our choice; nothing hangs on it.
    static constexpr unsigned most_reads_in_a_row = 64;

    awaitable<void> wait(net::posix::descriptor_base::wait_type direction) {
        if (!is_open())
            throw system_error(errc::closed);
        error_code failure;
        co_await handle_.async_wait(direction, net::redirect_error(use_awaitable, failure));
        if (!is_open())
            throw system_error(errc::closed);
        if (failure)
            throw system_error(failure);
        if (direction == net::posix::descriptor_base::wait_read) {
            place_.may_read = true;
            reads_in_a_row_ = 0;
        }
    }

    // One of many is the reactor's own only while it waits to write: at other times it would be
    // told twice of what arrives.
    awaitable<void> wait_alone() {
        struct lent {
            explicit lent(descriptor &of) : to(of.handle_) { to.assign(of.fd_); }
            lent(const lent &) = delete;
            lent &operator=(const lent &) = delete;
            ~lent() {
                if (to.is_open()) // else it was closed meanwhile
                    (void)to.release();
            }
            net::posix::stream_descriptor &to;
        };
        const lent registered(*this);
        co_await wait(net::posix::descriptor_base::wait_write);
    }

    // Nothing on EAGAIN.
    template <typename Attempt>
    std::optional<std::size_t> once(Attempt &attempt) {
        for (;;) {
            if (!is_open())
                throw system_error(errc::closed);
            const auto n = attempt(fd_);
            if (n >= 0)
                return static_cast<std::size_t>(n);
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return std::nullopt;
            if (errno != EINTR)
                throw system_error(error_code(errno, boost::system::system_category()));
        }
    }

    net::posix::stream_descriptor handle_;
    int fd_ = -1;
    std::shared_ptr<readiness> among_; // null: it is alone
    readiness::member place_;          // may not read: the last read found nothing, or left nothing
    unsigned reads_in_a_row_ = 0;
};

} // namespace costrand::core
