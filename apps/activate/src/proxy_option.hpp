// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <costrand/activate/options.hpp>

namespace costrand::activate {

// What --proxy says. Throws error.
void read_proxy(const option_value &value, settings &out);

} // namespace costrand::activate
