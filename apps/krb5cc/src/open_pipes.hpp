// SPDX-License-Identifier: Apache-2.0
// open_pipes: the descriptors of all connections of the process, for a child of fork(), which
// closes its copies at once: else the server would not see its parent's end. And what else a child
// must know: that it is one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <vector>

namespace costrand::krb5cc {

class open_pipes {
  public:
    // Never destroyed: programs call the library to their very end.
    static open_pipes &of_process();

    // A socket that is open now.
    void add(int fd);
    void remove(int fd) noexcept;
    // Whether it still is what was added.
    [[nodiscard]] bool is_open(int fd) noexcept;

    // Goes up in each child: what was made before is the parent's, and is not touched.
    [[nodiscard]] unsigned generation() const noexcept { return generation_; }

    // For what all threads of the process share. Held for a few lines only, so a fork waits for no
    // server; the child has it to itself.
    [[nodiscard]] std::mutex &mutex() noexcept { return mutex_; }

  private:
    open_pipes();
    void close_all() noexcept;

    struct pipe {
        int fd = -1;
        dev_t device{}; // with `file`: whether it is still the same one
        ino_t file{};

        [[nodiscard]] bool is_open() const noexcept;
    };

    std::mutex mutex_;
    std::vector<pipe> pipes_;
    unsigned generation_ = 0;
};

} // namespace costrand::krb5cc
