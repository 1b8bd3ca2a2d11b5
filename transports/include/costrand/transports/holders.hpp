// SPDX-License-Identifier: Apache-2.0
// holders: which processes have a device node open, or listen on a TCP port, as far as /proc tells:
// for the words behind "busy" and "address in use". Reading /proc takes milliseconds: for failures
// only. On systems without one nobody is found.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace costrand::transports {

struct holder {
    int pid = 0;
    std::string name; // of its command; printable

    friend bool operator==(const holder &, const holder &) = default;
};

// Processes, ours excepted, that have this file open under any of its names (a device node: any
// node of the same device). Not seen are those of other users, and of those with more rights than
// ours; root with CAP_SYS_PTRACE sees all. By process number, each once.
[[nodiscard]] std::vector<holder> holders_of_file(const std::string &path,
                                                  const std::string &proc = "/proc");

// The same of a TCP port on which somebody listens, at any address of this machine.
[[nodiscard]] std::vector<holder> listeners_of_port(std::uint16_t port,
                                                    const std::string &proc = "/proc");

// "lms (process 812), firefox (process 77)"; empty when nobody is known.
[[nodiscard]] std::string to_string(std::span<const holder> holders);

} // namespace costrand::transports
