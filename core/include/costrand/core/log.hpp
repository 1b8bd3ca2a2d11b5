// SPDX-License-Identifier: Apache-2.0
// log: where drivers tell what happened at their seams. A value that is passed in; there is no
// global logger. Lines never hold secrets: core::secret does not convert to text.
#pragma once

#include <costrand/core/secret.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace costrand::core {

enum class log_level { trace, debug, info, warn, error, off };

std::string_view to_string(log_level level) noexcept;

namespace detail {

inline void append(std::string &out, std::string_view s) {
    out += s;
}
// A template, or a string literal would rather become a bool than a string_view.
template <std::same_as<bool> T>
void append(std::string &out, T v) {
    out += v ? "true" : "false";
}
inline void append(std::string &out, char c) {
    out += c;
}
template <typename T>
requires(std::integral<T> && !std::same_as<T, bool> &&
         !std::same_as<T, char>) void append(std::string &out, T v) {
    out += std::to_string(v);
}
inline void append(std::string &out, const boost::system::error_code &ec) {
    out += ec.message();
}
// Whole seconds as such, else whole ms, us or ns, whichever is the largest that is not 0.
inline void append(std::string &out, std::chrono::nanoseconds d) {
    const auto ns = d.count();
    if (ns % 1'000'000'000 == 0)
        out += std::to_string(ns / 1'000'000'000) + " s";
    else if (ns / 1'000'000 != 0)
        out += std::to_string(ns / 1'000'000) + " ms";
    else if (ns / 1'000 != 0)
        out += std::to_string(ns / 1'000) + " us";
    else
        out += std::to_string(ns) + " ns";
}
void append(std::string &out, const secret &) = delete;

// What may stand in a log line. A secret may not.
template <typename T>
concept loggable = requires(std::string &out, const T &part) {
    append(out, part);
};

} // namespace detail

// One string of all parts: text, integers, booleans, durations, error codes.
template <detail::loggable... Parts>
[[nodiscard]] std::string concat(const Parts &...parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

// Cheap to copy. A default-made log is silent. The sink is called on the caller's thread.
class log {
  public:
    using sink = std::function<void(log_level, std::string_view component, std::string_view line)>;

    log() = default;
    log(log_level threshold, sink to) : threshold_(threshold), sink_(std::move(to)) {}

    [[nodiscard]] bool enabled(log_level level) const noexcept {
        return level >= threshold_ && sink_;
    }

    template <detail::loggable... Parts>
    void write(log_level level, std::string_view component, const Parts &...parts) const {
        if (enabled(level))
            sink_(level, component, concat(parts...));
    }
    template <detail::loggable... Parts>
    void trace(std::string_view component, const Parts &...parts) const {
        write(log_level::trace, component, parts...);
    }
    template <detail::loggable... Parts>
    void debug(std::string_view component, const Parts &...parts) const {
        write(log_level::debug, component, parts...);
    }
    template <detail::loggable... Parts>
    void info(std::string_view component, const Parts &...parts) const {
        write(log_level::info, component, parts...);
    }
    template <detail::loggable... Parts>
    void warn(std::string_view component, const Parts &...parts) const {
        write(log_level::warn, component, parts...);
    }
    template <detail::loggable... Parts>
    void error(std::string_view component, const Parts &...parts) const {
        write(log_level::error, component, parts...);
    }

  private:
    log_level threshold_ = log_level::off;
    sink sink_;
};

} // namespace costrand::core
