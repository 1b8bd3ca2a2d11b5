// SPDX-License-Identifier: Apache-2.0
// The password prompt: reads a terminal through the reactor, so that a signal ends it at once.
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>

#include <costrand/core/descriptor.hpp>

#include <boost/asio/this_coro.hpp>

#include <array>
#include <cstddef>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace costrand::activate {

namespace {

// A description of its own: non-blocking mode on the shared one would reach our parent's shell.
int open_terminal() {
    for (const char *path : {"/proc/self/fd/0", "/dev/tty"})
        if (const int fd = ::open(path, O_RDWR | O_NOCTTY | O_CLOEXEC); fd >= 0)
            return fd;
    throw error(exit_code::missing_or_incorrect_password,
                "the AMT password is needed, and the terminal cannot be opened: set AMT_PASSWORD");
}

class echo_off {
  public:
    explicit echo_off(int fd) : fd_(fd), valid_(::tcgetattr(fd, &before_) == 0) {
        if (!valid_)
            return;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(fd_, TCSAFLUSH, &now);
    }
    echo_off(const echo_off &) = delete;
    echo_off &operator=(const echo_off &) = delete;
    ~echo_off() {
        if (!valid_)
            return;
        ::tcsetattr(fd_, TCSAFLUSH, &before_);
        write_text(fd_, "\n"); // the user's own was not shown
    }

  private:
    int fd_;
    termios before_{};
    bool valid_;
};

} // namespace

awaitable<core::secret> ask_without_echo(std::string_view question) {
    constexpr std::size_t longest = 512; // AMT takes 32
    core::descriptor terminal(co_await net::this_coro::executor, open_terminal());
    const echo_off guard(terminal.native());
    write_text(terminal.native(), question);
    std::array<char, longest> line{};
    const auto size = co_await terminal.when_readable(
        [&line](int fd) { return ::read(fd, line.data(), line.size()); });
    std::string_view text(line.data(), size);
    if (text.empty())
        throw error(exit_code::missing_or_incorrect_password, "no AMT password was given");
    core::secret answer(text.substr(0, text.find_first_of("\r\n")));
    core::wipe(line.data(), line.size());
    co_return answer;
}

} // namespace costrand::activate
