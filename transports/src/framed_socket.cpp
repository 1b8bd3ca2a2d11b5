// SPDX-License-Identifier: Apache-2.0
#include "framed_socket.hpp"

#include "received_bytes.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/async_mutex.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

namespace costrand::transports {
namespace {

constexpr std::size_t length_size = 4;

// Messages in a row before others of the context have their turn. Our choice.
constexpr unsigned most_in_a_row = 64;

// The kernel takes as much of a unix stream's write whole or not at all (one buffer of its own).
constexpr std::size_t most_at_once = 16 * 1024;

// A frame on its way out: the length and the message, less what was taken already.
class outgoing {
  public:
    outgoing(net::const_buffer message, std::size_t uncounted) : message_(message) {
        assert(message.size() >= uncounted);
        core::store_be(length_.data(), static_cast<std::uint32_t>(message.size() - uncounted));
    }

    [[nodiscard]] bool done() const noexcept { return sent_ == size(); }
    [[nodiscard]] bool begun() const noexcept { return sent_ > 0; }
    void sent(std::size_t n) noexcept { sent_ += n; }

    // As ::send.
    [[nodiscard]] ssize_t write(int fd) const {
        if (sent_ == 0 && size() <= small_size)
            return write_small(fd);
        std::array<iovec, 2> parts{};
        std::size_t count = 0;
        if (sent_ < length_size)
            parts[count++] = part(length_.data() + sent_, length_size - sent_);
        const auto rest = message_ + (sent_ > length_size ? sent_ - length_size : 0);
        parts[count++] = part(rest.data(), rest.size());
        msghdr header{};
        header.msg_iov = parts.data();
        header.msg_iovlen = count;
        return ::sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

  private:
    // A copy of so much costs less than the system's reading of a list of parts.
    static constexpr std::size_t small_size = 2048;

    [[nodiscard]] ssize_t write_small(int fd) const {
        std::array<std::byte, small_size> frame;
        std::memcpy(frame.data(), length_.data(), length_size);
        if (message_.size() > 0)
            std::memcpy(frame.data() + length_size, message_.data(), message_.size());
        const auto n = ::send(fd, frame.data(), size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        const int why = errno;
        core::wipe(frame.data(), size());
        errno = why;
        return n;
    }
    [[nodiscard]] std::size_t size() const noexcept { return length_size + message_.size(); }
    // The system's call does not write through the pointer.
    static iovec part(const void *data, std::size_t size) {
        return {const_cast<void *>(data), size};
    }

    net::const_buffer message_;
    std::array<std::byte, length_size> length_{};
    std::size_t sent_ = 0;
};

} // namespace

struct framed_socket::state {
    state(net::any_io_executor executor, heci::unique_fd fd, pipe_framing how)
        : descriptor(std::move(executor), fd.release()),
          framing(how) {}
    state(net::any_io_executor executor, heci::unique_fd fd, pipe_framing how,
          std::shared_ptr<core::readiness> among)
        : descriptor(std::move(executor), fd.get(), std::move(among)),
          framing(how) {
        (void)fd.release(); // the descriptor's now
    }

    core::descriptor descriptor;
    pipe_framing framing;
    received_bytes received;
    std::size_t room = 0;  // for the read that is made
    unsigned in_a_row = 0; // messages handed out without a turn for others
    core::async_mutex sending;
    std::size_t unsent = 0; // bytes of the messages that wait in send

    // The next message if all of it is there.
    std::optional<std::size_t> take(net::mutable_buffer buffer) {
        const auto held = received.view();
        if (held.size() < length_size)
            return std::nullopt;
        const std::size_t size =
            std::size_t{core::load_be<std::uint32_t>(held.data())} + framing.taken_uncounted;
        if (size > framing.limit || size > buffer.size()) {
            descriptor.close();
            throw system_error(core::errc::message_too_large);
        }
        if (held.size() - length_size < size)
            return std::nullopt;
        if (size > 0)
            std::memcpy(buffer.data(), held.data() + length_size, size);
        received.drop(length_size + size);
        return size;
    }

    auto reading() {
        const auto to = received.room();
        room = to.size();
        return [to](int fd) { return ::recv(fd, to.data(), to.size(), 0); };
    }
    void add(std::size_t n) {
        if (n == 0 && !received.view().empty())
            throw system_error(core::errc::malformed);
        if (n == 0)
            throw system_error(core::end_of_stream);
        if (n < room)
            descriptor.drained();
        received.added(n);
    }

