// SPDX-License-Identifier: Apache-2.0
// Passwords that nobody chose.
#include "password_rules.hpp"

#include <costrand/core/random.hpp>
#include <costrand/wsman/configure_cira.hpp>
#include <costrand/wsman/setup.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace costrand::wsman {

namespace {

constexpr std::size_t length = 16;

// Without those that people take for others.
constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789";
// Marks that need no quotes in XML and YAML.
constexpr std::string_view letters_and_marks =
    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789!$*+-./=?@^~";

core::secret drawn_from(std::string_view alphabet, core::random_source &random) {
    // Those beyond would prefer some letters.
    const auto fair = static_cast<unsigned>(256 - 256 % alphabet.size());
    std::array<char, length> made{};
    for (std::size_t i = 0; i < length;) {
        std::byte drawn{};
        random.fill({&drawn, 1});
        const auto number = std::to_integer<unsigned>(drawn);
        if (number < fair)
            made[i++] = alphabet[number % alphabet.size()];
    }
    core::secret out(std::string_view(made.data(), made.size()));
    core::wipe(made.data(), made.size());
    return out;
}

} // namespace

core::secret random_password(core::random_source &random) {
    return drawn_from(letters, random);
}

core::secret random_admin_password(core::random_source &random) {
    for (;;) // two of three have all that AMT wants
        if (auto out = drawn_from(letters_and_marks, random); is_acceptable(out.reveal()))
            return out;
}

} // namespace costrand::wsman
