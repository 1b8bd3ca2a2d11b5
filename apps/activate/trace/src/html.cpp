// SPDX-License-Identifier: Apache-2.0
#include "html.hpp"

#include <cmath>

namespace costrand::trace {

namespace {

// `value` in thousandths of a unit, with about three digits.
std::string three_digits(std::uint64_t thousandths) {
    constexpr std::uint64_t one = 1000;
    const auto whole = thousandths / one;
    if (whole >= 100)
        return std::to_string((thousandths + one / 2) / one);
    const std::uint64_t step = whole >= 10 ? 100 : 10;
    const auto rounded = (thousandths + step / 2) / step;
    const auto per_unit = one / step;
    std::string part = std::to_string(rounded % per_unit);
    if (part.size() == 1 && per_unit == 100)
        part.insert(0, "0");
    while (!part.empty() && part.back() == '0')
        part.pop_back();
    return std::to_string(rounded / per_unit) + (part.empty() ? "" : "." + part);
}

} // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        }
    }
    return out;
}

std::string duration_text(std::int64_t microseconds) {
    const auto us = static_cast<std::uint64_t>(microseconds < 0 ? 0 : microseconds);
    if (us < 1000)
        return std::to_string(us) + "\u00a0µs";
    if (us < 1'000'000)
        return three_digits(us) + "\u00a0ms";
    const auto seconds = us / 1'000'000;
    if (seconds < 120)
        return three_digits(us / 1000) + "\u00a0s";
    return std::to_string(seconds / 60) + "\u00a0min\u00a0" + std::to_string(seconds % 60) +
           "\u00a0s";
}

std::string clock_text(std::int64_t microseconds) {
    const auto ms = std::to_string(microseconds / 1000 % 1000);
    return std::to_string(microseconds / 1'000'000) + "." + std::string(3 - ms.size(), '0') + ms;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1000)
        return std::to_string(bytes) + "\u00a0B";
    if (bytes < 1'000'000)
        return three_digits(bytes) + "\u00a0kB";
    return three_digits(bytes / 1000) + "\u00a0MB";
}

std::string decimal(double value) {
    const auto hundredths = std::llround(value * 100);
    const auto part = std::to_string(std::llabs(hundredths) % 100);
    return std::string(hundredths < 0 ? "-" : "") + std::to_string(std::llabs(hundredths) / 100) +
           "." + std::string(2 - part.size(), '0') + part;
}

} // namespace costrand::trace