    // The peer is gone: what it sent before is still received, then end_of_stream.
    void end() noexcept {
        if (descriptor.is_open())
            ::shutdown(descriptor.native(), SHUT_RDWR);
    }

    void wait_to_send(std::size_t size) {
        if (unsent > framing.unsent_limit) {
            descriptor.close();
            throw system_error(core::errc::limit_exceeded);
        }
        unsent += size;
    }
};

awaitable<std::size_t> framed_socket::receive(std::shared_ptr<state> self,
                                              net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    if (++self->in_a_row > most_in_a_row) {
        self->in_a_row = 0;
        co_await net::post(self->descriptor.get_executor(), use_awaitable);
    }
    if (!self->descriptor.is_open())
        throw system_error(core::errc::closed);
    for (;;) {
        if (const auto size = self->take(buffer))
            co_return *size;
        // As when_readable, without a coroutine for it.
        auto attempt = self->reading();
        if (const auto n = self->descriptor.try_read(attempt))
            self->add(*n);
        else
            co_await self->descriptor.wait_readable();
    }
}

awaitable<void> framed_socket::send(std::shared_ptr<state> self, net::const_buffer message) {
    if (message.size() > self->framing.limit)
        throw system_error(core::errc::message_too_large);
    struct waiting {
        state &of;
        std::size_t size;
        ~waiting() { of.unsent -= size; }
    };
    self->wait_to_send(message.size());
    const waiting counted{*self, message.size()};
    const auto turn = co_await self->sending.lock();
    outgoing frame(message, self->framing.sent_uncounted);
    while (!frame.done()) {
        auto attempt = [&frame](int fd) { return frame.write(fd); };
        const auto n = co_await core::as_result(self->descriptor.when_writable(attempt));
        if (n) {
            frame.sent(*n);
            continue;
        }
        const bool cut = frame.begun();
        if (n.error() == net::error::broken_pipe || n.error() == net::error::connection_reset)
            self->end();
        else
            self->descriptor.close(); // the peer could not tell where the next frame begins
        if (cut && n.error() == net::error::broken_pipe)
            throw system_error(net::error::make_error_code(net::error::connection_reset));
        throw system_error(n.error());
    }
}

framed_socket::framed_socket(net::any_io_executor executor, heci::unique_fd fd,
                             pipe_framing framing)
    : state_(std::make_shared<state>(std::move(executor), std::move(fd), framing)) {}

framed_socket::framed_socket(net::any_io_executor executor, heci::unique_fd fd,
                             pipe_framing framing, std::shared_ptr<core::readiness> among)
    : state_(
          std::make_shared<state>(std::move(executor), std::move(fd), framing, std::move(among))) {}

framed_socket::~framed_socket() {
    close();
}

awaitable<std::size_t> framed_socket::receive(net::mutable_buffer buffer) {
    return receive(state_, buffer);
}

std::optional<std::size_t> framed_socket::try_receive(net::mutable_buffer buffer) {
    auto &s = *state_;
    if (buffer.size() == 0 || !s.descriptor.is_open() || s.in_a_row >= most_in_a_row)
        return std::nullopt;
    for (;;) {
        if (const auto size = s.take(buffer)) {
            ++s.in_a_row;
            return size;
        }
        auto attempt = s.reading();
        const auto n = s.descriptor.try_read(attempt);
        if (!n)
            return std::nullopt;
        s.add(*n);
    }
}

awaitable<void> framed_socket::send(net::const_buffer message) {
    return send(state_, message);
}

bool framed_socket::try_send(net::const_buffer message) {
    auto &s = *state_;
    if (message.size() > std::min(most_at_once, s.framing.limit) || s.sending.held() ||
        !s.descriptor.is_open())
        return false;
    outgoing frame(message, s.framing.sent_uncounted);
    const auto n = frame.write(s.descriptor.native());
    if (n < 0)
        return false;
    frame.sent(static_cast<std::size_t>(n));
    // Nothing can follow a part of a frame. The next send finds the stream closed.
    if (!frame.done())
        close();
    return true;
}

std::size_t framed_socket::max_message_size() const noexcept {
    return state_->framing.limit;
}

void framed_socket::close() noexcept {
    state_->descriptor.close();
}

int framed_socket::native_handle() noexcept {
    return state_->descriptor.native();
}

net::any_io_executor framed_socket::get_executor() noexcept {
    return state_->descriptor.get_executor();
}

} // namespace costrand::transports
