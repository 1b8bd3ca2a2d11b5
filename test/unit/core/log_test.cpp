// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/log.hpp>

#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand::core;
using namespace std::chrono_literals;

namespace {

template <typename... Parts>
constexpr bool can_concat = requires(const Parts &...parts) {
    concat(parts...);
};

template <typename... Parts>
constexpr bool can_log = requires(const log &to, const Parts &...parts) {
    to.info("component", parts...);
};

template <typename... Parts>
constexpr bool can_write = requires(const log &to, const Parts &...parts) {
    to.write(log_level::trace, "component", parts...);
};

struct line {
    log_level level;
    std::string component, text;
    bool operator==(const line &) const = default;
};

log collect(std::vector<line> &lines, log_level threshold) {
    return {threshold,
            [&lines](log_level level, std::string_view component, std::string_view text) {
                lines.push_back({level, std::string(component), std::string(text)});
            }};
}

} // namespace

TEST_CASE("a secret in a log line does not compile, alone or among other parts") {
    static_assert(can_concat<std::string, int>);
    static_assert(!can_concat<secret>);
    static_assert(!can_concat<std::string, secret, int>);
    static_assert(can_log<std::string_view>);
    static_assert(!can_log<secret>);
    static_assert(!can_log<std::string_view, secret>);
    static_assert(!can_write<secret>);
    CHECK(can_write<char[4]>);
}

TEST_CASE("parts are written one behind the other, each in its own way") {
    const std::string name = "lme";
    CHECK(concat("port ", std::uint16_t{16992}, ' ', name, " open=", true, '/', false) ==
          "port 16992 lme open=true/false");
    CHECK(concat(-5, ' ', std::uint8_t{200}, ' ', UINT64_MAX) == "-5 200 18446744073709551615");
    CHECK(concat() == "");
}

TEST_CASE("an error code is told by its text") {
    const boost::system::error_code code = errc::timed_out;
    CHECK(concat("dial: ", code) == "dial: " + code.message());
}

TEST_CASE("a duration is told in a unit that does not make it zero") {
    CHECK(concat(90s) == "90 s");
    CHECK(concat(2min) == "120 s");
    CHECK(concat(250ms) == "250 ms");
    CHECK(concat(1500ms) == "1500 ms");
    CHECK(concat(500us) == "500 us");
    CHECK(concat(7ns) == "7 ns");
    CHECK(concat(0ms) == "0 s");
}

TEST_CASE("a log passes on what reaches its threshold, in order") {
    std::vector<line> lines;
    const log to = collect(lines, log_level::info);
    to.trace("apf", "no");
    to.debug("apf", "no");
    to.info("apf", "opened ", 1);
    to.warn("heci", "retry");
    to.error("rps", "failed");
    to.write(log_level::info, "x", "y");
    const std::vector<line> expected{{log_level::info, "apf", "opened 1"},
                                     {log_level::warn, "heci", "retry"},
                                     {log_level::error, "rps", "failed"},
                                     {log_level::info, "x", "y"}};
    CHECK(lines == expected);
    CHECK(to.enabled(log_level::info));
    CHECK_FALSE(to.enabled(log_level::debug));
}

TEST_CASE("a log that nobody made is silent") {
    const log quiet;
    CHECK_FALSE(quiet.enabled(log_level::error));
    quiet.error("x", "no sink to call");
    std::vector<line> lines;
    collect(lines, log_level::off).error("x", "no");
    CHECK(lines.empty());
}

TEST_CASE("every level has its name") {
    CHECK(to_string(log_level::trace) == "trace");
    CHECK(to_string(log_level::debug) == "debug");
    CHECK(to_string(log_level::info) == "info");
    CHECK(to_string(log_level::warn) == "warn");
    CHECK(to_string(log_level::error) == "error");
    CHECK(to_string(log_level::off) == "off");
}
