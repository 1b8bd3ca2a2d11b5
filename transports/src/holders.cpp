// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/holders.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace costrand::transports {
namespace {

namespace fs = std::filesystem;

// Whether this entry of a process's fd folder is what is looked for.
using fd_test = std::function<bool(const fs::path &)>;

// Entries of a folder; one that cannot be read has none, and one that goes away ends the list:
// processes come and go meanwhile.
template <typename Visit>
void for_each_entry(const fs::path &folder, Visit visit) {
    std::error_code failed;
    fs::directory_iterator at(folder, failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed))
        visit(at->path());
}

std::string name_of(const fs::path &process) {
    std::ifstream file(process / "comm");
    std::string name;
    std::getline(file, name);
    for (char &c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) // a process names itself as it likes
            c = '?';
    return name.empty() ? "?" : name;
}

std::vector<holder> holders(const fs::path &proc, const fd_test &wanted) {
    std::vector<holder> out;
    for_each_entry(proc, [&](const fs::path &process) {
        const std::string number = process.filename().string();
        int pid = 0;
        const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), pid);
        if (bad != std::errc() || end != number.data() + number.size() || pid == ::getpid())
            return;
        bool found = false;
        for_each_entry(process / "fd", [&](const fs::path &fd) { found = found || wanted(fd); });
        if (found)
            out.push_back({pid, name_of(process)});
    });
    std::ranges::sort(out, {}, &holder::pid);
    return out;
}

bool same_file(const struct stat &a, const struct stat &b) {
    if (S_ISCHR(a.st_mode) && S_ISCHR(b.st_mode))
        return a.st_rdev == b.st_rdev;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Lines of /proc/net/tcp: number, local address:port, remote one, state, queues, timer,
// retransmits, user, time-out, inode. Numbers are hexadecimal, but for the inode.
void add_listeners(const fs::path &table, std::uint16_t port, std::vector<std::string> &sockets) {
    constexpr std::string_view listening = "0A";
    std::ifstream file(table);
    std::string line;
    std::getline(file, line); // the headings
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues, timer, again, user, limit, inode;
        fields >> number >> local >> remote >> state >> queues >> timer >> again >> user >> limit >>
            inode;
        const auto colon = local.rfind(':');
        unsigned at = 0;
        if (!fields || colon == local.npos || state != listening)
            continue;
        std::from_chars(local.data() + colon + 1, local.data() + local.size(), at, 16);
        if (at == port)
            sockets.push_back("socket:[" + inode + "]");
    }
}

} // namespace

std::vector<holder> holders_of_file(const std::string &path, const std::string &proc) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0)
        return {};
    const bool is_device = S_ISCHR(file.st_mode);
    return holders(proc, [&](const fs::path &fd) {
        // What lies elsewhere is not even asked for: a dead network folder would not answer.
        std::error_code not_a_link;
        if (is_device && !fs::read_symlink(fd, not_a_link).string().starts_with("/dev/"))
            return false;
        struct stat open_file {};
        return ::stat(fd.c_str(), &open_file) == 0 && same_file(file, open_file);
    });
}

std::vector<holder> listeners_of_port(std::uint16_t port, const std::string &proc) {
    std::vector<std::string> sockets;
    for (const char *table : {"net/tcp", "net/tcp6"})
        add_listeners(fs::path(proc) / table, port, sockets);
    if (sockets.empty())
        return {};
    return holders(proc, [&](const fs::path &fd) {
        std::error_code not_a_link;
        const auto target = fs::read_symlink(fd, not_a_link);
        return !not_a_link && std::ranges::find(sockets, target.string()) != sockets.end();
    });
}

std::string to_string(std::span<const holder> holders) {
    std::string out;
    for (const auto &[pid, name] : holders)
        out += (out.empty() ? "" : ", ") + name + " (process " + std::to_string(pid) + ")";
    return out;
}

} // namespace costrand::transports
