// SPDX-License-Identifier: Apache-2.0
// The built program: how it is started, and a client that says bytes and reads bytes.
#pragma once

#include "../activate/child.hpp"

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace costrand::test {

inline child_options ccapid_child(std::vector<std::string> arguments, const std::string &endpoint) {
    child_options child;
    child.program = COSTRAND_CCAPID;
    child.arguments = std::move(arguments);
    child.environment["CCAPI_ENDPOINT"] = endpoint;
    return child;
}

// False, and it is said: some folder above the program is closed to that user.
inline bool is_reachable_for(unsigned user) {
    auto child = ccapid_child({"--version"}, "");
    child.user = user;
    if (run_child(child).status == 0)
        return true;
    MESSAGE("skipped: user " << user << " cannot reach the program here");
    return false;
}

inline bool contains(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

inline sockaddr_un unix_address(const std::string &path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof at.sun_path);
    std::memcpy(at.sun_path, path.c_str(), path.size());
    return at;
}

// CONNECT of docs/spec/ccapi.md 11.2. Its reply and LISTEN have 104 bytes.
inline const std::string connect_frame = "0000003043010001"
                                         "00007f0000001234"
                                         "11112222333344445555666677778888"
                                         "0000000000000000"
                                         "00000000"
                                         "00000001"
                                         "00000000";

// What the socket's server answers to each of these messages, in hexadecimal.
class conversation {
  public:
    explicit conversation(const std::string &path)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto at = unix_address(path);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
    }
    conversation(const conversation &) = delete;
    conversation &operator=(const conversation &) = delete;
    ~conversation() { ::close(fd_); }

    // Its process, as the kernel says.
    [[nodiscard]] int server() const {
        ucred who{};
        socklen_t size = sizeof who;
        REQUIRE(::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0);
        return who.pid;
    }
    void say(const std::string &hex) {
        const auto bytes = from_hex(hex);
        REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }
    // Says it where that can be said, and is told nothing but the end.
    bool ends_upon(const std::string &hex) {
        const auto bytes = from_hex(hex);
        (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        char byte = 0;
        return ::recv(fd_, &byte, 1, 0) <= 0;
    }
    std::string ask(const std::string &hex, std::size_t answer_size) {
        say(hex);
        std::vector<std::byte> answer(answer_size);
        REQUIRE(::recv(fd_, answer.data(), answer.size(), MSG_WAITALL) ==
                static_cast<ssize_t>(answer.size()));
        return to_hex(answer);
    }

  private:
    int fd_;
};

} // namespace costrand::test
