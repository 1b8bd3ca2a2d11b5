// SPDX-License-Identifier: Apache-2.0
// A credential cache server as a child process, for ccapi_roundtrip: it is started, its CPU time is
// read from outside, it is ended. Knows no protocol.
#pragma once

#include "bench_main.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace costrand::bench {

// A connection to the socket, or -1.
inline int connect_to(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        throw std::runtime_error(path + ": too long for a socket");
    path.copy(address.sun_path, path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto *generic = reinterpret_cast<const sockaddr *>(&address); // the call's own type
    if (fd >= 0 && ::connect(fd, generic, sizeof(address)) == 0)
        return fd;
    ::close(fd);
    return -1;
}

class cache_server {
  public:
    // Both lists are kept: what is run, and "NAME=value" added to the environment.
    cache_server(std::vector<std::string> command, const std::vector<std::string> &environment)
        : name_(command.front()),
          process_(::fork()) {
        if (process_ < 0)
            throw std::runtime_error("fork failed");
        if (process_ == 0)
            become(std::move(command), environment);
    }
    cache_server(const cache_server &) = delete;
    cache_server &operator=(const cache_server &) = delete;
    ~cache_server() {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }

    [[nodiscard]] pid_t process() const noexcept { return process_; }
    [[nodiscard]] std::uint64_t own_cpu_ns() const {
        clockid_t clock{};
        if (::clock_getcpuclockid(process_, &clock) != 0)
            throw std::runtime_error(name_ + " is gone");
        return cpu_ns(clock);
    }
    // Until somebody listens there; the child may still be starting.
    void wait_for(const std::string &path) const {
        constexpr int attempts = 500;
        constexpr int pause_ms = 10;
        for (int i = 0; i < attempts; ++i) {
            if (::waitpid(process_, nullptr, WNOHANG) != 0)
                break;
            if (const int fd = connect_to(path); fd >= 0) {
                ::close(fd);
                return;
            }
            ::poll(nullptr, 0, pause_ms);
        }
        throw std::runtime_error(name_ + " does not listen at " + path);
    }

  private:
    [[noreturn]] static void become(std::vector<std::string> command,
                                    const std::vector<std::string> &environment) {
        for (const auto &entry : environment) {
            const auto mark = entry.find('=');
            ::setenv(entry.substr(0, mark).c_str(), entry.substr(mark + 1).c_str(), 1);
        }
        std::vector<char *> words;
        for (auto &word : command)
            words.push_back(word.data());
        words.push_back(nullptr);
        ::execvp(words.front(), words.data());
        std::perror(words.front());
        ::_exit(127);
    }

    std::string name_;
    pid_t process_;
};

} // namespace costrand::bench
