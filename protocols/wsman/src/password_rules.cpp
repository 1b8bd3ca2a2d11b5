// SPDX-License-Identifier: Apache-2.0
// What AMT takes as a password: docs/simulated-firmware.md, "Passwords".
#include "password_rules.hpp"

#include <costrand/wsman/setup.hpp>

#include <algorithm>
#include <string>

namespace costrand::wsman {

namespace {

constexpr std::size_t shortest = 8, longest = 32;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}
// The underscore is of no kind, nor is the blank.
bool is_mark(char c) {
    return is_printable(c) && c != ' ' && c != '_' && !is_lower(c) && !is_upper(c) && !is_digit(c);
}

// The rule that it breaks; nothing: none.
std::string_view broken_rule(std::string_view password) {
    const auto has = [&](auto kind) { return std::ranges::any_of(password, kind); };
    if (!std::ranges::all_of(password, is_printable))
        return "it may have printable ASCII characters only";
    if (password.size() < shortest || password.size() > longest)
        return "it must have 8 to 32 characters";
    if (!has(is_lower))
        return "it must have a small letter";
    if (!has(is_upper))
        return "it must have a capital letter";
    if (!has(is_digit))
        return "it must have a digit";
    if (!has(is_mark))
        return "it must have a character that is no letter, digit, blank or underscore";
    return {};
}

} // namespace

bool is_acceptable(std::string_view password) {
    return broken_rule(password).empty();
}

void check_password(const core::secret &password) {
    setup_failure why;
    why.step = setup_step::check_password;
    if (password.empty()) {
        why.code = setup_errc::password_missing;
        why.text = "an AMT password is needed and none was given";
        throw setup_error(std::move(why), std::nullopt);
    }
    const auto rule = broken_rule(password.reveal());
    if (rule.empty())
        return;
    why.code = setup_errc::password_unacceptable;
    why.text = "AMT does not take this password: " + std::string(rule);
    throw setup_error(std::move(why), std::nullopt);
}

} // namespace costrand::wsman
