// SPDX-License-Identifier: Apache-2.0
#include "tracee.hpp"

#include <charconv>
#include <climits>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

// A descriptor for a process is for its first thread's id.
pid_t process_of(pid_t task) {
    std::ifstream status("/proc/" + std::to_string(task) + "/status");
    constexpr std::string_view key = "Tgid:";
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(key))
            continue;
        const auto digits = line.find_first_not_of(" \t", key.size());
        pid_t process = -1;
        if (digits != line.npos)
            std::from_chars(line.data() + digits, line.data() + line.size(), process);
        return process;
    }
    return -1;
}

int copy_of(pid_t process, int fd) {
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
    if (handle < 0)
        return -1;
    const int copy = static_cast<int>(::syscall(SYS_pidfd_getfd, handle, fd, 0));
    ::close(handle);
    return copy;
}

std::optional<int> number(const std::filesystem::path &name) {
    const std::string text = name.filename().string();
    int n = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
    return failed == std::errc() && *end == '\0' ? std::optional(n) : std::nullopt;
}

// The process's descriptor for that file.
std::optional<int> held_by(const std::filesystem::path &process, const inode &file) {
    std::error_code gone;
    for (std::filesystem::directory_iterator at(process / "fd", gone), end; !gone && at != end;
         at.increment(gone)) {
        struct stat s {};
        if (::stat(at->path().c_str(), &s) == 0 && inode{s.st_dev, s.st_ino} == file)
            return number(at->path());
    }
    return std::nullopt;
}

} // namespace

bool read_memory(pid_t task, std::uint64_t from, void *to, std::size_t size) {
    const iovec here{to, size}, there{reinterpret_cast<void *>(from), size};
    return ::process_vm_readv(task, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

bool write_memory(pid_t task, std::uint64_t to, const void *from, std::size_t size) {
    const iovec here{const_cast<void *>(from), size}, there{reinterpret_cast<void *>(to), size};
    return ::process_vm_writev(task, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

// Page by page: the one behind the text need not exist.
std::optional<std::string> read_text(pid_t task, std::uint64_t from) {
    constexpr std::size_t page = 4096;
    std::string text;
    while (text.size() < PATH_MAX) {
        char buffer[page];
        const std::size_t left = page - (from + text.size()) % page;
        const iovec here{buffer, left}, there{reinterpret_cast<void *>(from + text.size()), left};
        const auto n = ::process_vm_readv(task, &here, 1, &there, 1, 0);
        if (n <= 0)
            return std::nullopt;
        const std::string_view got(buffer, static_cast<std::size_t>(n));
        const auto end = got.find('\0');
        text.append(got.substr(0, end));
        if (end != got.npos)
            return text;
    }
    return std::nullopt;
}

std::optional<std::string> link_target(const std::string &link) {
    char buffer[PATH_MAX];
    const auto n = ::readlink(link.c_str(), buffer, sizeof buffer);
    if (n <= 0)
        return std::nullopt;
    return std::string(buffer, static_cast<std::size_t>(n));
}

std::optional<inode> inode_of(pid_t task, int fd) {
    const std::string path = "/proc/" + std::to_string(task) + "/fd/" + std::to_string(fd);
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0)
        return std::nullopt;
    return inode{s.st_dev, s.st_ino};
}

int copy_descriptor(pid_t task, int fd) {
    const pid_t process = process_of(task);
    return process < 0 ? -1 : copy_of(process, fd);
}

int copy_from_holder(const inode &file) {
    std::error_code gone;
    for (std::filesystem::directory_iterator at("/proc", gone), end; !gone && at != end;
         at.increment(gone)) {
        const auto process = number(at->path());
        if (!process || *process == ::getpid())
            continue;
        if (const auto fd = held_by(at->path(), file))
            if (const int copy = copy_of(*process, *fd); copy >= 0)
                return copy;
    }
    return -1;
}

} // namespace costrand::amtsim
