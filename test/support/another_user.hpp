// SPDX-License-Identifier: Apache-2.0
// another_user: whoever is root may be another one.
#pragma once

#include <doctest/doctest.h>

#include <sys/syscall.h>
#include <unistd.h>

namespace costrand::test {

// This thread is another user for a while. The kernel keeps it a thread's own affair; the C
// library's call does not.
class another_user {
  public:
    static constexpr uid_t other = 65534;

    explicit another_user(uid_t who = other) {
        REQUIRE(::syscall(SYS_setresuid, -1, who, -1) == 0);
    }
    another_user(const another_user &) = delete;
    another_user &operator=(const another_user &) = delete;
    ~another_user() { ::syscall(SYS_setresuid, -1, 0, -1); }
};

} // namespace costrand::test
