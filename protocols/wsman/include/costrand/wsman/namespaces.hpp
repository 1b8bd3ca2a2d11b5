// SPDX-License-Identifier: Apache-2.0
// The namespace and action URIs of WS-Management as AMT speaks it (wsman.md 3 and 4). Sans-io.
#pragma once

#include <string>
#include <string_view>

namespace costrand::wsman::uri {

inline constexpr std::string_view envelope = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
inline constexpr std::string_view anonymous =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
inline constexpr std::string_view addressing_fault =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
inline constexpr std::string_view wsman = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view wsman_fault = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
inline constexpr std::string_view transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
inline constexpr std::string_view enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
inline constexpr std::string_view eventing = "http://schemas.xmlsoap.org/ws/2004/08/eventing";
inline constexpr std::string_view trust = "http://schemas.xmlsoap.org/ws/2005/02/trust";
inline constexpr std::string_view security =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr std::string_view cim_binding =
    "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd";
inline constexpr std::string_view cim_common = "http://schemas.dmtf.org/wbem/wscim/1/common";
inline constexpr std::string_view schema_instance = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view schema = "http://www.w3.org/2001/XMLSchema";
inline constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";

// Bases of the resource URIs: base + class name.
inline constexpr std::string_view amt_base = "http://intel.com/wbem/wscim/1/amt-schema/1/";
inline constexpr std::string_view ips_base = "http://intel.com/wbem/wscim/1/ips-schema/1/";
inline constexpr std::string_view cim_base = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";

// The resource URI of a class, by the family that its name begins with.
[[nodiscard]] inline std::string of_class(std::string_view class_name) {
    const auto base = class_name.starts_with("AMT_")   ? amt_base
                      : class_name.starts_with("IPS_") ? ips_base
                                                       : cim_base;
    return std::string(base) + std::string(class_name);
}

inline constexpr std::string_view get = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
inline constexpr std::string_view put = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put";
inline constexpr std::string_view create = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create";
inline constexpr std::string_view delete_ = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete";
inline constexpr std::string_view enumerate =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
inline constexpr std::string_view pull = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull";
inline constexpr std::string_view release =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release";

} // namespace costrand::wsman::uri
