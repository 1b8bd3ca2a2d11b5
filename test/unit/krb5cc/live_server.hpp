// SPDX-License-Identifier: Apache-2.0
// live_server: the built costrand-ccapid at an endpoint of its own, and this process's library
// directed to it.
#pragma once

#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace costrand::test {

// A folder for sockets, which the library of this process looks into from now on. It starts this
// program there when it needs a server.
class endpoint_folder {
  public:
    explicit endpoint_folder(const char *server = "/nonexistent/server") {
        ::setenv("CCAPI_ENDPOINT", endpoint().c_str(), 1);
        ::setenv("CCAPI_SERVER", server, 1);
    }
    [[nodiscard]] std::string endpoint() const { return folder_.file("ep"); }

  private:
    private_folder folder_;
};

// Ends the servers that the library started, and tells how many there were. Their parent has ended:
// they become children of this process.
class started_servers {
  public:
    started_servers() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    started_servers(const started_servers &) = delete;
    started_servers &operator=(const started_servers &) = delete;
    ~started_servers() { (void)end(); }

    int end() {
        int count = 0;
        for (std::string pid; !(pid = any_child()).empty(); ++count) {
            ::kill(std::stoi(pid), SIGTERM);
            ::waitpid(std::stoi(pid), nullptr, 0);
        }
        return count;
    }

  private:
    static std::string any_child() {
        std::string pid;
        std::ifstream("/proc/thread-self/children") >> pid;
        return pid;
    }
};

struct server_start {
    std::string kcm;           // its socket for KCM; empty: none
    rlim_t soft = 0, hard = 0; // limits of its descriptors; 0: ours
};

class live_server {
  public:
    // Comes back when it listens.
    explicit live_server(const endpoint_folder &where, const server_start &how = {}) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        rlimit files{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
        if (how.hard != 0)
            files = {how.hard, how.hard};
        if (how.soft != 0)
            files.rlim_cur = how.soft;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDERR_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::setrlimit(RLIMIT_NOFILE, &files);
            const char *const option = how.kcm.empty() ? nullptr : "--kcm-socket";
            ::execl(COSTRAND_CCAPID, COSTRAND_CCAPID, option, how.kcm.c_str(),
                    static_cast<char *>(nullptr));
            ::_exit(127);
        }
        ::close(ends[1]);
        log_ = ends[0];
        await_log(how.kcm.empty() ? "listens at " + where.endpoint()
                                  : "listens for KCM at " + how.kcm);
    }
    live_server(const live_server &) = delete;
    live_server &operator=(const live_server &) = delete;
    ~live_server() {
        kill();
        ::close(log_);
    }

    [[nodiscard]] int pid() const noexcept { return pid_; }

    // Comes back when it has said so since the last call.
    void await_log(const std::string &text) {
        std::string said;
        while (said.find(text) == said.npos) {
            char bytes[512];
            const auto n = ::read(log_, bytes, sizeof bytes);
            REQUIRE_MESSAGE(n > 0, said);
            said.append(bytes, static_cast<std::size_t>(n));
        }
    }

    // Without a farewell; comes back when it is gone.
    void kill() {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

  private:
    int pid_ = -1, log_ = -1;
};

} // namespace costrand::test
