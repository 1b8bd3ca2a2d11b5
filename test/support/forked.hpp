// SPDX-License-Identifier: Apache-2.0
// forked: another process, for tests of who holds what.
#pragma once

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace costrand::test {

// A process of ours that lives as long as this object, with what we had open when it began.
class forked {
  public:
    forked() {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            char byte = 0;
            ::close(ends[1]);
            [[maybe_unused]] const auto parent_is_gone = ::read(ends[0], &byte, 1);
            ::_exit(0);
        }
        ::close(ends[0]);
        alive_ = ends[1];
    }
    forked(const forked &) = delete;
    forked &operator=(const forked &) = delete;
    ~forked() {
        ::close(alive_);
        ::waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] int pid() const noexcept { return pid_; }

  private:
    int pid_ = -1, alive_ = -1;
};

} // namespace costrand::test
