// SPDX-License-Identifier: Apache-2.0
#include "os_facts.hpp"

#include <cctype>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

namespace costrand::commands {

std::string smbios_uuid() {
    std::ifstream in("/sys/class/dmi/id/product_uuid");
    std::string text;
    in >> text;
    for (char &c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string address_of(const std::array<std::byte, 6> &mac) {
    ifaddrs *first = nullptr;
    if (::getifaddrs(&first) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    std::string_view name;
    for (const ifaddrs *at = first; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_PACKET)
            continue;
        sockaddr_ll link{};
        std::memcpy(&link, at->ifa_addr, sizeof link);
        if (link.sll_halen == mac.size() && std::memcmp(link.sll_addr, mac.data(), mac.size()) == 0)
            name = at->ifa_name;
    }
    if (name.empty())
        return {};
    for (const ifaddrs *at = first; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || name != at->ifa_name)
            continue;
        sockaddr_in address{};
        std::memcpy(&address, at->ifa_addr, sizeof address);
        char text[INET_ADDRSTRLEN] = {};
        if (::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text))
            return text;
    }
    return {};
}

} // namespace costrand::commands
