// SPDX-License-Identifier: Apache-2.0
#include "supervised.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Debian 12 has it, older headers do not (5.19).
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace costrand::amtsim {
namespace {

#if defined(__x86_64__)
constexpr unsigned our_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned our_architecture = AUDIT_ARCH_AARCH64;
#else
#error "amtsim run knows the calls of x86-64 and arm64 only"
#endif

// The calls that may name the device.
constexpr unsigned path_calls[] = {
#ifdef SYS_open
    SYS_open,
#endif
    SYS_openat,     SYS_openat2,
#ifdef SYS_stat
    SYS_stat,       SYS_lstat,   SYS_access,
#endif
    SYS_newfstatat, SYS_statx,   SYS_faccessat, SYS_faccessat2,
};

constexpr unsigned number_at = offsetof(seccomp_data, nr);
constexpr unsigned architecture_at = offsetof(seccomp_data, arch);
constexpr unsigned request_at = offsetof(seccomp_data, args) + sizeof(std::uint64_t);

std::vector<sock_filter> make_filter(watched_calls which) {
    std::vector<sock_filter> f;
    const auto add = [&f](unsigned code, unsigned value, unsigned char yes = 0,
                          unsigned char no = 0) {
        f.push_back({static_cast<unsigned short>(code), yes, no, value});
    };
    add(BPF_LD | BPF_W | BPF_ABS, architecture_at);
    add(BPF_JMP | BPF_JEQ | BPF_K, our_architecture, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    add(BPF_LD | BPF_W | BPF_ABS, number_at);
    const auto tell = [&add](unsigned call) {
        add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
        add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    };
    for (const auto call : path_calls)
        tell(call);
    if (which == watched_calls::device_and_io) {
        tell(SYS_read);
        tell(SYS_write);
    }
    // ioctl only of type 'H', the mei driver's.
    add(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    add(BPF_LD | BPF_W | BPF_ABS, request_at);
    add(BPF_ALU | BPF_AND | BPF_K, 0xff00);
    add(BPF_JMP | BPF_JEQ | BPF_K, 'H' << 8, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return f;
}

// In the child from here on: only calls that are safe behind a fork.

int install(const sock_fprog &program) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    const auto attempt = [&program](unsigned long flags) {
        return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
    };
    constexpr unsigned long listen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    const int fd = attempt(listen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    return fd < 0 && errno == EINVAL ? attempt(listen) : fd;
}

// What the child says: its errno, and with 0 the listener.
bool report(int socket, int failure, int listener) {
    iovec data{&failure, sizeof failure};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (failure == 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &listener, sizeof listener);
    }
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof failure);
}

[[noreturn]] void become(const std::vector<char *> &arguments, const sock_fprog &program,
                         int socket) {
    const int listener = install(program);
    if (listener < 0) {
        (void)report(socket, errno, -1);
        ::_exit(127);
    }
    if (!report(socket, 0, listener))
        ::_exit(127);
    ::close(listener);
    ::execvp(arguments[0], arguments.data());
    (void)report(socket, errno, -1); // the socket closes by itself when it succeeds
    ::_exit(127);
}

// The next report; false when the other end is closed.
bool next_report(int socket, int &failure, int &listener) {
    iovec data{&failure, sizeof failure};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t n = 0;
    do
        n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != static_cast<ssize_t>(sizeof failure))
        return false;
    const cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        std::memcpy(&listener, CMSG_DATA(header), sizeof listener);
    return true;
}

[[noreturn]] void give_up(pid_t child, int failure, const std::string &what) {
    if (child > 0)
        ::waitpid(child, nullptr, 0);
    throw std::system_error(failure, std::generic_category(), what);
}

} // namespace

supervised start_supervised(const std::vector<std::string> &command, watched_calls which) {
    std::vector<char *> arguments;
    for (const auto &word : command)
        arguments.push_back(const_cast<char *>(word.c_str())); // exec does not change them
    arguments.push_back(nullptr);
    auto filter = make_filter(which);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};

    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        give_up(-1, errno, "socketpair");
    supervised out;
    out.child = ::fork();
    if (out.child < 0)
        give_up(-1, errno, "fork");
    if (out.child == 0)
        become(arguments, program, ends[1]);
    ::close(ends[1]);

    int failure = 0;
    if (!next_report(ends[0], failure, out.listener) || failure != 0) {
        ::close(ends[0]);
        give_up(out.child, failure != 0 ? failure : ECHILD,
                "the kernel does not let this program supervise another (seccomp)");
    }
    // exec makes none of the calls that wait for an answer: that it worked is seen by the closing
    // of this socket, else it is told.
    if (next_report(ends[0], failure, out.listener) && failure != 0) {
        ::close(ends[0]);
        ::close(out.listener);
        give_up(out.child, failure, command.front());
    }
    ::close(ends[0]);
    return out;
}

} // namespace costrand::amtsim
