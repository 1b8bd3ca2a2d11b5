// SPDX-License-Identifier: Apache-2.0
#include "os_facts.hpp"

#include <cctype>
#include <fstream>

namespace costrand::commands {

std::string smbios_uuid() {
    std::ifstream in("/sys/class/dmi/id/product_uuid");
    std::string text;
    in >> text;
    for (char &c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

} // namespace costrand::commands
