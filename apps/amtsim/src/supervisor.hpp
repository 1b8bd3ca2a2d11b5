// SPDX-License-Identifier: Apache-2.0
// supervisor: answers the calls of a supervised program about the MEI device with a simulated one.
// Calls about anything else go on untouched. Not a security boundary: a hostile program can change
// a path between our look at it and the kernel's.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <linux/seccomp.h>
#include <sys/types.h>

namespace costrand::amtsim {

class supervisor {
  public:
    // Takes the listener over. The device outlives the supervisor.
    supervisor(net::any_io_executor executor, int listener, sim::firmware &device, core::log log);
    supervisor(const supervisor &) = delete;
    supervisor &operator=(const supervisor &) = delete;
    ~supervisor();

    // Answers until no process of the program is left. Cancellation: ends the links of the device;
    // what still runs then finds no device.
    [[nodiscard]] awaitable<void> run();

  private:
    // One open() of the device by the program: our end of the socket, until it is connected.
    struct node {
        int ours = -1;
        bool connecting = false;
    };
    // The program's end, whatever descriptors it has for it (dup, fork, sent over a socket).
    using inode = std::pair<dev_t, ino_t>;

    awaitable<void> answer_calls();
    [[nodiscard]] std::optional<seccomp_notif> next_call();
    void answer(const seccomp_notif &call);
    void open_device(const seccomp_notif &call, int flags);
    void open_text(const seccomp_notif &call, std::string_view text);
    void control(const seccomp_notif &call);
    awaitable<void> connect(seccomp_notif call, inode which);
    awaitable<void> serve(std::unique_ptr<core::message_stream> link, heci::client_id client,
                          inode which);
    void forget_closed();

    void go_on(const seccomp_notif &call);
    void reply(const seccomp_notif &call, int failure);
    [[nodiscard]] bool still_waits(const seccomp_notif &call);
    [[nodiscard]] std::optional<std::string> path_of(const seccomp_notif &call, int folder,
                                                     std::uint64_t address);

    core::descriptor listener_;
    sim::firmware &device_;
    core::log log_;
    core::task_group links_;
    std::map<inode, node> nodes_;
};

} // namespace costrand::amtsim
