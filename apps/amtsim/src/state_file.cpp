// SPDX-License-Identifier: Apache-2.0
#include "state_file.hpp"

#include <costrand/sim/state_text.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

[[noreturn]] void fail(const std::string &path) {
    throw std::system_error(errno, std::generic_category(), "--state " + path);
}

// Closes unless released.
class file {
  public:
    explicit file(int fd) : fd_(fd) {}
    file(const file &) = delete;
    file &operator=(const file &) = delete;
    ~file() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

std::string read_all(int fd, const std::string &path) {
    std::string text;
    char buffer[65536];
    for (;;) {
        const auto n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail(path);
        if (n == 0)
            break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    core::wipe(buffer, sizeof buffer);
    return text;
}

void write_all(int fd, std::string_view text, const std::string &path) {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            fail(path);
        text.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
    }
}

[[noreturn]] void in_use(const std::string &path) {
    throw std::runtime_error("--state " + path +
                             ": another process uses it; a state is one device's");
}

// Whether the open file is the one that has this name now.
bool is_at(int fd, const std::string &path) {
    struct stat open {};
    struct stat named {};
    return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

// UTC when the source of time says zero.
std::int64_t utc_at_zero(core::time_point now) {
    const auto utc = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(utc - now.time_since_epoch()).count();
}

} // namespace

state_file::state_file(std::string path, sim::profile p, core::random_source &random,
                       core::time_point now)
    : path_(std::move(path)),
      profile_(std::move(p)),
      utc_at_zero_(utc_at_zero(now)),
      state_(sim::new_device(profile_, random, now)) {
    load();
}

state_file::~state_file() {
    if (locked_ >= 0)
        ::close(locked_);
}

void state_file::load() {
    file found(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (found.get() < 0 && errno != ENOENT)
        fail(path_);
    if (found.get() < 0)
        return keep_or_throw(state_);
    // A file that was replaced meanwhile is another process's former one.
    if (::flock(found.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(found.get(), path_))
        in_use(path_);
    std::string text = read_all(found.get(), path_);
    if (text.empty())
        throw std::runtime_error("--state " + path_ +
                                 ": the file is empty; remove it to begin with a new device");
    state_ = sim::read_state(path_, text, state_, profile_, utc_at_zero_);
    written_ = core::secret(std::move(text));
    locked_ = found.release();
}

void state_file::keep(const sim::device_state &state) noexcept {
    try {
        keep_or_throw(state);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "costrand-amtsim: %s; a restart would lose what happens now\n",
                     e.what());
    }
}

void state_file::keep_or_throw(const sim::device_state &state) {
    auto text = sim::write_state(state, profile_, utc_at_zero_);
    if (text == written_)
        return;
    replace(text.reveal());
    written_ = std::move(text);
}

std::unique_ptr<state_file> open_state(const std::string &path, const sim::profile &p,
                                       core::random_source &random, core::time_point now) {
    return path.empty() ? nullptr : std::make_unique<state_file>(path, p, random, now);
}

// Written beside it, then put in its place. The lock goes with the file.
void state_file::replace(std::string_view text) {
    const std::string beside = path_ + ".new";
    file next(::open(beside.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (next.get() < 0)
        fail(beside);
    if (::flock(next.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(next.get(), beside))
        in_use(path_);
    if (::ftruncate(next.get(), 0) != 0) // what a kill left
        fail(beside);
    write_all(next.get(), text, beside);
    if (::fsync(next.get()) != 0)
        fail(beside);
    // The first time nothing may be there: another process may have begun in the same moment.
    const unsigned how = locked_ < 0 ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path_.c_str(), how) != 0) {
        if (errno == EEXIST)
            in_use(path_);
        fail(path_);
    }
    if (locked_ >= 0)
        ::close(locked_);
    locked_ = next.release();
    const auto folder = std::filesystem::absolute(path_).parent_path();
    const file directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0)
        fail(folder);
}

} // namespace costrand::amtsim
