// SPDX-License-Identifier: Apache-2.0
// What keeps the memory of the running program from files: locked pages, no core dump.
#include "conversation.hpp"

#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace costrand;
using namespace costrand::test;

namespace {

constexpr unsigned nobody = 65534;

// The program as a shell starts it behind these orders; where we are root, as nobody.
child_options behind(const std::string &orders, const private_folder &folder) {
    auto child =
        ccapid_child({"-c", orders + "; exec \"$@\"", "sh", COSTRAND_CCAPID}, folder.file("ep"));
    child.program = "/bin/sh";
    if (::geteuid() == 0) {
        REQUIRE(::chown(folder.path().c_str(), nobody, nobody) == 0);
        child.user = nobody;
    }
    return child;
}

// A line of /proc/PID/FILE, behind its name.
std::string told(int pid, const std::string &file, const std::string &name) {
    std::ifstream in("/proc/" + std::to_string(pid) + '/' + file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name))
            return line.substr(name.size());
    return {};
}

std::vector<std::string> words(const std::string &text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word);
    return out;
}

std::size_t count(const std::string &text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

// By the kernel's own rules: CAP_IPC_LOCK of the first user namespace, or no limit.
bool may_lock() {
    const auto capabilities = words(told(::getpid(), "status", "CapEff:"));
    const auto users = words(told(::getpid(), "uid_map", ""));
    constexpr unsigned long long ipc_lock = 1ull << 14;
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    const bool is_capable = users.size() == 3 && users[2] == "4294967295" &&
                            (std::stoull(capabilities.at(0), nullptr, 16) & ipc_lock) != 0;
    return is_capable || limit.rlim_max == RLIM_INFINITY;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool locks = false; // the sanitizer takes mlockall for itself
#else
constexpr bool locks = true;
#endif

} // namespace

TEST_CASE("memory is locked where that is permitted, and nothing is said") {
    if (!locks || !may_lock()) {
        MESSAGE("skipped: this process may not lock memory");
        return;
    }
    const private_folder folder;
    auto child = ccapid_child({}, folder.file("ep"));
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens at"))
            return 0;
        conversation client(folder.file("ep"));
        (void)client.ask(connect_frame, 104);
        const auto locked = words(told(client.server(), "status", "VmLck:"));
        CHECK(std::stoul(locked.at(0)) > 16 * 1024); // kB: the client's buffer is among it
        return SIGTERM;
    };
    const auto end = run_child(child);
    CHECK(end.status == 0);
    CHECK(count(end.err, "RLIMIT_MEMLOCK") == 0);
}

TEST_CASE("under a limit on locked memory it warns once, and serves all the same") {
    if (!locks) {
        MESSAGE("skipped: a sanitizer takes mlockall for itself");
        return;
    }
    if (::geteuid() == 0 && !is_reachable_for(nobody))
        return;
    for (const char *limit : {"ulimit -l 0", "ulimit -l 64", "ulimit -l 8192"}) {
        const private_folder folder;
        auto child = behind(limit, folder);
        child.watch = [&](const std::string &log) {
            if (!contains(log, "listens at"))
                return 0;
            // A client has a buffer of 16 MiB, whatever it asks.
            auto asks = ccapid_child({"--status"}, folder.file("ep"));
            asks.user = child.user;
            CHECK(run_child(asks).status == 0);
            const conversation client(folder.file("ep"));
            CHECK(words(told(client.server(), "status", "VmLck:")).at(0) == "0");
            return SIGTERM;
        };
        const auto end = run_child(child);
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(count(end.err, "RLIMIT_MEMLOCK") == 1);
    }
}

TEST_CASE("it leaves no core dump, and its descriptors are as many as it may have") {
    if (::geteuid() == 0 && !is_reachable_for(nobody))
        return;
    const private_folder folder;
    auto child = behind("ulimit -c 1000; ulimit -Sn 64", folder);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens at"))
            return 0;
        conversation client(folder.file("ep"));
        const int server = client.server();
        const auto core = words(told(server, "limits", "Max core file size"));
        CHECK(core.at(0) == "0");
        CHECK(core.at(1) == "0");
        const auto files = words(told(server, "limits", "Max open files"));
        CHECK(std::stoul(files.at(0)) == std::min<rlim_t>(before.rlim_max, 16'384));
#if !defined(__SANITIZE_ADDRESS__) // it traces its own process
        // Who is not dumpable has files of root in /proc.
        struct stat about {};
        REQUIRE(::stat(("/proc/" + std::to_string(server) + "/limits").c_str(), &about) == 0);
        CHECK(about.st_uid == 0);
#endif
        return SIGTERM;
    };
    CHECK(run_child(child).status == 0);
}
