// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/holders.hpp>

#include <doctest/doctest.h>

#include <support/forked.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace costrand;
using transports::holder;
namespace fs = std::filesystem;

namespace {

// A /proc of our own.
class proc_folder {
  public:
    proc_folder() {
        std::string name = (fs::temp_directory_path() / "costrand-proc-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("mkdtemp");
        path_ = name;
        write("net/tcp", "  sl  local_address rem_address   st tx_queue rx_queue ...\n");
    }
    proc_folder(const proc_folder &) = delete;
    proc_folder &operator=(const proc_folder &) = delete;
    ~proc_folder() { fs::remove_all(path_); }

    void write(const std::string &name, const std::string &text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::app) << text;
    }
    void process(const std::string &pid, const std::string &comm,
                 const std::vector<std::string> &open) const {
        write(pid + "/comm", comm + "\n");
        fs::create_directories(path_ / pid / "fd");
        int number = 0;
        for (const auto &target : open)
            fs::create_symlink(target, path_ / pid / "fd" / std::to_string(number++));
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    fs::path path_;
};

bool names(const std::vector<holder> &found, int pid) {
    for (const auto &one : found)
        if (one.pid == pid)
            return true;
    return false;
}

} // namespace

TEST_CASE("who has a device node open is named, by process number") {
    proc_folder proc;
    proc.process("812", "lms", {"/dev/zero", "/dev/null"});
    proc.process("77", "costrand-activa", {"/dev/null", "/dev/null"});
    proc.process("5", "sh", {"/dev/zero"});
    proc.process("self", "not a number", {"/dev/null"});
    proc.process(std::to_string(::getpid()), "we ourselves", {"/dev/null"});
    proc.write("99/comm", "whose descriptors nobody may see\n");
    const auto found = transports::holders_of_file("/dev/null", proc.path());
    CHECK(found == std::vector<holder>{{77, "costrand-activa"}, {812, "lms"}});
    CHECK(transports::to_string(found) == "costrand-activa (process 77), lms (process 812)");
}

TEST_CASE("a file is the same under another name") {
    proc_folder proc;
    proc.write("file", "x");
    fs::create_hard_link(proc.path() + "/file", proc.path() + "/other");
    proc.process("3", "cat", {proc.path() + "/other"});
    proc.process("4", "dog", {"/dev/null"});
    CHECK(transports::holders_of_file(proc.path() + "/file", proc.path()) ==
          std::vector<holder>{{3, "cat"}});
}

TEST_CASE("a process cannot put control characters into our messages") {
    proc_folder proc;
    proc.process("9", "a\x1b[2Jb", {"/dev/null"});
    CHECK(transports::to_string(transports::holders_of_file("/dev/null", proc.path())) ==
          "a?[2Jb (process 9)");
}

TEST_CASE("who listens on a port is named; who only talks from it is not") {
    proc_folder proc;
    // 16992 is 4260 in hexadecimal; state 0A is LISTEN, 01 is ESTABLISHED.
    proc.write("net/tcp",
               "   0: 0100007F:4260 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0  "
               "      0 4711 1 0000000000000000 100 0 0 10 0\n"
               "   1: 0100007F:4260 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0  "
               "      0 4712 1 0000000000000000 20 4 30 10 -1\n"
               "   2: 00000000:4261 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0  "
               "      0 4713 1 0000000000000000 100 0 0 10 0\n");
    proc.write("net/tcp6",
               "  sl  local_address                         remote_address  ...\n"
               "   0: 00000000000000000000000001000000:4260 00000000000000000000000000000000:0000 "
               "0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0000000000000000 "
               "100 0 0 10 0\n");
    proc.process("20", "lms", {"/dev/null", "socket:[4711]"});
    proc.process("21", "client", {"socket:[4712]"});
    proc.process("22", "other", {"socket:[4713]"});
    proc.process("23", "lms6", {"socket:[4714]"});
    CHECK(transports::listeners_of_port(16992, proc.path()) ==
          std::vector<holder>{{20, "lms"}, {23, "lms6"}});
    CHECK(transports::listeners_of_port(16993, proc.path()) == std::vector<holder>{{22, "other"}});
    CHECK(transports::listeners_of_port(623, proc.path()).empty());
}

TEST_CASE("nothing is found where there is nothing to read") {
    CHECK(transports::holders_of_file("/no/such/node").empty());
    CHECK(transports::holders_of_file("/dev/null", "/no/such/proc").empty());
    CHECK(transports::listeners_of_port(16992, "/no/such/proc").empty());
    CHECK(transports::to_string({}).empty());
}

TEST_CASE("the real /proc tells of a process of ours") {
    if (::access("/proc/self/fd", R_OK) != 0)
        return;
    proc_folder folder;
    folder.write("held", "x");
    const std::string path = folder.path() + "/held";
    const std::ifstream file(path);
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr *>(&address), size) == 0);
    REQUIRE(::listen(listening, 1) == 0);
    REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr *>(&address), &size) == 0);
    {
        const test::forked other;
        CHECK(names(transports::holders_of_file(path), other.pid()));
        CHECK(names(transports::listeners_of_port(ntohs(address.sin_port)), other.pid()));
    }
    CHECK(transports::holders_of_file(path).empty());
    ::close(listening);
}
