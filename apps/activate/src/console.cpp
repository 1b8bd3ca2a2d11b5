// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/console.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstdio>
#include <ctime>
#include <limits>

namespace costrand::activate {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";
constexpr std::string_view dim = "\x1b[2m", plain = "\x1b[0m";
constexpr core::duration reminder = std::chrono::seconds(10);

// As the text form of log lines quotes: nothing in it can end the line or reach the terminal raw.
std::string quoted(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            escaped += '\\';
        escaped += c;
    }
    return '"' + printable(escaped, std::numeric_limits<std::size_t>::max()) + '"';
}

// At most `columns` characters of UTF-8 text; a cut one ends in "...".
std::string fitted(const std::string &text, std::size_t columns) {
    constexpr std::size_t dots = 3;
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    std::size_t characters = 0, cut = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!starts(text[i]))
            continue;
        if (characters + dots == columns)
            cut = i;
        if (++characters > columns)
            return text.substr(0, cut) + std::string(std::min(dots, columns), '.');
    }
    return text;
}

std::string seconds_text(core::duration d) {
    char out[32];
    std::snprintf(out, sizeof out, "%.1f s", std::chrono::duration<double>(d).count());
    return out;
}

std::string clock_text(core::duration d) {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(d).count();
    char out[32];
    std::snprintf(out, sizeof out, "%lld:%02lld", static_cast<long long>(whole / 60),
                  static_cast<long long>(whole % 60));
    return out;
}

} // namespace

std::string json_string(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string utc_stamp(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char out[32];
    return {out, std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void console::log_line(core::log_level level, std::string_view text) {
    if (level >= options_.threshold)
        write_log(level, text);
}

void console::fail(const failure &why) {
    end_progress();
    write_log(core::log_level::error, to_string(why));
}

core::log console::log() {
    return {options_.threshold, [this](core::log_level level, std::string_view,
                                       std::string_view line) { write_log(level, line); }};
}

void console::step(core::duration elapsed, std::string_view what, bool quiet) {
    step_ = printable(what, 500);
    elapsed_ = step_began_ = told_ = elapsed;
    if (options_.live)
        draw();
    else if (!quiet)
        tell(step_);
}

void console::tick(core::duration elapsed) {
    if (step_.empty())
        return;
    elapsed_ = elapsed;
    if (options_.live) {
        draw();
    } else if (elapsed - told_ >= reminder) {
        told_ = elapsed;
        tell(step_ + " (still, for " + seconds_text(elapsed - step_began_) + ")");
    }
}

// A line of its own.
void console::tell(const std::string &text) {
    const std::string stamp = seconds_text(elapsed_);
    if (options_.json)
        write_log(core::log_level::info, "[" + stamp + "] " + text);
    else
        options_.err("[" + std::string(stamp.size() < 8 ? 8 - stamp.size() : 0, ' ') + stamp +
                     "] " + text + "\n");
}

void console::end_progress() {
    erase();
    step_.clear();
}

void console::result(std::string_view text) {
    end_progress();
    options_.out(text);
}

void console::write_log(core::log_level level, std::string_view text) {
    const bool redraw = drawn_;
    erase();
    const std::string stamp = utc_stamp(options_.wall_clock());
    // As the reference client's logger spells it.
    const auto name = level == core::log_level::warn ? "warning" : core::to_string(level);
    std::string line;
    if (options_.json)
        line = "{\"level\":" + json_string(name) + ",\"msg\":" + json_string(text) +
               ",\"time\":" + json_string(stamp) + "}\n";
    else
        line = "time=\"" + stamp + "\" level=" + std::string(name) + " msg=" + quoted(text) + "\n";
    options_.err(line);
    if (redraw)
        draw();
}

void console::draw() {
    const std::size_t columns = options_.columns();
    // The last column stays free: a character there makes some terminals go to the next line.
    const std::string line =
        fitted(clock_text(elapsed_) + "  " + step_, columns > 1 ? columns - 1 : 1);
    const auto split = std::min(line.size(), line.find(' '));
    if (options_.colour)
        options_.err(std::string(erase_line) + std::string(dim) + line.substr(0, split) +
                     std::string(plain) + line.substr(split));
    else
        options_.err(std::string(erase_line) + line);
    drawn_ = true;
}

void console::erase() {
    if (drawn_)
        options_.err(erase_line);
    drawn_ = false;
}

} // namespace costrand::activate
