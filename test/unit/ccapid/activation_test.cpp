// SPDX-License-Identifier: Apache-2.0
// The built program with sockets that a service manager passed.
#include "conversation.hpp"

#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace costrand;
using namespace costrand::test;

namespace {

// A unix socket that a child inherits.
class bound_socket {
  public:
    bound_socket(const std::string &path, int type) : fd_(::socket(AF_UNIX, type, 0)) {
        const auto at = unix_address(path);
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
        if (type == SOCK_STREAM)
            REQUIRE(::listen(fd_, 8) == 0);
    }
    bound_socket(const bound_socket &) = delete;
    bound_socket &operator=(const bound_socket &) = delete;
    ~bound_socket() { ::close(fd_); }
    [[nodiscard]] int descriptor() const noexcept { return fd_; }

  private:
    int fd_;
};

// The program with these sockets as its descriptors 3 and 4.
child_options ccapid_with(const bound_socket &first, const bound_socket &second,
                          const std::string &names) {
    child_options child;
    child.program = "/bin/sh";
    child.arguments = {
        "-c",
        // by way of numbers that neither of them has
        "exec 8<&" + std::to_string(first.descriptor()) + " 9<&" +
            std::to_string(second.descriptor()) +
            "; exec 3<&8 4<&9 8<&- 9<&-; LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=" + names +
            " exec \"$@\"",
        "sh", COSTRAND_CCAPID};
    return child;
}

} // namespace

TEST_CASE("ccapid serves on passed sockets, tells that it is ready, and leaves their files") {
    const private_folder folder;
    const std::string endpoint = folder.file("ep"), kcm = folder.file("kcm");
    const bound_socket ccapi_socket(endpoint, SOCK_STREAM), kcm_socket(kcm, SOCK_STREAM),
        manager(folder.file("notify"), SOCK_DGRAM);
    auto child = ccapid_with(kcm_socket, ccapi_socket, "kcm:ccapi");
    child.environment["NOTIFY_SOCKET"] = folder.file("notify");
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens for KCM at " + kcm + ", passed by the service manager"))
            return 0;
        conversation client(endpoint);
        CHECK(client.ask(connect_frame, 104).substr(0, 16) == "0000003043010003");
        conversation mit(kcm);
        CHECK(mit.ask("0000000402000000", 12) == "000000040000000000000000");
        return SIGTERM;
    };
    const auto end = run_child(child);
    CHECK(end.status == 0);
    CHECK(contains(end.err, "listens at " + endpoint + ", passed by the service manager"));
    CHECK(std::filesystem::is_socket(endpoint));
    CHECK(std::filesystem::is_socket(kcm));
    std::array<char, 64> heard{};
    const auto n = ::recv(manager.descriptor(), heard.data(), heard.size(), MSG_DONTWAIT);
    REQUIRE(n > 0);
    CHECK(std::string(heard.data(), static_cast<std::size_t>(n)) == "READY=1");
}

TEST_CASE("a passed socket without a name is for what is expected at its path") {
    const private_folder folder;
    const std::string endpoint = folder.file("ep"), kcm = folder.file("kcm");
    const bound_socket ccapi_socket(endpoint, SOCK_STREAM), kcm_socket(kcm, SOCK_STREAM);
    auto child = ccapid_with(ccapi_socket, kcm_socket, "a.socket:b.socket");
    child.environment["CCAPI_ENDPOINT"] = endpoint;
    child.environment["CCAPID_KCM_SOCKET"] = kcm;
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens for KCM at " + kcm + ", passed by the service manager"))
            return 0;
        conversation client(endpoint);
        CHECK(client.ask(connect_frame, 104).substr(0, 16) == "0000003043010003");
        return SIGTERM;
    };
    CHECK(run_child(child).status == 0);
}

TEST_CASE("passed sockets that are for nothing, or twice for the same, are refused by name") {
    const private_folder folder;
    const std::string path = folder.file("one"), other = folder.file("two");
    const bound_socket one(path, SOCK_STREAM), two(other, SOCK_STREAM),
        datagrams(folder.file("three"), SOCK_DGRAM);
    for (const auto &[child, told] :
         {std::pair(ccapid_with(one, two, "ccapi:web"),
                    "the passed socket 4 web at " + other + ": its name (FileDescriptorName=)"),
          std::pair(ccapid_with(one, two, "kcm:kcm"),
                    "the passed socket 4 kcm at " + other + ": another one"),
          std::pair(ccapid_with(datagrams, two, "ccapi:kcm"),
                    std::string("the passed socket 3 ccapi is no unix socket"))}) {
        const auto end = run_child(child);
        CHECK(end.status == 1);
        CHECK_MESSAGE(contains(end.err, told), end.err);
    }
}
