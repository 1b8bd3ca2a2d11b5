// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/ccapi_challenge.hpp>

#include "ccapi_place.hpp"
#include "unique_fd.hpp"

#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace costrand::transports {
namespace {

// The number, big-endian.
using contents = std::array<std::byte, 4>;

// Beside the lock file, whose name ends in ".lock".
std::string path_before_random(const pipe_place &place) {
    constexpr std::string_view ending = ".lock";
    return place.lock_file.substr(0, place.lock_file.size() - ending.size()) + ".auth.";
}

bool write_number(int fd, std::uint32_t number) {
    contents bytes{};
    core::store_be(bytes.data(), number);
    return ::pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

std::optional<std::uint32_t> read_number(int fd) {
    contents bytes{};
    if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return std::nullopt;
    return core::load_be<std::uint32_t>(bytes.data());
}

bool is_challenge(int fd, std::uint32_t user) {
    struct stat about {};
    return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == user &&
           (about.st_mode & 07777) == (S_IRUSR | S_IWUSR) &&
           about.st_size == static_cast<off_t>(sizeof(contents));
}

} // namespace

pipe_challenge::pipe_challenge(const pipe_place &place, std::uint64_t unique, std::uint32_t number)
    : path_(path_before_random(place) + std::to_string(unique)),
      expected_(number + 1) {
    const char *path = path_.c_str();
    heci::unique_fd fd(
        ::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid())
        throw system_error(from_file_errno(errno), path_);
    // The mask of the process may have taken bits from the mode.
    if (::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0 || !write_number(fd.get(), number)) {
        const auto why = from_file_errno(errno);
        ::unlink(path);
        throw system_error(why, path_);
    }
    fd_ = fd.release();
}

pipe_challenge::~pipe_challenge() {
    ::unlink(path_.c_str());
    ::close(fd_);
}

std::string_view pipe_challenge::name() const noexcept {
    return std::string_view(path_).substr(path_.rfind('/') + 1);
}

bool pipe_challenge::is_met_by(std::uint32_t answer) const noexcept {
    return answer == expected_ && read_number(fd_) == expected_;
}

std::optional<std::uint32_t> meet_challenge(const pipe_place &place, std::string_view name) {
    const auto before = path_before_random(place);
    const auto first = std::string_view(before).substr(before.rfind('/') + 1);
    const bool is_ours = name.starts_with(first) && name.size() > first.size() &&
                         name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                                first.size()) == std::string_view::npos;
    if (!is_ours)
        return std::nullopt;
    const auto path = before + std::string(name.substr(first.size()));
    const heci::unique_fd fd(
        ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!fd.valid() || !is_challenge(fd.get(), place.user))
        return std::nullopt;
    const auto number = read_number(fd.get());
    if (!number || !write_number(fd.get(), *number + 1))
        return std::nullopt;
    return *number + 1;
}

} // namespace costrand::transports
