// SPDX-License-Identifier: Apache-2.0
// Sockets that a service manager opened for us and passed on: the protocol of sd_listen_fds(3),
// without its library.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace costrand::transports {

struct passed_socket {
    int descriptor;
    std::string name; // FileDescriptorName= of its unit; empty: none was told
};

// What the environment tells process `pid`: nothing when LISTEN_PID is missing or another process.
// Touches no descriptor. Throws std::runtime_error when the variables contradict each other.
[[nodiscard]] std::vector<passed_socket>
passed_sockets(const std::function<const char *(const char *)> &environment, int pid);

// The same of this process, once: children get neither the sockets nor the variables.
[[nodiscard]] std::vector<passed_socket> take_passed_sockets();

// Tells the service manager that we serve (sd_notify(3), READY=1), if there is one that listens.
void tell_ready() noexcept;

} // namespace costrand::transports
