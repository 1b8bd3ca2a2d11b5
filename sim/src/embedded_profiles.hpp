// SPDX-License-Identifier: Apache-2.0
// The texts of sim/profiles, compiled in by sim/embed.cmake. Private.
#pragma once

#include <span>
#include <string_view>

namespace costrand::sim {

struct embedded_profile {
    std::string_view name, text;
};

// In order of age.
[[nodiscard]] std::span<const embedded_profile> embedded_profiles() noexcept;

} // namespace costrand::sim
