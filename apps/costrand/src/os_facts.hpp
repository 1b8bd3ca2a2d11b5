// SPDX-License-Identifier: Apache-2.0
// What Linux knows of this machine beside AMT. System calls and sysfs; private to the program.
#pragma once

#include <string>

namespace costrand::commands {

// The product UUID of the BIOS, lower case; empty without the right to read it.
[[nodiscard]] std::string smbios_uuid();

} // namespace costrand::commands
