// SPDX-License-Identifier: Apache-2.0
// supervisor: answers the calls of a supervised program about the MEI device with a simulated one.
// Calls about anything else go on untouched. Not a security boundary: a hostile program can change
// a path between our look at it and the kernel's.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/descriptor.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>

#include "supervised.hpp"
#include "tracee.hpp"
#include "watched_link.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <linux/seccomp.h>
#include <sys/types.h>

namespace costrand::amtsim {

inline int argument(const seccomp_notif &call, int n) {
    return static_cast<int>(call.data.args[n]);
}
inline pid_t task_of(const seccomp_notif &call) {
    return static_cast<pid_t>(call.pid);
}

class supervisor {
  public:
    // Takes the listener over. The device outlives the supervisor. `which` is what the program was
    // started with: with device_and_io a reset shows as ENODEV and POLLERR, else as the end of the
    // file.
    supervisor(net::any_io_executor executor, int listener, watched_calls which,
               sim::firmware &device, core::log log);
    supervisor(const supervisor &) = delete;
    supervisor &operator=(const supervisor &) = delete;
    ~supervisor();

    // Answers until no process of the program is left. Cancellation: ends the links of the device;
    // what still runs then has ENOSYS for every call that would come to us.
    [[nodiscard]] awaitable<void> run();

  private:
    // One open() of the device by the program.
    struct node {
        int ours = -1; // our end of the socket, until it is connected
        bool connecting = false;
        heci::client_id client{};
        std::shared_ptr<watched_link> link; // once connected, when calls are watched
        // After a reset: the program's end, so that no other file gets its inode.
        int theirs = -1;
    };

    // A firmware that took a connect: its stream when calls are watched, else it takes a socket.
    struct connected {
        std::unique_ptr<core::message_stream> firmware;
        std::size_t max_message_size = 0;
    };

    awaitable<void> answer_calls();
    [[nodiscard]] std::optional<seccomp_notif> next_call();
    void answer(const seccomp_notif &call);
    void open_device(const seccomp_notif &call, int flags);
    void open_text(const seccomp_notif &call, std::string_view text);
    void control(const seccomp_notif &call);
    void read(const seccomp_notif &call);
    void write(const seccomp_notif &call);
    // The link that a read or write is about; nothing when the call was answered: not the device's,
    // not connected, reset, or to fail by a fault of that kind.
    [[nodiscard]] std::shared_ptr<watched_link> link_of(const seccomp_notif &call,
                                                        sim::fault_kind failure);
    // The errno that a fault orders for this call of the driver's; 0 when none does.
    [[nodiscard]] int ordered_errno(sim::fault_kind kind, const node &at);
    awaitable<core::result<connected>> ask_firmware(heci::client_id client);
    awaitable<void> connect(seccomp_notif call, inode which);
    void begin(node &at, inode which, connected made);
    awaitable<void> serve(std::unique_ptr<core::message_stream> link, heci::client_id client,
                          inode which);
    awaitable<void> serve_watched(std::shared_ptr<watched_link> link, inode which);
    awaitable<void> read_later(seccomp_notif call, std::shared_ptr<watched_link> link);
    awaitable<void> pass_on(seccomp_notif call, std::shared_ptr<watched_link> link,
                            std::vector<std::byte> message);
    void show_reset(inode which, watched_link &link);
    void forget_closed();

    void go_on(const seccomp_notif &call);
    void reply(const seccomp_notif &call, int failure, std::int64_t value = 0);
    [[nodiscard]] std::map<inode, node>::iterator node_of(const seccomp_notif &call);
    [[nodiscard]] bool still_waits(const seccomp_notif &call);
    [[nodiscard]] std::optional<std::string> path_of(const seccomp_notif &call, int folder,
                                                     std::uint64_t address);

    core::descriptor listener_;
    watched_calls which_;
    sim::firmware &device_;
    core::log log_;
    core::task_group links_;
    std::map<inode, node> nodes_;
};

} // namespace costrand::amtsim
