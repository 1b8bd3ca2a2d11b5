// SPDX-License-Identifier: Apache-2.0
// output: a file that a run writes. Opened before anything happens, so that a path that cannot be
// written is known then; its mode is that of any new file, for what is written holds no secrets.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace costrand::trace {

class output {
  public:
    output() = default;
    output(output &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    output &operator=(output &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~output();

    // Opens or makes the file; what is in it stays until clear(). Error: the system's.
    [[nodiscard]] boost::system::error_code open(const std::string &path);
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    // Whether both are the same file, by whatever names.
    [[nodiscard]] bool same_file(const output &other) const noexcept;

    // Empties a file; of what is none (a pipe, a terminal) nothing is expected.
    void clear() noexcept;
    // All of it, at once, behind what is there. Error: the system's; a part may have been written.
    [[nodiscard]] boost::system::error_code write(std::string_view text) noexcept;

  private:
    int fd_ = -1;
};

} // namespace costrand::trace
