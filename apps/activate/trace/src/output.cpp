// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/output.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace costrand::trace {

namespace {

constexpr mode_t mode_of_new = 0666; // less the umask

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

} // namespace

output::~output() {
    if (fd_ >= 0)
        ::close(fd_);
}

boost::system::error_code output::open(const std::string &path) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, mode_of_new);
    return fd_ < 0 ? last_error() : boost::system::error_code();
}

bool output::same_file(const output &other) const noexcept {
    struct stat a {
    }, b{};
    return ::fstat(fd_, &a) == 0 && ::fstat(other.fd_, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

void output::clear() noexcept {
    if (::ftruncate(fd_, 0) == 0)
        ::lseek(fd_, 0, SEEK_SET);
}

boost::system::error_code output::write(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto n = ::write(fd_, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return last_error();
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

} // namespace costrand::trace
