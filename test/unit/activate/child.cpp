// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include "support.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace costrand::test {

namespace {

constexpr auto longest_run = std::chrono::seconds(60);

struct pipe_ends {
    int read = -1, write = -1;
};

pipe_ends make_pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        throw std::runtime_error("pipe2");
    return {fds[0], fds[1]};
}

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const child_options &options, const char *folder, char **arguments,
                         char **environment) {
    if (::chdir(folder) != 0)
        ::_exit(120);
    if (options.user && (::setgroups(0, nullptr) != 0 || ::setgid(*options.user) != 0 ||
                         ::setuid(*options.user) != 0))
        ::_exit(121);
    ::execve(arguments[0], arguments, environment);
    ::_exit(122);
}

// True while the stream goes on.
bool take(int fd, std::string &into) {
    std::array<char, 4096> buffer;
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0)
        return errno == EINTR || errno == EAGAIN; // EIO: the terminal's other side is gone
    into.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0;
}

void collect(const child_options &options, ::pid_t pid, int out, int err, child_end &end) {
    const auto give_up = std::chrono::steady_clock::now() + longest_run;
    bool answered = options.answer_when.empty(), signalled = false;
    while (out >= 0 || err >= 0) {
        std::array<pollfd, 2> wait = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
        ::poll(wait.data(), wait.size(), 1000);
        if (out >= 0 && wait[0].revents != 0 && !take(out, end.out))
            out = -1;
        if (err >= 0 && wait[1].revents != 0 && !take(err, end.err))
            err = -1;
        if (!answered && end.out.find(options.answer_when) != end.out.npos) {
            answered = true;
            if (::write(out, options.answer.data(), options.answer.size()) < 0)
                throw std::runtime_error("write");
        }
        const std::string &told = options.terminal ? end.out : end.err;
        if (!signalled && options.watch)
            if (const int number = options.watch(told); number != 0) {
                signalled = true;
                ::kill(pid, number);
            }
        if (std::chrono::steady_clock::now() > give_up) {
            ::kill(pid, SIGKILL);
            return;
        }
    }
}

} // namespace

child_end run_child(const child_options &options) {
    const temporary_folder fresh;
    ::chmod(fresh.path().c_str(), 0755);
    const std::string folder = options.folder.empty() ? fresh.path().string() : options.folder;

    std::vector<std::string> words = {options.program.empty() ? COSTRAND_ACTIVATE
                                                              : options.program};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<std::string> variables = {"PATH=/usr/bin:/bin", "HOME=/nonexistent"};
    if (options.terminal && !options.environment.contains("TERM"))
        variables.push_back("TERM=xterm");
    for (const auto &[name, value] : options.environment)
        variables.push_back(name + "=" + value);
    std::vector<char *> arguments, environment;
    for (auto &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    for (auto &variable : variables)
        environment.push_back(variable.data());
    environment.push_back(nullptr);

    pipe_ends out, err;
    ::pid_t pid = -1;
    if (options.terminal) {
        winsize size{};
        size.ws_col = 60;
        size.ws_row = 24;
        pid = ::forkpty(&out.read, nullptr, nullptr, &size);
    } else {
        out = make_pipe();
        err = make_pipe();
        pid = ::fork();
    }
    if (pid < 0)
        throw std::runtime_error("fork");
    if (pid == 0) {
        if (!options.terminal) {
            const int nothing = ::open("/dev/null", O_RDONLY);
            ::dup2(nothing, 0);
            ::dup2(out.write, 1);
            ::dup2(err.write, 2);
        }
        become(options, folder.c_str(), arguments.data(), environment.data());
    }
    for (const int fd : {out.write, err.write})
        if (fd >= 0)
            ::close(fd);
    child_end end;
    collect(options, pid, out.read, err.read, end);
    for (const int fd : {out.read, err.read})
        if (fd >= 0)
            ::close(fd);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFEXITED(status))
        end.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status))
        end.signal = WTERMSIG(status);
    return end;
}

} // namespace costrand::test
