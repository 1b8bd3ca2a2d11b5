// SPDX-License-Identifier: Apache-2.0
// The pipe as a unix socket.
#include <costrand/transports/ccapi_pipe.hpp>

#include "ccapi_place.hpp"
#include "framed_socket.hpp"
#include "unique_fd.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/readiness.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>

namespace costrand::transports {
namespace {

using heci::unique_fd;

constexpr std::string_view component = "ccapi pipe";

// Our choices: how soon freed descriptors, a shorter queue of the server, or a free lock file are
// noticed.
constexpr std::chrono::milliseconds exhausted_pause{100}, full_queue_pause{10}, held_lock_pause{10};

// ccapi.md 11.5: at least 128. The kernel caps it (net.core.somaxconn).
constexpr int backlog = 4096;

error_code system_code(int value) noexcept {
    return {value, boost::system::system_category()};
}

sockaddr_un address_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        throw system_error(pipe_errc::path_too_long, path);
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

unique_fd make_socket() {
    unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid())
        throw system_error(system_code(errno));
    return fd;
}

// 0, or an errno. EINTR cannot occur on a socket that does not block.
int connect_to(const unique_fd &fd, const std::string &path) {
    const auto address = address_of(path);
    const auto *generic = reinterpret_cast<const sockaddr *>(&address); // the call's own type
    return ::connect(fd.get(), generic, sizeof(address)) == 0 ? 0 : errno;
}

// Of a listening socket's client: the process that connected. Of a client's socket: the process
// that listens.
std::optional<pipe_peer> peer_of(int fd, std::uint32_t user) {
    ucred who{};
    socklen_t size = sizeof(who);
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return std::nullopt;
    return pipe_peer{who.uid == user, who.uid, who.gid, who.pid};
}

// What stands in a server's place before it listens there.
void check_endpoint(const pipe_place &place) {
    struct stat about {};
    if (::lstat(place.endpoint.c_str(), &about) != 0)
        return; // nothing, or bind tells why it cannot be seen
    if (!S_ISSOCK(about.st_mode))
        throw system_error(pipe_errc::endpoint_occupied, place.endpoint);
    const int answer = connect_to(make_socket(), place.endpoint);
    if (answer == 0 || answer == EAGAIN) // EAGAIN: its queue is full
        throw system_error(pipe_errc::already_running, place.endpoint);
}

// A name in the same folder that is no longer: it must fit where the endpoint does. Only the holder
// of the lock uses it.
std::string temporary_name(const std::string &endpoint) {
    auto name = endpoint;
    name.back() = name.back() == '~' ? '-' : '~';
    return name;
}

// Listens first, and is given its name then.
unique_fd listen_at(const pipe_place &place, unsigned mode) {
    const auto temporary = temporary_name(place.endpoint);
    const auto address = address_of(temporary);
    const auto *generic = reinterpret_cast<const sockaddr *>(&address); // the call's own type
    const char *path = temporary.c_str();
    auto fd = make_socket();
    ::unlink(path); // of a server that was killed amid this
    // The mode of the descriptor bounds that of the file: it is never open wider than at the end.
    if (::fchmod(fd.get(), mode) != 0 || ::bind(fd.get(), generic, sizeof(address)) != 0)
        throw system_error(from_file_errno(errno), place.endpoint);
    if (::chmod(path, mode) != 0 || ::listen(fd.get(), backlog) != 0 ||
        ::rename(path, place.endpoint.c_str()) != 0) {
        const auto why = from_file_errno(errno);
        ::unlink(path);
        throw system_error(why, place.endpoint);
    }
    return fd;
}

// A descriptor of nothing. None is left: none is kept back.
unique_fd make_reserve() noexcept {
    return unique_fd(::eventfd(0, EFD_CLOEXEC));
}

bool is_exhaustion(const error_code &why) {
    return why == system_code(EMFILE) || why == system_code(ENFILE) ||
           why == system_code(ENOBUFS) || why == system_code(ENOMEM);
}

} // namespace

struct pipe_acceptor::impl {
    impl(const net::any_io_executor &executor, pipe_place where, pipe_listen_options how,
         unique_fd fd)
        : place(std::move(where)),
          options(std::move(how)),
          listener(executor, fd.release()),
          clients(std::make_shared<core::readiness>(executor)) {}

    // The file is ours; unless it was removed already.
    void own_file() noexcept {
        if (::lstat(place.endpoint.c_str(), &file) != 0)
            file = {};
    }

    // One more connection, or nothing: then it was none, and the next may be one.
    static awaitable<unique_fd> next(std::shared_ptr<impl> self) {
        auto attempt = [](int fd) {
            return ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        };
        for (;;) {
            const auto fd = co_await core::as_result(self->listener.when_readable(attempt));
            if (fd) {
                if (std::exchange(self->is_exhausted, false))
                    self->options.log.info(component, "accepts clients again");
                if (!self->reserve.valid())
                    self->reserve = make_reserve();
                co_return unique_fd(static_cast<int>(*fd));
            }
            const auto why = fd.error();
            if (why == system_code(ECONNABORTED))
                continue; // gone before it was accepted
            if (!is_exhaustion(why))
                throw system_error(why);
            if (!std::exchange(self->is_exhausted, true))
                self->options.log.warn(component, "new clients are turned away: ", why);
            const int failure = self->turn_away_one();
            if (failure == 0)
                co_await net::post(self->listener.get_executor(), use_awaitable); // others' turn
            else if (failure == EAGAIN)
                co_await self->listener.wait_readable();
            else
                co_await core::sleep_for(exhausted_pause);
        }
    }

