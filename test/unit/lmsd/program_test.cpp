// SPDX-License-Identifier: Apache-2.0
// The built program, started as a service manager starts it: with sockets, a place to tell that it
// is ready, and SIGTERM in the end.
#include "../activate/child.hpp"
#include "../activate/served_world.hpp"
#include "../activate/support.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace costrand;
using namespace costrand::test;

namespace {

struct descriptor {
    explicit descriptor(int fd) : value(fd) { REQUIRE(fd >= 0); }
    descriptor(const descriptor &) = delete;
    descriptor &operator=(const descriptor &) = delete;
    ~descriptor() { ::close(value); }
    int value;
};

// A socket that a child inherits, listening on a free port of 127.0.0.1.
struct passed_listener {
    passed_listener() : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        REQUIRE(::bind(socket.value, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
        REQUIRE(::listen(socket.value, 8) == 0);
        REQUIRE(::getsockname(socket.value, reinterpret_cast<sockaddr *>(&at), &size) == 0);
    }
    descriptor socket;
    sockaddr_in at{};
};

// What is answered to a request for a page, to the end of the stream.
std::string ask_for_page(const sockaddr_in &at) {
    const descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.value, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
    constexpr std::string_view request =
        "GET /index.htm HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    REQUIRE(::send(client.value, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
    std::string answer;
    std::array<char, 1024> part;
    for (ssize_t n = 1; n > 0;) {
        n = ::recv(client.value, part.data(), part.size(), 0);
        answer.append(part.data(), static_cast<std::size_t>(n > 0 ? n : 0));
    }
    return answer;
}

child_options lmsd(std::vector<std::string> arguments) {
    child_options child;
    child.program = COSTRAND_LMSD;
    child.arguments = std::move(arguments);
    return child;
}

// The same with that socket, under that name.
child_options lmsd_with(const passed_listener &listening, const std::string &name,
                        const std::vector<std::string> &arguments) {
    child_options child =
        lmsd({"-c",
              "exec 3<&" + std::to_string(listening.socket.value) +
                  "; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=" + name + " exec \"$@\"",
              "sh", COSTRAND_LMSD});
    child.program = "/bin/sh";
    child.arguments.insert(child.arguments.end(), arguments.begin(), arguments.end());
    return child;
}

bool contains(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("lmsd serves on a passed socket, tells that it is ready, and ends with 0 on SIGTERM") {
    for (const bool json : {false, true}) {
        served_world world;
        const passed_listener listening;
        const temporary_folder folder;
        const descriptor manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un told{};
        told.sun_family = AF_UNIX;
        const std::string path = (folder.path() / "notify").string();
        REQUIRE(path.size() < sizeof told.sun_path);
        std::memcpy(told.sun_path, path.c_str(), path.size());
        REQUIRE(::bind(manager.value, reinterpret_cast<const sockaddr *>(&told), sizeof told) == 0);

        auto child = lmsd_with(listening, "16992", {"--device", "unix:" + world.heci()});
        child.environment["NOTIFY_SOCKET"] = path;
        if (json)
            child.environment["LMSD_JSON"] = "true";
        std::string answer;
        child.watch = [&](const std::string &log) {
            if (!contains(log, "connected to the firmware through unix:"))
                return 0;
            answer = ask_for_page(listening.at);
            return SIGTERM;
        };
        const auto end = run_child(child);
        CHECK(answer.starts_with("HTTP/1.1 "));
        CHECK(contains(answer, "Server: Intel(R) Active Management Technology"));
        CHECK(end.status == 0);
        CHECK(end.signal == 0);
        CHECK(contains(end.err, "passed by the service manager, for 16992"));
        CHECK(contains(end.err, json ? "\"msg\":\"stops: SIGTERM\"" : "msg=\"stops: SIGTERM\""));
        CHECK(end.out.empty());
        std::array<char, 64> heard{};
        const auto n = ::recv(manager.value, heard.data(), heard.size(), MSG_DONTWAIT);
        REQUIRE(n > 0);
        CHECK(std::string(heard.data(), static_cast<std::size_t>(n)) == "READY=1");
    }
}

TEST_CASE("lmsd ends at once with 1 where there is no device, and says which") {
    const passed_listener listening;
    const auto end = run_child(lmsd_with(listening, "16993", {"--device", "unix:/no/such/socket"}));
    CHECK(end.status == 1);
    CHECK(contains(end.err, "unix:/no/such/socket: no management engine device"));
}

TEST_CASE("lmsd refuses a socket that is for no port of the firmware") {
    const passed_listener listening;
    const auto end = run_child(lmsd_with(listening, "web", {"--device", "unix:/no/such/socket"}));
    CHECK(end.status == 1);
    CHECK(contains(end.err, "the passed socket 3 web on port"));
}

TEST_CASE("wrong use of lmsd is 2, its help and version are 0") {
    for (const char *wrong : {"--devise", "serve", "--log-level=loud"}) {
        const auto end = run_child(lmsd({wrong}));
        CHECK(end.status == 2);
        CHECK(end.err.starts_with("costrand-lmsd: "));
    }
    const auto help = run_child(lmsd({"--help"}));
    CHECK(help.status == 0);
    for (const char *option : {"--device", "--log-level", "--verbose", "--json", "--version"})
        CHECK(contains(help.out, option));
    const auto version = run_child(lmsd({"--version"}));
    CHECK(version.status == 0);
    CHECK(version.out.starts_with("costrand-lmsd "));
}
