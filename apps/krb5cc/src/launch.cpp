// SPDX-License-Identifier: Apache-2.0
#include "launch.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

namespace costrand::krb5cc {
namespace {

// docs/spec/ccapi.md 11.8.
constexpr auto patience = std::chrono::seconds(10);

// Where costrand-ccapid expects the pipe of --auto-started.
constexpr int starters_pipe = 3;

// What the new process needs, made before the fork: behind it nothing may be allocated.
struct plan {
    plan() {
        const char *chosen = ::secure_getenv("CCAPI_SERVER");
        program = chosen && *chosen ? chosen : COSTRAND_CCAPID_PATH;
        // The environment of a program with another's rights is its caller's.
        if (::getauxval(AT_SECURE) != 0)
            environment = bare_environment.data();
    }

    const char *program = nullptr;
    std::array<const char *, 2> bare_environment{"PATH=/usr/bin:/bin", nullptr};
    const char *const *environment = environ;
    uid_t user = ::getuid();
    gid_t group = ::getgid();
};

// Never comes back. Only calls that are safe in a child of a program with threads.
[[noreturn]] void become_server(const plan &p, int pipe) {
    ::setsid();
    pipe = ::fcntl(pipe, F_DUPFD, starters_pipe + 1); // out of the way, and open in the server
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::dup2(nothing, fd);
    // The program's descriptors, beside those that close themselves, are not the server's.
    ::dup2(pipe, starters_pipe);
    ::close_range(starters_pipe + 1, ~0u, 0);
    for (int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD})
        ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(S_IRWXG | S_IRWXO);
    if (::chdir("/") != 0 || ::setresgid(p.group, p.group, p.group) != 0 ||
        ::setresuid(p.user, p.user, p.user) != 0)
        ::_exit(1);
    const std::array<const char *, 3> arguments{p.program, "--auto-started", nullptr};
    ::execve(
        p.program, const_cast<char *const *>(arguments.data()),
        const_cast<char *const *>(p.environment)); // the call's own types; it writes to neither
    ::_exit(1);
}

// Gives the end of a pipe that reads its end when the server listens, or is gone.
int start_server() {
    const plan p;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw system_error(error_code(errno, boost::system::system_category()));
    const pid_t child = ::fork();
    if (child == 0) {
        // Once more, so that the server is nobody's child whom the program must wait for.
        if (::fork() == 0)
            become_server(p, ends[1]);
        ::_exit(0);
    }
    const int why = errno;
    ::close(ends[1]);
    if (child < 0) {
        ::close(ends[0]);
        throw system_error(error_code(why, boost::system::system_category()));
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return ends[0];
}

} // namespace

awaitable<std::unique_ptr<core::message_stream>> connect_or_launch(transports::pipe_place place) {
    const auto lock = co_await transports::lock_pipe_place(place, patience);
    auto meanwhile =
        co_await core::as_result(transports::connect_pipe(place, transports::ccapi_framing));
    if (meanwhile)
        co_return std::move(*meanwhile);
    if (meanwhile.error() != transports::pipe_errc::not_running)
        throw system_error(meanwhile.error());
    const auto executor = co_await net::this_coro::executor;
    core::descriptor pipe(executor, start_server());
    std::byte unused{};
    auto attempt = [&](int fd) { return ::read(fd, &unused, 1); };
    // However it ends, whether there is a server now is seen next.
    (void)co_await core::as_result(core::with_deadline(patience, pipe.when_readable(attempt)));
    co_return co_await transports::connect_pipe(place, transports::ccapi_framing);
}

} // namespace costrand::krb5cc
