// SPDX-License-Identifier: Apache-2.0
// The check that comes before the XML parser: PropertyTree takes a document apart, but it nests
// without bound, ignores DOCTYPE and accepts what is not well-formed. Private to wsman.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/xml.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace costrand::wsman::detail {

inline bool is_xml_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
inline bool is_xml_char(std::uint32_t c) noexcept {
    return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xd800) ||
           (c >= 0xe000 && c <= 0x10ffff && c != 0xfffe && c != 0xffff);
}

// A name without colon. Characters beyond ASCII are all taken: nobody here gives them a meaning.
bool is_nc_name(std::string_view s) noexcept;

// Checks the document and gives the part from the root's start tag to its end tag. A namespace's
// declaration is not checked here; that is for whoever resolves prefixes.
core::result<std::string_view> scan_xml(std::string_view document, const xml_limits &limits);

} // namespace costrand::wsman::detail
