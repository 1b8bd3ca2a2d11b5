// SPDX-License-Identifier: Apache-2.0
// Starts a program whose calls about the MEI device come to us first: Linux seccomp user
// notification (docs/spec/vmei.md). The only header of the program's start; supervisor.hpp answers
// the calls.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace costrand::amtsim {

struct supervised {
    pid_t child = -1;
    int listener = -1; // where the calls arrive; the caller owns it
};

// Which calls come to us: those that name the device or control it, or read and write as well, of
// any descriptor (some 8 microseconds each, docs/spec/vmei.md).
enum class watched_calls { device, device_and_io };

// Starts the program, found as a shell finds it. It and all that it starts are covered. Throws
// std::system_error when the kernel lacks what it takes (5.14), or the program cannot be started.
// To be called before this process has threads.
[[nodiscard]] supervised start_supervised(const std::vector<std::string> &command,
                                          watched_calls which);

} // namespace costrand::amtsim
