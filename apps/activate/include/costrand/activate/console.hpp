// SPDX-License-Identifier: Apache-2.0
// console: all that the program says. Results on stdout; log lines and progress on stderr, in one
// place so that a live line and log lines do not run into each other. Knows no terminal calls: the
// program hands in the two writers and the width.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace costrand::activate {

struct console_options {
    std::function<void(std::string_view)> out, err;
    std::function<std::chrono::system_clock::time_point()> wall_clock;
    // Columns of the terminal on stderr, asked for each line; empty: stderr is no terminal.
    std::function<std::size_t()> columns;
    core::log_level threshold = core::log_level::info;
    bool json = false;
    bool live = false;   // rewrite one line in place; needs columns
    bool colour = false; // of the live line; log lines never have any
};

class console {
  public:
    explicit console(console_options options) : options_(std::move(options)) {}

    // `time="2026-08-20T10:00:00Z" level=info msg="..."`, or with JSON an object a line.
    void log_line(core::log_level level, std::string_view text);
    // Whatever the threshold: how a run ended.
    void fail(const failure &why);
    // For the parts. Refers to this object.
    [[nodiscard]] core::log log();

    // What happens now. Live: replaces the line. Else a line of its own, unless `quiet`, which is
    // for what changes too often or only means waiting.
    void step(core::duration elapsed, std::string_view what, bool quiet = false);
    // Some time passed within the same step: the live line's clock goes on, and without one a line
    // says every ten seconds that the step still lasts.
    void tick(core::duration elapsed);
    // The live line goes away.
    void end_progress();

    // Verbatim to stdout, behind the live line's removal.
    void result(std::string_view text);

  private:
    void write_log(core::log_level level, std::string_view text);
    void tell(const std::string &text);
    void draw();
    void erase();

    console_options options_;
    std::string step_;
    core::duration elapsed_{}, step_began_{}, told_{};
    bool drawn_ = false;
};

// A text as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

// "2026-08-20T10:00:00Z"
[[nodiscard]] std::string utc_stamp(std::chrono::system_clock::time_point when);

} // namespace costrand::activate
