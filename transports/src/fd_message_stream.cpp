// SPDX-License-Identifier: Apache-2.0
#include "fd_message_stream.hpp"

#include "heci_errno.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/async_mutex.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/error.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstring>
#include <utility>
#include <vector>

namespace costrand::heci {
namespace {

// The whole length of the message, of which at most `into` was taken.
ssize_t read_message(fd_kind kind, int fd, net::mutable_buffer into) {
    return kind == fd_kind::device ? ::read(fd, into.data(), into.size())
                                   : ::recv(fd, into.data(), into.size(), MSG_TRUNC);
}

ssize_t write_message(fd_kind kind, int fd, net::const_buffer message) {
    return kind == fd_kind::device ? ::write(fd, message.data(), message.size())
                                   : ::send(fd, message.data(), message.size(), MSG_NOSIGNAL);
}

bool hung_up(int fd) {
    pollfd now{fd, 0, 0};
    return ::poll(&now, 1, 0) == 1 && (now.revents & (POLLHUP | POLLERR)) != 0;
}

// core's own codes (closed, cancelled) pass; errno becomes heci::errc.
error_code translate(error_code ec) {
    return ec.category() == boost::system::system_category() ? from_io_errno(ec.value()) : ec;
}

} // namespace

struct fd_message_stream::state {
    state(net::any_io_executor executor, unique_fd fd, fd_kind k, std::size_t max)
        : descriptor(std::move(executor), fd.release()),
          kind(k),
          max_message_size(max) {}

    core::descriptor descriptor;
    fd_kind kind;
    std::size_t max_message_size;
    core::async_mutex sending;
    std::vector<std::byte> spare; // for buffers smaller than a message may be

    // The driver would hand out the rest of a longer message as if it were the next one: always
    // read with room for the longest.
    net::mutable_buffer room_for(net::mutable_buffer buffer) {
        if (buffer.size() >= max_message_size)
            return buffer;
        spare.resize(max_message_size);
        return net::buffer(spare);
    }
    // What was read into `into`, which was room_for(buffer) then.
    std::size_t accept(std::size_t size, net::mutable_buffer into, net::mutable_buffer buffer) {
        // A peer that is gone is a device that is reset; an empty message is none.
        if (size == 0 && hung_up(descriptor.native()))
            throw system_error(errc::device_reset);
        if (size > buffer.size()) {
            descriptor.close();
            throw system_error(core::errc::message_too_large);
        }
        if (size > 0 && into.data() != buffer.data())
            std::memcpy(buffer.data(), into.data(), size);
        return size;
    }
};

awaitable<std::size_t> fd_message_stream::receive(std::shared_ptr<state> self,
                                                  net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    const auto into = self->room_for(buffer);
    auto attempt = [kind = self->kind, into](int fd) { return read_message(kind, fd, into); };
    std::size_t size = 0;
    try { // not as_result: this is the way of every message, and that is a frame more
        size = co_await self->descriptor.when_readable(attempt);
    } catch (const system_error &e) {
        throw system_error(translate(e.code()));
    }
    co_return self->accept(size, into, buffer);
}

awaitable<void> fd_message_stream::send(std::shared_ptr<state> self, net::const_buffer message) {
    if (message.size() > self->max_message_size)
        throw system_error(errc::message_too_large);
    if (message.size() == 0)
        co_return; // neither kind of descriptor can carry it
    const auto turn = co_await self->sending.lock();
    auto attempt = [kind = self->kind, message](int fd) {
        return write_message(kind, fd, message);
    };
    const auto size = co_await core::as_result(self->descriptor.when_writable(attempt));
    if (!size)
        throw system_error(translate(size.error()));
    if (*size != message.size()) {
        self->descriptor.close(); // half a message went out: nothing after it can be understood
        throw system_error(system_code(EIO), "short write to the device");
    }
}

fd_message_stream::fd_message_stream(net::any_io_executor executor, unique_fd fd, fd_kind kind,
                                     std::size_t max_message_size)
    : state_(std::make_shared<state>(std::move(executor), std::move(fd), kind, max_message_size)) {}

fd_message_stream::~fd_message_stream() {
    close();
}

void fd_message_stream::set_max_message_size(std::size_t size) noexcept {
    state_->max_message_size = size;
}

awaitable<std::size_t> fd_message_stream::receive(net::mutable_buffer buffer) {
    return receive(state_, buffer);
}

std::optional<std::size_t> fd_message_stream::try_receive(net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        return std::nullopt;
    const auto into = state_->room_for(buffer);
    auto attempt = [kind = state_->kind, into](int fd) { return read_message(kind, fd, into); };
    std::optional<std::size_t> size;
    try {
        size = state_->descriptor.try_read(attempt);
    } catch (const system_error &e) {
        throw system_error(translate(e.code()));
    }
    return size ? state_->accept(*size, into, buffer) : size;
}

awaitable<void> fd_message_stream::send(net::const_buffer message) {
    return send(state_, message);
}

bool fd_message_stream::try_send(net::const_buffer message) {
    const auto &s = *state_;
    if (message.size() == 0 || message.size() > s.max_message_size || s.sending.held() ||
        !s.descriptor.is_open())
        return false;
    const auto size = write_message(s.kind, state_->descriptor.native(), message);
    if (size < 0)
        return false;
    // As in send: nothing can follow half a message. The next send finds the stream closed.
    if (static_cast<std::size_t>(size) != message.size())
        close();
    return true;
}

std::size_t fd_message_stream::max_message_size() const noexcept {
    return state_->max_message_size;
}

void fd_message_stream::close() noexcept {
    state_->descriptor.close();
}

net::any_io_executor fd_message_stream::get_executor() noexcept {
    return state_->descriptor.get_executor();
}

} // namespace costrand::heci
