// SPDX-License-Identifier: Apache-2.0
// The files of sim/data/classes as text, generated at build time by sim/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace costrand::sim {

// One document a class.
[[nodiscard]] std::span<const std::string_view> recorded_classes() noexcept;

} // namespace costrand::sim
