// SPDX-License-Identifier: Apache-2.0
// The durations of the reference client's environment variables (rps-session section 11).
#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace costrand::activate {

namespace {

using std::chrono::milliseconds;

// "60", "60s", "750ms". A bare number counts in `unit`. Nothing: it is none of these.
std::optional<milliseconds> read_duration(std::string_view text, milliseconds unit) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc())
        return std::nullopt;
    const auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    if (suffix == "s")
        unit = milliseconds(1000);
    else if (suffix == "ms")
        unit = milliseconds(1);
    else if (!suffix.empty())
        return std::nullopt;
    constexpr milliseconds longest = std::chrono::hours(24);
    if (number > longest / unit || number < -(longest / unit))
        return std::nullopt;
    return number * unit;
}

class limits_reader {
  public:
    limits_reader(const transports::environment_reader &environment, std::vector<notice> &notices)
        : environment_(environment),
          notices_(notices) {}

    void read(const char *name, milliseconds unit, std::chrono::nanoseconds &into) {
        const char *text = environment_(name);
        if (!text || *text == '\0')
            return;
        const auto value = read_duration(text, unit);
        if (!value)
            warn("ignoring invalid ", name, text);
        else if (*value < milliseconds(0))
            warn("ignoring negative ", name, text);
        else
            into = *value;
    }

  private:
    void warn(const char *what, const char *name, const char *text) {
        notices_.emplace_back(core::log_level::warn,
                              what + std::string(name) + "=\"" + printable(text, 60) + "\"");
    }

    const transports::environment_reader &environment_;
    std::vector<notice> &notices_;
};

} // namespace

void use_environment_limits(settings &options, const transports::environment_reader &environment,
                            std::vector<notice> &notices) {
    constexpr milliseconds second(1000), millisecond(1);
    limits_reader from(environment, notices);
    from.read("RPC_PORT_SWITCH_MAX_DELAY", second, options.limits.port_switch_max_delay);
    from.read("RPC_PORT_SWITCH_EXTRA_DELAY", second, options.limits.port_switch_extra_delay);
    from.read("RPC_LME_POST_KEYGEN_PAUSE_MS", millisecond, options.limits.post_keygen_pause);
    std::chrono::nanoseconds first_byte{};
    from.read("RPC_LME_FIRST_BYTE_MS", millisecond, first_byte);
}

} // namespace costrand::activate
