// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/process.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

#include <netdb.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// GCC's and Clang's way to say that AddressSanitizer is on.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COSTRAND_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define COSTRAND_SANITIZED
#endif

namespace costrand::activate {

namespace {

using limit_name = decltype(RLIMIT_CORE); // an enum, or int

// The soft limit as high as the hard one, but no higher than wanted, and never lower than it is.
rlimit raised(limit_name which, rlim_t wanted) noexcept {
    rlimit limit{};
    if (::getrlimit(which, &limit) != 0)
        return {0, 0};
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::max(before, std::min(wanted, limit.rlim_max));
    if (::setrlimit(which, &limit) != 0)
        limit.rlim_cur = before;
    return limit;
}

} // namespace

bool lock_memory() noexcept {
    const auto limit = raised(RLIMIT_MEMLOCK, RLIM_INFINITY);
    if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
        return false;
    if (limit.rlim_cur == RLIM_INFINITY)
        return true;
    // The kernel says whether the limit applies to this process.
    const auto beyond = static_cast<std::size_t>(limit.rlim_cur) + 1;
    void *more =
        ::mmap(nullptr, beyond, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (more != MAP_FAILED) {
        ::munmap(more, beyond);
        return true;
    }
    ::munlockall();
    return false;
}

std::size_t allow_descriptors(std::size_t wanted) noexcept {
    return static_cast<std::size_t>(raised(RLIMIT_NOFILE, wanted).rlim_cur);
}

void protect_process() noexcept {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#if !defined(COSTRAND_SANITIZED) // the leak checker traces its own process
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    ::signal(SIGPIPE, SIG_IGN);
}

bool is_root() noexcept {
    return ::geteuid() == 0;
}

bool is_terminal(int fd) noexcept {
    const char *kind = std::getenv("TERM");
    return ::isatty(fd) == 1 && kind && std::string_view(kind) != "dumb";
}

std::size_t terminal_columns(int fd) noexcept {
    constexpr std::size_t usual = 80;
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

void write_text(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; // nobody is left to tell
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string os_hostname() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string os_dns_suffix() {
    const auto behind_dot = [](const std::string &name) {
        const auto dot = name.find('.');
        return dot == name.npos ? std::string() : name.substr(dot + 1);
    };
    const std::string name = os_hostname();
    if (auto suffix = behind_dot(name); !suffix.empty())
        return suffix;
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (name.empty() || ::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    return found->ai_canonname ? behind_dot(found->ai_canonname) : std::string();
}

std::string_view signal_name(int number) noexcept {
    return number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "a signal";
}

bool is_ignored(int number) noexcept {
    struct sigaction now {};
    return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void die_by(int number) noexcept {
    ::signal(number, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, number);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(number);
    ::_exit(128 + number); // only when the signal did not kill
}

} // namespace costrand::activate
