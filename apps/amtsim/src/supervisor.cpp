// SPDX-License-Identifier: Apache-2.0
#include "supervisor.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/sim/serve.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

constexpr std::string_view component = "amtsim";

bool is_device(std::string_view path) {
    constexpr std::string_view nodes[] = {"/dev/mei", "/dev/mei0", "/dev/mei1", "/dev/mei2",
                                          "/dev/mei3"};
    return std::ranges::find(nodes, path) != std::end(nodes);
}

// What the driver tells in sysfs that clients look at. Empty: not one of these files.
std::string_view sysfs_text(std::string_view path) {
    constexpr std::string_view folder = "/sys/class/mei/";
    if (!path.starts_with(folder))
        return {};
    const auto node = path.substr(folder.size(), path.rfind('/') - folder.size());
    if (!is_device("/dev/" + std::string(node)))
        return {};
    if (path.ends_with("/kind"))
        return "mei\n";
    return path.ends_with("/dev_state") ? "ENABLED\n" : "";
}

struct stat character_device() {
    struct stat s {};
    s.st_mode = S_IFCHR | 0600;
    s.st_nlink = 1;
    s.st_rdev = makedev(240, 0); // the driver's major number is dynamic
    s.st_blksize = 4096;
    return s;
}

struct statx character_device_x() {
    struct statx s {};
    s.stx_mask = STATX_BASIC_STATS;
    s.stx_mode = S_IFCHR | 0600;
    s.stx_nlink = 1;
    s.stx_rdev_major = 240;
    s.stx_blksize = 4096;
    return s;
}

} // namespace

supervisor::supervisor(net::any_io_executor executor, int listener, watched_calls which,
                       sim::firmware &device, core::log log)
    : listener_(executor, listener),
      which_(which),
      device_(device),
      log_(std::move(log)),
      links_(executor) {}

supervisor::~supervisor() {
    for (const auto &[which, one] : nodes_)
        for (const int fd : {one.ours, one.theirs})
            if (fd >= 0)
                ::close(fd);
}

awaitable<void> supervisor::run() {
    auto ended = co_await core::as_result(links_.run(answer_calls()));
    listener_.close(); // what still runs gets ENOSYS and does not wait
    if (!ended)
        throw system_error(ended.error());
}

awaitable<void> supervisor::answer_calls() {
    for (;;) {
        co_await listener_.wait_readable();
        pollfd now{listener_.native(), POLLIN, 0};
        while (::poll(&now, 1, 0) == 1 && (now.revents & POLLIN) != 0)
            if (const auto call = next_call())
                answer(*call);
        if ((now.revents & POLLHUP) != 0)
            co_return; // the last process is gone
    }
}

