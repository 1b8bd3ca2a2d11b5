// SPDX-License-Identifier: Apache-2.0
#include "open_pipes.hpp"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace costrand::krb5cc {

open_pipes &open_pipes::of_process() {
    static auto *const instance = new open_pipes;
    return *instance;
}

open_pipes::open_pipes() {
    // The lock is taken over the fork, so that the child finds the list whole.
    ::pthread_atfork([] { of_process().mutex_.lock(); }, [] { of_process().mutex_.unlock(); },
                     [] {
                         of_process().close_all();
                         of_process().mutex_.unlock();
                     });
}

bool open_pipes::pipe::is_open() const noexcept {
    struct stat about {};
    return ::fstat(fd, &about) == 0 && about.st_dev == device && about.st_ino == file;
}

void open_pipes::add(int fd) {
    struct stat about {};
    if (::fstat(fd, &about) != 0)
        return;
    remove(fd); // one that the program closed
    const std::lock_guard held(mutex_);
    pipes_.push_back({fd, about.st_dev, about.st_ino});
}

void open_pipes::remove(int fd) noexcept {
    const std::lock_guard held(mutex_);
    std::erase_if(pipes_, [&](const pipe &p) { return p.fd == fd; });
}

bool open_pipes::is_open(int fd) noexcept {
    const std::lock_guard held(mutex_);
    const auto found =
        std::find_if(pipes_.begin(), pipes_.end(), [&](const pipe &p) { return p.fd == fd; });
    return found != pipes_.end() && found->is_open();
}

// In the child, where nothing but this thread runs.
void open_pipes::close_all() noexcept {
    for (const auto &p : pipes_) {
        if (p.is_open())
            ::close(p.fd);
    }
    pipes_.clear();
    ++generation_;
}

} // namespace costrand::krb5cc
