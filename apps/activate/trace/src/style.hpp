// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace costrand::trace {

// The page's CSS: one column, from a phone's width up; light and dark by the reader's choice.
[[nodiscard]] std::string_view style_sheet() noexcept;

} // namespace costrand::trace
