// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_socket.hpp>

#include "fd_message_stream.hpp"
#include "heci_errno.hpp"
#include "unique_fd.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace costrand::heci {
namespace {

constexpr std::size_t answer_size = 16, refusal_size = 4;

// A program that is there sends its GUID at once.
constexpr std::chrono::seconds greeting_limit{2};

sockaddr_un address_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        throw system_error(system_code(ENAMETOOLONG), path);
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

unique_fd make_socket() {
    unique_fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid())
        throw system_error(system_code(errno));
    return fd;
}

int connect_to(const unique_fd &fd, const sockaddr_un &address) {
    const auto *generic = reinterpret_cast<const sockaddr *>(&address); // the call's own type
    return ::connect(fd.get(), generic, sizeof(address)) == 0 ? 0 : errno;
}

// The answer stands for the open and the connect of a driver.
error_code from_refusal(int value) {
    const auto of_connect = from_connect_errno(value);
    return of_connect.category() == error_category() ? of_connect : from_open_errno(value);
}

error_code from_socket_errno(int value) {
    switch (value) {
    case ECONNREFUSED: // a file, but nobody listens
    case EPROTOTYPE:   // a socket of another kind
    case ENOTSOCK:
        return errc::no_driver;
    case EAGAIN: // the acceptor's queue is full
        return errc::busy;
    default:
        return from_open_errno(value);
    }
}

// Meaning of the acceptor's first packet: the maximum message length.
std::size_t decode_answer(core::const_bytes packet) {
    if (packet.size() == refusal_size)
        throw system_error(
            from_refusal(static_cast<int>(core::load_le<std::uint32_t>(packet.data()))));
    const std::size_t max =
        packet.size() == answer_size ? core::load_le<std::uint32_t>(packet.data()) : 0;
    if (max == 0)
        throw system_error(errc::bad_reply);
    return max;
}

std::vector<std::byte> encode_answer(const connect_answer &answer) {
    std::vector<std::byte> packet;
    core::byte_writer w(packet);
    if (answer.refusal != 0) {
        w.le(static_cast<std::uint32_t>(answer.refusal));
        return packet;
    }
    w.le(answer.max_message_size);
    w.u8(answer.protocol_version);
    w.zeros(answer_size - packet.size());
    return packet;
}

class socket_device : public device {
  public:
    explicit socket_device(std::string path) : path_(std::move(path)) {}

    awaitable<std::unique_ptr<core::message_stream>> connect(client_id client) override {
        const auto executor = co_await net::this_coro::executor;
        auto fd = make_socket();
        if (const int failure = connect_to(fd, address_of(path_)))
            throw system_error(from_socket_errno(failure), path_);
        auto stream = std::make_unique<fd_message_stream>(executor, std::move(fd), fd_kind::socket,
                                                          answer_size);
        const auto max = co_await core::as_result(greet(*stream, client));
        if (!max && max.error() == errc::device_reset)
            throw system_error(errc::not_ready, path_); // gone before it answered
        if (!max)
            throw system_error(max.error(), path_);
        stream->set_max_message_size(*max);
        co_return stream;
    }

    std::string name() const override { return "unix:" + path_; }

  private:
    // Gives the maximum message length.
    static awaitable<std::size_t> greet(core::message_stream &stream, client_id client) {
        co_await stream.send(net::buffer(client.bytes));
        std::array<std::byte, answer_size> packet{};
        const auto size = co_await stream.receive(net::buffer(packet));
        co_return decode_answer(core::const_bytes(packet).first(size));
    }

    std::string path_;
};

// Reads the GUID and answers. Nothing when the client is refused.
awaitable<std::optional<client_id>> answer_client(fd_message_stream &stream,
                                                  connect_policy decide) {
    client_id client{};
    const auto size = co_await stream.receive(net::buffer(client.bytes));
    if (size != client.bytes.size())
        throw system_error(errc::bad_reply);
    const auto answer = co_await decide(client);
    const auto packet = encode_answer(answer);
    co_await stream.send(net::buffer(packet));
    if (answer.refusal != 0)
        co_return std::nullopt;
    stream.set_max_message_size(answer.max_message_size);
    co_return client;
}

// A file that a program left behind when it was killed is in the way of bind.
void remove_if_dead(const std::string &path, const sockaddr_un &address) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0 || !S_ISSOCK(about.st_mode))
        return;
    if (connect_to(make_socket(), address) == ECONNREFUSED)
        ::unlink(path.c_str());
}

} // namespace

std::unique_ptr<device> open_socket_device(std::string path) {
    return std::make_unique<socket_device>(std::move(path));
}

struct socket_acceptor::impl {
    impl(net::any_io_executor executor, std::string where, unique_fd fd)
        : path(std::move(where)),
          listener(std::move(executor), fd.get()) {
        fd.release();
    }

    // The next connection of any kind.
    static awaitable<unique_fd> next(std::shared_ptr<impl> self) {
        auto attempt = [](int fd) {
            return ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        };
        const auto fd = co_await self->listener.when_readable(attempt);
        co_return unique_fd(static_cast<int>(fd));
    }

    static awaitable<accepted_client> accept(std::shared_ptr<impl> self, connect_policy decide) {
        for (;;) {
            auto fd = co_await next(self);
            auto stream = std::make_unique<fd_message_stream>(
                self->listener.get_executor(), std::move(fd), fd_kind::socket, answer_size);
            const auto client = co_await core::as_result(
                core::with_deadline(greeting_limit, answer_client(*stream, decide)));
            if (!client && client.error() == core::cond::cancelled)
                throw system_error(client.error());
            if (!client || !*client)
                continue; // a peer that breaks off or is refused is no concern of the caller
            accepted_client accepted;
            accepted.client = **client;
            accepted.stream = std::move(stream);
            co_return accepted;
        }
    }

    std::string path;
    core::descriptor listener;
};

socket_acceptor::socket_acceptor(net::any_io_executor executor, std::string path) {
    const auto address = address_of(path);
    remove_if_dead(path, address);
    auto fd = make_socket();
    const auto *generic = reinterpret_cast<const sockaddr *>(&address); // the call's own type
    if (::bind(fd.get(), generic, sizeof(address)) != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
        throw system_error(system_code(errno), path);
    impl_ = std::make_shared<impl>(std::move(executor), std::move(path), std::move(fd));
}

socket_acceptor::~socket_acceptor() {
    close();
    ::unlink(impl_->path.c_str());
}

awaitable<accepted_client> socket_acceptor::accept(connect_policy decide) {
    return impl::accept(impl_, std::move(decide));
}

void socket_acceptor::close() noexcept {
    impl_->listener.close();
}

std::unique_ptr<core::message_stream> adopt_socket(net::any_io_executor executor, int fd,
                                                   std::size_t max_message_size) {
    return std::make_unique<fd_message_stream>(std::move(executor), unique_fd(fd), fd_kind::socket,
                                               max_message_size);
}

std::pair<std::unique_ptr<core::message_stream>, std::unique_ptr<core::message_stream>>
socket_message_pair(net::any_io_executor first, net::any_io_executor second,
                    std::size_t max_message_size) {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
        throw system_error(system_code(errno));
    unique_fd a(fds[0]), b(fds[1]);
    return {std::make_unique<fd_message_stream>(std::move(first), std::move(a), fd_kind::socket,
                                                max_message_size),
            std::make_unique<fd_message_stream>(std::move(second), std::move(b), fd_kind::socket,
                                                max_message_size)};
}

} // namespace costrand::heci
