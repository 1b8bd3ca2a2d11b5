// SPDX-License-Identifier: Apache-2.0
// The fixed keys behind pooled_keys(): RSA of 2048 bits, PEM. Private to sim.
#pragma once

#include <string_view>
#include <vector>

namespace costrand::sim {

[[nodiscard]] const std::vector<std::string_view> &key_pool();

} // namespace costrand::sim
