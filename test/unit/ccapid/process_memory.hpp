// SPDX-License-Identifier: Apache-2.0
// process_memory: looks for bytes in all that another process can write to: heap, data, stacks.
#pragma once

#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace costrand::test {

class process_memory {
  public:
    explicit process_memory(int pid)
        : folder_("/proc/" + std::to_string(pid)),
          fd_(::open((folder_ + "/mem").c_str(), O_RDONLY | O_CLOEXEC)),
          why_(fd_ < 0 ? std::strerror(errno) : "") {}
    process_memory(const process_memory &) = delete;
    process_memory &operator=(const process_memory &) = delete;
    ~process_memory() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    // Empty: it can be looked into.
    [[nodiscard]] const std::string &why_not() const noexcept { return why_; }

    [[nodiscard]] std::size_t count(core::const_bytes pattern) const {
        std::size_t found = 0;
        std::ifstream maps(folder_ + "/maps");
        for (std::string line; std::getline(maps, line);) {
            std::istringstream in(line);
            std::uint64_t begin = 0, end = 0;
            char dash = 0;
            std::string rights;
            in >> std::hex >> begin >> dash >> end >> rights;
            if (rights.starts_with("rw") && end - begin <= largest)
                found += count(pattern, begin, end);
        }
        return found;
    }

  private:
    // What is larger are a sanitizer's own notes, terabytes of address space.
    static constexpr std::uint64_t largest = std::uint64_t{1} << 30;

    [[nodiscard]] std::size_t count(core::const_bytes pattern, std::uint64_t begin,
                                    std::uint64_t end) const {
        constexpr std::size_t step = 1 << 20;
        std::vector<char> part(step + pattern.size() - 1);
        std::size_t found = 0;
        for (; begin < end; begin += step) {
            const auto wanted = std::min<std::uint64_t>(end - begin, part.size());
            const auto n = ::pread(fd_, part.data(), wanted, static_cast<off_t>(begin));
            if (n <= 0)
                break; // unmapped meanwhile
            const char *const stop = part.data() + n;
            for (const char *at = part.data();; ++found) {
                const auto left = static_cast<std::size_t>(stop - at);
                const void *const hit = ::memmem(at, left, pattern.data(), pattern.size());
                if (!hit)
                    break;
                at = static_cast<const char *>(hit) + 1;
            }
        }
        return found;
    }

    std::string folder_;
    int fd_;
    std::string why_;
};

} // namespace costrand::test
