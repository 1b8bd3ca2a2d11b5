// SPDX-License-Identifier: Apache-2.0
// What Linux knows of this machine beside AMT. System calls and sysfs; private to the program.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace costrand::commands {

// The product UUID of the BIOS, lower case; empty without the right to read it.
[[nodiscard]] std::string smbios_uuid();

// The IPv4 address of the network interface with this MAC; empty: there is none.
[[nodiscard]] std::string address_of(const std::array<std::byte, 6> &mac);

} // namespace costrand::commands
