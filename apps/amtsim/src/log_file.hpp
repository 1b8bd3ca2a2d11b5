// SPDX-License-Identifier: Apache-2.0
// What the devices do, on stderr (--verbose) and in a file (--log).
#pragma once

#include "options.hpp"

#include <costrand/core/log.hpp>

namespace costrand::amtsim {

// Throws std::system_error when the file cannot be opened. A file that cannot be written later
// (a full disk) is told of once on stderr; the devices go on.
[[nodiscard]] core::log open_log(const settings &options);

// The same log for one of several devices: its lines begin with the name.
[[nodiscard]] core::log named(core::log log, std::string name);

} // namespace costrand::amtsim
