// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/passed_sockets.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace costrand::transports {
namespace {

// SD_LISTEN_FDS_START.
constexpr int first_descriptor = 3;
// More are not asked for by our units; our choice.
constexpr int most_sockets = 64;

std::optional<int> number(std::string_view text) {
    int out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc() || end != text.data() + text.size() || out < 0)
        return std::nullopt;
    return out;
}

// One for each separator, and one more.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == ':')
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

} // namespace

std::vector<passed_socket>
passed_sockets(const std::function<const char *(const char *)> &environment, int pid) {
    const char *whose = environment("LISTEN_PID");
    const char *how_many = environment("LISTEN_FDS");
    if (!whose || !how_many || number(whose) != pid)
        return {};
    const auto count = number(how_many);
    if (!count || *count > most_sockets)
        throw std::runtime_error("LISTEN_FDS is no number from 0 to " +
                                 std::to_string(most_sockets));
    std::vector<std::string> names(static_cast<std::size_t>(*count));
    if (const char *told = environment("LISTEN_FDNAMES"); told && *count > 0) {
        names = split(told);
        if (names.size() != static_cast<std::size_t>(*count))
            throw std::runtime_error("LISTEN_FDNAMES has not as many names as LISTEN_FDS says");
    }
    std::vector<passed_socket> out;
    for (int i = 0; i < *count; ++i)
        out.push_back({first_descriptor + i, std::move(names[static_cast<std::size_t>(i)])});
    return out;
}

std::vector<passed_socket> take_passed_sockets() {
    auto out = passed_sockets([](const char *name) { return std::getenv(name); }, ::getpid());
    for (const auto &[descriptor, name] : out)
        if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
            throw std::runtime_error("LISTEN_FDS says more sockets than there are");
    for (const char *variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(variable);
    return out;
}

void tell_ready() noexcept {
    const char *where = std::getenv("NOTIFY_SOCKET");
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const std::size_t size = where ? std::strlen(where) : 0;
    if (size < 2 || size >= sizeof to.sun_path || (where[0] != '/' && where[0] != '@'))
        return;
    std::memcpy(to.sun_path, where, size);
    if (to.sun_path[0] == '@') // an abstract one
        to.sun_path[0] = '\0';
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return;
    constexpr std::string_view ready = "READY=1";
    // Whoever does not hear it gives up on us, and says so.
    (void)::sendto(socket, ready.data(), ready.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr *>(&to),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
    ::close(socket);
}

} // namespace costrand::transports