    // It sees the end of its connection at once, and waits for nothing. For that one descriptor is
    // kept back. 0, or an errno: EAGAIN if nobody is there.
    int turn_away_one() noexcept {
        reserve.reset();
        const int client = ::accept4(listener.native(), nullptr, nullptr, SOCK_CLOEXEC);
        const int failure = client < 0 ? errno : 0;
        if (client >= 0)
            ::close(client);
        reserve = make_reserve();
        return failure;
    }

    static awaitable<accepted_pipe> accept(std::shared_ptr<impl> self) {
        for (;;) {
            auto fd = co_await next(self);
            const auto peer = peer_of(fd.get(), self->place.user);
            if (!peer)
                continue; // the kernel does not say who it is: nobody to talk to
            accepted_pipe accepted;
            accepted.peer = *peer;
            accepted.stream = self->stream_of(std::move(fd));
            if (accepted.stream)
                co_return accepted;
        }
    }

    // Null: there is no memory for it, and the connection is closed.
    std::unique_ptr<core::message_stream> stream_of(unique_fd fd) {
        try {
            return std::make_unique<framed_socket>(listener.get_executor(), std::move(fd),
                                                   options.framing, clients);
        } catch (const std::exception &e) { // the system's word for it, or bad_alloc
            options.log.warn(component, "a client is turned away: ", e.what());
            return nullptr;
        }
    }

    void remove_file() noexcept {
        struct stat now {};
        const char *path = place.endpoint.c_str();
        if (::lstat(path, &now) == 0 && now.st_dev == file.st_dev && now.st_ino == file.st_ino)
            ::unlink(path);
        file = {};
    }

    pipe_place place;
    pipe_listen_options options;
    core::descriptor listener;
    std::shared_ptr<core::readiness> clients;
    unique_fd reserve = make_reserve();
    bool is_exhausted = false;
    struct stat file {}; // ours; nothing: somebody else's
};

pipe_acceptor::pipe_acceptor(net::any_io_executor executor, pipe_place place,
                             pipe_listen_options options) {
    prepare_folder(place);
    unique_fd lock;
    if (!options.lock_is_held)
        lock = take_lock(place);
    check_endpoint(place);
    auto fd = listen_at(place, options.mode);
    impl_ = std::make_shared<impl>(std::move(executor), std::move(place), std::move(options),
                                   std::move(fd));
    impl_->own_file();
}

pipe_acceptor::pipe_acceptor(net::any_io_executor executor, pipe_place place,
                             pipe_listen_options options, int listening) {
    check_folder(place);
    (void)path_of_listener(listening); // what matters is that it is one
    impl_ = std::make_shared<impl>(std::move(executor), std::move(place), std::move(options),
                                   unique_fd(listening));
}

pipe_acceptor::~pipe_acceptor() {
    close();
}

awaitable<accepted_pipe> pipe_acceptor::accept() {
    return impl::accept(impl_);
}

void pipe_acceptor::close() noexcept {
    if (!impl_->listener.is_open())
        return;
    impl_->remove_file();
    impl_->listener.close();
}

std::string path_of_listener(int descriptor) {
    sockaddr_un address{};
    socklen_t size = sizeof(address);
    int type = 0, listens = 0;
    socklen_t type_size = sizeof(type), listens_size = sizeof(listens);
    auto *generic = reinterpret_cast<sockaddr *>(&address); // the call's own type
    if (::getsockname(descriptor, generic, &size) != 0 ||
        ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
        ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0)
        throw system_error(system_code(errno));
    if (address.sun_family != AF_UNIX || type != SOCK_STREAM || listens == 0)
        throw system_error(system_code(EINVAL));
    const std::string path(address.sun_path, ::strnlen(address.sun_path, sizeof(address.sun_path)));
    if (!path.starts_with('/')) // an abstract one, open to all
        throw system_error(pipe_errc::bad_endpoint);
    return path;
}

pipe_lock::~pipe_lock() {
    if (fd_ >= 0)
        ::close(fd_);
}

awaitable<pipe_lock> lock_pipe_place(pipe_place place, core::duration patience) {
    const auto executor = co_await net::this_coro::executor;
    const auto end = core::now(executor) + patience;
    for (;;) {
        prepare_folder(place);
        try {
            co_return pipe_lock(take_lock(place).release());
        } catch (const system_error &e) {
            if (e.code() != pipe_errc::being_started || core::now(executor) >= end)
                throw;
        }
        co_await core::sleep_for(held_lock_pause);
    }
}

awaitable<std::unique_ptr<core::message_stream>> connect_pipe(pipe_place place,
                                                              pipe_framing framing) {
    const auto executor = co_await net::this_coro::executor;
    try {
        check_folder(place);
    } catch (const system_error &e) {
        if (e.code() != pipe_errc::folder_missing)
            throw;
        throw system_error(pipe_errc::not_running, place.endpoint);
    }
    auto fd = make_socket();
    for (;;) {
        const int answer = connect_to(fd, place.endpoint);
        if (answer == 0)
            break;
        if (answer == ENOENT || answer == ECONNREFUSED)
            throw system_error(pipe_errc::not_running, place.endpoint);
        if (answer != EAGAIN)
            throw system_error(system_code(answer), place.endpoint);
        co_await core::sleep_for(full_queue_pause);
    }
    const auto peer = peer_of(fd.get(), place.user);
    if (place.is_private && (!peer || !peer->own_user))
        throw system_error(pipe_errc::foreign_peer, place.endpoint);
    co_return std::make_unique<framed_socket>(executor, std::move(fd), framing);
}

int native_handle(core::message_stream &connected) noexcept {
    return static_cast<framed_socket &>(connected).native_handle();
}

} // namespace costrand::transports
