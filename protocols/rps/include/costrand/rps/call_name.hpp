// SPDX-License-Identifier: Apache-2.0
// call_name: what a relayed request asks of AMT, for a progress line. A cheap look at the SOAP
// header, good enough for eyes; nothing is decided by it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace costrand::rps {

namespace detail {

// The text of the first element with this local name, whatever its prefix.
inline std::string_view element_text(std::string_view xml, std::string_view name) noexcept {
    for (std::size_t at = xml.find(name); at != std::string_view::npos;
         at = xml.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        const bool opens = at > 0 && (xml[at - 1] == ':' || xml[at - 1] == '<');
        if (!opens || end >= xml.size() || (xml[end] != '>' && xml[end] != ' '))
            continue;
        const std::size_t start = xml.find('>', end);
        if (start == std::string_view::npos)
            return {};
        return xml.substr(start + 1, xml.find('<', start) - start - 1);
    }
    return {};
}

// Behind the last '/', letters, digits and '_' only, at most 64 of them.
inline std::string last_segment(std::string_view uri) {
    uri.remove_prefix(std::min(uri.rfind('/') + 1, uri.size()));
    std::string out;
    for (const char c : uri.substr(0, 64)) {
        const bool word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (word)
            out += c;
    }
    return out;
}

} // namespace detail

// "AMT_GeneralSettings Get", "IPS_HostBasedSetupService Setup"; empty when the request is not
// WS-Management.
[[nodiscard]] inline std::string call_name(std::string_view request) {
    const std::string operation = detail::last_segment(detail::element_text(request, "Action"));
    const std::string subject = detail::last_segment(detail::element_text(request, "ResourceURI"));
    if (operation.empty() || subject.empty())
        return {};
    return subject + ' ' + operation;
}

} // namespace costrand::rps
