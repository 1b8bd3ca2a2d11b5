// SPDX-License-Identifier: Apache-2.0
#include "log_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

// UTC with milliseconds, as 2026-01-31T12:00:00.123Z.
std::string time_stamp() {
    const auto now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() %
        1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32], out[48];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(out, sizeof out, "%s.%03dZ ", text, static_cast<int>(ms));
    return out;
}

class log_file {
  public:
    explicit log_file(std::string path)
        : path_(std::move(path)),
          // Not for others' eyes: masked, but still the inside of a machine.
          fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
        if (fd_ < 0)
            throw std::system_error(errno, std::generic_category(), "--log " + path_);
    }
    log_file(const log_file &) = delete;
    log_file &operator=(const log_file &) = delete;
    ~log_file() { ::close(fd_); }

    void write(std::string_view component, std::string_view line) {
        std::string all = time_stamp();
        all.append(component).append(": ").append(line).append("\n");
        const char *at = all.data();
        for (std::size_t left = all.size(); left > 0 && !failed_;) {
            const auto n = ::write(fd_, at, left);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0) {
                failed_ = true;
                std::fprintf(stderr, "costrand-amtsim: --log %s: %s; it ends here\n", path_.c_str(),
                             std::strerror(errno));
                return;
            }
            at += n;
            left -= static_cast<std::size_t>(n);
        }
    }

  private:
    std::string path_;
    int fd_;
    bool failed_ = false;
};

void to_stderr(std::string_view component, std::string_view line) {
    std::fprintf(stderr, "amtsim: %.*s: %.*s\n", static_cast<int>(component.size()),
                 component.data(), static_cast<int>(line.size()), line.data());
}

} // namespace

core::log open_log(const settings &options) {
    std::shared_ptr<log_file> file;
    if (!options.log_file.empty())
        file = std::make_shared<log_file>(options.log_file);
    if (!file && !options.verbose)
        return {};
    return {file ? core::log_level::trace : core::log_level::debug,
            [file, loud = options.verbose](core::log_level level, std::string_view component,
                                           std::string_view line) {
                if (file)
                    file->write(component, line);
                if (loud && level >= core::log_level::debug)
                    to_stderr(component, line);
            }};
}

core::log named(core::log log, std::string name) {
    for (const auto threshold : {core::log_level::trace, core::log_level::debug})
        if (log.enabled(threshold))
            return {threshold,
                    [to = std::move(log), name = std::move(name)](
                        core::log_level level, std::string_view component, std::string_view line) {
                        to.write(level, name + " " + std::string(component), line);
                    }};
    return {};
}

} // namespace costrand::amtsim
