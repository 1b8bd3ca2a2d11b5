// SPDX-License-Identifier: Apache-2.0
// Private to wsman: what AMT takes as a password, for whoever makes one. See check_password().
#pragma once

#include <string_view>

namespace costrand::wsman {

[[nodiscard]] bool is_acceptable(std::string_view password);

} // namespace costrand::wsman
