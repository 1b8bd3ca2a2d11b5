// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/process.hpp>

#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

namespace costrand::activate {

namespace {

std::string ipv4_text(const sockaddr *from) {
    sockaddr_in address{};
    char text[INET_ADDRSTRLEN] = {};
    if (!from)
        return {};
    std::memcpy(&address, from, sizeof address);
    return ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text) ? text : "";
}

std::string_view name_of(const ifaddrs *first, const std::array<std::byte, 6> &mac) {
    std::string_view name;
    for (const ifaddrs *at = first; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_PACKET)
            continue;
        sockaddr_ll link{};
        std::memcpy(&link, at->ifa_addr, sizeof link);
        if (link.sll_halen == mac.size() && std::memcmp(link.sll_addr, mac.data(), mac.size()) == 0)
            name = at->ifa_name;
    }
    return name;
}

} // namespace

os_interface os_interface_of(const std::array<std::byte, 6> &mac) {
    ifaddrs *first = nullptr;
    if (::getifaddrs(&first) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    const auto name = name_of(first, mac);
    if (name.empty())
        return {};
    for (const ifaddrs *at = first; at; at = at->ifa_next)
        if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET && name == at->ifa_name)
            return {ipv4_text(at->ifa_addr), ipv4_text(at->ifa_netmask)};
    return {};
}

} // namespace costrand::activate