// Nothing when the caller died between its call and now.
std::optional<seccomp_notif> supervisor::next_call() {
    seccomp_notif call{};
    if (::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
        return call;
    if (errno != ENOENT && errno != EINTR)
        throw system_error(error_code(errno, boost::system::system_category()),
                           "seccomp notification");
    return std::nullopt;
}

void supervisor::go_on(const seccomp_notif &call) {
    seccomp_notif_resp response{};
    response.id = call.id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    // A caller that died meanwhile needs no answer, here and below.
    (void)::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

// 0: the call succeeds, with that value.
void supervisor::reply(const seccomp_notif &call, int failure, std::int64_t value) {
    seccomp_notif_resp response{};
    response.id = call.id;
    response.val = failure == 0 ? value : 0;
    response.error = -failure;
    (void)::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

bool supervisor::still_waits(const seccomp_notif &call) {
    return ::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) == 0;
}

// Absolute, without . and ..; nothing when it cannot be read or there is no folder to it.
std::optional<std::string> supervisor::path_of(const seccomp_notif &call, int folder,
                                               std::uint64_t address) {
    auto text = read_text(task_of(call), address);
    if (!text || text->empty())
        return std::nullopt;
    std::filesystem::path path(std::move(*text));
    if (path.is_relative()) {
        const std::string of_task = "/proc/" + std::to_string(call.pid);
        const auto base = link_target(
            folder == AT_FDCWD ? of_task + "/cwd" : of_task + "/fd/" + std::to_string(folder));
        if (!base)
            return std::nullopt;
        path = *base / path;
    }
    if (!still_waits(call)) // the memory was another process's
        return std::nullopt;
    return path.lexically_normal().string();
}

void supervisor::answer(const seccomp_notif &call) {
    const auto &args = call.data.args;
    if (call.data.nr == SYS_ioctl)
        return control(call);
    if (call.data.nr == SYS_read)
        return read(call);
    if (call.data.nr == SYS_write)
        return write(call);
    // Where the path stands, and relative to what.
    int folder = AT_FDCWD, at = 0;
    switch (call.data.nr) {
    case SYS_openat:
    case SYS_openat2:
    case SYS_newfstatat:
    case SYS_statx:
    case SYS_faccessat:
    case SYS_faccessat2:
        folder = argument(call, 0);
        at = 1;
        break;
    default:
        break;
    }
    const auto path = path_of(call, folder, args[at]);
    if (!path)
        return go_on(call);
    const bool device = is_device(*path);
    const auto text = sysfs_text(*path);
    if (!device && text.empty())
        return go_on(call);
    switch (call.data.nr) {
#ifdef SYS_open
    case SYS_open:
#endif
    case SYS_openat: {
        const int flags = argument(call, at + 1);
        return device ? open_device(call, flags) : open_text(call, text);
    }
    case SYS_openat2: {
        std::uint64_t flags = 0; // struct open_how begins with them
        if (!read_memory(task_of(call), args[2], &flags, sizeof flags))
            return reply(call, EFAULT);
        return device ? open_device(call, static_cast<int>(flags)) : open_text(call, text);
    }
    default:
        break;
    }
    if (!device)
        return go_on(call); // whether sysfs has the file is asked by opening it
#ifdef SYS_stat
    if (call.data.nr == SYS_stat || call.data.nr == SYS_lstat) {
        const auto told = character_device();
        return reply(call, write_memory(task_of(call), args[1], &told, sizeof told) ? 0 : EFAULT);
    }
#endif
    if (call.data.nr == SYS_newfstatat) {
        const auto told = character_device();
        return reply(call, write_memory(task_of(call), args[2], &told, sizeof told) ? 0 : EFAULT);
    }
    if (call.data.nr == SYS_statx) {
        const auto told = character_device_x();
        return reply(call, write_memory(task_of(call), args[4], &told, sizeof told) ? 0 : EFAULT);
    }
    reply(call, 0); // access: yes
}

// Gives the program one end of a socket for a device node.
void supervisor::open_device(const seccomp_notif &call, int flags) {
    forget_closed();
    if (const auto refusal = device_.open_refusal())
        return reply(call, sim::errno_of(refusal));
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return reply(call, errno);
    if ((flags & O_NONBLOCK) != 0)
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    struct stat theirs {};
    ::fstat(ends[1], &theirs);
    seccomp_notif_addfd give{};
    give.id = call.id;
    give.flags = SECCOMP_ADDFD_FLAG_SEND;
    give.srcfd = static_cast<unsigned>(ends[1]);
    give.newfd_flags = static_cast<unsigned>(flags & O_CLOEXEC);
    const bool given = ::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_ADDFD, &give) >= 0;
    ::close(ends[1]);
    if (!given) { // the caller is gone, or has no room: then it still waits
        const int failure = errno;
        ::close(ends[0]);
        return reply(call, failure);
    }
    nodes_[{theirs.st_dev, theirs.st_ino}].ours = ends[0];
    log_.debug(component, "process ", call.pid, " opened the device");
}

void supervisor::open_text(const seccomp_notif &call, std::string_view text) {
    const int fd = ::memfd_create("sysfs", MFD_CLOEXEC);
    if (fd < 0)
        return go_on(call);
    if (::write(fd, text.data(), text.size()) < 0)
        log_.debug(component, "sysfs: ", error_code(errno, boost::system::system_category()));
    ::lseek(fd, 0, SEEK_SET);
    seccomp_notif_addfd give{};
    give.id = call.id;
    give.flags = SECCOMP_ADDFD_FLAG_SEND;
    give.srcfd = static_cast<unsigned>(fd);
    give.newfd_flags = O_CLOEXEC;
    if (::ioctl(listener_.native(), SECCOMP_IOCTL_NOTIF_ADDFD, &give) < 0)
        reply(call, errno);
    ::close(fd);
}

} // namespace costrand::amtsim
