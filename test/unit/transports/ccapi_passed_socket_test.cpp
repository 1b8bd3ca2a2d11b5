// SPDX-License-Identifier: Apache-2.0
// A listening socket that somebody else made, taken over.
#include <costrand/transports/ccapi_pipe.hpp>

#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <src/unique_fd.hpp>

#include <support/private_folder.hpp>
#include <support/run_coro.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

using namespace costrand;
using transports::pipe_acceptor;
using transports::pipe_errc;

namespace {

// Bound to the path, unless that is empty; as a service manager makes it: it blocks.
heci::unique_fd unix_socket(const std::string &path, bool listens, int type = SOCK_STREAM) {
    heci::unique_fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (!path.empty())
        REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) ==
                0);
    if (listens)
        REQUIRE(::listen(fd.get(), 8) == 0);
    return fd;
}

transports::pipe_place place_in(const test::private_folder &folder) {
    const auto path = folder.file("ep");
    transports::pipe_environment environment = [&path](const char *name) -> const char * {
        return std::string(name) == "CCAPI_ENDPOINT" ? path.c_str() : nullptr;
    };
    return transports::own_pipe_place(transports::pipe_scope::user, environment).value();
}

awaitable<void> accept_into(pipe_acceptor &acceptor,
                            std::shared_ptr<transports::accepted_pipe> out) {
    *out = co_await acceptor.accept();
}

error_code failure_of(int descriptor) {
    try {
        (void)transports::path_of_listener(descriptor);
        return {};
    } catch (const system_error &e) {
        return e.code();
    }
}

} // namespace

TEST_CASE("a passed socket is served, its client is known, and its file stays") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder);
        auto passed = unix_socket(place.endpoint, true);
        CHECK(transports::path_of_listener(passed.get()) == place.endpoint);
        {
            pipe_acceptor acceptor(env.executor, place, {}, passed.release());
            core::task_group servers(env.executor);
            const auto accepted = std::make_shared<transports::accepted_pipe>();
            servers.spawn(accept_into(acceptor, accepted));
            auto client = co_await transports::connect_pipe(place, transports::ccapi_framing);
            co_await servers.join();
            CHECK(accepted->peer.own_user);
            CHECK(accepted->peer.process == ::getpid());
        }
        CHECK(std::filesystem::is_socket(place.endpoint));
    });
}

TEST_CASE("a passed socket in a folder that is open to others is refused, and left open") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder);
        const auto passed = unix_socket(place.endpoint, true);
        REQUIRE(::chmod(folder.path().c_str(), 0750) == 0);
        error_code why;
        try {
            const pipe_acceptor acceptor(env.executor, place, {}, passed.get());
        } catch (const system_error &e) {
            why = e.code();
        }
        CHECK(why == pipe_errc::folder_insecure);
        CHECK(transports::path_of_listener(passed.get()) == place.endpoint);
        co_return;
    });
}

TEST_CASE("only a unix stream socket that listens at a path can be passed") {
    const test::private_folder folder;
    const auto invalid = boost::system::errc::invalid_argument;
    CHECK(failure_of(unix_socket(folder.file("a"), false).get()) == invalid);
    CHECK(failure_of(unix_socket(folder.file("b"), false, SOCK_DGRAM).get()) == invalid);
    CHECK(failure_of(unix_socket(std::string("\0krbcc", 6), true).get()) ==
          pipe_errc::bad_endpoint);
    heci::unique_fd internet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::listen(internet.get(), 1) == 0);
    CHECK(failure_of(internet.get()) == invalid);
    CHECK(failure_of(-1).value() == EBADF);
}
